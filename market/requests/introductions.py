"""How a dealer that enters becomes known: some clients try it at once, the others get to know it in the course of time.

    share that knows it = 1 - (1 - known_by) 2 ** (-business days since it entered / half_life_days)

Each account and dealer have one draw between 0 and 1 for good, by their names: the account knows the dealer when the
share has passed the draw, and never forgets it. From then on the dealer has the weight of any other
(``market.requests.relationships``); before, none, and it is not asked. The form and its numbers are guesses; that
clients of dealers trade with few, and come back to them, is in Hendershott, Li, Livdan and Schurhoff (2020),
Relationship trading in over-the-counter markets, Journal of Finance 75.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Introduction:
    """The day of the run on which a dealer entered, and how fast it becomes known."""

    day: int
    known_by: float
    half_life_days: float

    def share(self, day: int) -> float:
        """Return the share of accounts that know the dealer on a day of the run."""
        return 1.0 - (1.0 - self.known_by) * math.pow(0.5, max(day - self.day, 0) / self.half_life_days)
