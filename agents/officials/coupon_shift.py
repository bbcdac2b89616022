"""A debt manager's rule that moves coupon sizes when bills are too many or too few.

At the first announcement of a calendar quarter the share of bills in the marketable debt, by face, is looked at. When
it has been outside its band on the same side for ``quarters`` looks in a row, every nominal coupon auction from then on
is a step larger (bills above the band) or smaller (below it), and another step follows at each later look that finds it
still outside. A step is largest in the belly: 3, 5 and 7 years. Inside the band, sizes stay where they are. Bills,
sized to the cash plan, give way; with a balanced budget, or where bills do not finance, receipts or cash do. Sources:
the Treasury Borrowing Advisory Committee recommends a bill share of 15 to 20 % (reports to the Secretary, 2020 and
later); steps of 1 to 3 billion an auction were made from August 2023 to April 2024; weights and patience are guesses.
Units: face in hundreds of dollars.
"""

from dataclasses import dataclass

from market.units import FACE_PER_BILLION, to_date

BELLY_MONTHS = (36, 84)  # original terms of the larger step


@dataclass(frozen=True, slots=True)
class CouponShift:
    """The rule: the band of the bill share, looks outside it before sizes move, and the step by term."""

    lowest: float
    highest: float
    quarters: int
    belly_step: int
    other_step: int

    def step(self, term_months: int) -> int:
        """Return the face by which an auction of a term moves at once."""
        return self.belly_step if BELLY_MONTHS[0] <= term_months <= BELLY_MONTHS[1] else self.other_step


class ShiftMemory:
    """Looks once a quarter, and remembers how many steps sizes were moved."""

    def __init__(self, rule: CouponShift) -> None:
        self.rule = rule
        self.steps = 0
        self._quarter: tuple[int, int] | None = None
        self._outside = 0  # looks in a row above the band, negative below it

    def look(self, date: int, bill_share: float) -> None:
        """Take in the bill share if a new quarter has begun."""
        day = to_date(date)
        quarter = day.year, (day.month - 1) // 3
        if quarter == self._quarter:
            return
        self._quarter = quarter
        side = (bill_share > self.rule.highest) - (bill_share < self.rule.lowest)
        same = side != 0 and side * self._outside >= 0
        self._outside = self._outside + side if same else side
        if abs(self._outside) >= self.rule.quarters:
            self.steps += side

    def moved(self, offering: int, term_months: int) -> int:
        """Return the face added to a planned offering; a smaller auction still sells a billion, or what was planned."""
        change = self.steps * self.rule.step(term_months)
        return max(change, min(FACE_PER_BILLION, offering) - offering)
