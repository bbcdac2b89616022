"""Treasury futures as they are traded and cleared: a call in every other round, a settlement in each evening.

``trade_futures`` is an act of the round: schedules of demand meet in one call for each contract
(``market.futures.call``). The price of the round before is carried to it at an unchanged spread over repo
(``market.futures.board``), so that cash prices move futures at once and orders move the spread; that futures lead cash
is left out. ``settle_futures`` is an act of the evening: gains of the day are paid in cash to the cent, initial margin
is called or returned (``market.accounts.margin``), all through the clearing house's account, which owns exactly the
margin that it owes. On the last day of a delivery month's lead everybody is settled at the fair price, what delivering
the cheapest is worth at the repo rate, so that who holds to the end earns the implied repo rate whatever others pay;
every position goes on, contract for contract, in the next month at the same spread. No security is delivered: nearly
all open interest is rolled before delivery.

Positions are contracts by account, int64, long positive; they sum to zero. What is owed is counted in contracts x 1e-8
points since the last settlement, exactly.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts import margin
from market.accounts.instruments import FED, Money
from market.books.messages import stacked
from market.futures import call as futures_call
from market.futures.board import FuturesBoard
from market.futures.cycle import FACE_DOLLARS, N_CONTRACTS, Cycle, Grades, cycle_on, grades_on
from market.roles import FuturesTrader
from market.units import POINT_E8, Bool, Float, Int, sealed

MEMO_FUTURES = "futures margin"
UNITS = FACE_DOLLARS // 100_000  # a contract x 1e-8 point is so many thousandths of a cent
CALL_EVERY = 2  # rounds: those in which investors look at their portfolios
REPO_DAYS = 10.0  # over which overnight repo is averaged into what it is expected to cost: a guess


@dataclass(frozen=True, slots=True)
class FuturesRules:
    """How futures start and are margined; ``margin_steps`` are days from which margins are so many times the rule's."""

    start_spread_bp: float = 10.0
    margin_deviations: float = 4.3
    margin_steps: tuple[tuple[int, float], ...] = ()

    def margin_scale(self, day: int) -> float:
        """Return the scale in force on a day."""
        return next((scale for since, scale in reversed(self.margin_steps) if day >= since), 1.0)


