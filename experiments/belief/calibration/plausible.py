"""History matching: which places of the prior the data do not rule out (Craig et al. 1997; Vernon et al. 2010).

    I_j(x) = |z_j - f_j(x)| / sqrt(data_j^2 + error_j^2 + delta_j^2)

with z the published moment, data its bootstrap standard error, f and error the emulator's, and delta the model's
discrepancy: how far the model at its best is from the market in moment j. Craig and Vernon elicit it from experts; here
it is 0 unless given, so that the set is that of a model taken at its word. A place is plausible where no I_j reaches
``CUT``. Three sigma hold 95 % of any one unimodal error (Pukelsheim 1994), not of the largest of many: with normal and
independent errors a true place passes all of 24 moments 94 times in a hundred, with heavier tails less often. A moment
that no place of the prior meets is *out of reach*: it is a finding about the model, is listed as such, and does not
empty the set. Places are a Sobol sequence over the prior. The answer is a set, not a point: a parameter is *identified*
where the set's 90 % range is less than half the prior's, *weakly* up to nine tenths, *not* beyond.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from experiments.belief.calibration.emulator import Emulator, fit
from market.units import Bool, Float

CUT = 3.0
PLACES_LOG2, ERROR_SEED = 14, 20240930
IDENTIFIED, WEAKLY = 0.5, 0.9


@dataclass(frozen=True)
class Plausible:
    """Places (N, p) in [-1, 1] with their implausibility by moment (N, M), and which moments are within reach (M,)."""

    places: Float
    implausibility: Float
    reached: Bool

    @property
    def largest(self) -> Float:
        """Return the largest implausibility over the moments within reach (N,); 0 if none is."""
        return np.asarray(self.implausibility[:, self.reached].max(axis=1, initial=0.0))

    @property
    def inside(self) -> Float:
        """Return the plausible places (n, p)."""
        return np.asarray(self.places[self.largest < CUT])


def places(p: int, log2: int = PLACES_LOG2, seed: int = 1) -> Float:
    """Return 2 ** log2 places of a scrambled Sobol sequence in [-1, 1]^p."""
    return np.asarray(2.0 * qmc.Sobol(p, rng=np.random.default_rng(seed)).random_base2(log2) - 1.0)


def implausibility(emulator: Emulator, x: Float, z: Float, data: Float, discrepancy: Float | float = 0.0) -> Float:
    """Return I (N, M) at places x of data z (M,) with standard errors and discrepancies (M,) in the moments' units."""
    spread = np.sqrt(data**2 + emulator.error**2 + np.square(discrepancy))
    return np.asarray(np.abs(z - emulator.predict(x)) / spread)


def match(emulator: Emulator, z: Float, data: Float, x: Float, discrepancy: Float | float = 0.0) -> Plausible:
    """Return what data (M,) leave plausible of places x (N, p)."""
    found = implausibility(emulator, x, z, data, discrepancy)
    return Plausible(x, found, found.min(axis=0) < CUT)


def width(inside: Float) -> Float:
    """Return the 90 % range of plausible places over that of the prior, by parameter (p,); NaN of none."""
    if not len(inside):
        return np.full(inside.shape[1], np.nan)
    low, high = np.quantile(inside, [0.05, 0.95], axis=0)
    return np.asarray((high - low) / 1.8)


def verdict(share: float) -> str:
    """Say whether a parameter is identified, from the width of its plausible range."""
    if not share >= 0:
        return "nothing plausible"
    return "identified" if share < IDENTIFIED else "weakly" if share < WEAKLY else "not"


def profile(found: Plausible, parameter: int, bins: int = 16) -> tuple[Float, Float]:
    """Return the middles (bins,) of a parameter's range and the least implausibility with it there."""
    edges = np.linspace(-1.0, 1.0, bins + 1)
    which = np.clip(np.digitize(found.places[:, parameter], edges) - 1, 0, bins - 1)
    least = np.full(bins, np.inf)
    np.minimum.at(least, which, found.largest)
    return 0.5 * (edges[1:] + edges[:-1]), least


def recovery(x: Float, moments: Float, data: Float, cloud: Float) -> tuple[Float, Float]:
    """Take each point of a design for the truth and an emulator fitted without it.

    The data are the point's moments with a published figure's error, drawn with standard deviations ``data`` (M,).
    Returns the largest implausibility of each truth (N,), and the centres of the plausible sets (N, p): a truth is
    recovered where its own implausibility is below ``CUT``.
    """
    own, centres = np.empty(len(x)), np.empty_like(x)
    seen = moments + data * np.random.default_rng(ERROR_SEED).standard_normal(moments.shape)
    for at in range(len(x)):
        others = np.arange(len(x)) != at
        emulator = fit(x[others], moments[others])
        found = match(emulator, seen[at], data, cloud)
        own[at] = implausibility(emulator, x[at : at + 1], seen[at], data).max()
        least = cloud[np.argsort(found.largest, kind="stable")[: len(cloud) // 50]]
        centres[at] = (found.inside if len(found.inside) else least).mean(axis=0)
    return own, centres
