"""The Fed's outright operations: what they may take, and what they do to reserves, portfolio and private holdings."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import HELD_FIXED, LIABILITIES, digest, live, small, small_market

from agents.institution import Institution
from agents.officials.open_market_desk import OpenMarketDesk, Programme, PurchaseRule
from experiments.belief.replay import refuse_other_inputs
from experiments.check import check
from experiments.errors import UserError
from experiments.run import run
from experiments.scenario import ScenarioError, load
from market.accounts.instruments import FED, Money
from market.auctions.backstop import accepted_below, discounts_bp, single_prices_e8
from market.auctions.outright import PURCHASE, SALE, Functioning
from market.books.messages import OFFERS
from market.calendar import next_business_day
from market.tables.record_columns import MEMO_BUYBACK, MEMO_OUTRIGHT
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD, FACE_PER_MUSD, POINT_E8, day_number

BURN_IN, DAYS = 2, 11  # 29 May to 12 June 2024
ARMS = {
    "off": {"policy__buybacks__mode": "off"},
    "buybacks": {},
    "qe": {"policy__qe_like_buybacks": True},
    "sale": {
        "policy__buybacks__mode": "off",
        "policy__purchases": [
            {"since": "2024-05-30", "until": "2024-06-04", "side": "sell", "per_day_musd": 2_000, "every_days": 2}
        ],
    },
}


def closes(days, **values):
    """Live through the days; return the market, and by day number the Fed's debts, its portfolio and the debt."""
    market = small_market(days=BURN_IN, **values)
    rows = {market.date: _close(market)}
    for _ in range(days):
        live(market, 1)
        rows[market.date] = _close(market)
    return market, rows


def _close(market):
    owed = [-int(market.ledger.balance[FED, money]) for money in Money]
    return sum(owed[money] for money in LIABILITIES), market.soma.copy(), market.outstanding.copy()


@pytest.fixture(scope="module")
def arms():
    return {name: closes(DAYS, **HELD_FIXED, **values) for name, values in ARMS.items()}


def operations(market, unit):
    """Return the rows of operations in a unit, with the day number on which they are paid."""
    found = market.record.to_pandas("operations")
    found = found[found["unit"].astype(str) == unit].astype({"instrument": str, "operation": str})
    return found.assign(paid=[int(next_business_day(day_number(day))) for day in found["date"]])


def paid_to_dealers(market):
    """Return the cents that outright operations had paid by day number, less what they took."""
    cash = operations(market, "cents")
    return lambda day: int(cash.loc[cash["paid"] <= day, "amount"].sum())


def interest_to_the_fed(market, day):
    """Return the cents of interest that left the Fed's liabilities for its own account up to a day."""
    postings = market.record.to_pandas("postings")
    mine = postings["memo"].astype(str).isin(["interest"]) & (postings["date"].map(day_number) <= day)
    names = {money.name for money in LIABILITIES}
    return -int(postings.loc[mine & postings["instrument"].astype(str).isin(names), "amount"].sum())


# ---- flow table I4 ---------------------------------------------------------------------------------
@pytest.mark.parametrize(("arm", "kind"), [("qe", PURCHASE), ("sale", SALE)])
def test_an_operation_moves_reserves_by_its_cash_to_the_cent_and_no_other_debt_of_the_fed_nor_any_security(
    arms, arm, kind
):
    market, _ = arms[arm]
    postings = market.record.to_pandas("postings").astype({"memo": str, "instrument": str})
    moved = postings[postings["memo"] == MEMO_OUTRIGHT]
    assert set(moved["instrument"]) <= {"RESERVES", "DEPOSITS"} and set(operations(market, "face")["operation"]) == {
        kind
    }
    reserves = moved[moved["instrument"] == "RESERVES"]
    cash = operations(market, "cents").query("amount != 0")
    cash = cash[cash["paid"] <= market.date]
    by_day = dict(zip(reserves["date"].map(day_number), reserves["amount"], strict=True))
    assert len(by_day) >= 2 and by_day == cash.groupby("paid")["amount"].sum().to_dict()
    assert MEMO_BUYBACK not in set(postings.loc[postings["amount"] != 0, "memo"])


