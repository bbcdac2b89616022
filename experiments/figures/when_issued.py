"""A new issue before it exists: its yield from announcement to issue, who holds it, and what trades on the way.

``watch`` lives through the days of a market until the next new note or bond of a term has been issued. ``draw`` shows
by round the middle of the dealers' streams with the stop of the auction, and what dealers hold of the issue (below 0:
they have sold what they do not have yet); and by day what traded, and where.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.style import BLACK, BLUE, GREY, ORANGE, label, legend, series, stacked
from market.bonds.securities import Kind
from market.books.messages import Auction, Venue
from market.tables.record_columns import DEALERS
from market.units import FACE_PER_BILLION, Float, Int, to_date

VENUES = {Venue.REQUEST: ("by request", ORANGE), Venue.BOOK: ("in books", BLUE), Venue.SESSION: ("session", BLACK)}
PANEL_HIGH = 1.9  # inches


@dataclass(frozen=True, slots=True)
class Life:
    """A new issue on D business days of R rounds, from the day of its announcement to that of its issue."""

    name: str
    days: Int  # (D,) day numbers
    yield_bp: Float  # (D, R) middle of the dealers' streams, at the start of a round
    dealers: Int  # (D, R) face that dealers hold, sold short below 0, at the end of a round
    traded: Int  # (D, V) face, in the order of ``VENUES``
    auction: Auction
    stop_bp: float  # NaN if nothing was sold
    tail_bp: float
    traded_before: int  # face, before bids closed
    short_before: int  # face that accounts were short of when bids closed, each net


def watch(market: Any, term_months: int) -> Life:
    """Live through days until the next new note or bond of a term, announced from now on, has been issued."""
    auction: Auction | None = None
    days, yields, dealers, traded = [], [], [], []
    while auction is None or market.date < auction.issue_day:
        middle, held = [], []
        for act in market.moments():
            if act == "announce" and auction is None:
                auction = _new(market, term_months)
            elif act == "stream_prices" and auction is not None:
                middle.append(float(market.composite_bp[auction.security]))
            elif act == "lay_off_risk" and auction is not None:
                held.append(_held(market, auction.security))
        if auction is not None:
            days.append(market.date)
            yields.append(middle)
            dealers.append(held)
            traded.append(_traded(market, auction.security))
    name = f"{term_months // 12}-year {Kind(market.securities.kind[auction.security]).name.lower()}"
    seen = np.array(days), np.array(yields), np.array(dealers), np.array(traded)
    return Life(name, *seen, auction, *_result(market, auction.security))


def _new(market: Any, term_months: int) -> Auction | None:
    """Return the auction of a new note or bond of a term that is announced today, if there is one."""
    s = market.securities
    for auction in market.auctions:
        coupon = s.kind[auction.security] in (Kind.NOTE, Kind.BOND) and s.term_months[auction.security] == term_months
        if coupon and auction.first and auction.announced_day == market.date:
            return auction  # type: ignore[no-any-return]
    return None


def _held(market: Any, security: int) -> int:
    """Return what dealers hold of a security in all, trades that are not settled included."""
    rows = np.flatnonzero(market.sectors == DEALERS)
    return int(market.ledger.position_in(rows, np.full(len(rows), security)).sum())


def _traded(market: Any, security: int) -> list[int]:
    """Return the face of a security that was traded today in each of ``VENUES``."""
    trades = market.tape.everything()
    return [int(trades["face"][(trades["security"] == security) & (trades["venue"] == v)].sum()) for v in VENUES]


def _result(market: Any, security: int) -> tuple[float, float, int, int]:
    """Return the stop and the tail of the latest auction of a security, and what was traded and short before it."""
    held = market.record.to_pandas("auctions")
    row = held[held["cusip"] == market.securities.cusip[security]].iloc[-1]
    before = int(row["when_issued_face"]), int(row["when_issued_short_face"])
    return 100.0 * float(row["stop_percent"]), float(row["tail_bp"]), *before


def draw(life: Life) -> Figure:
    """Draw the life of a new issue."""
    return stacked((_yield, _dealers, _volume), life, PANEL_HIGH)


def _yield(axes: Axes, life: Life) -> None:
    """Draw its yield by round, and the stop where the auction was."""
    axes.plot(_rounds(life), life.yield_bp.ravel() / 100, **series(0), label="middle of the streams")
    rounds = life.yield_bp.shape[1]
    held = int(np.searchsorted(life.days, life.auction.auction_day)) + (life.auction.round + 0.5) / rounds
    stop = f"stop, {life.stop_bp / 100:.3f} %"
    axes.plot([held], [life.stop_bp / 100], "D", color=BLACK, markersize=4, label=stop, zorder=3)
    label(axes, f"New {life.name}: yield; tail {life.tail_bp:+.2f} bp", "percent", dates=False)
    _days(axes, life)


def _dealers(axes: Axes, life: Life) -> None:
    """Draw what dealers hold of it by round."""
    axes.plot(_rounds(life), life.dealers.ravel() / FACE_PER_BILLION, **series(0), label="dealers hold, all together")
    axes.axhline(0, color=BLACK, linewidth=0.8)
    short = life.short_before / FACE_PER_BILLION
    label(axes, f"Held: {short:.1f} billion short before the auction", "billion dollars", dates=False)
    _days(axes, life)


def _volume(axes: Axes, life: Life) -> None:
    """Draw what traded by day, and where."""
    low, middle = np.zeros(len(life.days)), np.arange(len(life.days)) + 0.5
    for part, (name, colour) in zip(life.traded.T / FACE_PER_BILLION, VENUES.values(), strict=True):
        axes.bar(middle, part, 0.7, bottom=low, facecolor=colour, edgecolor=BLACK, linewidth=0.5, label=name)
        low = low + part
    axes.grid(axis="x", visible=False)
    before, offering = life.traded_before / FACE_PER_BILLION, life.auction.offering / FACE_PER_BILLION
    title = f"Traded: before the auction {before:.1f} of {offering:.0f} billion"
    label(axes, title, "billion dollars", dates=False)
    _days(axes, life)


def _rounds(life: Life) -> Float:
    """Return where each round stands on an axis of days."""
    return np.asarray((np.arange(life.yield_bp.size) + 0.5) / life.yield_bp.shape[1])


def _days(axes: Axes, life: Life) -> None:
    """Name the days of announcement, auction and issue, and draw where days begin."""
    named = {"announced": life.days[0], "auction": life.auction.auction_day, "issued": life.days[-1]}
    axes.set_xticks(np.searchsorted(life.days, list(named.values())) + 0.5, list(named))
    axes.set_xlim(0, len(life.days))
    for edge in range(1, len(life.days)):
        axes.axvline(edge, color=GREY, linewidth=0.3, zorder=0)
    first, last = to_date(life.days[0]), to_date(life.days[-1])
    axes.set_xlabel(f"business days, {first.day} {first:%B} to {last.day} {last:%B %Y}")
    legend(axes)
