"""A reduced day in this project, in plain Mesa and in PAMS: the same books, agents, rounds and orders.

Twenty rounds. In each every dealer shows a bid and an offer of ten units in every book, a tick around a value that it
lowers by what it holds; then every investor buys or sells one unit of one book, drawn evenly, at any price. Quotes of a
round end with it. Agents are asked in an order drawn anew. Small: 10 books, 10 dealers, 300 investors, so 4,000 quotes
and 6,000 orders, which all trade; large: 100 books, 24 dealers, 3,000 investors, so 96,000 and 60,000.

What each does besides: this project draws by name, streams indicative prices, prices in integers, keeps a ledger of
securities and cash, settles the day after, pays through banks, fits a curve, records the day and proves its identities.
Mesa's version keeps positions and cash as two numbers and a list of trades. PAMS keeps its own market, logs and
positions; as it needs a numpy older than 2 up to Python 3.12 it is not installed beside this project: ``make bench``
gives it an environment of its own (``pams_day.py``).
"""

import heapq
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import mesa
import numpy as np
from worlds import COLUMNS

from agents.institution import Institution
from experiments.build import stage
from experiments.scenario import load
from experiments.small_world import small
from market.accounts.instruments import FED, N_MONEY, PUBLIC, TREASURY, Money
from market.bonds.securities import Kind, Securities
from market.books.messages import Quotes, Venue
from market.model import TreasuryMarket
from market.units import FACE_PER_MUSD

ROUNDS, SHOWN, WARM_UP = 20, 10, 2
PLAIN_TICK = 1 / 64  # of prices that are not ours
ENDOWMENT = 1_000 * FACE_PER_MUSD  # of each security, to everybody
TICKS_A_UNIT = 0.01  # by which a dealer lowers its value for each unit that it holds
PAMS_PYTHON = Path(sys.prefix) / "pams" / "bin" / "python"


class Size(NamedTuple):
    """How many books, dealers and investors a reduced day has."""

    books: int
    dealers: int
    investors: int

    def __str__(self) -> str:
        return f"{self.books} books, {self.dealers} dealers, {self.investors:,} investors"


SMALL, LARGE = Size(10, 10, 300), Size(100, 24, 3_000)


class Day(NamedTuple):
    """Seconds of processor time, messages to books and trades of one day."""

    seconds: float
    messages: int
    trades: int


# ---- in this project --------------------------------------------------------------------------------
class Keeper(Institution):
    """The bank of all."""

    sector, money, owes = "bank", Money.RESERVES, frozenset({Money.DEPOSITS})


class QuotingDealer(Institution):
    """Quotes every book a tick around its value."""

    sector, together, may_short = "dealer", True, True

    def stream(self, view: Any) -> Any:
        """Keep to yesterday's yields."""
        return np.broadcast_to(view.reference_bp, (len(self.rows), len(view.securities)))

    def quote(self, view: Any) -> Quotes:
        """Show ten units either side."""
        held = (self.position - self.daily("held", lambda: self.position)) / FACE_PER_MUSD
        value = view.reference_price - TICKS_A_UNIT * view.tick * held
        face = np.full(held.shape, SHOWN * FACE_PER_MUSD)
        return Quotes(value - view.tick, value + view.tick, face, face)


class RandomInvestor(Institution):
    """Buys or sells one unit of one book at any price."""

    sector, together = "investor", True

    def decide(self, view: Any) -> Any:
        """Draw a book and a side."""
        draw, books = self.uniform("order", 2), len(view.securities)
        face = np.zeros((len(draw), books), np.int64)
        face[np.arange(len(draw)), (draw[:, 0] * books).astype(int)] = np.where(draw[:, 1] < 0.5, -1, 1) * FACE_PER_MUSD
        return self.want(face, venue=Venue.BOOK)


def ours(size: Size, days: int) -> Iterator[Day]:
    """Yield days of the reduced market in this project."""
    market = reduced_market(size)
    for number in range(days + WARM_UP):
        before, sent = process_time(), market.books.messages
        market.step()
        if number >= WARM_UP:
            yield Day(process_time() - before, market.books.messages - sent, len(market.tape.everything()))


def reduced_market(size: Size) -> TreasuryMarket:
    """Return some notes, a bank, dealers and investors who own what there is."""
    premises = stage(small(load("baseline"), ROUNDS, 0)).premises
    s, books = premises.securities, size.books
    longest_first = np.lexsort((-s.maturity_day, -s.term_months))
    notes = s.of(Kind.NOTE) & (premises.outstanding > 0)
    chosen = np.sort(longest_first[notes[longest_first]][:books])
    some = Securities(tuple(s.cusip[i] for i in chosen), *(getattr(s, name)[chosen] for name in COLUMNS))
    issued = np.full(books, (size.dealers + size.investors) * ENDOWMENT)
    given = {"outstanding": issued, "soma": np.zeros(books, np.int64), "price_e8": premises.price_e8[chosen]}
    market = TreasuryMarket(replace(premises, securities=some, **given))
    Keeper(market, "Bank")
    members: list[Institution] = [QuotingDealer(market) for _ in range(size.dealers)]
    members += [RandomInvestor(market) for _ in range(size.investors)]
    rows, columns = np.repeat([m.row for m in members], books), np.tile(N_MONEY + np.arange(books), len(members))
    market.ledger.transfer("endowment", columns, TREASURY, rows, ENDOWMENT)
    bank = market.ledger.row_of("Bank")
    market.ledger.transfer("endowment", Money.FED_OTHER_ASSETS, PUBLIC, FED, 2 * 10**16)
    market.ledger.transfer("endowment", Money.TREASURY_CASH, FED, TREASURY, 10**16)
    market.ledger.transfer("endowment", Money.RESERVES, FED, bank, 10**16)
    market.ledger.transfer("endowment", Money.DEPOSITS, bank, rows[::books], 10**13)
    return market


