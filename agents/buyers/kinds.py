"""Draws that institutions of a kind share in part: they have the same rules, advisers and sort of owners.

    z = sqrt(c) z(kind) + sqrt(1 - c) z(institution)

of unit variance, c of it the same for all of a kind. Money funds together show that there is something in common: what
they hold of Treasuries changes by 81 bn a month (s.d., January 2022 to April 2024, less what bills' growth explains;
OFR, MSPD), and forty funds that differ independently would hardly move their sum.
"""

import math
from typing import Any

import numpy as np

from market.draws.streams import fingerprint
from market.units import Float

SAME_FOR_KIND = 0.3  # of the variance; a guess, as for maturities


def normals(investor: Any, purpose: str, moment: int, n: int) -> Float:
    """Return standard normals of a purpose and moment (members, n)."""
    streams, kind = investor._market.streams, np.array([fingerprint(type(investor).__name__)], np.uint64)
    common = streams.normal(f"{purpose} of a kind", kind, moment, n)
    own = streams.normal(purpose, investor.identity, moment, n)
    return np.asarray(math.sqrt(SAME_FOR_KIND) * common + math.sqrt(1.0 - SAME_FOR_KIND) * own)
