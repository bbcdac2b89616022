"""Draw the pictures of these pages, from a run of the baseline and from a market that lives through one day more.

.venv/bin/offtherun run baseline
.venv/bin/python docs/concepts/pictures.py runs/baseline-seed1        (some minutes)

That of the debt limit is drawn from a run of its own, and alone:

.venv/bin/offtherun run debt-limit-2025-resolved
.venv/bin/python docs/concepts/pictures.py runs/debt-limit-2025-resolved-seed1

So is that of the intervals of an experiment, once ``offtherun robust`` was there (the README says how):

.venv/bin/python docs/concepts/pictures.py runs/buybacks-SOURCES-40-days
"""

import sys
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.build import build
from experiments.check import RunTables
from experiments.figures import acceptance, fed_sheet, three_intervals, waterfall
from experiments.figures.style import BLACK, BLUE, ORANGE, PALE, RED, SETTINGS, area, label
from experiments.results.not_qe import PARTS, not_qe
from experiments.run import live
from experiments.scenario import load
from market.books.messages import Venue
from market.calendar import round_time
from market.units import FACE_PER_MUSD, POINT_E8, to_date

HERE = Path(__file__).resolve().parent
WIDE = (7.0, 2.9)
FACE_PER_BN = 1_000 * FACE_PER_MUSD
OPERATIONS = {Venue.AUCTION: "auction", Venue.BUYBACK: "buyback", Venue.OFFICIAL: "the Fed"}
VENUES = {  # drawn from the bottom
    Venue.REQUEST: ("by request", ORANGE),
    Venue.BOOK: ("in books", BLUE),
    Venue.SESSION: ("between dealers, at the middle", BLACK),
}
SHOWN = (
    "off-the-run spread",
    "noise",
    "yield of listed less not listed, six days of operations",
    "use of dealers' limits",
    "10-year yield at the end",
)


def main(folder: Path) -> None:
    """Draw all pictures; of a run with a debt limit, its account; of an experiment, its intervals."""
    if (folder / "intervals.csv").is_file():
        intervals(pd.read_csv(folder / "intervals.csv")).savefig(HERE / "intervals.png", dpi=110)
        return
    if waterfall.has_limit(folder):
        waterfall.figure(folder).savefig(HERE / "debt-limit.png", dpi=110)
        return
    tables = RunTables(folder)
    fed_sheet.draw(tables).savefig(HERE / "money.png", dpi=110)
    acceptance.draw(tables).savefig(HERE / "buybacks.png", dpi=110)
    market = live(build(load("baseline"), seed=1), days=0)
    composite = watch(market)
    day(market).savefig(HERE / "day.png", dpi=110)
    price(market, composite).savefig(HERE / "price.png", dpi=110)
    found = not_qe(load("baseline"), seed=1, days=25)
    print(found.xs("estimated").round(1).T.to_string())
    not_easing(found.xs("estimated")).savefig(HERE / "not-qe.png", dpi=110)


def intervals(found: pd.DataFrame) -> Figure:
    """Draw the programme beside none: the outcomes that the README shows."""
    found = found[(found["effect"] == "baseline less no-buybacks") & found["outcome"].isin(SHOWN)]
    figure = three_intervals.draw(found)
    for axes in figure.axes:
        axes.locator_params(axis="x", nbins=5)
    return figure


def watch(market: Any) -> Any:
    """Live through one day; return the composite of each round in bp (R, S)."""
    seen = []
    for act in market.moments():
        if act == "refresh_quotes":
            seen.append(market.composite_bp.copy())
    return np.array(seen)


