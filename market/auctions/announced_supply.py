"""Changes of private supply that officials announced: public values that a market is built on."""

from dataclasses import dataclass

from market.calendar import business_days


@dataclass(frozen=True, slots=True)
class AnnouncedSupply:
    """Face that the public will have to hold more (positive) or less, over some days, in a range of maturities."""

    announced_day: int
    first_day: int
    last_day: int
    face: int
    years: tuple[float, float]

    def to_come(self, date: int) -> float:
        """Return what has not come yet on the morning of a day since it was announced: equal parts by business day."""
        if date < self.announced_day or date > self.last_day:
            return 0.0
        days = len(business_days(self.first_day, self.last_day))
        left = len(business_days(max(date, self.first_day), self.last_day))
        return self.face * left / max(days, 1)
