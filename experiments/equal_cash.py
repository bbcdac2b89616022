"""A twin of every arm that buys back: the Fed buys in the Treasury's place, easing of nearly equal cash.

The twin has the arm's operations, lists, maxima and scoring, or its standing bids, and differs in who pays
(``policy.qe_like_buybacks``). The cash is that of the arm to the cent on the first day on which something is bought;
later fills differ, as prices do, and so does cash: both are in the daily table (``buyback_cost_musd``, and the Fed's
purchases among the ``operations``).
"""

from collections.abc import Mapping
from pathlib import Path

from experiments.experiment import BUNDLED, Arm, Experiment, ExperimentError
from experiments.scenario import merged
from experiments.sections.world import Scenario

BUYS = ("programme", "committed", "standing")  # modes of buybacks in which something is bought
SUFFIX = "-by-the-fed"
EASING = {"policy": {"qe_like_buybacks": True}}


def with_easing(asked: Experiment, beside: Path = BUNDLED) -> Experiment:
    """Return an experiment with the twins of its arms beside them; ExperimentError where no arm has one."""
    if asked.factors:
        raise ExperimentError(f"{asked.name} crosses factors, expected an experiment of arms for twins of equal cash")
    twins = {
        f"{name}{SUFFIX}": Arm(
            about=f"as {name}, and the Fed buys in the Treasury's place: easing of equal cash",
            scenario=asked.arms[name].scenario,
            set=merged(asked.arms[name].set, EASING),
        )
        for name in buyers(asked.worlds(beside))
    }
    if not twins:
        raise ExperimentError(f"{asked.name} has no arm in which the Treasury buys back, expected one for equal cash")
    return Experiment.model_validate(asked.model_dump() | {"arms": {**asked.arms, **twins}})


def buyers(worlds: Mapping[str, Scenario]) -> list[str]:
    """Return the arms in which the Treasury itself buys back."""
    return [
        name
        for name, world in worlds.items()
        if world.policy.buybacks.mode in BUYS and not world.policy.qe_like_buybacks
    ]
