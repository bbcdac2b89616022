"""The Fed redeems under its caps, rolls the rest over in proportion, and sets its rates on the real dates."""

from datetime import date
from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import live, small, small_market

from agents.officials.central_bank import CentralBank, FedPlan
from agents.officials.reinvestment import above_cap, month_before, month_of, part_of, redeemed_share, rolled
from experiments.build import stage
from experiments.errors import UserError
from experiments.inputs.fed_factors import mortgage_principal
from experiments.inputs.plans import redeemed_before
from experiments.inputs.published import table
from experiments.scenario import load
from market.accounts.instruments import FED, Money
from market.bonds.securities import Kind
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD, FACE_PER_MUSD, day_number, to_date

faces = st.integers(0, 10**10)


# ---- the rule --------------------------------------------------------------------------------------
@given(faces, faces, faces)
def test_a_month_redeems_the_smaller_of_the_cap_and_what_matures_coupons_first(cap, coupons, bills):
    of_coupons = redeemed_share(cap, coupons, bills, False) * coupons
    of_bills = redeemed_share(cap, coupons, bills, True) * bills
    assert of_coupons == min(cap, coupons)
    assert of_coupons + of_bills == min(cap, coupons + bills)


def test_bills_fill_the_gap_that_coupons_leave_below_the_cap():
    assert redeemed_share(60, 40, 80, False) == 1 and redeemed_share(60, 40, 80, True) == Fraction(1, 4)
    assert redeemed_share(25, 50, 80, False) == Fraction(1, 2) and redeemed_share(25, 50, 80, True) == 0
    assert redeemed_share(25, 0, 0, False) == redeemed_share(25, 0, 0, True) == 0


@given(faces, st.fractions(0, 1))
def test_what_is_rolled_is_what_is_not_redeemed_to_the_unit(maturing, share):
    kept = rolled(maturing, share)
    assert 0 <= maturing * (1 - share) - kept < 1


@given(faces, st.lists(st.integers(1, 10**9), min_size=1, max_size=6))
def test_add_ons_are_in_proportion_to_announced_sizes(amount, sizes):
    parts = [part_of(amount, size, sum(sizes)) for size in sizes]
    assert 0 <= amount - sum(parts) < len(sizes)
    assert all(abs(part - Fraction(amount * size, sum(sizes))) < 1 for part, size in zip(parts, sizes, strict=True))


def test_without_an_auction_on_the_day_nothing_is_rolled():
    assert part_of(100, 0, 0) == 0


def test_a_month_is_a_calendar_month():
    assert month_of(day_number("2024-05-31")) == (2024, 5) and month_of(day_number("2024-06-01")) == (2024, 6)


# ---- mortgage principal ----------------------------------------------------------------------------
def test_a_month_comes_after_the_one_before_it():
    assert month_before((2024, 6)) == (2024, 5) and month_before((2025, 1)) == (2024, 12)


@given(faces, faces)
def test_principal_runs_off_up_to_its_cap_and_the_rest_is_put_into_treasuries(principal, cap):
    assert above_cap(principal, cap) + min(principal, cap) == principal


def test_principal_is_the_fall_of_the_published_level_and_never_reached_its_cap():
    principal = {month: face / FACE_PER_MUSD for month, face in mortgage_principal().items()}
    assert principal[2024, 5] == 2_372_049 - 2_354_642 and (2024, 12) not in principal
    assert all(10_000 < principal[2024, month] < 25_000 for month in range(1, 12))
    assert stage(small()).fed.mortgages_above_cap((2024, 5)) == 0


def test_a_cap_is_that_of_the_month_and_an_unset_one_does_not_bind():
    plan = FedPlan(mortgages={(2024, 5): 17, (2024, 6): 18}, mortgage_caps=((day_number("2024-06-01"), 10),))
    assert [plan.mortgages_above_cap((2024, month)) for month in (4, 5, 6)] == [0, 0, 8]


LOW_CAP = [{"since": "2024-01-01", "treasuries_musd": 25_000, "mbs_musd": 5_000}]


