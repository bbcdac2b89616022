"""The laws of the debt limit, re-derived from the tables; without a limit nothing can break."""

from typing import Any

import numpy as np

from experiments.laws.law import TOLERANCE_MUSD, Finding, Law, broken, day, differing


def subject_debt_is_within_the_limit(run: Any) -> Finding:
    """Subject debt is at most the limit, nothing used is below 0, nothing due is unpaid: or the default is flagged."""
    rows = run["debt_limit"]
    wrong = []
    for row in rows.itertuples():
        over = row.subject_debt_musd > row.limit_musd or row.unpaid_musd > 0
        if over != row.default or min(row.measures_used_musd, row.measures_left_musd, row.cash_musd) < 0:
            wrong.append(f"{row.subject_debt_musd} of {row.limit_musd} on {day(row.date)}, default is {row.default}")
    return broken("subject debt is within the limit", wrong, len(rows))


def debt_limit_agrees_with_daily(run: Any) -> Finding:
    """Subject debt is marketable face, inflation and other debt less measures; cash and headroom are what they say."""
    rows, daily = run["debt_limit"].set_index("date"), run["daily"].set_index("date")
    daily = daily[daily.index.isin(rows.index)]
    subject = daily["debt_musd"] + rows["inflation_musd"] + rows["other_debt_musd"] - rows["measures_used_musd"]
    wrong = differing("debt_limit.subject_debt_musd", rows["subject_debt_musd"], subject, TOLERANCE_MUSD)
    wrong += differing("debt_limit.cash_musd", rows["cash_musd"], daily["tga_musd"], TOLERANCE_MUSD)
    limited = rows[np.isfinite(rows["limit_musd"].astype(float))]
    headroom = limited["limit_musd"] - limited["subject_debt_musd"]
    wrong += differing("debt_limit.headroom_musd", limited["headroom_musd"], headroom, TOLERANCE_MUSD)
    level = rows["other_debt_musd"]
    wrong += [f"other debt moved on {day(when)}" for when in level.index[level != level.head(1).sum()]]
    return broken("debt limit agrees with daily", wrong, 4 * len(rows))


LAWS: tuple[Law, ...] = (subject_debt_is_within_the_limit, debt_limit_agrees_with_daily)