# ---- in plain Mesa ----------------------------------------------------------------------------------
class PlainBook:
    """Bids and offers of one security by price, then arrival, in two heaps."""

    def __init__(self, price: float) -> None:
        self.price, self.bids, self.asks = price, [], []

    def show(self, dealer: "PlainDealer", bid: float, ask: float, size: int) -> None:
        """Let a dealer's quotes rest."""
        heapq.heappush(self.bids, [-bid, len(self.bids), size, dealer])
        heapq.heappush(self.asks, [ask, len(self.asks), size, dealer])

    def take(self, taker: "PlainInvestor", number: int, buys: bool) -> bool:
        """Trade one unit at the best price; tell whether there was one."""
        side = self.asks if buys else self.bids
        if not side:
            return False
        best = side[0]
        price, maker, sign = abs(best[0]), best[3], 1 if buys else -1
        for party, face in ((taker, sign), (maker, -sign)):
            party.position[number] += face
            party.cash -= face * price
        taker.model.trades.append((number, price, sign, taker.unique_id, maker.unique_id))
        best[2] -= 1
        if not best[2]:
            heapq.heappop(side)
        return True


class PlainDealer(mesa.Agent):
    """Quotes every book a tick around its value."""

    def __init__(self, model: "PlainMarket") -> None:
        super().__init__(model)
        self.position, self.cash = [0] * len(model.books), 0.0

    def quote(self) -> None:
        """Show ten units either side."""
        for book, held in zip(self.model.books, self.position, strict=True):
            value = book.price - TICKS_A_UNIT * PLAIN_TICK * held
            book.show(self, value - PLAIN_TICK, value + PLAIN_TICK, SHOWN)
        self.model.messages += 2 * len(self.model.books)


class PlainInvestor(mesa.Agent):
    """Buys or sells one unit of one book at any price."""

    def __init__(self, model: "PlainMarket") -> None:
        super().__init__(model)
        self.position, self.cash = [0] * len(model.books), 0.0

    def trade(self) -> None:
        """Draw a book and a side."""
        number = self.random.randrange(len(self.model.books))
        self.model.books[number].take(self, number, self.random.random() < 0.5)
        self.model.messages += 1


class PlainMarket(mesa.Model):
    """Mesa as its tutorials use it: a step is a day."""

    def __init__(self, size: Size) -> None:
        super().__init__(seed=1)
        self.messages, self.trades, self.books = 0, [], [PlainBook(100.0) for _ in range(size.books)]
        PlainDealer.create_agents(self, size.dealers)
        PlainInvestor.create_agents(self, size.investors)

    def step(self) -> None:
        """Live through the rounds of a day."""
        self.messages, self.trades = 0, []
        for _ in range(ROUNDS):
            for book in self.books:
                book.bids, book.asks = [], []
            self.agents_by_type[PlainDealer].shuffle_do("quote")
            self.agents_by_type[PlainInvestor].shuffle_do("trade")


def plain_mesa(size: Size, days: int) -> Iterator[Day]:
    """Yield days of the reduced market in plain Mesa."""
    market = PlainMarket(size)
    for number in range(days + WARM_UP):
        before = process_time()
        market.step()
        if number >= WARM_UP:
            yield Day(process_time() - before, market.messages, len(market.trades))


# ---- in PAMS ----------------------------------------------------------------------------------------
def pams(size: Size, days: int) -> list[Day]:
    """Return days of the reduced market in PAMS, run by an interpreter that has it; none where there is no such."""
    if not PAMS_PYTHON.exists():
        return []
    asked = json.dumps((*size, ROUNDS, SHOWN, TICKS_A_UNIT, PLAIN_TICK, days))
    script = Path(__file__).with_name("pams_day.py")
    told = subprocess.run([PAMS_PYTHON, script, asked], check=True, capture_output=True, text=True).stdout
    return [Day(*line) for line in json.loads(told.splitlines()[-1])]


CONTESTANTS = {"this project": ours, "plain Mesa": plain_mesa, "PAMS 0.3": pams}


def beside(size: Size, days: int) -> dict[str, list[Day]]:
    """Return days of each contestant that is there; refuse one that did not do what all were asked to."""
    found = {name: list(run(size, days)) for name, run in CONTESTANTS.items()}
    wanted = ROUNDS * (2 * size.books * size.dealers + size.investors), ROUNDS * size.investors
    for name, lived in found.items():
        for day in lived:
            if (day.messages, day.trades) != wanted:
                raise SystemExit(f"{name}: {day.messages} messages and {day.trades} trades, expected {wanted}")
    return {name: lived for name, lived in found.items() if lived}
