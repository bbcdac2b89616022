"""Every dated input of a run in one place: auctions, buybacks, policy, the Fed's other factors, the Treasury's flows.

Nothing is defined here; each name has its file.
"""

from experiments.inputs.auction_calendar import ScheduledAuction, announcement_day, auction_results, auctions
from experiments.inputs.buyback_calendar import ScheduledBuyback, buyback_results, buybacks
from experiments.inputs.fed_factors import FedLevels, fed_levels, levels_as_of, levels_near
from experiments.inputs.fiscal_flows import fiscal_flows
from experiments.inputs.policy_path import AdministeredRates, RunoffCaps, caps_on, rate_steps, rates_on
from experiments.inputs.steady_calendar import steady_auctions, synthetic_cusip

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
