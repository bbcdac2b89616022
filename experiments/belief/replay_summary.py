"""A replay for a terminal: figures of the accounting side beside the published ones, then distances of behaviour.

All days of SOMA and of Treasury cash, and every auction, operation and security, are in the CSV files.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Group
from rich.padding import Padding
from rich.table import Table

from experiments.belief import replay_judgement as judgement
from experiments.belief.replay import (
    CASH,
    DEBT,
    LABEL,
    MATURITY,
    MONEY,
    REDEMPTIONS,
    RESERVES,
    REVERSE_REPO,
    SOMA_ITEMS,
    SOMA_TOTAL,
    Item,
    Replay,
)
from market.units import to_date

NOTHING = "–"
WIDTH = 160  # characters of the widest table
BY_TENOR = ("bid_to_cover", "dealer_share", "high_less_median")
SHARES = ("dealer_share", "direct_share", "indirect_share", "noncompetitive_share")
SIDES = ("model", "published")
MEANS = ("mean", "published_mean", "root_mean_squared_error")
BILLS_NOTES_BONDS, TIPS_FRN = list(DEBT.values())[:3], list(DEBT.values())[3:]
ACCOUNTS = f"Accounts: {LABEL}"
BEHAVIOUR = "Behaviour: distances of one run from what came out; rules (null) beside it"


def page(found: Replay) -> Group:
    """Return the report of both sides."""
    parts: list[Any] = [ACCOUNTS, _verdicts(found.verdicts), *_figures(found.bookkeeping), BEHAVIOUR]
    distances = found.distances
    parts += [
        _rates(found.rate_moments),
        _auctions(distances),
        _tenors(distances),
        _tails(found.auctions),
        _classes(distances),
    ]
    for period in judgement.PERIODS:
        rows = distances[distances["period"] == period]
        parts += [_buybacks(rows, period), _selection(rows, period), _prices(rows, period)]
    parts += [_fills(found.buybacks), _tests(found.tests), _aucs(found.aucs)]
    return Group(_title(found), *(Padding(part, (1, 0, 0, 0)) for part in parts), "", _matched(found))


def _title(found: Replay) -> str:
    """Say what is compared."""
    days = found.bookkeeping["day"]
    span = f"{to_date(days.min()):%d %b %Y} to {to_date(days.max()):%d %b %Y}"
    return f"{found.manifest.scenario.get('name', '')}, seed {found.manifest.seed}, replay of {span}"


def _matched(found: Replay) -> str:
    """Say how much of what was published the run had too."""
    held = found.auctions["bid_to_cover_model"].notna().sum(), found.buybacks["accepted_model"].notna().sum()
    return (
        f"auctions matched {held[0]} of {len(found.auctions)}, operations {held[1]} of {len(found.buybacks)}; "
        f"{len(found.securities):,} listed securities, {int((found.securities['face_published'] > 0).sum())} bought"
    )


# ---- the accounting side ------------------------------------------------------------------------


def _verdicts(frame: pd.DataFrame) -> Table:
    """Return errors by item beside tolerances."""
    columns = ("number", "bias", "mean abs.", "largest", "on", "tolerance", "")
    grid = _grid("Model less published", *columns)
    for row in frame.to_dict("records"):
        allowed = f"{row['judged']} {row['tolerance']:g}" if row["judged"] else NOTHING
        result = {True: "within", False: "BEYOND", None: ""}[row["within"]]
        errors = [_number(row[name], ".3g") for name in ("bias", "mean_absolute_error", "largest_error")]
        on = f"{to_date(row['largest_day'])}" if row["number"] else NOTHING
        grid.add_row(f"{row['item']}, {row['unit']}", str(row["number"]), *errors, on, allowed, result)
    return grid


def _figures(compared: pd.DataFrame) -> list[Table]:
    """Return each series beside the published one: weeks of money, then months."""
    months = _last_of_months(
        compared[compared["item"].isin([item.name for item in (*SOMA_ITEMS.values(), SOMA_TOTAL)])]
    )
    types = list(SOMA_ITEMS.values())
    return [
        _beside("Wednesdays, bn", compared, (RESERVES, REVERSE_REPO, MONEY), ",.1f"),
        _beside("SOMA at par, bn", months, types[:2], ",.1f"),
        _beside("SOMA at par, bn", months, (*types[2:], SOMA_TOTAL), ",.1f"),
        _beside("SOMA redemptions, bn, to", compared, (REDEMPTIONS,), ",.1f"),
        _beside("Debt at month-ends, bn", compared, BILLS_NOTES_BONDS, ",.1f"),
        _beside("Debt at month-ends, bn (TIPS indexed)", compared, TIPS_FRN, ",.1f"),
        _beside("Cash at month-ends, bn", compared, (CASH,), ",.1f"),
        _beside("Average maturity, years", compared, (MATURITY,), ".3f"),
    ]


def _beside(title: str, compared: pd.DataFrame, items: Sequence[Item], form: str) -> Table:
    """Return a row per day, for each item the model's figure and the published one."""
    grid = _grid(title, *(name for item in items for name in (item.name.split(": ")[-1], "published")))
    parts = {item.name: compared[compared["item"] == item.name].set_index("day") for item in items}
    for day in sorted({int(day) for part in parts.values() for day in part.index}):
        cells = [
            _number(part[name].get(day, np.nan), form) for part in parts.values() for name in ("model", "published")
        ]
        grid.add_row(f"{to_date(day)}", *cells)
    return grid


