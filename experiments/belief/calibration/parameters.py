"""What is calibrated: at most twelve parameters with bounds, a prior and the reason of each.

A parameter is a number in the scenario, in its own unit, or a factor on a trait of all kinds that have it. The prior is
uniform between the bounds, on the logarithm where ``log`` says so, independent between parameters. ``theta`` is a dict
of values by name; names left out keep what is shipped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.errors import UserError, nearest
from experiments.kinds import traits_by_kind
from experiments.population import Trait
from experiments.scenario import overlaid
from experiments.sections.world import Scenario
from market.units import Float

Theta = Mapping[str, float]
MOST = 12
ALL_KINDS = "all"


@dataclass(frozen=True)
class Parameter:
    """A number that is calibrated: where it stands in a scenario, between which bounds, and why these."""

    name: str
    unit: str
    place: tuple[str, ...]  # keys of the scenario, or (kind, trait), or ("all", trait) for a factor on every kind's
    low: float
    high: float
    log: bool
    reason: str

    def at(self, unit: Float) -> Float:
        """Return values for places in the prior, 0 to 1."""
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** unit)
        return np.asarray(self.low + (self.high - self.low) * unit)

    def place_of(self, value: float) -> float:
        """Return where a value lies in the prior, 0 to 1 inside the bounds."""
        if self.log:
            return float(np.log(value / self.low) / np.log(self.high / self.low))
        return (value - self.low) / (self.high - self.low)


PARAMETERS = (
    Parameter(
        *("dealers' risk aversion", "1/$m", ("primary_dealer", "risk_aversion"), 0.0015, 0.008, True),
        reason="price of factor risk: no publication has a number; around what gave a published concession",
    ),
    Parameter(
        *("dealers' hedge", "share", ("primary_dealer", "hedge_share"), 0.5, 0.95, False),
        reason="dealers hedge most but not all of their duration (Naik and Yadav 2003)",
    ),
    Parameter(
        *("learning from the composite", "a day", ("primary_dealer", "follow"), 0.01, 0.1, True),
        reason="above 0.1 a day prices overshoot; at 0.01 a flow is priced in over half a year",
    ),
    Parameter(
        *("learning from the books", "of Kyle's", ("primary_dealer", "flow_learning"), 0.3, 3.0, True),
        reason="a third to three times what a linear projection of private news on flow says (Kyle 1985)",
    ),
    Parameter(
        *("spread for risk", "-", ("primary_dealer", "risk_share"), 0.003, 0.03, True),
        reason="off-the-run spreads of 0.4 to 1.5 bp, a wide band",
    ),
    Parameter(
        *("spread for balance sheet", "-", ("primary_dealer", "cost_share"), 0.1, 1.0, True),
        reason="the part of a spread that short, slow paper owes to capital",
    ),
    Parameter(
        *("elasticity", "times shipped", (ALL_KINDS, "elasticity"), 0.5, 2.0, True),
        reason="half and double of the published slope of supply (Williams 2011; Ihrig et al. 2018)",
    ),
    Parameter(
        *("elasticity between issues", "times shipped", (ALL_KINDS, "own_elasticity"), 0.33, 3.0, True),
        reason="no publication has a number for single issues",
    ),
    Parameter(
        *("arbitrage in single issues", "a bp", ("hedge_fund", "residual_appetite"), 0.001, 0.01, True),
        reason="capital of relative-value funds is not known; it is what noise responds to",
    ),
    Parameter(
        *("lean of liquidity trades", "-", (ALL_KINDS, "pull"), 0.33, 3.0, True),
        reason="how long customers' positions last; a factor on every kind",
    ),
    Parameter(
        *("size of news", "times that before", ("news", "scale"), 0.6, 1.2, False),
        reason="days to come may be calmer or livelier than the last ones; a guess around one",
    ),
)


def chosen(names: tuple[str, ...] = ()) -> tuple[Parameter, ...]:
    """Return the parameters of these names, all if none is named; UserError for an unknown name."""
    known = {parameter.name: parameter for parameter in PARAMETERS}
    for name in names:
        if name not in known:
            raise UserError(f"no parameter {name!r}: expected one of {', '.join(known)}{nearest(name, known)}")
    return tuple(known[name] for name in names) if names else PARAMETERS


def theta_at(parameters: Sequence[Parameter], places: Float) -> dict[str, float]:
    """Return the values of parameters at places (p,) in the prior, 0 to 1."""
    return {p.name: float(p.at(place)) for p, place in zip(parameters, places, strict=True)}


def shipped(scenario: Scenario, parameter: Parameter) -> float:
    """Return the value that a scenario has for a parameter; 1 for a factor."""
    if parameter.place[0] == ALL_KINDS:
        return 1.0
    if parameter.place[0] in traits_by_kind():
        return _median(scenario, *parameter.place)
    record: Any = scenario
    for key in parameter.place:
        record = getattr(record, key)
    return float(record)


def with_values(scenario: Scenario, theta: Theta) -> Scenario:
    """Return a scenario with the parameters named in ``theta`` set; UserError for an unknown name or a value outside.

    The values must lie inside the declared bounds: nothing is known of the model outside.
    """
    tables: dict[str, Any] = {}
    for parameter in chosen(tuple(theta)) if theta else ():
        value = float(theta[parameter.name])
        if not parameter.low <= value <= parameter.high:
            raise UserError(
                f"{parameter.name} = {value:g}, expected {parameter.low:g} to {parameter.high:g} {parameter.unit}"
            )
        for place, set_to in _settings(scenario, parameter, value):
            _put(tables, place, set_to)
    return overlaid(scenario, tables, "calibrate", traits_by_kind())


def _settings(scenario: Scenario, parameter: Parameter, value: float) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield the keys of a scenario that a parameter sets, and their values."""
    first, trait = parameter.place[0], parameter.place[-1]
    kinds = traits_by_kind()
    if first == ALL_KINDS:
        for kind in (kind for kind, traits in kinds.items() if trait in traits):
            yield ("population", kind, "traits", trait, "median"), value * _median(scenario, kind, trait)
    elif first in kinds:
        yield ("population", first, "traits", trait, "median"), value
    else:
        yield parameter.place, value


def _median(scenario: Scenario, kind: str, trait: str) -> float:
    spread: Trait | None = scenario.population.traits[kind].get(trait)
    return float(traits_by_kind()[kind][trait].default) if spread is None else spread.median


def _put(tables: dict[str, Any], place: tuple[str, ...], value: float) -> None:
    *way, last = place
    inner = tables
    for key in way:
        inner = inner.setdefault(key, {})
    inner[last] = value