@pytest.mark.parametrize("arm", ["qe", "sale"])
def test_the_portfolio_moves_by_the_face_on_the_next_day_and_private_holdings_by_as_much_the_other_way(arms, arm):
    market, rows = arms[arm]
    faces = operations(market, "face")
    compared = 0
    for before, day in zip(list(rows), list(rows)[1:], strict=False):
        due = faces[faces["paid"] == day].groupby("instrument")["amount"].sum()
        place = market.securities.places(list(due.index))
        (_, soma, debt), (_, soma_after, debt_after) = rows[before], rows[day]
        assert (soma_after - soma)[place].tolist() == due.tolist()
        private = (debt_after - soma_after) - (debt - soma)
        issued = debt_after[place] - debt[place]
        assert (private[place] - issued).tolist() == [-amount for amount in due]
        compared += len(due)
    assert compared > 5


# ---- not QE, and QE --------------------------------------------------------------------------------
@pytest.mark.parametrize("arm", ["qe", "sale"])
def test_reserves_reverse_repo_and_treasury_cash_differ_by_the_cash_paid_to_the_cent(arms, arm):
    """Up to the interest that the Fed earns on what it bought, or no longer earns."""
    (market, rows), (other, without) = arms[arm], arms["off"]
    paid = paid_to_dealers(market)
    for day, (owed, _, _) in rows.items():
        earned = interest_to_the_fed(market, day) - interest_to_the_fed(other, day)
        assert owed - without[day][0] == paid(day) - earned
    assert paid(market.date) * (1 if arm == "qe" else -1) > 0


def test_buybacks_refinanced_by_bills_leave_that_sum_as_it_is_while_easing_by_the_same_operations_raises_it(arms):
    (qe, with_qe), (_, with_buybacks), (_, without) = arms["qe"], arms["buybacks"], arms["off"]
    day = qe.date
    assert with_buybacks[day][0] == without[day][0]
    assert with_qe[day][0] > without[day][0]


def test_the_first_operation_costs_the_fed_what_it_would_have_cost_the_treasury(arms):
    cost = arms["buybacks"][0].record.to_pandas("buybacks")
    easing = operations(arms["qe"][0], "cents")
    assert easing["amount"].iloc[0] == cost["cost_cents"].iloc[0] > 0
    assert len(easing) == len(cost) and list(easing["date"]) == list(cost["date"])


def test_the_feds_sheet_closes_and_the_difference_from_par_is_in_its_other_liabilities(arms):
    market, rows = arms["qe"]
    bought = int(operations(market, "face").query("paid <= @market.date")["amount"].sum()) * CENTS_PER_FACE
    owed, soma, _ = rows[market.date]
    owed_off, soma_off, _ = arms["off"][1][market.date]
    other = [-int(m.ledger.balance[FED, Money.FED_OTHER_LIABILITIES]) for m in (market, arms["off"][0])]
    assert int(soma.sum() - soma_off.sum()) * CENTS_PER_FACE == bought
    assert owed - owed_off + other[0] - other[1] == bought


# ---- limits ----------------------------------------------------------------------------------------
class Greedy(Institution):
    """Offers, and bids for, ten times everything at any price, listed or not, owned or not."""

    sector = "notebook"

    def offer(self, buyback, view):
        return np.where(view.tradable, 1.0, np.nan), np.full(len(view.securities), 10 * buyback.maximum)

    def bid_outright(self, terms, view):
        return np.where(view.tradable, 199.0, np.nan), np.full(len(view.securities), 10 * terms.maximum)


