"""What is structure and not parameter: choices of a modeller that no moment decides, drawn together.

    noise curve       how the curve is fitted: Svensson or a smoothing spline
    dealers asked     k of a request: 3, 4 or 5
    anchor            whether beliefs are anchored to published yields after the burn-in, or to where it led
    starting state    who holds what, tilted at random by a tenth, twenty-four times
    start             28 May, 28 June or 31 July 2024, those that ask the same question (``start_dates``)

A full cross of them would be 864 worlds; here each tilt comes once, with the other choices taken in turn so that every
value of each meets every value of the others about as often.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np

from experiments.belief.robustness.variants import Variant

CURVES = ("svensson", "spline")
ASKED = (3, 4, 5)
ANCHORED = (True, False)
STARTS = ("2024-05-28", "2024-06-28", "2024-07-31")
TILT, TILTS = 0.1, 24


def variants(number: int = TILTS, starts: Sequence[str] = STARTS) -> list[Variant]:
    """Return the first ``number`` structural variants with these starts, the same for any number."""
    cross = list(product(CURVES, ASKED, ANCHORED, starts))
    order = np.random.default_rng(0).permutation(len(cross))
    return [_variant(seed, *cross[order[(seed - 1) % len(cross)]]) for seed in range(1, number + 1)]


def _variant(seed: int, curve: str, asked: int, anchored: bool, start: str) -> Variant:
    tables = {
        "market": {"noise_curve": curve, "dealers_asked": asked},
        "run": {"start": start},
        "start": {"tilt": TILT, "tilt_seed": seed, "anchored": anchored},
    }
    anchor = "anchored" if anchored else "free"
    return Variant("structure", f"tilt{seed:02}-{curve}-k{asked}-{anchor}-{start}", tables)