def day(market: Any) -> Figure:
    """Draw what traded in each round, by venue, and when operations were held."""
    trades = market.tape.everything()
    bottom, at = np.zeros(market.rounds), np.arange(market.rounds)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=WIDE, layout="constrained")
        axes = figure.subplots()
        for venue, (name, colour) in VENUES.items():
            face = np.bincount(
                trades["round"], np.where(trades["venue"] == venue, trades["face"], 0), minlength=market.rounds
            )
            axes.bar(at, face / FACE_PER_BN, 0.8, bottom=bottom, **area(colour), label=name)
            bottom = bottom + face / FACE_PER_BN
        operations = {}
        for venue, name in OPERATIONS.items():
            for number in np.unique(trades["round"][trades["venue"] == venue]):
                operations.setdefault(int(number), []).append(name)
        for number, names in operations.items():
            axes.plot([number, number], [bottom[number], 1.1 * bottom.max()], color=BLACK, linewidth=0.8, linestyle=":")
            axes.text(number, 1.11 * bottom.max(), "\n".join(names), ha="center", va="bottom", fontsize=7.5)
        axes.set_ylim(0, 1.22 * bottom.max())
        axes.set_xticks(at[::2], [round_time(int(number), market.rounds) for number in at[::2]])
        label(axes, f"{to_date(market.date):%d %B %Y}: what traded when, and where", "billion dollars", dates=False)
        axes.set_xlabel("start of the round, New York")
        below(axes)
    return figure


def price(market: Any, composite: Any) -> Figure:
    """Draw trades in the old note that traded most often, by round, around the composite of its dealers' streams."""
    trades, securities = market.tape.everything(), market.securities
    old = (trades["venue"] == Venue.REQUEST) & (market.rank[trades["security"]] > 3)
    note = int(np.bincount(trades["security"][old]).argmax())
    mine = trades[old & (trades["security"] == note)]
    view, at = market.view(), np.arange(market.rounds) + 0.5
    middle = np.array([float(view.price_of(np.array([note]), row[[note]])[0]) for row in composite])
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=WIDE, layout="constrained")
        axes = figure.subplots()
        axes.step(np.append(at - 0.5, at[-1] + 0.5), np.append(middle, middle[-1]), where="post", color=BLACK)
        axes.plot([], [], color=BLACK, label="composite: mean of the dealers' streams")
        for sign, name, colour, marker in ((1, "a client bought", BLUE, "^"), (-1, "a client sold", RED, "v")):
            some = mine[mine["aggressor"] == sign]
            place = some["round"] + 0.2 + 0.6 * (np.arange(len(some)) % 5) / 4
            size = 8 + 30 * np.sqrt(some["face"] / mine["face"].max())
            axes.scatter(place, some["price_e8"] / POINT_E8, s=size, color=colour, marker=marker, label=name, zorder=3)
        what = f"{securities.coupon_e3[note] / 1000:g} % of {to_date(securities.maturity_day[note]):%B %Y}"
        label(axes, f"{what}, {securities.cusip[note]}: trades by request", "clean price, points", dates=False)
        axes.set_xlim(0, market.rounds)
        axes.set_xticks(range(0, market.rounds + 1, 2))
        axes.set_xlabel("round of the day")
        below(axes)
        figure.draw_without_rendering()  # ticks of prices have other widths once the axes have their size
    return figure


def not_easing(rows: Any) -> Figure:
    """Draw what each arm changes of reserves, reverse repo and Treasury cash, and their sum."""
    parts = {name: rows[name] / 1_000 for name in PARTS if (rows[name] != 0).any()}
    names = {"reserves_musd": "reserves", "reverse_repo_musd": "reverse repo", "foreign_repo_musd": "foreign repo"}
    names["treasury_cash_gap_musd"] = "Treasury's cash, over its plan"
    at = np.arange(len(rows))
    up, down = np.zeros(len(rows)), np.zeros(len(rows))
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=WIDE, layout="constrained")
        axes = figure.subplots()
        for (name, values), colour in zip(parts.items(), (BLUE, ORANGE, PALE, BLACK), strict=False):
            base = np.where(values > 0, up, down)
            axes.barh(at, values, 0.6, left=base, **area(colour), label=names[name])
            up, down = up + np.maximum(values, 0), down + np.minimum(values, 0)
        axes.scatter(
            rows["sum_musd"] / 1_000,
            at,
            marker="D",
            s=26,
            facecolor="white",
            edgecolor=BLACK,
            zorder=3,
            label="their sum",
        )
        axes.axvline(0, color=BLACK, linewidth=0.8)
        axes.set_yticks(at, list(rows.index))
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set_title("What changes after 25 days, beside no programme")
        axes.set_xlabel("billion dollars")
        below(axes)
    return figure


def below(axes: Any) -> None:
    """Name what is drawn in one line below the axes."""
    handles, _ = axes.get_legend_handles_labels()
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=len(handles))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
