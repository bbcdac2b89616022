"""Mechanisms that can be switched off, each by values that every scenario has: what carries an effect?

The part that a mechanism carries is (effect with all of them - effect without it) / effect with all of them, seed by
seed with the same draws; a seed that lacks one of the two is left out and counted. Parts need not add up: mechanisms
interact. A market without one is another market, with other spreads and inventories: an ablation says what an effect
rests on in this model, no more.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.belief.robustness.variants import Asked, Variant, effects_by_seed, folder_of
from experiments.errors import UserError, nearest
from experiments.kinds import traits_by_kind
from experiments.results.inference import Floats, standard_error, t_half_width


class Mechanism(NamedTuple):
    """What is switched off: traits by kind ("all": of every kind that has it) set to a value, and what that means."""

    traits: tuple[tuple[str, str, float], ...]
    meaning: str


MECHANISMS = {
    "dealers-risk": Mechanism((("primary_dealer", "risk_aversion", 0.0),), "dealers price no factor risk"),
    "balance-sheet": Mechanism(
        (("primary_dealer", "balance_cost", 0.0), ("primary_dealer", "shadow_slope", 0.0)),
        "balance sheet costs dealers nothing, and limits have no price",
    ),
    "composite": Mechanism((("primary_dealer", "follow", 0.0),), "dealers do not learn from each other's prices"),
    "order-flow": Mechanism((("primary_dealer", "flow_learning", 0.0),), "dealers learn nothing from the books"),
    "demand": Mechanism((("all", "elasticity", 0.0),), "holders do not respond to the level of yields"),
    "substitution": Mechanism((("all", "own_elasticity", 0.0),), "holders do not tell issues apart"),
    "arbitrage": Mechanism(
        (("hedge_fund", "level_appetite", 0.0), ("hedge_fund", "residual_appetite", 0.0)),
        "hedge funds lean against nothing",
    ),
}


def variants(names: Sequence[str]) -> list[Variant]:
    """Return the variant of each mechanism; UserError for an unknown one."""
    for name in names:
        if name not in MECHANISMS:
            raise UserError(
                f"no mechanism {name!r}: expected one of {', '.join(MECHANISMS)}{nearest(name, MECHANISMS)}"
            )
    return [Variant("mechanism", name, {"population": _tables(MECHANISMS[name])}) for name in names]


def _tables(mechanism: Mechanism) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    tables: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for kind, trait, value in mechanism.traits:
        kinds = [name for name, traits in traits_by_kind().items() if trait in traits] if kind == "all" else [kind]
        for each in kinds:
            tables.setdefault(each, {"traits": {}})["traits"][trait] = {"median": value}
    return tables


def table(asked: Asked, ablated: Sequence[Variant]) -> pd.DataFrame:
    """Return by outcome and mechanism: the effect without it, and the part that it carries, with a t interval."""
    rows = []
    for outcome in asked.question.outcomes:
        whole = effects_by_seed(asked, outcome.name)
        for variant in ablated:
            without = effects_by_seed(asked, outcome.name, folder_of(asked, variant))
            pairs = pd.DataFrame({"with": whole, "without": without})
            known = pairs.dropna()
            rows.append(
                {"effect": asked.contrast, "outcome": outcome.name, "unit": outcome.unit, "without": variant.name}
                | carried(known["with"].to_numpy(np.float64), known["without"].to_numpy(np.float64))
                | {"dropped": len(pairs) - len(known)}
                | {"meaning": MECHANISMS[variant.name].meaning}
            )
    return pd.DataFrame(rows)


def carried(whole: Floats, without: Floats) -> dict[str, float]:
    """Return the mean effects and the difference with its interval, and the part; NaN where the whole is not known.

    The part is given only where the whole effect is three standard errors from zero: a share of nothing is nothing.
    """
    lost = whole - without
    half, mean = t_half_width(lost), float(np.mean(lost)) if len(lost) else float("nan")
    size = float(np.mean(whole)) if len(whole) else float("nan")
    known = abs(size) > 3 * standard_error(whole)
    return {
        "seeds": len(lost),
        "with": size,
        "effect": float(np.mean(without)) if len(without) else float("nan"),
        "lost": mean,
        "lost_low": mean - half,
        "lost_high": mean + half,
        "part": mean / size if known else float("nan"),
    }
