"""A market that somebody looks at: a start that all share, packed, and sessions that unpack it for themselves.

A session lives day by day, keeps its tables in memory, and notes each change of a lever. The second arm is the same
start without the changes: it is made when first asked for, and lives what it missed. Only one market of a process moves
at a time.
"""

import json
import pickle
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any

import numpy as np
import pandas as pd

from dashboard.levers import Change, Levers, changes, move, noted, tables, world
from experiments.run import start_clock
from experiments.sections.world import Scenario
from experiments.sweeps.branching import branch, forget, lived_burn_in
from market.model import TreasuryMarket
from market.tables.record import Record
from market.tables.record_columns import COLUMNS
from market.units import FACE_PER_MUSD, to_date

QUOTED = "refresh_quotes"  # act of a round
KEPT = "requests"  # for the network of who trades with whom
_MOVING = RLock()


@dataclass(frozen=True)
class Start:
    """A market at the end of its burn-in, packed in memory."""

    scenario: Scenario
    base: str  # how a scenario file names it
    seed: int
    packed: bytes

    @classmethod
    def of(cls, scenario: Scenario, base: str, seed: int) -> "Start":
        """Live the burn-in of a scenario."""
        market = branch(lived_burn_in(scenario, seed), scenario, Record())
        return cls(scenario, base, seed, pickle.dumps(market, pickle.HIGHEST_PROTOCOL))

    def market(self) -> TreasuryMarket:
        """Return a market of one's own on the eve of the first day."""
        market: TreasuryMarket = pickle.loads(self.packed)  # made by this process
        market.record = Record(keep=tuple({*self.scenario.run.keep, KEPT}))
        start_clock(market)
        return market


STARTED: list[Start] = []  # the one that a server serves


class Tables:
    """The tables of a market as they stand; figures read them as those of a run folder."""

    def __init__(self, market: TreasuryMarket, scenario: Scenario) -> None:
        self.market, self.scenario = market, scenario.model_dump(mode="json")
        self._read: dict[str, tuple[int, pd.DataFrame]] = {}

    def __getitem__(self, table: str) -> pd.DataFrame:
        """Return a table up to the last day; one that had nothing to say is empty."""
        day = self.market.day
        if table not in self._read or self._read[table][0] != day:
            known = self.market.record.rows.get(table, 0)
            empty = pd.DataFrame(columns=list(COLUMNS[table]))
            self._read[table] = day, self.market.record.to_pandas(table) if known else empty
        return self._read[table][1]


def resting(market: TreasuryMarket) -> pd.DataFrame:
    """Return what rests in the books now: place of the security, price in points, millions of face, bid or offer."""
    faces = np.asarray(market.books.faces)
    place, level = np.nonzero(faces)
    bid = np.asarray(market.books.bid)[place]
    ladder = getattr(market, "ladder", None)  # none before the first day
    price = ladder.base[place] + ladder.tick[place] * level if ladder is not None else np.zeros(len(place))
    musd = faces[place, level] / FACE_PER_MUSD
    return pd.DataFrame({"place": place, "price": price, "musd": musd, "is_bid": level <= bid})


class Session:
    """A market, its tables and its levers."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self._other: Session | None = None
        self._begin()

    def _begin(self) -> None:
        """Stand on the eve of the first day, the levers where the scenario has them."""
        with _MOVING:
            self.market = self.start.market()
            self.levers = Levers(buyback_mode=self.start.scenario.policy.buybacks.mode)
            self.changes: list[Change] = []
            self.books: pd.DataFrame = resting(self.market)
            self.tables = Tables(self.market, self.start.scenario)

    def reset(self) -> None:
        """Begin again."""
        with _MOVING:
            self.close()
            self._begin()

    def close(self) -> None:
        """Let the markets go."""
        with _MOVING:
            forget(self.market)
            if self._other is not None:
                self._other.close()
            self._other = None

    @property
    def day(self) -> int:
        """Days lived."""
        return self.market.day

    @property
    def date(self) -> str:
        """The last day lived, or the eve."""
        return f"{to_date(self.market.date):%d %B %Y}"

    @property
    def over(self) -> bool:
        """Whether the calendar has no day left."""
        return self.market.day >= len(self.market.premises.dates)

    def step(self, both: bool = False) -> None:
        """Live one day; ``both`` arms, the second one whatever it missed too."""
        with _MOVING:
            if not self.over:
                self._live_a_day()
            if both:
                self.other()

    def _live_a_day(self) -> None:
        """Live a day; remember the books as they are quoted last, before orders take what rests there."""
        for act in self.market.moments():
            if act == QUOTED and self.market.round == self.market.rounds - 1:
                self.books = resting(self.market)

    def other(self) -> "Session":
        """Return the arm without the changes, on the same day."""
        with _MOVING:
            if self._other is None:
                self._other = Session(self.start)
            while self._other.day < self.day:
                self._other.step()
            return self._other

    def change(self, **moved: Any) -> list[Change]:
        """Move levers from the next day on; return what was changed. UserError if they describe no world."""
        with _MOVING:
            after = replace(self.levers, **moved)
            move(self.market, self.start.scenario, self.levers, after)
            found = changes(self.market, self.levers, after)
            self.changes = noted(self.changes, found)
            self.levers = after
            return found

    def export(self) -> str:
        """Return the scenario file that the levers describe, with the changes made on the way as remarks."""
        world(self.start.scenario, self.levers)
        lines = [f"# The sliders of offtherun dashboard {self.start.base}, as they stood after {self.day} days."]
        lines += [f"# {change}" for change in self.changes]
        lines += [f"base = {json.dumps(self.start.base)}", f"about = {json.dumps('The world of the sliders.')}"]
        return "\n".join([*lines, *toml(tables(self.start.scenario, self.levers)), ""])


def toml(values: dict[str, Any], above: str = "") -> list[str]:
    """Return tables as lines of TOML: plain keys first, then the tables within, lists of tables one by one."""
    lines = [f"{key} = {_plain(value)}" for key, value in values.items() if not _nested(value)]
    if above and lines:
        lines = ["", f"[{above}]", *lines]
    for key, value in values.items():
        name = f"{above}.{key}" if above else key
        if isinstance(value, dict):
            lines += toml(value, name)
        elif _nested(value):
            for one in value:
                plain = [f"{inner} = {_plain(what)}" for inner, what in one.items() if what is not None]
                lines += ["", f"[[{name}]]", *plain]
    return lines


def _nested(value: Any) -> bool:
    """Tell whether a value stands in a table of its own."""
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _plain(value: Any) -> str:
    """Return a value in TOML; a text that is a date is one."""
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        return value
    return json.dumps(value)
