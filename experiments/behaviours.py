"""Who the institutions are under each ``behaviour`` of a scenario: by their rules, or one of three nulls."""

from collections.abc import Sequence
from typing import Any

from agents.nulls.news_value import NEWS_VALUE
from agents.nulls.shuffled import shuffle
from agents.nulls.zero_intelligence import RANDOM
from experiments.kinds import KINDS

SUBSTITUTES: dict[str, dict[type, type]] = {"zero-intelligence": RANDOM, "news-value": NEWS_VALUE}


def kinds_of(behaviour: str) -> dict[str, type]:
    """Return the class of each kind of institution, by name."""
    instead = SUBSTITUTES.get(behaviour, {})
    return {name: instead.get(kind, kind) for name, kind in KINDS.items()}


def deal_out(behaviour: str, investors: Sequence[Any], seed: int) -> None:
    """Shuffle the traits of all investors if the behaviour says so."""
    if behaviour == "shuffled":
        shuffle(investors, seed)
