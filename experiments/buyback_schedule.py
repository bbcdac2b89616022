"""The steady-state calendar of buybacks, for any period: 13 operations a quarter, one a week, $30 billion in all.

Five buckets of nominal coupons up to 10 years have one operation of $4 billion, the two longer ones two of $2 billion,
the two of TIPS two of $0.5 billion. A cycle of 13 weeks repeats, counted from the week of the first regular
operation, so that any 13 weeks in a row hold every operation once; an operation is on a Wednesday, or the next
business day, and settles on the one after. Lists follow from the rule of the bucket. Cash management is left out: it
follows the tax dates, not a rule. The order within the cycle is ours. Source: economics.md 1.1, from the statement of
the August to October 2024 quarter.
"""

from experiments.buyback_calendar import ScheduledBuyback
from market.calendar import next_business_day, roll_forward
from market.units import FACE_PER_MUSD, day_number

FIRST_WEDNESDAY = day_number("2024-05-29")
DAYS_A_WEEK = 7
PURPOSE = "Liquidity Support"
CYCLE = (  # bucket and maximum in millions, week by week
    ("1Mo to 2Y", 4000),
    ("20Y to 30Y", 2000),
    ("1Y to 7.5Y", 500),
    ("5Y to 7Y", 4000),
    ("10Y to 20Y", 2000),
    ("2Y to 3Y", 4000),
    ("7.5Y to 30Y", 500),
    ("20Y to 30Y", 2000),
    ("3Y to 5Y", 4000),
    ("1Y to 7.5Y", 500),
    ("10Y to 20Y", 2000),
    ("7Y to 10Y", 4000),
    ("7.5Y to 30Y", 500),
)
TIPS_BUCKETS = frozenset({"1Y to 7.5Y", "7.5Y to 30Y"})


def steady_buybacks(first_day: int, last_day: int) -> tuple[ScheduledBuyback, ...]:
    """Return the operations of a range of days, ends included, in order of day."""
    before = (first_day - FIRST_WEDNESDAY) // DAYS_A_WEEK - 1  # holidays may move one into the range
    weeks = range(before, (last_day - FIRST_WEDNESDAY) // DAYS_A_WEEK + 1)
    held = (_operation(week) for week in weeks)
    return tuple(operation for operation in held if first_day <= operation.operation_day <= last_day)


def _operation(week: int) -> ScheduledBuyback:
    """Make the operation of a week, counted from the first regular one."""
    day = int(roll_forward(FIRST_WEDNESDAY + DAYS_A_WEEK * week))
    bucket, maximum_musd = CYCLE[week % len(CYCLE)]
    tips, maximum = bucket in TIPS_BUCKETS, maximum_musd * FACE_PER_MUSD
    return ScheduledBuyback(day, int(next_business_day(day)), PURPOSE, bucket, tips, maximum, None)
