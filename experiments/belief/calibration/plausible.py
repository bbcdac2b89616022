"""History matching: which places of the prior the data do not rule out (Craig et al. 1997; Vernon et al. 2010).

    I_j(x) = |z_j - f_j(x)| / sqrt(data_j^2 + error_j^2)

with z the published moment, data its bootstrap standard error, f and error the emulator's. A place is plausible where
the largest I_j is below ``CUT`` (three sigma of any unimodal error, Pukelsheim 1994). A moment that no place of the
prior meets is *out of reach*: it is a finding about the model, is listed as such, and does not empty the set. Places
are a Sobol sequence over the prior. The answer is a set, not a point: a parameter is *identified* where the set's 90 %
range is less than half the prior's, *weakly* up to nine tenths, *not* beyond.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from experiments.belief.calibration.emulator import Emulator, fit
from market.units import Bool, Float

CUT = 3.0
PLACES_LOG2 = 14
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


def implausibility(emulator: Emulator, x: Float, z: Float, data: Float) -> Float:
    """Return I (N, M) at places x of data z (M,) with standard errors (M,)."""
    return np.asarray(np.abs(z - emulator.predict(x)) / np.sqrt(data**2 + emulator.error**2))


def match(emulator: Emulator, z: Float, data: Float, x: Float) -> Plausible:
    """Return what data (M,) leave plausible of places x (N, p)."""
    found = implausibility(emulator, x, z, data)
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
    """Take each point of a design for the truth, its moments for the data, and an emulator fitted without it.

    Returns the largest implausibility of each truth (N,), and the centres of the plausible sets (N, p): a truth is
    recovered where its own implausibility is below ``CUT``.
    """
    own, centres = np.empty(len(x)), np.empty_like(x)
    for at in range(len(x)):
        others = np.arange(len(x)) != at
        emulator = fit(x[others], moments[others])
        found = match(emulator, moments[at], data, cloud)
        own[at] = implausibility(emulator, x[at : at + 1], moments[at], data).max()
        least = cloud[np.argsort(found.largest, kind="stable")[: len(cloud) // 50]]
        centres[at] = (found.inside if len(found.inside) else least).mean(axis=0)
    return own, centres