class FuturesMarket:
    """Positions, prices and margins of the lead contracts; ``row`` is the clearing house's account."""

    def __init__(self, row: int, rules: FuturesRules, position: Int, variance: Float) -> None:
        if position.sum(axis=0).any():
            raise ValueError(f"futures: positions sum to {position.sum(axis=0).tolist()}, expected 0 for each contract")
        self.row, self.rules = row, rules
        self.position = position.copy()  # (accounts, C)
        self.owed = np.zeros_like(self.position)
        self.price_e8: Int = np.zeros(N_CONTRACTS, np.int64)
        self.settled_e8: Int = np.zeros(N_CONTRACTS, np.int64)
        self.spread_bp: Float = np.full(N_CONTRACTS, rules.start_spread_bp)
        self.variance = variance.copy()
        self.margin_rate = margin.margin_rate(self.variance, rules.margin_deviations)
        self.variation: Int = np.zeros(len(position), np.int64)  # cents received this evening
        self.volume: Int = np.zeros(N_CONTRACTS, np.int64)
        self.repo_bp = np.nan
        self.traded_day: int | None = None
        self.cycle: Cycle
        self.grades: Grades
        self.fair: Float = np.full(N_CONTRACTS, np.nan)
        self.bp_per_point: Float = np.ones(N_CONTRACTS)
        self.board: FuturesBoard | None = None

    # ---- prices ----------------------------------------------------------------------------------
    def start_day(self, market: Any) -> None:
        """Find what may be delivered; begin to count volume."""
        if self.traded_day == market.day:
            return
        if self.traded_day is None:  # the first day of all
            self.cycle = cycle_on(market.date)
            self.repo_bp = float(market.sofr_bp if np.isfinite(market.sofr_bp) else market.rates.on_rrp)
        self.traded_day = market.day
        self.volume = np.zeros(N_CONTRACTS, np.int64)
        self._grade(market)

    def _grade(self, market: Any) -> None:
        given = market.securities, market.coupon_e3, market.outstanding
        self.grades = grades_on(*given, market.settle_date, self.cycle)

    def carry(self, market: Any) -> None:
        """Move prices with those of the cash market, at unchanged spreads, and show the board."""
        g, view = self.grades, market.last_view()
        price = view.price(market.composite_bp)
        forwards = g.forwards(price, self.repo_bp)
        best = g.cheapest(forwards)
        there = best >= 0
        row, place = best[there], g.place[best[there]]
        self.fair = np.full(N_CONTRACTS, np.nan)
        self.fair[there] = forwards[row]
        lent = (price[place] + g.accrued[row]) * g.days - g.coupon[row] * g.waiting[row]
        self.bp_per_point[there] = g.factor[row] / lent * 360e4
        was = self.price_e8
        self.price_e8 = np.where(there, _on_tick(self.fair + self.spread_bp / self.bp_per_point, was), was)
        self._strike(self.price_e8, (self.settled_e8 == 0) & (self.price_e8 > 0))  # the first price of a contract
        dv01 = np.full(N_CONTRACTS, np.nan)
        dv01[there] = market.dv01[place] / g.factor[row] / 100.0 * FACE_DOLLARS[there]
        self._show(price, best, dv01)

    def _show(self, price: Float, best: Int, dv01: Float) -> None:
        points = self.price_e8 / POINT_E8
        shown = {
            "price": points,
            "spread_bp": self.spread_bp.copy(),
            "bp_per_point": self.bp_per_point.copy(),
            "dv01_dollars": dv01,
            "value_dollars": points / 100.0 * FACE_DOLLARS,
            "margin_rate": self.margin_rate,
            "open_interest": np.maximum(self.position, 0).sum(axis=0),
            "cheapest": np.where(best >= 0, self.grades.place[best], -1),
            "contract": self.grades.contract,
            "place": self.grades.place,
            "implied_bp": self.grades.implied_repo_bp(price, points) - self.repo_bp,
        }
        told = {name: sealed(array.copy()) for name, array in shown.items()}
        self.board = FuturesBoard(cycle=self.cycle, days=self.grades.days, repo_bp=self.repo_bp, **told)

    def _strike(self, price_e8: Int, contracts: Bool | slice = slice(None)) -> None:
        """Let what is owed in contracts, by default in all, be counted from these prices on."""
        self.settled_e8[contracts] = price_e8[contracts]
        self.owed[:, contracts] = -self.position[:, contracts] * price_e8[contracts]

    # ---- trading ---------------------------------------------------------------------------------
    def call(self, schedules: NDArray[Any]) -> None:
        """Hold the call of each contract; trades change positions at one price each."""
        schedules = schedules[np.lexsort((schedules["owner"], schedules["contract"]))]
        ends = np.searchsorted(schedules["contract"], np.arange(N_CONTRACTS + 1))
        for c in np.flatnonzero(np.diff(ends)).tolist():
            mine = schedules[ends[c] : ends[c + 1]]
            ticks, traded = futures_call.clear(mine)
            self.price_e8[c] += ticks * futures_call.TICK_E8
            self.spread_bp[c] += ticks * futures_call.TICK_E8 / POINT_E8 * self.bp_per_point[c]
            np.add.at(self.position[:, c], mine["owner"], traded)
            np.add.at(self.owed[:, c], mine["owner"], -traded * self.price_e8[c])
            self.volume[c] += int(traded[traded > 0].sum())

    def widen(self, accounts: int) -> None:
        """Make room for accounts that were opened since."""
        more = accounts - len(self.position)
        if more > 0:
            self.position, self.owed = (np.pad(a, ((0, more), (0, 0))) for a in (self.position, self.owed))

    # ---- settlement ------------------------------------------------------------------------------
    def settlement_cents(self, price_e8: Int) -> Int:
        """Return what each account receives (A,) at settlement prices; nothing is owed from then on."""
        due = ((self.owed + self.position * price_e8) * UNITS).sum(axis=1)
        self._strike(price_e8)
        return margin.variation_cents(due)

    def needed_cents(self) -> Int:
        """Return the initial margin of each account (A,); the Fed posts none."""
        each = np.rint(self.margin_rate * self.settled_e8 * UNITS / 1000.0).astype(np.int64)
        needed = np.asarray((np.abs(self.position) * each).sum(axis=1))
        needed[FED] = 0
        return needed