def test_purchases_stop_at_seventy_percent_of_an_issue_and_sales_at_what_the_fed_has():
    day = {"since": "2024-05-29", "until": "2024-05-29"}
    buys = {**day, "per_day_musd": 100_000, "bucket_years": [9.0, 10.0]}
    sells = {**day, "per_day_musd": 30_000, "bucket_years": [2.0, 3.0], "side": "sell"}
    market = small_market(policy__purchases=[buys, buys, sells], policy__buybacks__mode="off")
    Greedy(market, name="Greedy")
    live(market, BURN_IN)
    before = market.ledger.position(FED)
    live(market, 1)
    after = market.ledger.position(FED)
    traded = operations(market, "face")
    faces = traded.groupby("operation")["amount"].sum()
    bought = market.securities.places(sorted(set(traded.query("amount > 0")["instrument"])))
    assert len(bought) and (after[bought] > before[bought]).all() and (after >= 0).all()
    assert (10 * after[bought] <= 7 * market.outstanding[bought]).all()
    assert 0 < faces[PURCHASE] <= 200_000 * FACE_PER_MUSD and faces[SALE] == -30_000 * FACE_PER_MUSD


def test_an_operation_never_exceeds_its_size_its_range_or_its_days():
    plan = {"since": "2024-05-30", "until": "2024-06-03", "per_day_musd": 500, "bucket_years": [5.0, 7.0]}
    market = live(small_market(policy__purchases=[{**plan, "every_days": 2}]), BURN_IN + 5)
    faces = operations(market, "face")
    assert {str(day)[:10] for day in faces["date"]} == {"2024-05-30", "2024-06-03"}
    assert (faces.groupby("date")["amount"].sum() <= 500 * FACE_PER_MUSD).all()
    years = market.securities.maturity_day[market.securities.places(list(faces["instrument"]))] / 365.25
    left = years - day_number("2024-06-03") / 365.25
    assert (left > 4.95).all() and (left < 7.05).all()


def test_the_rule_buys_on_noise_or_want_of_depth_and_not_for_want_of_a_measure():
    rule = PurchaseRule(3, 100, (0.0, 31.0), noise_above_bp=1.5, depth_below_musd=40.0)
    assert rule.due(Functioning(1.6, 100.0)) and rule.due(Functioning(1.0, 39.0))
    assert not rule.due(Functioning(1.5, 40.0)) and not rule.due(Functioning(np.nan, np.nan))


def test_a_programme_counts_business_days_from_its_first():
    first, last = day_number("2024-06-17"), day_number("2024-06-21")  # Juneteenth lies between
    programme = Programme(first, last, 0, True, 100, (0.0, 31.0), every_days=2)
    assert [day for day in range(first - 1, last + 5) if programme.due(day)] == [first, first + 3]


def test_dealers_offer_and_bid_alike_together_and_one_by_one():
    day = {"since": "2024-05-29", "until": "2024-05-31", "per_day_musd": 1_000}
    plan = [day, {**day, "side": "sell", "bucket_years": [2.0, 4.0]}]
    one, two = (small_market(days=BURN_IN + 3, one_by_one=alone, policy__purchases=plan) for alone in (False, True))
    assert digest(one) == digest(two)


def test_by_default_there_is_no_desk_and_a_rule_that_never_fires_changes_nothing():
    assert OpenMarketDesk not in small_market().agents_by_type
    idle = {"policy__functioning": {"per_day_musd": 1000, "noise_above_bp": 999.0}}
    one, two = small_market(days=BURN_IN + 2), small_market(days=BURN_IN + 2, **idle)
    assert OpenMarketDesk in two.agents_by_type
    assert np.array_equal(one.ledger.balance, two.ledger.balance)


def test_nobody_places_more_in_the_reverse_repo_facility_than_its_limit():
    limit = 20_000
    market = small_market(days=BURN_IN + 2, policy__on_rrp_limit_musd=limit)
    free = small_market(days=BURN_IN + 2)
    placed, wanted = (m.ledger.balance[m.sectors == "money funds", Money.REVERSE_REPO] for m in (market, free))
    assert placed.max() == limit * CENTS_PER_MUSD < wanted.max()


