"""Who is in the market, how many, and how unequal: the ``population`` section of a scenario.

A kind has a count and tables of traits, ``skew = {median = 0.4, spread = 0.3}``: members draw their value
log-normally around the median, ``spread`` being the standard deviation of the logarithm; without a table the
default of the trait holds. Which traits a kind has is declared by its class in ``agents``;
``experiments.scenario.load`` is told and checks the names, ``experiments.schema`` lists them for editors. Foreign
holders are not counted here: there is one official and one private holder for each country that the TIC data name.

Source: numbers of institutions are a modelling choice; 24 primary dealers as in 2024.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from experiments.sections.section import declared, required


class Trait(BaseModel):
    """How a trait is spread over the members of a kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    median: float = required("unit of the trait", "middle value")
    spread: float = declared(
        0.0, "log points", "a convention: all alike", "standard deviation of its logarithm, 0 for all alike", ge=0, le=3
    )


class Kind(BaseModel):
    """Traits of the members of a kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    traits: dict[str, Trait] = declared(
        {}, "traits", "that of each trait", "spread of each trait over the members, by name"
    )

    @model_validator(mode="before")
    @classmethod
    def _gather_traits(cls, values: Any) -> Any:
        """Take every table of a kind for a trait of that name."""
        if not isinstance(values, dict) or not isinstance(values.get("traits", {}), dict):
            return values
        tables = {key: value for key, value in values.items() if key != "traits" and isinstance(value, dict | Trait)}
        others = {key: value for key, value in values.items() if key not in tables}
        return {**others, "traits": {**others.get("traits", {}), **tables}}


class CountedKind(Kind):
    """A kind of which a scenario chooses the number."""

    count: int = declared(
        ...,
        "institutions",
        "a modelling choice; 24 primary dealers as in 2024",
        "number of institutions",
        ge=1,
        le=10_000,
    )


class Population(BaseModel):
    """The kinds of institutions besides the Fed and the Treasury."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bank: CountedKind = CountedKind(count=24)
    primary_dealer: CountedKind = CountedKind(count=24)
    principal_trader: CountedKind = CountedKind(count=12)
    money_fund: CountedKind = CountedKind(count=40)
    bond_fund: CountedKind = CountedKind(count=50)
    pension: CountedKind = CountedKind(count=20)
    insurer: CountedKind = CountedKind(count=20)
    hedge_fund: CountedKind = CountedKind(count=20)
    state_local: CountedKind = CountedKind(count=20)
    household: CountedKind = CountedKind(count=10)
    foreign_official: Kind = Kind()
    foreign_private: Kind = Kind()

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of institutions of each kind that is counted here."""
        kinds = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: kind.count for name, kind in kinds if isinstance(kind, CountedKind)}

    @property
    def traits(self) -> dict[str, dict[str, Trait]]:
        """Return the spread of traits by kind and trait."""
        return {name: getattr(self, name).traits for name in type(self).model_fields}