def trade_futures(market: Any) -> None:
    """Hold the call in futures, where they are traded, in every other round."""
    futures = market.futures
    if futures is None or market.round % CALL_EVERY:
        return
    futures.widen(len(market.ledger))
    futures.start_day(market)
    futures.carry(market)
    view, pieces = market.view(), []
    for who in market.playing(FuturesTrader):
        pieces.append(futures_call.signed(market, who, who.trade_futures(view), N_CONTRACTS))
    futures.call(stacked(pieces, futures_call.SCHEDULES))


def settle_futures(market: Any) -> None:
    """Pay the day's gains in cash, and call or return initial margin; roll on the lead's last day."""
    futures = market.futures
    if futures is None:
        return
    before = futures.settled_e8.copy()
    futures.carry(market)
    rolls = not market.burning_in and market.date >= futures.cycle.last_day
    final = _on_tick(futures.fair, futures.price_e8) if rolls else futures.price_e8
    futures.variance = margin.next_variance(futures.variance, final / POINT_E8, before / POINT_E8)
    with market.flows.under(MEMO_FUTURES):
        futures.variation = futures.settlement_cents(final)
        _pass_on(market, futures)
        if rolls:
            _roll(market, futures)
        scale = futures.rules.margin_scale(market.date)
        futures.margin_rate = margin.margin_rate(futures.variance, futures.rules.margin_deviations, scale)
        _call_margin(market, futures)
    if np.isfinite(market.sofr_bp):
        futures.repo_bp += (market.sofr_bp - futures.repo_bp) / REPO_DAYS


def _roll(market: Any, futures: FuturesMarket) -> None:
    """Go on in the next month, contract for contract, at the same spread."""
    futures.cycle = cycle_on(market.settle_date)
    futures._grade(market)
    futures.carry(market)
    futures._strike(futures.price_e8)


def _pass_on(market: Any, futures: FuturesMarket) -> None:
    """Let who lost pay the clearing house, and the clearing house who gained."""
    cents = futures.variation
    lost, gained = np.flatnonzero(cents < 0), np.flatnonzero(cents > 0)
    market.ledger.pay("variation margin", lost, futures.row, -cents[lost])
    market.ledger.pay("variation margin", futures.row, gained, cents[gained])


def _call_margin(market: Any, futures: FuturesMarket) -> None:
    """Bring what each account has posted to what it must post."""
    posted = market.ledger.balance[:, Money.MARGIN].copy()
    posted[futures.row] = 0
    change = futures.needed_cents() - posted
    more, less = np.flatnonzero(change > 0), np.flatnonzero(change < 0)
    market.ledger.pay("initial margin", more, futures.row, change[more])
    market.ledger.transfer("initial margin", Money.MARGIN, futures.row, more, change[more])
    market.ledger.transfer("initial margin", Money.MARGIN, less, futures.row, -change[less])
    market.ledger.pay("initial margin", futures.row, less, -change[less])


def _on_tick(points: Float, otherwise: Int) -> Int:
    """Return prices on the tick, in 1e-8 points; ``otherwise`` where there is none."""
    ticks = np.rint(np.where(np.isfinite(points), points, 0.0) * (POINT_E8 / futures_call.TICK_E8)).astype(np.int64)
    return np.where(np.isfinite(points), ticks * futures_call.TICK_E8, otherwise)


def futures_laws(market: Any) -> dict[str, tuple[int, int]]:
    """Return what must hold each evening, as pairs of what is found and expected; nothing without futures."""
    futures = market.futures
    if futures is None:
        return {}
    held = market.ledger.balance[futures.row]
    posted = market.ledger.balance[:, Money.MARGIN].copy()
    posted[futures.row] = 0
    return {
        "futures that are long are short": (int(np.abs(futures.position.sum(axis=0)).sum()), 0),
        "variation margin paid is received": (int(futures.variation.sum()), 0),
        "the clearing house has what it owes": (int(held[Money.DEPOSITS]), -int(held[Money.MARGIN])),
        "initial margin posted is what is asked": (int(np.abs(posted - futures.needed_cents()).sum()), 0),
    }
