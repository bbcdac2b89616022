"""Random draws that have an owner.

A draw is a pure function of (seed, purpose, owner, moment, position). There is no state and no order: one more
institution, request or policy changes nobody else's draws. An owner is the fingerprint of a name, never an index; a
moment counts rounds (or days) since the start. Source: Salmon et al. (2011), Philox.
"""

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from market.draws.stream_kernels import normals, uniforms, uniforms_at
from market.units import Float, Int

Owners = NDArray[np.uint64]


@lru_cache(maxsize=100_000)
def fingerprint(*words: object) -> int:
    """Return 64 bits that name these words."""
    return int.from_bytes(blake2b(repr(words).encode(), digest_size=8).digest(), "little")


class Streams:
    """All the randomness of one run."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def uniform(self, purpose: str, owners: Owners, moment: int, n: int) -> Float:
        """Draw from (0, 1), one row of ``n`` per owner; a negative moment belongs to the burn-in."""
        out = np.empty((len(owners), n))
        uniforms(self.key(purpose), owners, counter(moment), out)
        return out

    def uniform_at(self, purpose: str, owners: Owners, moment: int, positions: Int) -> Float:
        """Draw one number each for owners at positions (J,): those that ``uniform`` has in these columns."""
        out = np.empty(len(owners))
        uniforms_at(self.key(purpose), owners, counter(moment), positions, out)
        return out

    def key(self, purpose: str) -> np.uint64:
        """Return what names a purpose to kernels that draw for themselves."""
        return np.uint64(fingerprint(self.seed, purpose))

    def normal(self, purpose: str, owners: Owners, moment: int, n: int) -> Float:
        """Draw standard normals, one row of ``n`` per owner."""
        out = np.empty((len(owners), n))
        normals(self.key(purpose), owners, counter(moment), out)
        return out

    def generator(self, purpose: str, owner: str, moment: int) -> np.random.Generator:
        """Return numpy's generator for everything else; 20 microseconds, so not for every quote."""
        return np.random.Generator(np.random.Philox(key=fingerprint(self.seed, purpose, owner, moment)))


def counter(moment: int) -> int:
    """Return the moment as the counter of a draw: a negative one belongs to the burn-in."""
    return moment & 0x7FFFFFFF
