"""How the Fed lets its portfolio run off and rolls the rest: pure rules of dates and faces.

Treasuries redeemed in a calendar month are the smaller of the cap and what matures; coupons come first and bills fill
the gap. Coupon redemptions are spread over the month's coupon maturities in proportion, bills likewise over theirs.
What is not redeemed is rolled at auction, across the securities issued on the maturity's day in proportion to their
announced sizes, on top of the public offering. Source: New York Fed, Desk statement of 1 May 2024.

Principal of mortgage securities runs off up to a cap of its own; what a month brings above it is put into Treasuries
(Board, Plans for Reducing the Size of the Balance Sheet, May 2022; Treasuries since the statement of May 2024). The
Desk would buy them in the secondary market in proportion to what is outstanding; here they are taken at the auctions
that settle in the month after, in proportion to announced sizes: a simplification. The cap never bound in 2024.
"""

from fractions import Fraction

from market.units import to_date


def redeemed_share(cap: int, coupons: int, bills: int, of_bills: bool) -> Fraction:
    """Return the share of a month's maturing coupons (or bills) that is redeemed; faces of any unit."""
    from_coupons = min(cap, coupons)
    if not of_bills:
        return Fraction(from_coupons, coupons) if coupons else Fraction(0)
    return Fraction(min(cap - from_coupons, bills), bills) if bills else Fraction(0)


def rolled(maturing: int, share_redeemed: Fraction) -> int:
    """Return the face that is rolled of what matures on one day, rounded down to the unit of face."""
    return int(maturing * (1 - share_redeemed))


def above_cap(principal: int, cap: int) -> int:
    """Return the mortgage principal of a month that is not let run off; faces of any unit."""
    return max(principal - cap, 0)


def part_of(amount: int, own_size: int, all_sizes: int) -> int:
    """Return the part of an amount that goes to one auction of several that settle together, by announced size."""
    return amount * own_size // all_sizes if all_sizes else 0


def month_before(month: tuple[int, int]) -> tuple[int, int]:
    """Return year and month of the month before one."""
    year, number = month
    return (year, number - 1) if number > 1 else (year - 1, 12)


def month_of(day: int) -> tuple[int, int]:
    """Return year and month of a day number."""
    date = to_date(day)
    return date.year, date.month