@pytest.mark.parametrize("kind", ["buybacks-doubled", "committed"])
def test_the_fed_can_stand_in_for_every_kind_of_operation_within_its_own_limits(kind):
    days = BURN_IN + 1
    one, two = (small_market(kind, days=days, policy__qe_like_buybacks=easing) for easing in (False, True))
    cost = one.record.to_pandas("buybacks")["cost_cents"].sum()
    assert operations(two, "cents")["amount"].sum() == cost > 0
    assert two.bought_cents == 0 and "buybacks" not in two.record.rows


# ---- the backstop ----------------------------------------------------------------------------------
SECURITIES = 4
offers = st.lists(
    st.tuples(st.integers(0, SECURITIES - 1), st.floats(80.0, 120.0), st.integers(1, 50)), min_size=1, max_size=12
)


@given(offers, st.floats(0.0, 100.0), st.integers(0, 100), st.integers(1, 60))
def test_a_backstop_pays_no_more_than_its_price_no_less_than_asked_and_keeps_its_limits(told, least, maximum, limit):
    lines = np.zeros(len(told), OFFERS)
    lines["security"], lines["face"] = [o[0] for o in told], [o[2] * FACE_PER_MUSD for o in told]
    lines["price_e8"] = [round(o[1] * POINT_E8) for o in told]
    fitted, dv01 = np.array([100.0, 101.0, 99.0, np.nan]), np.array([0.02, 0.05, 0.1, 0.05])
    discount = discounts_bp(lines, fitted, dv01)
    limits = np.full(SECURITIES, limit * FACE_PER_MUSD)
    taken = accepted_below(discount, lines, least, limits, maximum * FACE_PER_MUSD)
    assert (taken >= 0).all() and (taken <= lines["face"]).all() and taken.sum() <= maximum * FACE_PER_MUSD
    assert (np.bincount(lines["security"], taken, SECURITIES) <= limits).all()
    assert (discount[taken > 0] >= least).all() and not taken[lines["security"] == 3].any()
    paid, asked = single_prices_e8(lines[taken > 0], fitted, dv01), lines["price_e8"][taken > 0]
    security = lines["security"][taken > 0]
    assert (paid >= asked).all() and (paid / POINT_E8 <= fitted[security] - least * dv01[security] + 1e-7).all()
    if len(paid):
        assert discount[taken > 0].min() <= min((fitted[security] - paid / POINT_E8) / dv01[security]) + 1e-5
        assert (paid == asked).any() or np.min(paid - asked) <= 1


@pytest.mark.parametrize("pricing", ["multiple", "single"])
def test_a_backstop_buys_below_its_price_and_settles_as_a_purchase_to_the_cent(pricing):
    rule = {"per_day_musd": 5_000, "noise_above_bp": 0.01, "pricing": pricing}
    off = "policy__buybacks__mode"
    market = small_market(**{off: "off"}, days=BURN_IN, policy__backstop={**rule, "discount_bp": 0.0})
    soma = market.soma.copy()
    live(market, 3)
    faces, cash = operations(market, "face"), operations(market, "cents")
    assert set(faces["operation"]) == {PURCHASE} and len(cash) % 4 == 0  # an auction in each of four buckets
    bought = faces[faces["paid"] <= market.date].groupby("instrument")["amount"].sum()
    places = market.securities.places(list(bought.index))
    assert len(places) and (market.soma - soma)[places].tolist() == bought.tolist()
    postings = market.record.to_pandas("postings").astype({"memo": str, "instrument": str})
    moved = postings[(postings["memo"] == MEMO_OUTRIGHT) & (postings["instrument"] == "RESERVES")]
    assert moved["amount"].sum() == cash.loc[cash["paid"] <= market.date, "amount"].sum() > 0


def test_a_backstop_far_below_the_market_buys_nothing_and_changes_nothing():
    plan = {"per_day_musd": 5_000, "noise_above_bp": 0.01, "discount_bp": 500.0}
    one, two = small_market(days=BURN_IN + 2), small_market(days=BURN_IN + 2, policy__backstop=plan)
    assert OpenMarketDesk in two.agents_by_type and len(operations(two, "cents"))
    assert digest(one) == digest(two)


