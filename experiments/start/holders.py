"""The institutions of a starting state: names, sectors, countries, and unequal sizes that depend on the name alone.

Raw sizes are lognormal, exp(spread x normal) with the normal keyed by the name, so that one institution more changes
the raw size of no other; sizes of a group sum to 1. Foreign sectors have one institution for each country of TIC
unless more are asked for; those go to the countries that hold most. Hedge funds stand for domestic ones and those of
the Cayman Islands together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.errors import UserError, nearest
from experiments.start.sector_totals import COUNTRIES
from market.accounts.instruments import FED_NAME, PUBLIC_NAME, TREASURY_NAME
from market.draws.streams import Streams, fingerprint
from market.units import Float

LABELS = {
    "bank": "Bank",
    "primary_dealer": "Primary Dealer",
    "principal_trader": "Principal Trader",
    "money_fund": "Money Fund",
    "bond_fund": "Bond Fund",
    "insurer": "Insurer",
    "pension": "Pension Fund",
    "state_local": "State and Local",
    "household": "Household",
    "hedge_fund": "Hedge Fund",
    "foreign_official": "Foreign Official",
    "foreign_private": "Foreign Private",
}
SECTORS = tuple(LABELS)
SIZE_SPREAD = {"bank": 1.0, "primary_dealer": 0.6, "principal_trader": 0.7, "money_fund": 0.6, "bond_fund": 1.0}
USUAL_SPREAD = 0.8
FOREIGN = ("foreign_official", "foreign_private")
OPTIONAL = ("principal_trader",)
DEFAULT_POPULATION = {
    "bank": 24,
    "primary_dealer": 24,
    "principal_trader": 12,
    "money_fund": 40,
    "bond_fund": 50,
    "insurer": 20,
    "pension": 20,
    "state_local": 20,
    "household": 10,
    "hedge_fund": 20,
}


@dataclass(frozen=True, slots=True)
class Holder:
    """One owner: its sector, its country if foreign, its share of the sector (if foreign of the country's part)."""

    name: str
    sector: str
    country: str | None
    size: float


OFFICIALS = (
    Holder(FED_NAME, "central_bank", None, 1.0),
    Holder(TREASURY_NAME, "treasury", None, 1.0),
    Holder(PUBLIC_NAME, "public", None, 1.0),
)


def check_population(population: Mapping[str, int]) -> None:
    """Refuse unknown sectors, and sectors with too few institutions to hold what is published for them."""
    for sector, number in population.items():
        if sector not in LABELS:
            raise UserError(f"population.{sector}: unknown sector{nearest(sector, SECTORS)}")
        least = len(COUNTRIES) if sector in FOREIGN else 0 if sector in OPTIONAL else 1
        if number < least:
            raise UserError(f"population.{sector} is {number}, expected at least {least}")
    missing = [sector for sector in SECTORS if sector not in population and sector not in (*OPTIONAL, *FOREIGN)]
    if missing:
        raise UserError(f"population.{missing[0]} is missing, expected the number of its institutions")


def holders_of(population: Mapping[str, int], weight: Mapping[str, Float]) -> tuple[Holder, ...]:
    """Return the Fed, the Treasury, the public and then every institution, sector by sector.

    ``weight`` gives for each foreign sector how much each country holds: more than one institution go where more is
    held.
    """
    listed = list(OFFICIALS)
    for sector in SECTORS:
        number = population.get(sector, len(COUNTRIES) if sector in FOREIGN else 0)
        if sector in FOREIGN:
            for country, several in zip(COUNTRIES, _places(number, weight[sector]), strict=True):
                listed += group(sector, country, [f"{LABELS[sector]} {country} {i + 1}" for i in range(several)])
        elif number:
            listed += group(sector, None, [f"{LABELS[sector]} {i + 1:02d}" for i in range(number)])
    return tuple(listed)


def _places(number: int, weight: Float) -> list[int]:
    """Give each country one institution and each further one to the country that holds most per institution."""
    given = np.ones(len(weight), np.int64)
    for _ in range(number - len(weight)):
        given[int(np.argmax(weight / given))] += 1
    return [int(n) for n in given]


def group(sector: str, country: str | None, names: list[str]) -> list[Holder]:
    """Return the members of a group with sizes that sum to 1."""
    identities = np.array([fingerprint(name) for name in names], np.uint64)
    normal = Streams(0).normal("size", identities, 0, 1)[:, 0]
    raw = np.exp(SIZE_SPREAD.get(sector, USUAL_SPREAD) * normal)
    return [Holder(name, sector, country, float(size)) for name, size in zip(names, raw / raw.sum(), strict=True)]
