"""Reserves and reverse repo by week, the repo rate and tri-party volume by day.

Weekly levels are Wednesday's, billions. Daily changes leave out reporting dates (ends of months and quarters) and the
days after them: what is done there was set. Net issues are the published ones for both sides, the calendar being given:
face issued less face maturing by day, billions, securities of before 2008 left out.
"""

from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.panel import Panel
from experiments.belief.registered.weeks import at_closes, last_day, week_ends
from experiments.belief.replay_judgement import FIRST_REGULAR, LAST_PUBLISHED, days_of
from experiments.inputs.published import remembered, table
from market.calendar import previous_business_day, reporting_date, roll_forward
from market.units import Float, Int

BP, PERCENT, MUSD_PER_BN = 100.0, 100.0, 1_000.0
LEVELS = {"reserve_balances": "reserves_musd", "rrp_others_onrrp": "on_rrp_musd", "tga": "tga_musd"}
H41, SOFR = "h41_wednesday_levels_weekly_2019-2024", "sofr_percentiles_iorb_onrrp_rate_daily_2019-2024"
VOLUMES, ISSUES = "ofr_repo_volumes_rates_daily_2019-2024", "issuance_2008-2024"


def published(last: int) -> Panel:
    """Return the published series to a last day (a day number)."""
    rates = table(SOFR).set_index("date")[["sofr", "iorb"]].dropna()
    levels = table(H41).set_index("date")[list(LEVELS)].rename(columns=LEVELS)
    return {
        **_weekly(levels / MUSD_PER_BN, week_ends(last)),
        **_daily(BP * (rates["sofr"] - rates["iorb"]), table(VOLUMES).set_index("date")["tri_volume_musd"], last),
    }


def simulated(run: Any) -> Panel:
    """Return the series of a run."""
    daily = run["daily"]
    daily = daily.set_index(days_of(daily["date"]))
    last = min(last_day(run["daily"]), LAST_PUBLISHED)
    return {
        **_weekly(daily[list(LEVELS.values())] / MUSD_PER_BN, week_ends(last)),
        **_daily(daily["sofr_bp"] - daily["iorb_bp"], daily["triparty_musd"], last),
    }


def _weekly(levels: pd.DataFrame, ends: Int) -> Panel:
    change = at_closes(levels, ends).diff().iloc[1:]
    reverse_repo = change["on_rrp_musd"].to_numpy(np.float64)
    return {
        "reserves on Treasury cash": change[["tga_musd", "reserves_musd"]].to_numpy(np.float64),
        "s.d. of weekly change of reverse repo": reverse_repo,
        "memory of change of reverse repo": reverse_repo,
    }


def _daily(rate_bp: pd.Series, volume: pd.Series, last: int) -> Panel:
    """Return the series of the rate less interest on reserves and of volume, by business day."""
    logarithm = pd.Series(np.log(volume.to_numpy(np.float64)), volume.index)
    rates, volumes = (_usual(series.diff(), last) for series in (rate_bp, logarithm))
    net = net_issues().reindex(rates.index, fill_value=0.0)
    return {
        "repo rate and new issues": np.column_stack([rates, net]),
        "s.d. of daily change of tri-party repo": PERCENT * volumes.to_numpy(np.float64),
    }


def _usual(change: pd.Series, last: int) -> pd.Series:
    """Return the changes in the window that neither fall on a reporting date nor follow one."""
    change = change.dropna().loc[FIRST_REGULAR + 1 : last]
    near = [reporting_date(int(day)) or reporting_date(int(previous_business_day(day))) for day in change.index]
    usual = np.array(near, np.int64) == 0
    return pd.Series(change.to_numpy(np.float64)[usual], change.index[usual])


@remembered(1)
def net_issues() -> pd.Series:
    """Return the published face issued less face maturing, billions, by business day."""
    frame = table(ISSUES)
    face: Float = frame["total_accepted_usd"].to_numpy(np.float64) / 1e9
    days = np.concatenate([roll_forward(frame[name].to_numpy()) for name in ("issue_date", "maturity_date")])
    dates, at = np.unique(days, return_inverse=True)
    return pd.Series(np.bincount(at, np.concatenate([face, -face])), dates)
