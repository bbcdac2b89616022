"""What each act of a simulated day costs: ``make profile``, or ``python benchmarks/profile_day.py --help``.

Wall time of each act, summed over the rounds, in ms per day, averaged over the days after a short burn-in; the
record is written to a temporary run folder, as in a run. Compilation and the building of the market are timed
apart. ``--flame`` draws a flame graph of as many days more, ``--detail`` profiles functions instead and prints them as
text. Memory is the greatest resident set of the
process so far.
"""

import argparse
import cProfile
import platform
import pstats
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import flame

from experiments.build import build
from experiments.peak_memory import peak_mib
from experiments.run import start_clock
from experiments.scenario import load
from market.daily_cycle import EVENING, MORNING, ROUND
from market.model import TreasuryMarket
from market.tables.record import Record

WIDTH = 40  # characters of the longest bar


def main() -> None:
    """Profile some days and print what they cost."""
    wanted = arguments()
    with TemporaryDirectory() as folder, Record(Path(folder)) as record:
        before = perf_counter()
        market = start(wanted.scenario, wanted.seed, wanted.burn_in, wanted.rounds, record)
        warm = perf_counter() - before
        print(f"{wanted.scenario}, seed {wanted.seed}: {size(market)}; Python {platform.python_version()}, one process")
        print(f"built, compiled and lived {wanted.burn_in} days of burn-in in {warm:.1f} s", flush=True)
        if wanted.detail:
            print_functions(market, wanted.days, wanted.detail)
        else:
            print_acts(market, wanted.days)
            if wanted.flame:
                draw_flame(market, wanted)
    print(f"peak memory {peak_mib():,.0f} MiB")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="What each act of a simulated day costs.")
    parser.add_argument("scenario", nargs="?", default="baseline", help="bundled scenario, or the path of a .toml file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=20, help="days to average over")
    parser.add_argument("--burn-in", type=int, default=5, help="days before the first that counts")
    parser.add_argument("--rounds", type=int, default=None, help="rounds a day, if not the scenario's")
    parser.add_argument(
        "--flame", type=Path, default=None, metavar="SVG", help="draw a flame graph of as many days more"
    )
    parser.add_argument(
        "--detail", type=int, nargs="?", const=40, default=0, metavar="N", help="profile functions; show N"
    )
    return parser.parse_args()


def start(
    scenario: str, seed: int, burn_in: int, rounds: int | None = None, record: Record | None = None
) -> TreasuryMarket:
    """Return a market that has lived through a burn-in of its own length and whose clock has started."""
    world = load(scenario)
    changed = {"burn_in_days": burn_in, "rounds": rounds or world.run.rounds}
    run = type(world.run).model_validate({**world.run.model_dump(), **changed})
    market = build(world.model_copy(update={"run": run}), seed, record)
    for _ in range(burn_in):
        market.step()
    start_clock(market)
    return market


def size(market: TreasuryMarket) -> str:
    """Say how large the market is."""
    return f"{len(market.securities)} securities, {len(market.ledger)} accounts, {market.rounds} rounds a day"


def print_acts(market: TreasuryMarket, days: int) -> None:
    """Print the acts of the day by what they cost, dearest first."""
    spent: dict[str, float] = defaultdict(float)
    before = begin = perf_counter()
    begin_processor = process_time()
    for _ in range(days):
        for act in market.moments():
            now = perf_counter()
            spent[act] += now - before
            before = now
    whole, processor = perf_counter() - begin, process_time() - begin_processor
    part = {act.__name__: name for name, acts in parts() for act in acts}
    print(f"\n{'act':20}{'part':10}{'ms/day':>8}{'share':>8}")
    for act, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        share = seconds / whole
        print(f"{act:20}{part[act]:10}{1000 * seconds / days:8.1f}{share:8.1%}  {'#' * round(WIDTH * share)}")
    per_day, busy = whole / days, processor / days
    print(f"\n{per_day:.3f} s per simulated day, {busy:.3f} s of them processor time, over {days} days")


def draw_flame(market: TreasuryMarket, wanted: argparse.Namespace) -> None:
    """Draw which calls days are spent in."""

    def live() -> None:
        for _ in range(wanted.days):
            market.step()

    found = flame.sample(live)
    flame.draw(found, wanted.flame, f"{wanted.days} days of {wanted.scenario}: {found.samples:,} samples")
    print(f"{wanted.flame}: a flame graph of {wanted.days} days, {found.samples:,} samples")


def parts() -> tuple[tuple[str, tuple], ...]:
    """Name the three parts of the day."""
    return ("morning", MORNING), ("round", ROUND), ("evening", EVENING)


def print_functions(market: TreasuryMarket, days: int, lines: int) -> None:
    """Print functions by what they cost themselves, then by what they cost with all that they call."""
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(days):
        market.step()
    profile.disable()
    for order in ("tottime", "cumulative"):
        pstats.Stats(profile).strip_dirs().sort_stats(order).print_stats(lines)


if __name__ == "__main__":
    main()
