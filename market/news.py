"""News: shocks to the three factors of the yield curve, in basis points, as they arrive.

Part is public: one release a day, at a drawn round, that everybody hears. Part is private: it arrives in every round at
those who hear first, the others read it from the order flow or learn it the next morning (``late_bp``). Sizes are
Student-t with a few degrees of freedom, scaled to unit variance; the factors' covariance comes from published daily
changes. News moves no price: it enters each institution's own valuation, and its loading on a security is a smooth
function of maturity (Nelson and Siegel 1987).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from market.draws.streams import Streams, fingerprint
from market.exposure import root_of
from market.units import Float, sealed

FACTORS = 3
# Of the loadings; fixed, so that a Svensson fit spans them closely. It explains daily changes of 3 months to 30 years
# best in the year before the start: root mean squared error 0.92 bp. With 2.5 years it was 1.11, the 2-year a bp too
# quiet, and its correlation with the 10-year 0.91 where 0.79 is published.
DECAY_YEARS = 1.4


@dataclass(frozen=True, slots=True)
class News:
    """What arrives in one round: moves of the factors in bp, each (3,).

    Those who hear private news take in ``public_bp + private_bp``, all others ``public_bp + late_bp``.
    """

    public_bp: Float
    private_bp: Float
    late_bp: Float  # yesterday's private news, in the first round


@dataclass(frozen=True, eq=False)
class DatedNews:
    """What a scenario says of news by day of the run: days of other sizes, and announcements of known size.

    ``scale`` multiplies the size of a day's news, 1 where it says nothing; ``announced_bp`` are moves of the factors
    (3,) that everybody hears in the first round.
    """

    scale: Mapping[int, float] = field(default_factory=dict)
    announced_bp: Mapping[int, tuple[float, float, float]] = field(default_factory=dict)


def loadings(years: Float) -> Float:
    """Return what one bp of level, slope and curvature moves a yield, shape (..., 3)."""
    x = np.maximum(years, 1e-6) / DECAY_YEARS
    slope = -np.expm1(-x) / x
    return np.stack([np.ones_like(x), slope, slope - np.exp(-x)], axis=-1)


class Newswire:
    """Draws the news of each round."""

    def __init__(
        self,
        streams: Streams,
        covariance_bp: Float,
        *,
        scale: float = 1.0,
        private_share: float = 0.2,
        degrees_of_freedom: int = 5,
        dated: DatedNews | None = None,
    ) -> None:
        self._streams, self._owner = streams, np.array([fingerprint("public")], np.uint64)
        self._root = root_of(covariance_bp) * scale
        self._dated = dated or DatedNews()
        self._private_share, self._freedom = private_share, degrees_of_freedom

    def of(self, day: int, number: int, rounds: int) -> News:
        """Return the news of round ``number`` of a day."""
        release = int(self._streams.uniform("news release", self._owner, day, 1)[0, 0] * rounds)
        public = np.zeros(FACTORS)
        if number == release:
            public = np.sqrt(1 - self._private_share) * self._shock("public news", day, day)
        if number == 0 and day in self._dated.announced_bp:
            public = public + np.array(self._dated.announced_bp[day])
        private = self._private(day, number, rounds)
        late = np.zeros(FACTORS)
        if number == 0 and day > 0:
            for earlier in range(rounds):
                late += self._private(day - 1, earlier, rounds)
        return News(sealed(public), sealed(private), sealed(late))

    def _private(self, day: int, number: int, rounds: int) -> Float:
        return np.asarray(
            np.sqrt(self._private_share / rounds) * self._shock("private news", day * rounds + number, day)
        )

    def _shock(self, purpose: str, moment: int, day: int) -> Float:
        z = self._streams.normal(purpose, self._owner, moment, FACTORS + self._freedom)[0]
        squared = float(np.sum(z[FACTORS:] ** 2)) / self._freedom
        unit = z[:FACTORS] / np.sqrt(squared) * np.sqrt((self._freedom - 2) / self._freedom)
        scale = self._dated.scale.get(day, 1.0)
        return np.array([scale * float(np.sum(self._root[k] * unit)) for k in range(FACTORS)])
