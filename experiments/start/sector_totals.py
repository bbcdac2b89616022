"""How much each sector holds on a day, at market value in millions of dollars, from published tables.

    foreign             TIC by country, monthly; the official total is published, its split by country is not (below)
    money_fund          OFR from N-MFP, monthly
    bank, bond_fund (mutual, closed-end and exchange traded), insurer, pension, state_local     Z.1, quarterly
    hedge_fund          domestic hedge funds (Z.1 memo) and the Cayman Islands of TIC, where most funds are registered
    household           what is left: households, nonprofits, nonfinancial and other financial corporates

Values are linear between published dates. The split of foreign holders into official and private by country is a
guess, ``OFFICIAL_SHARE`` (reserve managers' share of the country's line, from memory of what reserves and custody
look like), moved by one factor on the odds so that the published official total is met. Sectors close to the market
value of everything because households are the rest; how far that rest is from the Z.1 is reported.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from experiments.inputs.published import interpolated, table
from market.units import Float

TIC, MMF = "tic_foreign_holders_monthly_2019-2024", "mmf_holdings_monthly_2019-2024"
Z1 = "z1_treasury_holders_with_hedge_funds_quarterly_2019-2024"
CAYMAN, OTHERS = "Cayman Islands", "Other countries"
OFFICIAL_SHARE = {
    "Japan": 0.75,
    "China, Mainland": 0.90,
    "United Kingdom": 0.10,
    "Luxembourg": 0.02,
    "Canada": 0.15,
    "Belgium": 0.60,
    "Ireland": 0.05,
    "France": 0.20,
    "Switzerland": 0.60,
    "Taiwan": 0.80,
    "Hong Kong": 0.55,
    "Singapore": 0.55,
    "India": 0.95,
    "Brazil": 0.95,
    "Norway": 0.90,
    "Saudi Arabia": 0.95,
    "Korea, South": 0.60,
    OTHERS: 0.50,
}
COUNTRIES = tuple(OFFICIAL_SHARE)
Z1_COLUMNS = {
    "bank": ("banks",),
    "bond_fund": ("mutual_closed_end_etf_funds",),
    "insurer": ("insurers",),
    "pension": ("insurers_and_pensions", "-insurers"),
    "state_local": ("state_local_governments",),
}


class ForeignHoldings(NamedTuple):
    """Foreign holdings in millions, official and private by country of ``COUNTRIES``; bills as a share of official."""

    official: Float
    private: Float
    official_bill_share: float
    cayman: float
    total: float


def sector_totals_musd(day: int) -> dict[str, float]:
    """Return holdings of the sectors that Z.1 and money funds' reports give, with domestic hedge funds."""
    totals = {sector: sum(_z1(day, column) for column in columns) for sector, columns in Z1_COLUMNS.items()}
    totals["money_fund"] = interpolated(table(MMF), day, "month_end", "treasuries")
    totals["hedge_fund"] = _z1(day, "memo_domestic_hedge_funds") + foreign_holdings_musd(day).cayman
    return totals


def published_households_musd(day: int) -> float:
    """Return what the Z.1 gives for the sectors that households stand for: itself, corporates and the unnamed rest."""
    named = (
        "rest_of_world",
        "federal_reserve",
        "money_market_funds",
        "mutual_closed_end_etf_funds",
        "banks",
        "broker_dealers",
    )
    others = ("insurers_and_pensions", "state_local_governments", "memo_domestic_hedge_funds")
    return _z1(day, "total_holdings_market_value") - sum(_z1(day, column) for column in (*named, *others))


def _z1(day: int, column: str) -> float:
    """Return a Z.1 level on a day in millions; a leading minus takes it off."""
    sign, name = (-1, column[1:]) if column.startswith("-") else (1, column)
    return sign * interpolated(table(Z1), day, "quarter_end", name)


def foreign_holdings_musd(day: int) -> ForeignHoldings:
    """Return foreign holdings on a day; official shares meet the published official total."""
    tic = {
        column: 1000 * interpolated(table(TIC), day, "date", column)
        for column in table(TIC).columns
        if column != "date"
    }
    total, cayman, official_total = tic["Grand Total"], tic[CAYMAN], tic["For. Official"]
    named = np.array([tic[country] for country in COUNTRIES if country != OTHERS])
    country = np.append(named, total - cayman - named.sum())
    prior = np.array(list(OFFICIAL_SHARE.values()))
    odds = prior / (1 - prior)

    def short_of(log_factor: float) -> float:
        moved = odds * np.exp(log_factor)
        return float((country * moved / (1 + moved)).sum() - official_total)

    moved = odds * np.exp(brentq(short_of, -5.0, 5.0, xtol=1e-14))
    official = country * moved / (1 + moved)
    bills = tic["Treasury Bills"] / (tic["Treasury Bills"] + tic["T-Bonds & Notes"])
    return ForeignHoldings(official, country - official, bills, cayman, total)
