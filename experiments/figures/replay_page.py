"""One page of a replay: the accounting side above, the behavioural side below, each beside what was published."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.belief.replay import (
    CASH_DAILY,
    DEBT,
    LABEL,
    MATURITY,
    MONEY,
    RESERVES,
    REVERSE_REPO,
    SOMA_TOTAL,
    Item,
    Replay,
)
from experiments.figures import style
from experiments.figures.style import (
    BLACK,
    GREY,
    PAGE_INCHES,
    RED,
    SETTINGS,
    SKY,
    Panel,
    area,
    label,
    legend,
    series,
)
from market.units import to_date

MUSD_PER_BN = 1_000
OPERATIONS_PER_TICK = 8
MARGIN_DAYS = 4
MARGIN = 0.05  # of what is the most: a point on an edge would be cut


def money(axes: Axes, found: Replay) -> None:
    """Draw reserves, reverse repo, their sum and Treasury cash."""
    _lines(axes, found, (MONEY, RESERVES, REVERSE_REPO, CASH_DAILY))
    axes.set_ylim(bottom=0)
    label(axes, "Money at the Fed", "billion dollars")
    legend(axes)


def portfolio(axes: Axes, found: Replay) -> None:
    """Draw the Fed's Treasuries at par."""
    _lines(axes, found, (SOMA_TOTAL,))
    label(axes, "The Fed's Treasuries, par", "billion dollars")
    legend(axes)


def debt(axes: Axes, found: Replay) -> None:
    """Draw the error of debt by class at month-ends, and the tolerance."""
    for place, item in enumerate(DEBT.values()):
        rows = found.bookkeeping[found.bookkeeping["item"] == item.name]
        error = 100 * (rows["model"] / rows["published"] - 1)
        axes.plot(_dates(rows["day"]), error, marker=".", **series(place), label=item.name.split(": ")[1])
    for side in (-1, 1):
        axes.axhline(side, color=GREY, linestyle=":")
    label(axes, "Debt by class less published", "percent (dotted: tolerance)")
    legend(axes)


def maturity(axes: Axes, found: Replay) -> None:
    """Draw the average maturity at month-ends."""
    _lines(axes, found, (MATURITY,))
    label(axes, "Average maturity", "years")
    legend(axes)


def cover(axes: Axes, found: Replay) -> None:
    """Draw bid-to-cover by tenor."""
    _by_tenor(axes, found, "bid_to_cover", "ratio of bids to the offering")
    label(axes, "Bid-to-cover by tenor", "", dates=False)


def dealers(axes: Axes, found: Replay) -> None:
    """Draw the primary dealers' share of auctions by tenor."""
    _by_tenor(axes, found, "dealer_share", "percent of the competitive awards")
    axes.tick_params(labelleft=False)
    label(axes, "Primary dealers' share", "", dates=False)


def accepted(axes: Axes, found: Replay) -> None:
    """Draw what each buyback accepted."""
    _operations(axes, found, "accepted")
    maximum = found.buybacks["maximum"].to_numpy(np.float64) / MUSD_PER_BN
    axes.scatter(np.arange(len(maximum)), maximum, s=14, marker="_", color=RED, label="maximum")
    label(axes, "Accepted, by buyback", "billion dollars", dates=False)
    legend(axes)


def offered(axes: Axes, found: Replay) -> None:
    """Draw what each buyback was offered."""
    _operations(axes, found, "offered")
    label(axes, "Offered, by buyback", "billion dollars", dates=False)
    legend(axes)


PANELS: tuple[Panel, ...] = (money, portfolio, debt, maturity, cover, dealers, accepted, offered)


def figure(found: Replay) -> Figure:
    """Return the page of a replay."""
    with matplotlib.rc_context(SETTINGS):
        page = Figure(figsize=PAGE_INCHES, layout="constrained")
        grid = page.subplots(2, 4)
        for axes, draw in zip(grid.flat, PANELS, strict=True):
            draw(axes, found)
        for axes in grid[0]:
            axes.set_xlim(*_dates(found.bookkeeping["day"].agg(["min", "max"]) + [-MARGIN_DAYS, MARGIN_DAYS]))
        name = f"{found.manifest.scenario.get('name', '')}, seed {found.manifest.seed}, beside what was published"
        sides = f"Above: {LABEL}. Below: behaviour of one run. Dots: published."
        style.headline(page, f"{name}. {sides}")
    return page


def save(found: Replay, out: Path) -> list[Path]:
    """Write the page into a folder, each file moved into place when whole; return the files."""
    return style.save(figure(found), out, "replay")


def _lines(axes: Axes, found: Replay, items: Sequence[Item]) -> None:
    """Draw the model as a line, what was published as dots."""
    for place, item in enumerate(items):
        drawn = series(place)
        rows = found.bookkeeping[found.bookkeeping["item"] == item.name]
        axes.plot(_dates(rows["day"]), rows["model"], **drawn, label=item.name.replace(" by day", ""))
        axes.plot(_dates(rows["day"]), rows["published"], ".", color=drawn["color"], markersize=3)


def _by_tenor(axes: Axes, found: Replay, measure: str, unit: str) -> None:
    """Draw the mean of a measure by tenor, model and published."""
    columns = [f"{measure}_model", f"{measure}_published"]
    means = found.auctions.groupby("tenor")[columns].mean()
    places = np.arange(len(means))
    axes.hlines(places, means.min(axis=1), means.max(axis=1), color=GREY, linewidth=0.8)
    axes.plot(means[columns[1]], places, ".", color=BLACK, label="published")
    axes.plot(means[columns[0]], places, "d", color=RED, markersize=4, label="model")
    axes.set_yticks(places, means.index.astype(str))
    axes.invert_yaxis()
    most = float(np.nanmax(means.to_numpy(), initial=0.0)) or 1.0
    axes.set_xlim(-MARGIN * most, (1 + MARGIN) * most)
    axes.set_xlabel(unit)
    legend(axes)


def _operations(axes: Axes, found: Replay, measure: str) -> None:
    """Draw a bar of the model and a dot of what was published by operation, in order of days."""
    frame = found.buybacks
    places = np.arange(len(frame))
    axes.set_axisbelow(True)
    axes.bar(places, frame[f"{measure}_model"] / MUSD_PER_BN, 0.8, **area(SKY), label="model")
    axes.plot(places, frame[f"{measure}_published"] / MUSD_PER_BN, ".", color=BLACK, clip_on=False, label="published")
    shown = places[::OPERATIONS_PER_TICK]
    axes.set_xticks(shown, [f"{to_date(day):%d %b}" for day in frame["day"].to_numpy()[shown]])


def _dates(days: "pd.Series[int]") -> NDArray[np.datetime64]:
    """Return day numbers as dates."""
    return np.asarray(days.to_numpy(np.int64).astype("datetime64[D]"))
