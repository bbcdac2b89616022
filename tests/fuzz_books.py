"""Random messages by the million through the books and the reference: `make fuzz`, or this file with --help.

A trial is some days of one market of random size and rules: books close and open, orders outlive the day, messages are
malformed. Trial k of a seed is the same alone as among others, so a difference is shown with the command that repeats
it, and with the fewest messages of its day that show it.
"""

import argparse
import sys
import time

import book_reference as reference
import numpy as np

from market.books.layout import SelfTrade
from market.books.order_book import Books

TRIAL = 40_000  # messages
DAYS = 4
SHOWN = 8  # messages of a counterexample


class Trial:
    """One random market and the messages of its days."""

    def __init__(self, seed, number, slow=reference.ReferenceBooks):
        self.seed, self.slow = (seed, number), slow
        rng = np.random.default_rng(self.seed)
        self.securities = int(rng.choice([1, 2, 5, 40, 400]))
        self.levels = int(rng.choice([12, 65, 200, 1000, 8192]))
        self.options = {
            "quoters": int(rng.integers(1, 5)),
            "pool": int(rng.choice([20, 2000, 200_000])),
            "fill_buffer": int(rng.choice([1, 7, 65_536])),
            "self_trade": SelfTrade(int(rng.integers(3))),
        }
        self.malformed = float(rng.choice([0.0, 0.02, 0.3]))
        self.owners = int(rng.choice([2, 9, 60]))

    def difference(self, days=DAYS, messages=None):
        """Return (day, what differs, its messages), or None; ``messages`` cuts the last of the days short."""
        books = Books(self.securities, self.levels, **self.options)
        slow = self.slow(self.securities, self.levels, self.options["pool"], 0, books.self_trade)
        for day in range(days):
            flow = self.flow(day, books)[: messages if day == days - 1 else None]
            shut = np.flatnonzero(np.random.default_rng((*self.seed, day)).random(self.securities) < 0.1)
            books.close(np.arange(self.securities), False)
            books.close(shut)
            slow.closed = set(shut.tolist())
            found = reference.difference_of_a_day(flow, books, slow)
            if found:
                return day, found, flow
            books.end_day()
            slow.end_day(reference.statics(books) + 1)
        return None

    def flow(self, day, books):
        """Return the messages of a day."""
        seed, first_id = (*self.seed, day), reference.statics(books) + 1
        options = {"malformed": self.malformed, "n_owners": self.owners}
        flow = reference.random_flow(seed, TRIAL // DAYS, self.securities, self.levels, first_id, **options)
        return reference.later(flow, seed, books) if day else flow

    def counterexample(self):
        """Return '' or what differs, after the fewest messages of the day that show it."""
        first = self.difference()
        if first is None:
            return ""
        day, found, flow = first
        few, many = 0, len(flow)
        while many - few > 1:
            middle = (few + many) // 2
            cut = self.difference(day + 1, middle)
            few, many, found = (middle, many, found) if cut is None else (few, middle, cut[1])
        rows = "\n".join(f"  {row}" for row in flow[max(0, many - SHOWN) : many].tolist())
        return (
            f"day {day}, message {many - 1}: {found}\n{self.securities} books of {self.levels} levels, {self.options}\n"
            f"last messages {flow.dtype.names}:\n{rows}"
        )


def fuzz(seed, messages, only=None):
    """Run trials; return the text of the first counterexample, or ''."""
    started, trials = time.monotonic(), -(-messages // TRIAL)
    for number in range(trials) if only is None else [only]:
        found = Trial(seed, number).counterexample()
        if found:
            return f"trial {number}: {found}\nagain: python tests/fuzz_books.py --seed {seed} --only {number}"
        if only is None and ((number + 1) % 25 == 0 or number + 1 == trials):
            done = (number + 1) * TRIAL
            print(f"{done:>12,} messages agree, {time.monotonic() - started:.0f} s", flush=True)
    return ""


def main():
    parser = argparse.ArgumentParser(description="Random messages through the books and the reference.")
    parser.add_argument("--messages", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="this trial only")
    given = parser.parse_args()
    found = fuzz(given.seed, given.messages, given.only)
    print(found or f"seed {given.seed}: books and reference agree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
