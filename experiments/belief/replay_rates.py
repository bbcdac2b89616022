"""Overnight rates of a run beside the published ones: where they lie, how much they move, how days follow each other.

SOFR is compared as published, in percent, and less interest on reserves in bp, where its moves are not the Fed's; rates
of tri-party and cleared repo likewise. Days on which both are known, to the last of 2024. Administered rates are inputs
of the run; what the market adds is behaviour. Repo rates move for reasons that are left out (``docs/money.md``), and
rows for the ends of quarters and months say where. Sources: ``sofr_percentiles_iorb_onrrp_rate_daily_2019-2024`` (New
York Fed), ``ofr_repo_volumes_rates_daily_2019-2024`` (tri-party; cleared: DVP service).
"""

from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.estimators import deviation, mean, persistence
from experiments.belief.replay_judgement import FIRST_REGULAR, LAST_PUBLISHED, days_of
from experiments.inputs.published import table
from market.calendar import MONTH_END, QUARTER_END, reporting_date

SOFR, REPO = "sofr_percentiles_iorb_onrrp_rate_daily_2019-2024", "ofr_repo_volumes_rates_daily_2019-2024"
BP = 100.0  # in one percent
LEVEL, SPREAD = "SOFR, %", "SOFR less IORB, bp"
SPREADS = {  # series: column of the run, published series
    SPREAD: ("sofr_bp", "sofr"),
    "tri-party less IORB, bp": ("triparty_rate_bp", "tri_rate_overnight_open_pct"),
    "cleared less IORB, bp": ("cleared_rate_bp", "dvp_rate_overnight_open_pct"),
}
DATES = {"ends of quarters": QUARTER_END, "ends of other months": MONTH_END, "other days": 0}


def rates(run: Any) -> pd.DataFrame:
    """Return series, day, model and published; nothing where the run has no rates."""
    daily = run["daily"]
    daily = daily.set_index(days_of(daily["date"]))
    daily = daily[(daily.index >= FIRST_REGULAR) & (daily.index <= LAST_PUBLISHED)]
    known = table(SOFR).set_index("date").join(table(REPO).set_index("date"), how="left").reindex(daily.index)
    parts = [_series(LEVEL, daily.get("sofr_bp", np.nan) / BP, known["sofr"])]
    for name, (own, published) in SPREADS.items():
        mine = daily.get(own, pd.Series(np.nan, daily.index)) - daily.get("iorb_bp", np.nan)
        parts.append(_series(name, mine, BP * (known[published] - known["iorb"])))
    return pd.concat(parts, ignore_index=True)


def _series(name: str, model: pd.Series, published: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"series": name, "day": published.index, "model": model, "published": published})
    return frame.dropna()


def moments(compared: pd.DataFrame) -> pd.DataFrame:
    """Return by series, and of SOFR less IORB by kind of day: number, and of both mean, s.d. and persistence."""
    groups = [(name, rows) for name, rows in compared.groupby("series", sort=False)]
    spread = compared[compared["series"] == SPREAD]
    kind = np.array([reporting_date(int(day)) for day in spread["day"]])
    groups += [(f"{SPREAD}, {name}", spread[kind == code]) for name, code in DATES.items()]
    return pd.DataFrame([_moments(name, rows) for name, rows in groups if len(rows)])


def _moments(name: Any, rows: pd.DataFrame) -> dict[str, object]:
    row: dict[str, object] = {"series": str(name), "number": len(rows)}
    for side in ("model", "published"):
        values = rows[side].to_numpy(np.float64)
        row |= {f"mean_{side}": mean(values), f"deviation_{side}": deviation(values) if len(values) > 1 else np.nan}
        row[f"persistence_{side}"] = persistence(values) if len(values) > 20 else np.nan
    return row | {"mean_absolute_error": float((rows["model"] - rows["published"]).abs().mean())}
