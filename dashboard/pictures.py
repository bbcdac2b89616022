"""Pictures of a live market that no run folder has: a security's book and owners, an account, two arms."""

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.buckets import BILLS, NAMES, of_years
from experiments.figures.gallery import FIGURES
from experiments.figures.style import BLUE, ORANGE, SETTINGS, Panel, area, dated, label, legend, says, series
from market.accounts.instruments import N_MONEY, Money
from market.bonds.securities import Kind
from market.model import TreasuryMarket
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD

OWNERS = 12
PANEL_INCHES, PICTURE_INCHES, ARMS_INCHES = (5.0, 3.3), (5.2, 3.2), (10.4, 5.6)
MARGINS = {"left": 0.14, "right": 0.88, "bottom": 0.3, "top": 0.91}
NAMED = (FIGURES["owners"].panel, FIGURES["residuals"].panel)  # names on an axis or below it need room of their own
DAY = pd.Timedelta(days=1)
COMPARED = (  # column of daily, divisor, title, unit
    ("yield_10y_bp", 100, "10-year yield", "percent"),
    ("spread_off_bp", 1, "Spread paid off the run", "basis points"),
    ("dealer_net_musd", 1000, "Dealers' net inventory", "billion dollars of face"),
    ("reserves_musd", 1000, "Reserves", "billion dollars"),
)


def names_of(market: TreasuryMarket) -> dict[str, str]:
    """Return the securities outstanding: CUSIP by what people call it, shortest maturity first."""
    s = market.securities
    alive = np.flatnonzero(market.outstanding > 0)
    order = alive[np.argsort(s.maturity_day[alive], kind="stable")]
    return {_name(market, place): s.cusip[place] for place in order.tolist()}


def _name(market: TreasuryMarket, place: int) -> str:
    """Return kind, coupon, maturity and CUSIP of a security."""
    s = market.securities
    matures = pd.Timestamp(int(s.maturity_day[place]), unit="D")
    newest = ", on the run" if market.on_the_run[place] else ""
    coupon = f"{market.coupon_e3[place] / 1000:g} % " if market.coupon_e3[place] else ""
    return f"{coupon}{Kind(s.kind[place]).name.lower()} of {matures:%d %b %Y}{newest} ({s.cusip[place]})"


def book(market: TreasuryMarket, resting: pd.DataFrame, cusip: str) -> Figure:
    """Draw the ladder of a security as it was quoted last: firm bids and offers by price."""
    place = market.securities.place(cusip)
    mine, tick = resting[resting["place"] == place], float(market.ladder.tick[place])
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=PICTURE_INCHES, layout="constrained")
        axes = figure.subplots()
        for side, colour, name in ((mine["is_bid"], BLUE, "bids"), (~mine["is_bid"], ORANGE, "offers")):
            axes.barh(mine["price"][side], mine["musd"][side], 0.8 * tick, **area(colour), label=name)
        label(axes, "Book, last round", "price, points per 100", dates=False)
        axes.set_xlabel("million dollars of face")
        if len(mine):
            axes.ticklabel_format(axis="y", useOffset=False)
            legend(axes)
        else:
            axes.set_yticks([])
            says(axes, "no firm quote: it trades by request")
    return figure


def owners(market: TreasuryMarket, cusip: str) -> Figure:
    """Draw who holds most of a security, and the rest."""
    place = market.securities.place(cusip)
    held = market.ledger.position_all()[:, place] / FACE_PER_MUSD
    order = [row for row in np.argsort(-held, kind="stable")[:OWNERS].tolist() if held[row] > 0]
    names = [market.ledger.names[row] for row in order]
    amounts = [float(held[row]) for row in order]
    rest = float(held[held > 0].sum()) - sum(amounts)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=PICTURE_INCHES, layout="constrained")
        axes = figure.subplots()
        axes.barh(range(len(order) + 1), [*amounts, rest], color=BLUE)
        axes.set_yticks(range(len(order) + 1), [*names, "all others"])
        axes.invert_yaxis()
        label(axes, "Owners", "", dates=False)
        axes.set_xlabel("million dollars of face")
    return figure


def account(market: TreasuryMarket, name: str) -> pd.DataFrame:
    """Return what an institution owns and owes in money, and its securities by maturity, in millions of dollars."""
    row = market.ledger.row_of(name)
    money = np.asarray(market.ledger.balance[row, :N_MONEY]) / CENTS_PER_MUSD
    rows = [(m.name.lower().replace("_", " "), float(money[m])) for m in Money if money[m]]
    face, s = np.asarray(market.ledger.position([row]))[0] / FACE_PER_MUSD, market.securities
    years = pd.Series(np.maximum(s.maturity_day - market.date, 0) / 365.25)
    bucket = of_years(years).astype(object).where(~pd.Series(s.of(Kind.BILL)), BILLS)
    sums = pd.Series(face).groupby(bucket).sum()
    rows += [(_of_bucket(bucket), float(sums[bucket])) for bucket in NAMES if sums.get(bucket, 0.0)]
    return pd.DataFrame(rows, columns=["what", "million dollars"]).round(2)


def _of_bucket(bucket: str) -> str:
    """Return what a bucket holds."""
    return bucket if bucket == BILLS else f"securities of {bucket} years"


def alone(panel: Panel, tables: Any) -> Figure:
    """Draw one panel of the gallery from the tables so far."""
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=PANEL_INCHES, layout="constrained" if panel in NAMED else None)
        if panel not in NAMED:  # finding the margins costs as much as drawing
            figure.subplots_adjust(**MARGINS)
        axes = figure.subplots()
        panel(axes, tables)
        show_one_day(axes, tables["daily"]["date"])
    return figure


def show_one_day(axes: Axes, days: "pd.Series[Any]") -> None:
    """Make the lines of axes of dates points while there is one day only: a line of one day is no line."""
    if len(days) == 1 and dated(axes):
        for line in axes.lines:
            if len(np.atleast_1d(line.get_xdata())) == 1:
                line.set_marker("o")
                line.set_clip_on(False)  # it may lie on the edge
        axes.set_xlim(days.iloc[0] - DAY, days.iloc[0] + DAY)


def arms(mine: Any, other: Any) -> Figure:
    """Draw what matters of two arms side by side: with the changes, and without."""
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=ARMS_INCHES, layout="constrained")
        for axes, (column, over, title, unit) in zip(figure.subplots(2, 2).flat, COMPARED, strict=True):
            for place, (daily, name) in enumerate(((mine["daily"], "your sliders"), (other["daily"], "untouched"))):
                axes.plot(daily["date"], daily[column] / over, **series(place), label=name)
            label(axes, title, unit)
            show_one_day(axes, mine["daily"]["date"])
            legend(axes)
    return figure
