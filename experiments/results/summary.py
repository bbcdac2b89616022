"""A run in one screen, in the words of a trading desk: from the tables of its folder, for a terminal or a log."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table

from experiments.check import RunTables
from experiments.store import Manifest, read_manifest
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD

MATURITIES = {"2-year": "yield_2y_bp", "5-year": "yield_5y_bp", "10-year": "yield_10y_bp", "30-year": "yield_30y_bp"}
NOTHING = "–"
MUSD_PER_BN = 1_000
FACE_PER_BN = FACE_PER_MUSD * MUSD_PER_BN


def summary(folder: Path, width: int = 100) -> str:
    """Return the summary as plain text."""
    console = Console(file=StringIO(), width=width, force_terminal=False)
    console.print(page(folder))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def page(folder: Path) -> Group:
    """Return the summary as what rich can print in colour."""
    run, manifest = RunTables(folder), read_manifest(folder)
    daily = run["daily"]
    parts = (_yields(daily), _trading(daily), _dealers(daily), _money(daily), _operations(run))
    return Group(_title(manifest, daily), *(Padding(part, (1, 0, 0, 0)) for part in parts), "", _cost(manifest))


def _title(manifest: Manifest, daily: pd.DataFrame) -> str:
    """Say what was run."""
    first, last = daily["date"].iloc[0], daily["date"].iloc[-1]
    name = manifest.scenario.get("name", "")
    return f"{name}, seed {manifest.seed}: {len(daily)} business days, {first:%d %b %Y} to {last:%d %b %Y}"


def _yields(daily: pd.DataFrame) -> Table:
    """Return where yields began, ended and went."""
    table = _grid("On-the-run yields", "first day", "last day", "change", "lowest", "highest", "daily s.d.")
    for name, column in MATURITIES.items():
        levels = daily[column]
        percent = [_number(value / 100, ".2f", " %") for value in (levels.iloc[0], levels.iloc[-1])]
        spread = [_number(value / 100, ".2f", " %") for value in (levels.min(), levels.max())]
        change = _number(levels.iloc[-1] - levels.iloc[0], "+.0f", " bp")
        table.add_row(name, *percent, change, *spread, _number(levels.diff().std(), ".1f", " bp"))
    return table


def _trading(daily: pd.DataFrame) -> Table:
    """Return what trading cost, how much there was, and how much was refused."""
    table = _grid("Trading", "mean", "first 20 days", "last 20 days")
    asked, refused = daily["rfq_requests"], daily["rfq_refused"]
    days = [slice(None), slice(0, 20), slice(-20, None)]
    share = [refused[d].sum() / asked[d].sum() if asked[d].sum() else np.nan for d in days]
    table.add_row("spread paid, on the run", *_means(daily["spread_on_bp"], ".2f", " bp"))
    table.add_row("spread paid, off the run", *_means(daily["spread_off_bp"], ".2f", " bp"))
    table.add_row("spread of all answers, off the run", *_means(daily["answered_off_bp"], ".2f", " bp"))
    table.add_row("dealers asked who decline, off the run", *_means(100 * daily["declined_off_share"], ".1f", " %"))
    table.add_row("requests refused", *(_number(100 * value, ".1f", " %") for value in share))
    table.add_row("off-the-runs without a firm quote", *_means(100 * daily["unquoted_off_share"], ".0f", " %"))
    table.add_row("offered a round, on the run", *_means(daily["depth_on_musd"], ",.0f", " m"))
    table.add_row("turnover a day", *_means(daily["turnover_musd"] / MUSD_PER_BN, ",.0f", " bn"))
    table.add_row("noise of the curve", *_means(daily["noise_bp"], ".2f", " bp"))
    return table


def _dealers(daily: pd.DataFrame) -> Table:
    """Return what primary dealers carry and how full they are."""
    table = _grid("Primary dealers", "first day", "last day", "lowest", "highest")
    for name, column, per, form, unit in (
        ("net position", "dealer_net_musd", MUSD_PER_BN, ",.0f", " bn"),
        ("gross position", "dealer_gross_musd", MUSD_PER_BN, ",.0f", " bn"),
        ("use of limits", "dealer_utilisation", 0.01, ".0f", " %"),
    ):
        table.add_row(name, *_levels(daily[column] / per, form, unit))
    return table


def _money(daily: pd.DataFrame) -> Table:
    """Return where the money is."""
    table = _grid("Money", "first day", "last day", "lowest", "highest")
    for name, column in (
        ("bank reserves", "reserves_musd"),
        ("Treasury's account", "tga_musd"),
        ("reverse repo", "on_rrp_musd"),
        ("foreign reverse repo", "foreign_rrp_musd"),
        ("Fed's Treasuries, face", "soma_musd"),
        ("marketable debt, face", "debt_musd"),
    ):
        table.add_row(name, *_levels(daily[column] / MUSD_PER_BN, ",.0f", " bn"))
    table.add_row("overnight repo rate", *_levels(daily["sofr_bp"] / 100, ".2f", " %"))
    return table


def _operations(run: RunTables) -> Table:
    """Return what the Treasury sold and bought."""
    auctions, buybacks = run["auctions"], run["buybacks"]
    table = _grid("Treasury", "number", "offered", "done", "cost", "remark", width=8)
    cover = np.average(auctions["bid_to_cover"], weights=auctions["offering_face"]) if len(auctions) else np.nan
    short = int((~auctions["covered"].astype(bool)).sum())
    amounts = _billions(auctions, ",.0f", "offering_face", "awarded_face")
    remark = f"bid-to-cover {_number(cover, '.2f')}, {short} short, tails of coupons {_tails(auctions)}"
    table.add_row("auctions", str(len(auctions)), *amounts, remark)
    most = buybacks["maximum_face"].sum() / FACE_PER_BN
    share = f"of at most {most:,.1f} bn" if most else "none announced"
    table.add_row("buybacks", str(len(buybacks)), *_billions(buybacks, ",.1f", "offered_face", "accepted_face"), share)
    return table


def _tails(auctions: pd.DataFrame) -> str:
    """Say how far stops of notes and bonds lay from the when-issued yield: mean and standard deviation."""
    tails = auctions["tail_bp"][auctions["kind"].astype(str).isin(["note", "bond"])]
    return f"{_number(tails.mean(), '+.2f')} bp (s.d. {_number(tails.std(), '.2f')})"


def _billions(operations: pd.DataFrame, form: str, *faces: str) -> list[str]:
    """Return the sums of columns of face, and of the cost, in billions of dollars as text."""
    cost = operations["cost_cents"].sum() / CENTS_PER_MUSD / MUSD_PER_BN
    return [f"{bn:{form}} bn" for bn in (*(operations[face].sum() / FACE_PER_BN for face in faces), cost)]


def _cost(manifest: Manifest) -> str:
    """Say what was checked and what the run took."""
    return (
        f"{manifest.identities_passed:,} identities checked, none violated; {manifest.wall_seconds:.0f} s, "
        f"{manifest.peak_memory_mb:,.0f} MB, scenario {manifest.scenario_digest[:12]}"
    )


def _grid(title: str, *columns: str, width: int = 32) -> Table:
    """Return an empty table with a title in its first column, which has at least so many characters."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, min_width=width)
    for column in columns:
        table.add_column(column, justify="left" if column == "remark" else "right")
    return table


def _means(values: pd.Series, form: str, unit: str) -> list[str]:
    """Return the mean of all days, of the first and of the last twenty."""
    return [_number(part.mean(), form, unit) for part in (values, values.iloc[:20], values.iloc[-20:])]


def _levels(values: pd.Series, form: str, unit: str) -> list[str]:
    """Return the first, the last, the lowest and the highest value."""
    of: tuple[Callable[[], float], ...] = (values.min, values.max)
    return [_number(value, form, unit) for value in (values.iloc[0], values.iloc[-1], *(f() for f in of))]


def _number(value: float, form: str, unit: str = "") -> str:
    """Return a number as text, a dash where there is none."""
    return f"{value:{form}}{unit}" if np.isfinite(value) else NOTHING
