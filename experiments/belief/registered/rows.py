"""The registered rows, read from ``experiments/registered_rows.toml``, and the series that each of them measures.

``published(last)`` and ``simulated(run)`` return a dict of float arrays by the name of the row, (T,) or (T, 2), in
order of time (of maturity for a cross-section of securities), over the days of ``experiments.belief.panel``. Both
sides go through one function of each file. A series for which there is nothing is left out.
"""

import tomllib
from typing import Any

from experiments.belief import estimators
from experiments.belief.panel import NEEDED, Panel
from experiments.belief.registered import auctions, buybacks, dealers, prices, repo
from experiments.belief.replay_judgement import LAST_PUBLISHED
from experiments.belief.validation_rows import FITTED, FREE, Row
from experiments.experiment import EXPECTATIONS

FILE = EXPECTATIONS.with_name("registered_rows.toml")
PARTS = (buybacks, auctions, dealers, repo, prices)
TABLES = (*NEEDED, "balance_sheets", "institutions", "offers", "fails")  # of a run


def _row(entry: dict[str, str]) -> Row:
    return Row(
        entry["name"],
        entry["name"],
        getattr(estimators, entry["estimator"]),
        entry["unit"],
        FITTED if "since_set" in entry else FREE,
        entry.get("since_set", entry["why"]),
        entry["measure"],
        entry["data"],
    )


_ENTRIES = tomllib.loads(FILE.read_text("utf-8"))["row"]
REGISTERED = tuple(_row(entry) for entry in _ENTRIES)
CLOCK = {entry["name"]: entry["clock"] for entry in _ENTRIES}


def published(last: int = LAST_PUBLISHED) -> Panel:
    """Return the published series to a last day (a day number)."""
    return _kept(*(part.published(last) for part in PARTS))


def simulated(run: Any) -> Panel:
    """Return the series of a run (``experiments.check.RunTables``, or tables by name)."""
    return _kept(*(part.simulated(run) for part in PARTS))


def _kept(*parts: Panel) -> Panel:
    return {name: series for part in parts for name, series in part.items() if len(series)}
