"""What a dealer that enters a running market knows: the public news so far, and the level that dealers have learnt.

It is told what all have heard since the start, and takes the others' mean for what it would have learnt of the
composite; its first prices are then theirs, moved by its own position, judgement and view of the policy path. It holds
nothing and wants to hold nothing: the accustomed shares of all holders sum to one without it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.dealers.primary_dealer import PrimaryDealer

LEARNT = ("premium", "apart", "valued")


def catch_up(newcomer: PrimaryDealer, dealers: Sequence[Any]) -> None:
    """Let a dealer that enters know what the ``dealers`` who are here know; at least one is."""
    anybody, *_ = dealers  # all have heard the same
    newcomer.news = newcomer.news + anybody.heard()
    newcomer.believed = newcomer.news + newcomer.flow
    for name in LEARNT:
        setattr(newcomer, name, np.mean([getattr(dealer, name) for dealer in dealers], axis=0))
