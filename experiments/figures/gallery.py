"""Every figure by name: what it is drawn from, and what it shows. ``offtherun figures`` and the audit go by this list.

A figure of a run takes the tables of a run (``experiments.check.RunTables`` or anything that gives a table by name and
the ``scenario``), one of an experiment its ``experiments.results.effects.Results``. ``draw`` returns a figure a column
wide.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from experiments.check import RunTables
from experiments.errors import UserError, nearest
from experiments.figures import (
    acceptance,
    ageing,
    ageing_map,
    buybacks,
    curve,
    curve_path,
    dealer_buckets,
    dealer_positions,
    effect_path,
    effects,
    fed_sheet,
    inventory,
    liquidity_map,
    money,
    network,
    owners,
    residuals,
    settlement,
    spreads,
    style,
    treasury_sheet,
    yields,
)
from experiments.results.effects import load
from experiments.store import read_manifest

RUN, REQUESTS, EXPERIMENT = "run", "run that kept its requests", "experiment"


class Drawing(NamedTuple):
    """A figure: how it is drawn, from what, what it shows, and its panel, where one alone says it (the dashboard)."""

    draw: Callable[[Any], Figure]
    of: str
    shows: str
    panel: style.Panel | None = None


FIGURES = {
    "curve": Drawing(curve.draw, RUN, "notes and bonds by maturity on the first and the last day", curve.panel),
    "curve-path": Drawing(curve_path.draw, RUN, "the curve on five days"),
    "yields": Drawing(yields.draw, RUN, "yields of on-the-runs by day", yields.panel),
    "residuals": Drawing(
        residuals.draw, RUN, "errors of the fitted curve, cheapest and dearest by name", residuals.panel
    ),
    "spreads": Drawing(spreads.draw, RUN, "effective spreads on and off the run, and of all answers", spreads.panel),
    "liquidity-map": Drawing(liquidity_map.draw, RUN, "depth, and time without a firm quote, by maturity and day"),
    "ageing": Drawing(ageing.draw, RUN, "volume, spreads, quotes and venues by age of an issue"),
    "ageing-map": Drawing(ageing_map.draw, RUN, "trades, volume, spreads and quotes by maturity and age"),
    "settlement": Drawing(settlement.draw, RUN, "deliveries, fails and securities borrowed by day"),
    "inventory": Drawing(inventory.draw, RUN, "dealers' positions and use of limits", inventory.panel),
    "dealer-buckets": Drawing(dealer_buckets.draw, RUN, "dealers' inventory by maturity, and their limits"),
    "dealer-positions": Drawing(dealer_positions.draw, RUN, "dealers' net position by bucket beside the published one"),
    "owners": Drawing(owners.draw, RUN, "who held what before and after", owners.levels),
    "money": Drawing(
        money.draw, RUN, "reserves, Treasury cash and reverse repo beside the published ones", money.panel
    ),
    "fed-sheet": Drawing(
        fed_sheet.draw, RUN, "the Fed's liabilities, stacked, beside the published ones", fed_sheet.panel
    ),
    "treasury-sheet": Drawing(
        treasury_sheet.draw, RUN, "marketable debt by kind, stacked, beside the published one", treasury_sheet.panel
    ),
    "buybacks": Drawing(buybacks.draw, RUN, "buyback operations by day", buybacks.panel),
    "acceptance": Drawing(acceptance.draw, RUN, "buyback offers against acceptance"),
    "network": Drawing(network.draw, REQUESTS, "who trades with whom by request"),
    "effects": Drawing(effects.draw, EXPERIMENT, "effects with their intervals"),
    "effect-path": Drawing(effect_path.draw, EXPERIMENT, "effects on the primary outcome by day"),
}


def names(of: Sequence[str]) -> list[str]:
    """Return the names of the figures that are drawn from these."""
    return [name for name, drawing in FIGURES.items() if drawing.of in of]


def save(folder: Path, wanted: Sequence[str] = ()) -> list[Path]:
    """Draw figures of a folder of a run or of an experiment, by default all it has data for; return the files."""
    results, kinds = _results(folder)
    able = names(kinds)
    for name in wanted:
        if name not in able:
            raise UserError(_refusal(folder, name, able))
    into = folder / "figures"
    into.mkdir(exist_ok=True)
    return [path for name in wanted or able for path in style.save(FIGURES[name].draw(results), into, name)]


def _results(folder: Path) -> tuple[Any, list[str]]:
    """Return what figures of a folder are drawn from, and of which kinds they may be."""
    if (folder / "experiment.json").is_file():
        return load(folder), [EXPERIMENT]
    read_manifest(folder)
    kept = (folder / "requests.parquet").is_file()
    return RunTables(folder), [RUN, REQUESTS] if kept else [RUN]


def _refusal(folder: Path, name: str, able: Sequence[str]) -> str:
    """Say why a figure cannot be drawn, and which can."""
    if name in FIGURES:
        return f"figure {name} is of an {FIGURES[name].of}, expected for {folder} one of {', '.join(able)}".replace(
            "an run", "a run"
        )
    return f"unknown figure {name!r}, expected one of {', '.join(able)}{nearest(name, able)}"