def _last_of_months(compared: pd.DataFrame) -> pd.DataFrame:
    """Return of each item the last day of every month."""
    months = compared["day"].to_numpy().astype("datetime64[D]").astype("datetime64[M]")
    return compared[~pd.DataFrame({"item": compared["item"], "month": months}).duplicated(keep="last")]


# ---- the behavioural side -----------------------------------------------------------------------


def _rates(frame: pd.DataFrame) -> Table:
    """Return overnight rates: mean, standard deviation and persistence of days, model and published."""
    grid = _grid("Overnight rates", "days", "mean", "publ.", "s.d.", "publ.", "persistence", "publ.", "mean abs. error")
    for row in frame.to_dict("records"):
        names = [f"{moment}_{side}" for moment in ("mean", "deviation", "persistence") for side in SIDES]
        figures = [_number(row[name], ".2f") for name in (*names, "mean_absolute_error")]
        grid.add_row(row["series"], str(row["number"]), *figures)
    return grid


def _auctions(distances: pd.DataFrame) -> Table:
    """Return over all tenors each measure of the auctions: means, and root mean squared errors of model and rule."""
    grid = _grid("Auctions, all tenors", "number", "model", "published", "r.m.s.e.", "of the last auction's")
    for measure, unit in judgement.MEASURES.items():
        mine = distances[(distances["measure"] == f"auction {measure}") & (distances["group"] == "all tenors")]
        rule = mine[mine["predictor"] == judgement.PREVIOUS].set_index("period")["root_mean_squared_error"]
        for row in mine[mine["predictor"] == "model"].to_dict("records"):
            figures = (*(row[name] for name in MEANS), rule[row["period"]])
            name = f"{measure.replace('_', ' ')}, {unit}, {row['period']}"
            grid.add_row(name, str(row["number"]), *(_number(figure, ".2f") for figure in figures))
    return grid


def _tenors(distances: pd.DataFrame) -> Table:
    """Return by tenor each measure of all auctions: means of the model and published, root mean squared error."""
    names = ("cover", "publ.", "error", "dealers %", "publ.", "error", "high-median bp", "publ.", "error")
    grid = _grid("Auctions by tenor", "number", *names)
    model = distances[(distances["predictor"] == "model") & (distances["period"] == "all")]
    by_tenor = model.set_index(["measure", "group"])
    for tenor in sorted(set(model[model["measure"].str.startswith("auction")]["group"]) - {"all tenors"}):
        rows = [by_tenor.loc[(f"auction {measure}", tenor)] for measure in BY_TENOR]
        cells = [_number(row[name], ".2f") for row in rows for name in MEANS]
        grid.add_row(tenor, str(rows[0]["number"]), *cells)
    return grid


def _tails(auctions: pd.DataFrame) -> Table:
    """Return by tenor the model's tails beside what is published of the kind: the high less the median yield."""
    names = ("tail bp", "s.d.", "high-median bp", "s.d.", "publ.", "s.d.")
    grid = _grid("Tails (stop less when-issued; not published)", "number", *names)
    columns = ["tail_model", "high_less_median_model", "high_less_median_published"]
    known = auctions[auctions["high_less_median_published"].notna()]
    coupons = known[known["tenor"].str.startswith(("Note", "Bond"))]
    for tenor, rows in [*known.groupby("tenor"), ("notes and bonds", coupons)]:
        figures = [figure for column in columns for figure in (rows[column].mean(), rows[column].std())]
        grid.add_row(str(tenor), str(len(rows)), *(_number(figure, ".2f") for figure in figures))
    return grid


