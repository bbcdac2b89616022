"""What every institution of the market knows by trade: yields at the start, how they roll, who trades how much.

The prior yield of a security is the smooth curve of its class at the start (fixed in time to maturity), moved by the
policy rate that guidance leads the market to expect, plus the security's own residual of the first day and the premium
of its age:

    prior(s, t) = curve(years) + (r(t) - r(0)) L(years / T) + own(s, t) + premium(rank) - premium(rank at the start),
    own(s, t) = own(s, 0) - rough(s) (1 - exp(-t / D)),
    L(x) = (1 - exp(-x)) / x                                      (Vasicek average of a rate that reverts over T years)

Of the residual of the first day the rough part, which neighbours do not share, came of tastes for single issues, and
wears off as fast as tastes are renewed, in D days (``agents.buyers.issue_tastes``), or stays where nobody has any.

It is an origin, not an anchor: nobody trades towards it. Deviations from it are what demand responds to. Source: the
curve and the residuals are fitted to published prices of the first day (``experiments.build``); T is a guess.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np

from agents.bill_growth import BillGrowth
from agents.buyers.activity import pace_on
from market.bonds.securities import Kind, Securities
from market.exposure import exposure, root_of
from market.news import FACTORS, loadings
from market.units import FACE_PER_MUSD, Bool, Float, Int
from market.view import View

T = TypeVar("T")

COUPON_NODES = (0.5, 1.5, 2.5, 4.0, 6.0, 8.5, 15.0, 25.0)  # years: centres of the buyback buckets
BILL_NODES = (0.1, 0.5)
TIPS_NODES = (2.5, 7.0, 20.0)
NODES = len(COUPON_NODES) + len(BILL_NODES) + len(TIPS_NODES) + 1  # the last is FRN
SHORTEST_YEARS = 0.25  # below it a residual fades with the price that it can move
POLICY_REVERSION_YEARS = 1.5  # T: a guess
TICKET, TICKET_ON_THE_RUN = 25.0 * FACE_PER_MUSD, 100.0 * FACE_PER_MUSD  # of a usual customer: a guess


def hats(years: Float, nodes: tuple[float, ...]) -> Float:
    """Return linear weights on the nodes, shape (..., len(nodes)); each row sums to one."""
    out = np.zeros((*np.shape(years), len(nodes)))
    place = np.clip(np.searchsorted(nodes, years), 1, len(nodes) - 1)
    low, high = np.take(nodes, place - 1), np.take(nodes, place)
    share = np.clip((years - low) / (high - low), 0.0, 1.0)
    np.put_along_axis(out, place[..., None] - 1, (1.0 - share)[..., None], -1)
    np.put_along_axis(out, place[..., None], share[..., None], -1)
    return out


def node_weights(securities: Securities, years: Float) -> Float:
    """Return each security's weights on the nodes of its class, shape (S, NODES)."""
    out = np.zeros((len(securities), NODES))
    first = 0
    for kinds, nodes in (
        ((Kind.NOTE, Kind.BOND), COUPON_NODES),
        ((Kind.BILL,), BILL_NODES),
        ((Kind.TIPS,), TIPS_NODES),
    ):
        mine = securities.of(*kinds)
        out[mine, first : first + len(nodes)] = hats(years[mine], nodes)
        first += len(nodes)
    out[securities.of(Kind.FRN), first] = 1.0
    return out


def policy_average(years: Float) -> Float:
    """Return how much a move of the policy rate moves a yield: L(years / T)."""
    x = np.maximum(years, 1e-6) / POLICY_REVERSION_YEARS
    return np.asarray(-np.expm1(-x) / x)


@dataclass(frozen=True, slots=True)
class StartPattern:
    """Yields of the first day: smooth curves by class (years -> bp) and residuals by security."""

    nominal: Callable[[Float], Float]
    bill: Callable[[Float], Float]
    real: Callable[[Float], Float]
    own_bp: Float  # (S,); of an issue to come, that of the one on the run in its term
    renewed: Bool  # (S,) whether tastes renew part of it: notes, and bonds of up to ten years
    rough_bp: Float  # (S,) that part
    rank: Int  # (S,) that goes with own_bp
    rank_premium_bp: tuple[float, ...]  # by rank 0, 1, 2; older 0
    policy_bp: float  # the expected policy rate at the start


@dataclass(frozen=True, slots=True)
class Lessons:
    """What an institution works with today."""

    day: int
    prior_bp: Float  # (S,)
    loadings: Float  # (S, 3) of the news factors
    nodes: Float  # (S, NODES)
    node: Int  # (S,) the one that weighs most
    turnover: Float  # (S,) face that customers trade in a day, both sides
    per_share: Float  # (S,) face that one unit of benchmark share and of activity trades in a day
    ticket: Float  # (S,) face of a usual customer trade
    face_dv01: Float  # (S,) million dollars per bp and unit of face
    duration: Float  # (S,) years, for costs: not below half a year
    pace: float  # customers' trading today as a multiple of the usual
    bill_growth: float  # since the start, of bills in private hands
    claim: Float  # (S,) what a share of anticipated supply is multiplied by, of who does not respond to that


