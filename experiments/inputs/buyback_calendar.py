"""The calendar of buybacks: what is announced in advance, and apart from it what came out.

Sources: ``buyback_operations_2024``, ``buyback_security_details_2024``, ``buyback_schedule_2025`` (Fiscal Data).
Operations without a published result were postponed or void and are left out; the maximum of 2024-10-10 was 4,000
million (the file repeats the amount offered). For 2025 the lists of eligible securities are not published in advance:
``eligible`` is None and follows from the rule of the bucket.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.errors import UserError
from experiments.inputs.published import table
from market.units import FACE_PER_MUSD, day_number

MISPRINTED_MAXIMA_MUSD = {day_number("2024-10-10"): 4000.0}
LAST_DAY = day_number("2025-12-31")


@dataclass(frozen=True, slots=True)
class ScheduledBuyback:
    """A reverse auction as announced: ``purpose`` as published, ``maximum`` in hundreds of dollars of face.

    ``eligible`` lists the CUSIPs that may be offered, or is None where the list follows by rule.
    """

    operation_day: int
    settlement_day: int
    purpose: str
    bucket: str
    tips: bool
    maximum: int
    eligible: tuple[str, ...] | None


def buybacks(first_day: int, last_day: int) -> tuple[ScheduledBuyback, ...]:
    """Return the operations held in a range of days, ends included, in order of day."""
    if last_day > LAST_DAY:
        raise UserError(f"buybacks: the calendar ends on 2025-12-31, {np.datetime64(last_day, 'D')} is later")
    held = table("buyback_operations_2024").dropna(subset="par_accepted_musd")
    names = [
        "operation_date",
        "settlement_date",
        "operation_type",
        "security_class",
        "maturity_bucket",
        "max_par_amt_redeemed_musd",
    ]
    frame = pd.concat([held[names], table("buyback_schedule_2025")[names]], ignore_index=True)
    frame = frame.loc[frame.operation_date.between(first_day, last_day)].sort_values("operation_date", kind="stable")
    lists = table("buyback_security_details_2024").groupby("operation_date").cusip.agg(tuple)
    return tuple(_scheduled(row, lists.get(row[0])) for row in frame.itertuples(index=False, name=None))


def _scheduled(row: tuple[int, int, str, str, str, float], eligible: tuple[str, ...] | None) -> ScheduledBuyback:
    """Make a record of a row: operation and settlement day, purpose, class, bucket, maximum in millions."""
    operation_day, settlement_day, purpose, security_class, bucket, maximum = row
    millions = MISPRINTED_MAXIMA_MUSD.get(operation_day, maximum)
    face = round(millions * FACE_PER_MUSD)
    return ScheduledBuyback(operation_day, settlement_day, purpose, bucket, security_class == "TIPS", face, eligible)


def buyback_results(first_day: int, last_day: int) -> pd.DataFrame:
    """Return published results by operation and CUSIP, for validation only: no institution may read them.

    Columns: operation_date, settlement_date, cusip, par_accepted_musd, weighted_avg_accepted_price (clean).
    """
    held = table("buyback_operations_2024").dropna(subset="par_accepted_musd")
    details = table("buyback_security_details_2024")
    merged = details.merge(held[["operation_date", "settlement_date"]], on="operation_date")
    return merged.loc[merged.operation_date.between(first_day, last_day)].reset_index(drop=True)
