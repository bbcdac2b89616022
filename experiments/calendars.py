"""Every dated input of a run in one place: auctions, buybacks, policy, the Fed's other factors, the Treasury's flows.

Nothing is defined here; each name has its file.
"""

from experiments.auction_calendar import ScheduledAuction, announcement_day, auction_results, auctions
from experiments.buyback_calendar import ScheduledBuyback, buyback_results, buybacks
from experiments.fed_factors import FedLevels, fed_levels, levels_as_of, levels_near
from experiments.fiscal_flows import fiscal_flows
from experiments.policy_path import AdministeredRates, RunoffCaps, caps_on, rate_steps, rates_on
from experiments.steady_calendar import steady_auctions, synthetic_cusip

__all__ = [
    "AdministeredRates",
    "FedLevels",
    "RunoffCaps",
    "ScheduledAuction",
    "ScheduledBuyback",
    "announcement_day",
    "auction_results",
    "auctions",
    "buyback_results",
    "buybacks",
    "caps_on",
    "fed_levels",
    "fiscal_flows",
    "levels_as_of",
    "levels_near",
    "rate_steps",
    "rates_on",
    "steady_auctions",
    "synthetic_cusip",
]