@dataclass(frozen=True, slots=True)
class Deviation:
    """The composite's deviation from the prior, in bp, by security (S,), and what a unit of each factor adds (S, 3).

    ``level`` is the part that a maturity node shares, stretched by substitution between neighbouring nodes: a local
    move weighs more than a parallel one. ``residual`` is the security's own part. The last months of a security fade
    out.
    """

    level: Float
    residual: Float
    level_load: Float
    residual_load: Float
    shared: Float  # the node's part without substitution: what a newcomer among its neighbours would be worth
    shared_load: Float


class Told(NamedTuple):
    """The public news of a day so far: when the last round was heard, how often something came, its sum, its pace."""

    day: int
    moment: int
    times: int
    news_bp: Float  # (3,)
    pace: float  # of trading, over that of the day


class Outlook:
    """The common education; one object serves all institutions of a market."""

    def __init__(
        self,
        pattern: StartPattern,
        turnover: Callable[[View], Float],
        activity: Float,
        covariance_bp: Float,
        pace: Callable[[int], float],
        bills: BillGrowth,
        taste_days: float = math.inf,
    ) -> None:
        self._pattern, self._turnover, self._pace, self._taste_days = pattern, turnover, pace, taste_days
        self.bills = bills
        self._covariance, self._root = covariance_bp, root_of(covariance_bp)
        self.activity = activity  # (S,) sum over customers of benchmark share times activity
        self.buybacks: Any = None  # agents.buyback_outlook, for who counts on purchases
        self.supply: Any = None  # agents.supply_outlook, where something may be announced
        self._lessons: Lessons | None = None
        self._deviation: tuple[int, Any, Deviation] | None = None
        self._streamed_bp: Float | None = None  # the prior of the day on which the composite was streamed
        self._view: View | None = None
        self._made: dict[Callable[[View], Any], Any] = {}
        self._told = Told(-1, -1, 0, np.zeros(FACTORS), 1.0)

    def __getstate__(self) -> dict[str, Any]:
        """Leave what was made of the last view out of a pickle."""
        return {**self.__dict__, "_view": None, "_made": {}}

    def once(self, view: View, make: Callable[[View], T]) -> T:
        """Return what ``make`` makes of a view, made when it is first asked for: the same for everybody."""
        if self._view is not view:
            self._view, self._made = view, {}
        if make not in self._made:
            self._made[make] = make(view)
        made: T = self._made[make]
        return made

    def on(self, view: View) -> Lessons:
        """Return what holds today; computed once a day."""
        if self._lessons is None or self._lessons.day != view.day:
            nodes = node_weights(view.securities, view.years)
            turnover, growth = self._turnover(view), self.bills.since_start(view)
            self._lessons = Lessons(
                view.day,
                self.prior_bp(view),
                loadings(view.years) * np.where(view.securities.of(Kind.FRN), 0.0, 1.0)[:, None],
                nodes,
                np.argmax(nodes, axis=1),
                turnover,
                turnover / np.maximum(self.activity, 1e-12),
                np.where(view.on_the_run & ~view.securities.of(Kind.BILL), TICKET_ON_THE_RUN, TICKET),
                view.dv01 * (0.01 / FACE_PER_MUSD),
                np.maximum(view.dv01 / np.maximum(view.reference_price, 1.0) * 1e4, 0.5),
                self._pace(view.day),
                growth,
                self.bills.claim(growth),
            )
        return self._lessons

    @property
    def renewed(self) -> Bool:
        """Return for which securities tastes are renewed (S,)."""
        return self._pattern.renewed

    def unit_loadings(self, view: View) -> Float:
        """Return loadings on uncorrelated factors of unit daily variance (S, 3): bp a standard deviation."""
        return exposure(self.on(view).loadings, self._root)

    def hear(self, model: Any, public_bp: Float, view: View) -> None:
        """Take in the public news (3,) of a round, once whoever says it: trading picks up after much of it."""
        moment, before = view.day * view.rounds + view.round, self._told
        if before.moment == moment:
            return
        if before.day != view.day:
            before = Told(view.day, moment, 0, np.zeros(FACTORS), 1.0)
        self._told = before._replace(moment=moment)
        if np.any(public_bp):
            news = before.news_bp + public_bp
            self._told = Told(view.day, moment, before.times + 1, news, pace_on(news, model.premises))

    def pace_now(self, view: View) -> tuple[int, float]:
        """Return how often public news came today, and customers' trading now as a multiple of the usual."""
        heard = self._told.day == view.day
        return (self._told.times if heard else 0), self.on(view).pace * (self._told.pace if heard else 1.0)

    def book_pressure(self, view: View) -> Float:
        """Return the aggressors' net buying in the books of the last round as it bears on the factors, $m/bp (3,).

        Scaled so that one $m/bp of level flow moves the level by one unit; cross effects by the factors' covariance
        (Kyle).
        """
        today = self.on(view)
        bought = exposure(view.book_flow * today.face_dv01, today.loadings)
        return np.asarray(exposure(bought, self._covariance) / self._covariance[0, 0])

    def anchor(self, drift_bp: Float) -> None:
        """Take the drift of the composite from published yields (S,) out of the usual pattern; NaN counts as none."""
        own = self._pattern.own_bp - np.where(np.isfinite(drift_bp), drift_bp, 0.0)
        self._pattern = replace(self._pattern, own_bp=own)
        self._lessons = self._deviation = None

    def foresee(self, supply: Any) -> None:
        """Let what was announced of supply (``agents.supply_outlook.SupplyOutlook``) be known."""
        self.supply, self._lessons = supply, None

    def prior_bp(self, view: View) -> Float:
        """Return the prior yield of every security (S,)."""
        p, s = self._pattern, view.securities
        years = np.maximum(view.years, 1 / 365)
        curve = np.where(s.of(Kind.BILL), p.bill(years), np.where(s.of(Kind.TIPS), p.real(years), p.nominal(years)))
        policy = (view.rates.expected - p.policy_bp) * policy_average(years)
        premium = self._premium(view.rank) - self._premium(p.rank)
        fade = np.minimum(years / SHORTEST_YEARS, 1.0)
        foreseen = None if self.supply is None else self.supply.expected_bp(view, node_weights(s, view.years))
        if foreseen is not None:
            curve = curve + fade * foreseen
        own = p.own_bp + p.rough_bp * math.expm1(-max(view.day, 0) / self._taste_days)
        prior = curve + policy + fade * (own + np.where(s.of(Kind.NOTE, Kind.BOND), premium, 0.0))
        return np.where(s.of(Kind.FRN), fade * own, prior)

    def _premium(self, rank: Int) -> Float:
        table = np.array([*self._pattern.rank_premium_bp, 0.0])
        last = len(table) - 1
        return np.asarray(table[np.where((rank < 0) | (rank > last), last, rank)])

    def streamed(self, view: View) -> None:
        """Note that a composite was formed by who takes today's prior for usual."""
        self._streamed_bp = self.on(view).prior_bp

    def deviation(self, view: View) -> Deviation:
        """Return how far the composite lies from the prior of the day on which it was streamed, computed once.

        In the first round, before dealers have streamed, that is the day before: what has become usual overnight is no
        deviation of yields that did not know it.
        """
        moment, seen = view.day * view.rounds + view.round, view.composite_bp.base
        if self._deviation is None or self._deviation[0] != moment or self._deviation[1] is not seen:
            today = self.on(view)
            known = view.tradable & np.isfinite(view.composite_bp)
            fade = np.where(known, np.minimum(view.years / SHORTEST_YEARS, 1.0), 0.0)
            usual = today.prior_bp if self._streamed_bp is None else self._streamed_bp
            gap = np.where(known, fade * (view.composite_bp - usual), 0.0)
            moves = np.column_stack([gap, fade[:, None] * today.loadings])
            smooth, stretched = smooth_by_node(moves, today.nodes, view.anticipated * fade)
            rest = np.where(known[:, None], moves - smooth, 0.0)
            parts = [columns for part in (stretched, rest, smooth) for columns in (part[:, 0], part[:, 1:])]
            level, level_load, residual, residual_load, shared, shared_load = parts
            away = Deviation(level, residual, level_load, residual_load, shared, shared_load)
            self._deviation = (moment, seen, away)
        return self._deviation[2]


SUBSTITUTION = 1.5  # slope between neighbouring nodes relative to the slope of the level: a guess


def smooth_by_node(moves: Float, nodes: Float, weight: Any) -> tuple[Float, Float]:
    """Return the part of each column of ``moves`` (S, K) that its nodes share, plain and with substitution added.

    Linear in ``moves``: what news explains of a deviation is the same operation on the loadings of the news.
    """
    mass = np.maximum(exposure(weight, nodes), 1e-9)
    level = exposure((weight[:, None] * moves).T, nodes).T / mass[:, None]
    n = len(COUPON_NODES)
    chain = level[:n]
    pull = np.zeros_like(chain)
    pull[1:] += chain[1:] - chain[:-1]
    pull[:-1] += chain[:-1] - chain[1:]
    stretched = level.copy()
    stretched[:n] += SUBSTITUTION * pull
    return exposure(nodes, level), exposure(nodes, stretched)