def test_principal_above_the_cap_and_a_debt_limit_are_refused_together():
    with pytest.raises(UserError, match=r"mbs_musd below the principal repaid, expected 35000"):
        stage(small("debt-limit-autumn", policy__caps=LOW_CAP))
    stage(small("debt-limit-autumn"))


# ---- the plan --------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def given_plan():
    return stage(small())


@pytest.fixture(scope="module")
def fed(given_plan):
    return small_market().agents_by_type[CentralBank][0]


@pytest.mark.parametrize(
    ("day", "iorb", "on_rrp"),
    [
        ("2024-05-29", 540, 530),
        ("2024-09-18", 540, 530),
        ("2024-09-19", 490, 480),
        ("2024-11-07", 490, 480),
        ("2024-11-08", 465, 455),
        ("2024-12-18", 465, 455),
        ("2024-12-19", 440, 425),
        ("2025-01-31", 440, 425),
    ],
)
def test_rates_change_on_the_real_dates(fed, day, iorb, on_rrp):
    rates = fed.rates(day_number(day))
    assert (rates.iorb, rates.on_rrp) == (iorb, on_rrp)
    assert rates.on_rrp <= rates.iorb <= rates.srf


def test_guidance_moves_the_expected_rate_before_the_step(fed):
    assert fed.rates(day_number("2024-06-03")).expected == 540
    assert 490 < fed.rates(day_number("2024-09-03")).expected < 540
    assert fed.rates(day_number("2024-08-20")).expected > fed.rates(day_number("2024-09-03")).expected


def test_caps_are_60_billion_until_may_and_25_from_june(fed):
    assert fed._cap(day_number("2024-05-31")) == 60_000 * FACE_PER_MUSD
    assert fed._cap(day_number("2024-06-01")) == 25_000 * FACE_PER_MUSD
    uncapped = CentralBank.__new__(CentralBank)
    uncapped.plan = FedPlan()
    assert uncapped._cap(day_number("2024-06-01")) > 10**15


def test_a_flat_path_has_one_rate_and_a_world_at_rest_redeems_nothing():
    bank = small_market("steady").agents_by_type[CentralBank][0]
    assert {bank.rates(day_number(d)).iorb for d in ("2024-05-29", "2024-12-31")} == {540}
    assert bank._redeemed(None, day_number("2024-06-15"), False) == 0


def test_factors_are_reported_once_on_their_wednesday(fed):
    wednesday = day_number("2024-06-05")
    assert fed.factors(wednesday) == fed.plan.factors[wednesday]
    assert fed.factors(wednesday) is None and fed.factors(wednesday + 1) is None
    before = day_number("2024-06-18")  # 19 June was a holiday: its levels are those of the close before
    assert fed.factors(day_number("2024-06-20")) == fed.plan.factors[before]


def test_a_cap_counts_the_inflation_compensation_of_maturing_tips(fed):
    market = fed._market
    s = market.securities
    july = s.of(Kind.TIPS) & (s.maturity_day == day_number("2024-07-15"))
    view = SimpleNamespace(securities=s, soma=market.soma)
    par, repaid = int(market.soma[july].sum()), fed._principal(view, july)
    assert par > 8_000 * FACE_PER_MUSD and 1.25 < repaid / par < 1.35  # prices rose by 30 % in ten years
    nominal = s.of(Kind.NOTE) & (market.soma > 0)
    assert fed._principal(view, nominal) == int(market.soma[nominal].sum())


def test_the_cap_of_the_month_of_the_start_is_what_was_left_of_it():
    left = 60_000 - redeemed_before(day_number("2024-05-28"), day_number("2024-05-29")) / FACE_PER_MUSD
    assert left == pytest.approx(28_721, abs=1)  # what the published portfolio fell by from 29 May to 5 June
    assert redeemed_before(day_number("2024-06-28"), day_number("2024-06-26")) / FACE_PER_MUSD == pytest.approx(
        9_015, abs=1
    )
    assert redeemed_before(day_number("2024-06-03"), day_number("2024-06-03")) == 0


