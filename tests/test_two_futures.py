"""What is not public yet reaches nobody: two markets that differ only after today show the same today."""

from dataclasses import replace

import numpy as np
from reach import OPEN, Watcher, facts
from small_market import digest, live, small

from experiments.build import populate, stage
from experiments.kinds import traits_by_kind
from experiments.scenario import overlaid
from market.model import TreasuryMarket
from market.units import day_number

BURN_IN = 2
TODAY, DAYS = day_number("2024-05-31"), 3
LATER = {  # what a scenario may say of days after today; of rates, after what guidance covers: it is public
    "shocks": [
        {"type": "sale", "date": "2024-06-03", "holder": "pension", "bucket_years": [5.0, 10.0], "amount_musd": 9_000}
    ],
    "exits": [{"date": "2024-06-04", "dealer": "largest"}],
    "withdrawals": [{"since": "2024-06-03", "until": "2024-06-28", "share": 0.5}],
    "nudges": [{"date": "2024-06-03"}],
    "news": {
        "announcements": [{"date": "2024-06-03", "level_bp": 25.0}],
        "spells": [{"since": "2024-06-03", "until": "2024-06-28", "scale": 3.0}],
    },
    "policy": {
        "larger_auctions": [{"announced": "2024-06-03", "since": "2024-07-01", "until": "2024-12-31", "share": 0.5}],
        "rates": [
            {"since": "2024-01-01", "iorb_bp": 540.0, "on_rrp_bp": 530.0, "standing_repo_bp": 550.0},
            {"since": "2024-08-01", "iorb_bp": 440.0, "on_rrp_bp": 430.0, "standing_repo_bp": 450.0},
        ],
    },
}
RATES = {"policy": {"rates": LATER["policy"]["rates"][:1]}}


def later(values, what):
    """Return a mapping by day with what belongs to days after today changed."""
    return {day: what(value) if day > TODAY else value for day, value in values.items()}


def with_another_future(given):
    """Change everything in the inputs of a market that becomes public after today."""
    debt, fed, premises = given.debt, given.fed, given.premises
    auctions, buybacks = (
        tuple(replace(one, **{size: 2 * getattr(one, size)}) if one.announced_day > TODAY else one for one in planned)
        for planned, size in ((debt.auctions, "offering"), (debt.buybacks, "maximum"))
    )
    to_come = premises.securities.first_issue_day > TODAY + 40
    base = np.where(to_come, premises.securities.index_base_e5 * 2, premises.securities.index_base_e5)
    assert (base != premises.securities.index_base_e5).any() and auctions != debt.auctions
    debt = replace(
        debt,
        auctions=auctions,
        buybacks=buybacks[: len(buybacks) // 2],
        receipts=later(debt.receipts, lambda cents: cents * 3),
        cash_plan=later(debt.cash_plan, lambda cents: cents // 2),
    )
    fed = replace(
        fed,
        expected=later(fed.expected, lambda bp: bp - 100.0),
        factors={day: level for day, level in fed.factors.items() if day <= TODAY},
        calendar=auctions,
    )
    premises = replace(premises, securities=replace(premises.securities, index_base_e5=base))
    return replace(given, debt=debt, fed=fed, premises=premises)


def two_futures():
    """Return two small markets with a watcher each, alike but for what becomes public after today."""
    markets = []
    for tables, change in ((RATES, lambda given: given), (LATER, with_another_future)):
        scenario = overlaid(small(**OPEN), tables, "a test", traits_by_kind())
        given = change(stage(scenario))
        market = TreasuryMarket(given.premises, 1)
        populate(market, scenario, given)
        Watcher(market, name="Watcher")
        markets.append(live(market, BURN_IN + DAYS - 1))
    return markets


def test_two_markets_that_differ_only_after_today_show_the_same_in_every_field_today():
    """Dated shocks, later sizes, levels, rates, receipts and CPI, exits and announcements: from ``self``, any depth."""
    Watcher.act = staticmethod(lambda watcher, view: None)
    one, other = two_futures()
    watchers = [next(a for a in market.agents if a.name == "Watcher") for market in (one, other)]
    for acts in zip(one.moments(), other.moments(), strict=True):
        first, second = (facts(watcher, "self") for watcher in watchers)
        assert one.date == TODAY and len(first) > 700
        assert first == second, (
            f"{acts[0]}: {sorted(k for k in first.keys() | second if first.get(k) != second.get(k))[:9]}"
        )
    assert digest(one) == digest(other)
    for market in (one, other):  # and the day after they differ
        market.step()
    first, second = (facts(market.view(), "view") for market in (one, other))
    assert (
        first["view.composite_bp"] != second["view.composite_bp"]
        and first["view.rates.expected"] != second["view.rates.expected"]
    )