# ---- runs and bad input ----------------------------------------------------------------------------
def test_a_run_with_purchases_and_sales_passes_the_check_of_its_tables(tmp_path):
    days = {"since": "2024-05-29", "until": "2024-06-28", "per_day_musd": 1_000}
    world = small(policy__purchases=[days, {**days, "side": "sell", "bucket_years": [1.0, 3.0]}])
    run(world, 1, 4, tmp_path / "run")
    assert [finding.law for finding in check(tmp_path / "run") if not finding.passed] == []


def test_a_run_with_outright_operations_is_no_replay_of_2024():
    told = SimpleNamespace(scenario=load("qe-like-buybacks").model_dump(mode="json"))
    with pytest.raises(UserError, match="outright operations of the Fed"):
        refuse_other_inputs(Path("easing"), told)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("since = 2024-06-19\nuntil = 2024-07-01\nper_day_musd = 5", ["line 2", "2024-06-18 and 2024-06-20"]),
        ("since = 2024-07-01\nuntil = 2024-06-28\nper_day_musd = 5", ["until is 2024-06-28", "2024-07-01 or later"]),
        ("since = 2025-07-01\nuntil = 2025-07-02\nper_day_musd = 5", ["2025-07-01", "up to 2025-01-31"]),
        ("since = 2024-07-01\nuntil = 2024-07-02\nper_day_musd = 0", ["line 4", "more than 0"]),
        ("since = 2024-07-01\nuntil = 2024-07-02\nper_day_musd = 5\nbucket_years = [7, 5]", ["line 5", "from < to"]),
        ('since = 2024-07-01\nuntil = 2024-07-02\nper_day_musd = 5\nside = "by"', ["line 5", "did you mean 'buy'"]),
        ('since = 2024-07-01\nuntil = 2024-07-02\nper_day_musd = 5\ntime = "19:00"', ["line 5", 'nearest "17:00"']),
    ],
)
def test_a_programme_that_cannot_be_is_refused_in_one_line(tmp_path, text, expected):
    path = tmp_path / "mine.toml"
    path.write_text("[[policy.purchases]]\n" + text)
    with pytest.raises(ScenarioError) as told:
        load(path)
    assert "\n" not in str(told.value) and all(part in str(told.value) for part in expected), str(told.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("per_day_musd = 5", ["line 1", "without a threshold"]),
        ("buckets_years = [[0, 3], [2, 7]]", ["2 to 7 after 0 to 3", "expected from 3 or later"]),
        ("buckets_years = [[7, 32]]", ["line 2", "expected 0 <= from < to <= 31"]),
        ("buckets_years = []", ["line 2", "buckets_years"]),
        ('pricing = "uniform"', ["line 2", "multiple or single"]),
        ("discount_bp = -1", ["line 2", "at least 0"]),
        ('time = "19:00"', ["line 2", 'nearest "17:00"']),
    ],
)
def test_a_backstop_that_cannot_be_is_refused_in_one_line(tmp_path, text, expected):
    path = tmp_path / "mine.toml"
    path.write_text("[policy.backstop]\n" + text)
    with pytest.raises(ScenarioError) as told:
        load(path)
    assert "\n" not in str(told.value) and all(part in str(told.value) for part in expected), str(told.value)


def test_a_rule_without_a_threshold_and_easing_without_operations_are_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[policy.functioning]\nper_day_musd = 5\n")
    with pytest.raises(ScenarioError, match="without a threshold"):
        load(path)
    path.write_text('[policy]\nqe_like_buybacks = true\nbuybacks = { mode = "off" }\n')
    with pytest.raises(ScenarioError, match=r'buybacks\.mode = "off", expected one that buys: "programme"'):
        load(path)


def test_a_sale_of_more_than_the_fed_has_is_refused():
    sale = {"since": "2024-06-03", "until": "2024-12-31", "side": "sell", "per_day_musd": 50_000}
    with pytest.raises(UserError, match=r"policy\.purchases\[0\] sells 7,\d+,000 musd .* expected at most the 3,\d+"):
        small_market(policy__purchases=[sale])