# ---- the run ---------------------------------------------------------------------------------------
WEDNESDAYS = ("2024-06-05", "2024-06-12", "2024-06-18", "2024-06-26", "2024-07-03")


@pytest.fixture(scope="module")
def june():
    """A small market through June 2024; the Fed's portfolio and its moneys by day."""
    market = small_market(days=2)
    soma, money = {}, {}
    while market.date < day_number("2024-07-03"):
        live(market, 1)
        soma[market.date] = int(market.soma.sum())
        money[market.date] = (-market.ledger.balance[FED]).tolist()
    return market, soma, money


def test_the_portfolio_runs_off_as_published(june):
    published = table("soma_by_type_weekly_2019-2024").set_index("date")
    classes = ["bills", "notes_bonds_nominal", "frn", "tips_par"]
    for day in WEDNESDAYS:
        expected = float(published.loc[day_number(day), classes].sum())
        got = june[1][day_number(day)] / FACE_PER_MUSD
        print(day, f"simulated {got:,.0f}, published {expected:,.0f} $m")
        assert got == pytest.approx(expected, abs=100.0)  # small purchases of the Desk are not modelled


def test_june_redeems_its_cap(june):
    market, soma, _ = june
    before, after = soma[day_number("2024-06-04")], soma[day_number("2024-07-01")]  # 30 June was a Sunday
    assert before - after == pytest.approx(25_000 * FACE_PER_MUSD, abs=100)
    auctions = market.record.to_pandas("auctions")
    assert (auctions["addon_face"] > 0).any()


def test_the_outside_items_are_the_published_wednesday_levels(june):
    market, _, money = june
    plan = market.agents_by_type[CentralBank][0].plan.factors
    checked = [day for day in money if day in plan]
    assert len(checked) >= 5
    for day in checked:
        levels = plan[day]
        assert money[day][Money.CURRENCY] == levels.currency
        assert money[day][Money.FOREIGN_REPO] == levels.foreign_repo
        assert -money[day][Money.FED_OTHER_ASSETS] == levels.other_assets
        assert money[day][Money.FED_OTHER_LIABILITIES] == pytest.approx(
            levels.other_liabilities, abs=2e3 * CENTS_PER_MUSD
        )


def test_the_fed_sells_nothing_and_buys_only_at_auction(june):
    market, soma, _ = june
    assert not (market.soma < 0).any() and to_date(market.date) == date(2024, 7, 3)
    days = sorted(soma)
    issue_days = {day_number(day) for day in market.record.to_pandas("auctions")["issue_date"]}
    moved = [later for earlier, later in pairwise(days) if soma[later] != soma[earlier]]
    paid = set(np.unique(market.securities.maturity_day).tolist()) | issue_days
    assert moved and all(any(day - back in paid for back in range(4)) for day in moved)


def test_with_a_lower_cap_the_portfolio_is_larger_by_the_principal_above_it_and_the_sheet_closes(june):
    """May's principal is 17.407 bn; 12.407 bn of it come into the portfolio by add-ons of June."""
    end, usual = day_number("2024-06-28"), june[0]
    low = [{**cap.model_dump(), "mbs_musd": 5_000} for cap in load("baseline").policy.caps]
    lower = small_market(policy__caps=low, days=2)
    while lower.date < end:
        live(lower, 1)
    rolled_on = int(lower.soma.sum()) - june[1][end]
    addons = [m.record.to_pandas("auctions").query("issue_date < '2024-06-29'")["addon_face"] for m in (lower, usual)]
    assert 0 <= 12_407 * FACE_PER_MUSD - rolled_on < len(addons[0])  # each auction's part is rounded down to $100
    assert int(addons[0].sum() - addons[1].sum()) == rolled_on
    owed, before = (-lower.ledger.balance[FED]).tolist(), june[2][end]
    assert owed[Money.FED_OTHER_ASSETS] == before[Money.FED_OTHER_ASSETS]  # mortgages fall by all the principal
    assert sum(owed[: len(Money)]) - sum(before[: len(Money)]) == rolled_on * CENTS_PER_FACE
