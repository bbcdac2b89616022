"""The steady-state calendar of buybacks, for any period: 13 operations a quarter, one a week, $30 billion in
all, and cash management after tax dates.

Five buckets of nominal coupons up to 10 years have one operation of $4 billion, the two longer ones two of $2 billion,
the two of TIPS two of $0.5 billion. A cycle of 13 weeks repeats, counted from the week of the first regular
operation, so that any 13 weeks in a row hold every operation once; an operation is on a Wednesday, or the next
business day, and settles on the one after. Lists follow from the rule of the bucket. The order within the cycle is
ours. Cash management buys what is about to mature when tax receipts swell the cash: $5 billion of the bucket up to 2
years on each of the two Thursdays before and the two from the 15th of April, June, September and December. Sources:
the Treasury's quarterly refunding statements of 2024, with cash management around tax payment dates; weekday, number
and size are guesses after what was announced for September and December 2024 (``buyback_operations_2024``).
"""

from experiments.inputs.buyback_calendar import ScheduledBuyback
from market.calendar import next_business_day, roll_forward
from market.units import FACE_PER_MUSD, day_number, to_date

FIRST_WEDNESDAY = day_number("2024-05-29")
DAYS_A_WEEK = 7
PURPOSE, CASH_PURPOSE = "Liquidity Support", "Cash Management"
TAX_MONTHS, TAX_DAY = (4, 6, 9, 12), 15
CASH_BUCKET, CASH_MUSD = "1Mo to 2Y", 5000
CASH_WEEKS = (-2, -1, 0, 1)  # from the first Thursday on or after the tax date
THURSDAY_OF_EPOCH = 0  # 1970-01-01 was a Thursday
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
    held = [*(_operation(week) for week in weeks), *_cash_management(first_day, last_day)]
    inside = [operation for operation in held if first_day <= operation.operation_day <= last_day]
    return tuple(sorted(inside, key=lambda operation: operation.operation_day))


def _operation(week: int) -> ScheduledBuyback:
    """Make the operation of a week, counted from the first regular one."""
    day = int(roll_forward(FIRST_WEDNESDAY + DAYS_A_WEEK * week))
    return _made(day, PURPOSE, *CYCLE[week % len(CYCLE)])


def _made(day: int, purpose: str, bucket: str, maximum_musd: int) -> ScheduledBuyback:
    """Make an operation that settles on the business day after."""
    tips, maximum = bucket in TIPS_BUCKETS, maximum_musd * FACE_PER_MUSD
    return ScheduledBuyback(day, int(next_business_day(day)), purpose, bucket, tips, maximum, None)


def _cash_management(first_day: int, last_day: int) -> list[ScheduledBuyback]:
    """Make the operations of all tax dates of the years that a range of days touches."""
    return [
        _made(int(roll_forward(thursday + DAYS_A_WEEK * number)), CASH_PURPOSE, CASH_BUCKET, CASH_MUSD)
        for year in range(to_date(first_day).year, to_date(last_day).year + 1)
        for thursday in (_thursday_from(year, month) for month in TAX_MONTHS)
        for number in CASH_WEEKS
    ]


def _thursday_from(year: int, month: int) -> int:
    """Return the first Thursday on or after the tax date of a month."""
    tax = day_number(f"{year}-{month:02d}-{TAX_DAY}")
    return tax + (THURSDAY_OF_EPOCH - tax) % DAYS_A_WEEK
