"""A null model: behaviour parameters shuffled between classes, so that who is elastic, fast or active is arbitrary.

Each trait that several kinds of investors share is dealt out anew: the values of all of them go into one urn, and every
institution draws its own, trait by trait, without replacement, by the run's seed. Aggregates keep the distribution of
each parameter; what goes is which class has which, and which go together. Sizes, cash and accustomed shares stay.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.buyers.investor import Investor
from agents.traits import Memory, traits_of
from market.draws.streams import Streams

GIVEN = frozenset({"cash_buffer", "client_share", "client_reluctance"})  # set by the starting state and the policy
DEALT = tuple(name for name, t in traits_of(Investor).items() if not isinstance(t, Memory) and name not in GIVEN)


def shuffle(investors: Sequence[Any], seed: int) -> None:
    """Deal the traits ``DEALT`` of all investors out anew; the draw belongs to the seed and the trait."""
    streams = Streams(seed)
    for name in DEALT:
        values = np.array([getattr(investor, name) for investor in investors], np.float64)
        order = np.argsort(streams.generator("shuffled traits", name, 0).random(len(values)), kind="stable")
        for investor, value in zip(investors, values[order], strict=True):
            setattr(investor, name, value)