def _classes(distances: pd.DataFrame) -> Table:
    """Return by tenor the mean shares of the classes of bidders, of the model and published, percent."""
    names = [name for share in SHARES for name in (share.removesuffix("_share"), "publ.")]
    grid = _grid("Awards by class of bidder, %", "number", *names)
    model = distances[(distances["predictor"] == "model") & (distances["period"] == "all")]
    by_tenor = model.set_index(["measure", "group"])
    for tenor in sorted(set(model[model["measure"].str.startswith("auction")]["group"]), key=_all_last):
        rows = [by_tenor.loc[(f"auction {share}", tenor)] for share in SHARES]
        cells = [_number(row[name], ".1f") for row in rows for name in MEANS[:2]]
        grid.add_row(tenor, str(rows[0]["number"]), *cells)
    return grid


def _all_last(tenor: str) -> tuple[bool, str]:
    return tenor == "all tenors", tenor


def _buybacks(rows: pd.DataFrame, period: str) -> Table:
    """Return offered and accepted by operation: means and mean absolute errors of the model and of the rules."""
    grid = _grid(
        f"Buyback operations, {period}, million", "number", "predicted by", "mean", "published", "mean abs. error"
    )
    for row in rows[rows["measure"].isin(["buyback offered", "buyback accepted"])].to_dict("records"):
        figures = [_number(row[name], ",.0f") for name in ("mean", "published_mean", "mean_absolute_error")]
        grid.add_row(f"{row['measure'][8:]}, {row['group']}", str(row["number"]), row["predictor"], *figures)
    return grid


def _fills(buybacks: pd.DataFrame) -> Table:
    """Return offers and acceptance by bucket, over the maxima, beside the published ones."""
    heads = "offered", "published", "accepted", "published"
    grid = _grid("Buybacks by bucket, over the maxima", "operations", *heads)
    for bucket, row in judgement.fills_by_bucket(buybacks).iterrows():
        grid.add_row(str(bucket), f"{row['operations']:.0f}", *(_number(row[name], ".2f") for name in judgement.FILLS))
    return grid


def _selection(rows: pd.DataFrame, period: str) -> Table:
    """Return how well is told which listed securities were bought (0.5: by chance)."""
    grid = _grid(f"Which securities, {period}", "listed", "told by", "AUC")
    for row in rows[rows["unit"] == "AUC"].to_dict("records"):
        grid.add_row(row["group"], str(row["number"]), row["predictor"], _number(row["auc"], ".3f"))
    return grid


def _prices(rows: pd.DataFrame, period: str) -> Table:
    """Return price errors, and what is left without the mean error of each operation, where the level of yields is."""
    grid = _grid(
        f"Buyback prices, {period}, bp of price", "number", "predicted by", "bias", "mean abs.", "within operations"
    )
    within = rows[rows["measure"] == "buyback price within operations"].set_index(["group", "predictor"])
    for row in rows[rows["measure"] == "buyback price"].to_dict("records"):
        figures = [_number(row[name], ",.1f") for name in ("bias", "mean_absolute_error")]
        left = _number(within["mean_absolute_error"].get((row["group"], row["predictor"]), np.nan), ",.1f")
        grid.add_row(row["group"], str(row["number"]), row["predictor"], *figures, left)
    return grid


def _tests(frame: pd.DataFrame) -> Table:
    """Return the paired loss tests: fitted to September, judged October to December."""
    names = ("cases", "days", "of model", "of null", "difference", "t", "p", "detectable", "")
    grid = _grid("Mean losses, fitted to September, judged October to December", *names)
    for row in frame.to_dict("records"):
        losses = [_number(row[name], ",.2f") for name in ("model_loss", "null_loss", "difference")]
        tested = [_number(row[name], form) for name, form in (("statistic", ".2f"), ("p_value", ".3f"))]
        label = f"{row['series']}, {row['unit']}; {row['null']}"
        found = (*losses, *tested, _number(row["detectable"], ",.2f"))
        grid.add_row(label, str(row["number"]), str(row["days"]), *found, row["verdict"])
    return grid


def _aucs(frame: pd.DataFrame) -> Table:
    """Return the AUC of October to December with intervals over operations."""
    grid = _grid("Which securities, October to December", "operations", "AUC", "95 % low", "high")
    for row in frame.to_dict("records"):
        figures = [_number(row[name], ".3f") for name in ("auc", "low", "high")]
        grid.add_row(row["predictor"], str(row["operations"]), *figures)
    return grid


def _grid(title: str, *columns: str) -> Table:
    """Return an empty table with a title in its first column."""
    words = ("measure", "predicted by", "told by")
    grid = Table(box=None, pad_edge=False, header_style="bold")
    grid.add_column(title, no_wrap=True)
    for column in columns:
        grid.add_column(column, justify="left" if column in words else "right")
    return grid


def _number(value: float, form: str) -> str:
    """Return a number as text, a dash where there is none."""
    return f"{value:{form}}" if np.isfinite(value) else NOTHING
