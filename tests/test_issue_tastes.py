"""Flows by CUSIP that last: what an institution is used to hold of an issue wanders, in the mean nowhere."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_market import digest, small_market

from agents.buyers.investor import Investor
from agents.buyers.issue_tastes import LEAST_TASTE, next_taste, wander
from experiments.belief.registered.prices import patterns
from experiments.inputs.published import table
from experiments.start.issuance import static_facts
from experiments.start.security_list import securities_of
from market.bonds import bond_arithmetic
from market.bonds.securities import Kind
from market.calendar import next_business_day
from market.units import day_number

FEBRUARY, MAY, SEPTEMBER = "2024-02-28", "2024-05-28", "2024-09-30"


def test_a_taste_forgets_by_its_days_and_ends_above_nothing():
    assert next_taste(0.5, 0.0, 0.02, 250.0) == pytest.approx(0.5 * np.exp(-1 / 250))
    assert next_taste(0.0, -2.0, 0.02, 250.0) == pytest.approx(-0.04)
    assert next_taste(-0.85, -4.0, 0.05, 250.0) == LEAST_TASTE


def test_the_variance_of_tastes_grows_to_that_of_their_days():
    draws = np.random.default_rng(1).normal(size=(400, 20_000))
    taste = np.zeros(20_000)
    for drawn in draws:
        taste = next_taste(taste, drawn, 0.01, 50.0)
    assert taste.std() == pytest.approx(0.01 / np.sqrt(1 - np.exp(-2 / 50)), rel=0.02)
    assert taste.mean() == pytest.approx(0.0, abs=0.002)


def one_of(day=3):
    """Return an institution that holds a tenth of two notes, a bill and a note to come, and a view of them."""
    kinds = np.array([Kind.NOTE, Kind.NOTE, Kind.BILL, Kind.NOTE])
    view = SimpleNamespace(
        day=day,
        tradable=np.ones(4, bool),
        when_issued=np.array([False, False, False, True]),
        securities=SimpleNamespace(of=lambda *wanted: np.isin(kinds, wanted)),
    )
    own = np.array([[1.0, -1.0, 1.0, 1.0]])
    streams = SimpleNamespace(normal=lambda purpose, names, moment, n: own if purpose == "tastes" else np.zeros((1, n)))
    investor = SimpleNamespace(
        _market=SimpleNamespace(
            streams=streams, outlook=SimpleNamespace(renewed=np.isin(kinds, (Kind.NOTE, Kind.BOND)))
        ),
        identity=np.zeros(1, np.uint64),
        taste=np.zeros(4),
        benchmark=np.full(4, 0.1),
        taste_wander=0.1,
        taste_days=250.0,
    )
    return investor, view


def test_shares_of_notes_that_trade_move_with_tastes_and_nothing_else_does():
    investor, view = one_of()
    wander(investor, view)
    moved = 0.1 * np.sqrt(0.7)
    assert investor.benchmark == pytest.approx([0.1 * (1 + moved), 0.1 * (1 - moved), 0.1, 0.1])
    investor._market.streams.normal = lambda purpose, names, moment, n: np.zeros((1, n))
    investor.taste_days = 1e-9  # forgotten at once: what it was used to hold is back
    wander(investor, view)
    assert investor.benchmark == pytest.approx(np.full(4, 0.1))


def test_nobody_wanders_in_the_burn_in():
    investor, view = one_of(day=-1)
    wander(investor, view)
    assert not investor.taste.any()


@pytest.fixture(scope="module")
def wandered():
    """Return a small market in which shares have wandered for some days, and the same without."""
    return tuple(small_market(days=6, burn_in=2, buyers__issue_flows=flow) for flow in (0.05, 0.0))


def test_institutions_of_a_kind_share_part_of_their_tastes_and_kinds_do_not(wandered):
    market, still = wandered
    notes = market.tradable & market.outlook.renewed
    tastes = {}
    for kind, kept in market.kinds.items():
        if issubclass(kind, Investor) and kept.n > 3:
            tastes[kind] = kept.columns["taste"][: kept.n][:, notes]
            assert tastes[kind].any() and not still.kinds[kind].columns["taste"].any()
            assert not kept.columns["taste"][: kept.n][:, ~market.outlook.renewed].any()
    within = [np.corrcoef(a[0], a[1])[0, 1] for a in tastes.values()]
    first = [a[0] for a in tastes.values()]
    across = [np.corrcoef(a, b)[0, 1] for a, b in pairwise(first)]
    assert np.mean(within) == pytest.approx(0.3, abs=0.1) and np.mean(across) == pytest.approx(0.0, abs=0.1)


def test_together_and_one_by_one_have_the_same_bits(wandered):
    apart = small_market(days=6, burn_in=2, one_by_one=True, buyers__issue_flows=0.05)
    assert digest(apart) == digest(wandered[0]) != digest(wandered[1])


def test_the_published_change_that_its_size_and_days_are_set_to():
    """Between 1 and 10 years, off the run: by quartiles, since a few bonds of before 2000 changed by up to 30 bp."""
    before, after = residuals(1.0, 10.0)
    assert len(before) == 191 and _spread(after - before) == pytest.approx(1.01, abs=0.005)
    left = before.corr(after, method="spearman")
    assert left == pytest.approx(0.42, abs=0.005) and -63 / np.log(left) == pytest.approx(72, abs=1)
    assert _spread(before) == pytest.approx(1.10, abs=0.005) and _spread(after) == pytest.approx(0.83, abs=0.005)


def test_what_followed_was_not_used_and_stands_in_the_documentation():
    before, after = (residuals(1.0, 10.0, *days) for days in ((FEBRUARY, MAY), (MAY, SEPTEMBER)))
    assert before[0].corr(before[1]) == pytest.approx(0.17, abs=0.005)
    assert after[0].corr(after[1]) == pytest.approx(0.83, abs=0.005)
    assert after[0].corr(after[1], method="spearman") == pytest.approx(0.46, abs=0.005)
    assert _spread(after[1] - after[0]) == pytest.approx(0.93, abs=0.005)
    assert _spread(after[1]) == pytest.approx(0.84, abs=0.005)


def test_beyond_ten_years_the_published_pattern_stays():
    before, after = residuals(10.0, 30.0)
    assert before.corr(after, method="spearman") == pytest.approx(0.93, abs=0.005)


def residuals(shortest, longest, first=FEBRUARY, last=MAY):
    """Return the pattern of two days, in bp, of issues off the run with so many years left."""
    days = day_number(first), day_number(last)
    return tuple(map(pd.Series, patterns(_yields(first), _yields(last), days, (shortest, longest)).T))


def _spread(values):
    """Return a standard deviation by quartiles."""
    low, high = np.percentile(values, [25, 75])
    return (high - low) / 1.349


def _yields(day):
    """Return the yields in bp of the notes and bonds that have a price on a day."""
    frame = table(f"fedinvest_prices_{day}").set_index("cusip")["end_of_day_price"]
    securities = securities_of(static_facts().sort_values(["maturity_day", "cusip"]))
    prices = frame.reindex(list(securities.cusip)).to_numpy(np.float64)
    coupon = securities.of(Kind.NOTE, Kind.BOND) & (prices > 0)
    settle = int(next_business_day(day_number(day), 1))
    yields = bond_arithmetic.yields(securities, np.where(coupon, prices, np.nan), settle)
    return pd.Series(yields, list(securities.cusip)).dropna()
