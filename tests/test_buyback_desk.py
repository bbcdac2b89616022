"""The buyback desk: what it lists, what it takes, what its standing bids may buy, and who pays; in every mode."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import at_last_sessions, digest, live, small, small_market

from agents.buyers.client_offers import client_offers
from agents.dealers.primary_dealer import PrimaryDealer
from agents.officials.buyback_desk import BuybackDesk, cheapest_to_deliver, most_illiquid, newest_indexed
from agents.officials.debt_office import STEP, DebtOffice, DebtPlan
from experiments.build import stage
from experiments.check import check
from experiments.errors import ScenarioError
from experiments.inputs.announcements import known_facility
from experiments.inputs.buyback_calendar import buybacks
from experiments.inputs.buyback_schedule import CYCLE, steady_buybacks
from experiments.run import run
from experiments.scenario import load
from market.accounts.instruments import TREASURY
from market.auctions.buyback import BUCKETS, MULTIPLE, STANDING, Listing
from market.bonds.securities import Kind
from market.books.messages import Auction, Buyback
from market.calendar import business_days, is_business_day, next_business_day
from market.tables.record_columns import MEMO_BUYBACK
from market.units import CENTS_PER_FACE, FACE_PER_MUSD, POINT_E8, day_number, to_date
from market.units import FACE_PER_BILLION as BILLION

BURN_IN, DAYS = 2, 10  # 29 May to 11 June 2024: three operations
CALM = {"news__scale": 0.0}
TERMS = {"haircut_bp": 1.0, "size_musd": 20, "daily_musd": 150, "total_musd": 400}


def desk_of(market):
    return next(agent for agent in market.agents if isinstance(agent, BuybackDesk))


# ---- calendars -------------------------------------------------------------------------------------
@given(st.integers(0, 68))
def test_any_thirteen_weeks_of_the_steady_state_hold_every_operation_once(week):
    monday = day_number("2024-05-27") + 7 * week
    held = [b for b in steady_buybacks(monday, monday + 7 * 13 - 1) if b.purpose == "Liquidity Support"]
    assert sorted((b.bucket, b.maximum) for b in held) == sorted((n, musd * FACE_PER_MUSD) for n, musd in CYCLE)
    assert [(b.operation_day - monday) // 7 for b in held] == list(range(13))
    assert all(is_business_day(b.operation_day) for b in held)
    assert all(b.settlement_day == next_business_day(b.operation_day) for b in held)


def test_the_steady_state_is_thirty_billion_in_every_bucket_and_does_not_depend_on_the_period():
    assert sum(musd for _, musd in CYCLE) == 30_000 and {name for name, _ in CYCLE} == set(BUCKETS)
    first, middle, last = (day_number(d) for d in ("2024-05-29", "2024-12-26", "2025-12-31"))
    whole = steady_buybacks(first, last)
    assert steady_buybacks(first, middle - 1) + steady_buybacks(middle, last) == whole
    assert len({(b.operation_day, b.purpose) for b in whole}) == len(whole)


def test_cash_management_lies_around_tax_dates_as_that_of_september_2024_did():
    year = day_number("2024-01-01"), day_number("2024-12-31")
    cash = [b for b in steady_buybacks(*year) if b.purpose == "Cash Management"]
    assert all(b.bucket == "1Mo to 2Y" and is_business_day(b.operation_day) for b in cash)
    assert sorted({str(np.datetime64(b.operation_day, "D"))[:7] for b in cash}) == [
        f"2024-{month}" for month in ("04", "06", "09", "12")
    ]
    announced = [b for b in buybacks(*(day_number(d) for d in ("2024-09-01", "2024-09-30"))) if "Cash" in b.purpose]
    rule = [b for b in cash if "2024-09" in str(np.datetime64(b.operation_day, "D"))]
    assert len(rule) == len(announced) and sum(b.maximum for b in rule) == sum(b.maximum for b in announced)
    assert all(abs(a.operation_day - b.operation_day) <= 1 for a, b in zip(rule, announced, strict=True))


def test_lists_made_by_rule_spare_the_newest_tips_of_each_term_as_published_lists_do():
    market = small_market(days=1)
    view = market.view()
    spared = newest_indexed(view)
    s = view.securities
    assert {int(term) for term in s.term_months[spared]} == {60, 120, 360}
    cusips = {s.cusip[place] for place in np.flatnonzero(spared)}
    listed = [b.eligible for b in buybacks(view.date, view.date + 20) if b.tips]
    assert listed and not any(cusips & set(names) for names in listed)
    assert not ((desk_of(market).reasons("7.5Y to 30Y", view) == Listing.LISTED) & spared).any()


def test_scale_and_buckets_shape_the_calendar_and_leave_its_days():
    window = day_number("2024-05-29"), day_number("2025-01-31")
    only = ["20Y to 30Y", "1Mo to 2Y"]
    plain = [(b.operation_day, b.bucket, b.maximum, b.purpose.lower()) for b in buybacks(*window)]
    shaped = {"policy__buybacks__scale": 2.0, "policy__buybacks__only_buckets": only}
    found = [(b.day, b.bucket, b.maximum, b.purpose) for b in stage(small(**shaped)).debt.buybacks]
    assert found == [(day, name, 2 * most, why) for day, name, most, why in plain if name in only]
    assert {why for *_, why in plain} == {"liquidity support", "cash management"}
    steady = stage(small(policy__buybacks__schedule="steady-state")).debt.buybacks
    assert [b.day for b in steady] == [b.operation_day for b in steady_buybacks(*window)]
    assert all(b.listed is None for b in steady)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('only_buckets = ["10 to 20Y"]', "the nearest is '10Y to 20Y'"),
        ("scale = 0.0", "more than 0"),
        ("security_cap = 1.5", "at most 1"),
        ('target = "most-illiquid"', "did you mean 'most-illiquid-decile'"),
        ("standing = { size_musd = 500, daily_musd = 100 }", "size_musd 500, daily_musd 100"),
        ('mode = "standin"', "did you mean 'standing'"),
    ],
)
def test_impossible_rules_are_refused_in_one_line(tmp_path, text, expected):
    path = tmp_path / "mine.toml"
    path.write_text(f"[policy.buybacks]\n{text}\n")
    with pytest.raises(ScenarioError) as told:
        load(path)
    assert expected in str(told.value) and "\n" not in str(told.value)


# ---- lists -----------------------------------------------------------------------------------------
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 50), st.integers(1, 9)), min_size=1, max_size=60))
def test_the_target_is_the_tenth_of_a_list_that_trades_least_for_its_face(rows):
    listed, turnover, face = (np.array(column) for column in zip(*rows, strict=True))
    chosen = most_illiquid(listed, turnover.astype(float), face)
    assert not (chosen & ~listed).any() and chosen.sum() == -(-int(listed.sum()) // 10)
    left = listed & ~chosen
    if chosen.any() and left.any():
        assert (turnover / face)[chosen].max() <= (turnover / face)[left].min()


def test_what_is_cheapest_to_deliver_may_be_spared():
    market = live(small_market("steady"), 1)
    view = market.view()
    chosen = cheapest_to_deliver(view)
    assert chosen.any() and not (chosen & ~view.securities.of(Kind.NOTE, Kind.BOND)).any()
    lists = {}
    for spared in (False, True):
        desk = desk_of(small_market("steady", policy__buybacks__spare_deliverable=spared))
        lists[spared] = desk.reasons("5Y to 7Y", view) == Listing.LISTED
    assert np.array_equal(lists[True], lists[False] & ~chosen)


@given(st.integers(0, 10**8), st.floats(0, 1), st.integers(0, 10**7))
def test_a_client_offers_whole_millions_of_what_it_holds_and_never_more(held, share, maximum):
    view = SimpleNamespace(tradable=np.array([True, True, False]), composite_bp=np.zeros(3), price=lambda bp: 100 - bp)
    terms = Buyback(0, 0, "2Y to 3Y", maximum, np.array([True, False, True]))
    price, face = client_offers(np.full(3, held), share, 0.5, terms, view)
    assert face[0] % MULTIPLE == 0 and 0 <= face[0] <= min(held, maximum) and not face[1:].any()
    assert (price == 100.5).all()


# ---- financing -------------------------------------------------------------------------------------
@given(st.integers(0, 5 * 10**11), st.lists(st.integers(10, 60), min_size=1, max_size=4))
def test_coupons_are_raised_pro_rata_in_steps_and_nothing_is_lost(cost, sizes):
    """No more than the cost is raised; what is less than a step waits."""
    view = SimpleNamespace(date=101, securities=SimpleNamespace(kind=np.array([Kind.BILL, Kind.NOTE, Kind.TIPS])))
    today = [Auction(1, 101, 103, 105, size * BILLION, 5, True) for size in sizes]
    others = [
        Auction(0, 101, 103, 105, BILLION, 5, True),
        Auction(2, 101, 103, 105, BILLION, 5, True),
    ]
    later = Auction(1, 120, 122, 125, 30 * BILLION, 5, True)
    office = object.__new__(DebtOffice)
    office._market = SimpleNamespace(last_date=100, treasury_cash_at_close=0, bought_cents_before=cost)
    office.plan, office.moved, office.unfinanced_cents = DebtPlan(coupons_finance=True), {}, 0
    office._by_day = {101: [*today, *others], 120: [later]}
    raised = [new.offering - old.offering for new, old in zip(office.announce(view), [*today, *others], strict=True)]
    assert raised[-2:] == [0, 0] and all(more >= 0 and more % STEP == 0 for more in raised)
    assert sum(raised) * CENTS_PER_FACE + office.unfinanced_cents == cost
    base = sum(sizes) + 30
    for more, size in zip(raised, sizes, strict=False):
        exact = cost / CENTS_PER_FACE * size / base
        assert exact - STEP - 1 < more <= exact
    assert office.moved.get(105, 0) == sum(raised)


# ---- in the market ---------------------------------------------------------------------------------
def lived(mode, days=DAYS, **values):
    return small_market(days=BURN_IN + days, policy__buybacks__mode=mode, **CALM, **values)


def bought(market):
    offers = market.record.to_pandas("offers")
    return offers[offers["accepted_face"] > 0].astype({"cusip": str})


def test_a_committed_buyer_takes_the_smaller_of_maximum_and_offered():
    operations = lived("committed").record.to_pandas("buybacks")
    smaller = np.minimum(operations["maximum_face"], operations["offered_face"])
    assert len(operations) == 3 and (operations["accepted_face"] == smaller).all() and smaller.all()


def test_offers_are_recorded_with_the_two_values_that_their_score_mixes():
    offers = lived("committed").record.to_pandas("offers").astype({"cusip": str})
    over = [(offers[name] - offers["price_e8"]) / POINT_E8 for name in ("fitted_price_e8", "market_price_e8")]
    dv01 = (over[0] + over[1]) / 2 / offers["score_bp"]  # weights are half and half
    by_security = dv01.groupby([offers["date"], offers["cusip"]])
    assert len(offers) > by_security.ngroups > 20 and dv01.between(0.005, 0.3).all()
    assert (by_security.max() - by_security.min()).max() < 1e-4 and (over[0] - over[1]).abs().max() > 0
    indexed = offers["bucket"].astype(str).isin(["1Y to 7.5Y", "7.5Y to 30Y"])
    assert indexed.any() and ((offers["index_ratio"] > 1) == indexed).all()
    taken = offers[offers["accepted_face"] > 0]
    full = taken["cost_cents"] / taken["accepted_face"] / 100 / taken["index_ratio"]
    assert (full - taken["price_e8"] / POINT_E8).between(-1e-3, 4).all()  # accrued interest


def test_no_operation_takes_more_of_a_security_than_its_cap_allows():
    market = lived("committed", 3, policy__buybacks__security_cap=0.001)
    taken = bought(market).groupby("cusip")["accepted_face"].sum()
    face = market.outstanding[market.securities.places(taken.index)] + taken.to_numpy()
    assert len(taken) and (taken.to_numpy() <= 0.001 * face).all()


def test_clients_offers_are_their_own_and_a_target_narrows_the_list():
    market = lived("committed", 3, policy__buybacks__client_offers=True, policy__buybacks__client_share=0.05)
    offers = market.record.to_pandas("offers")
    owners = market.sectors[[market.ledger.row_of(name) for name in offers["dealer"].astype(str)]]
    assert {"dealers"} < set(owners) and "Treasury" not in owners
    narrow = lived("programme", 3, policy__buybacks__target="most-illiquid-decile").record.to_pandas("buybacks")
    whole = market.record.to_pandas("buybacks")
    assert (narrow["eligible_securities"] == -(-whole["eligible_securities"] // 10)).all()


@pytest.fixture(scope="module")
def standing():
    """Live through days of a standing facility; return the market and, by day, its bids, list and trades."""
    market = small_market(days=BURN_IN, policy__buybacks__mode="standing", policy__buybacks__standing=TERMS, **CALM)
    desk = desk_of(market)

    def look(view):
        return desk.facility(view), desk.bid_price(view), market.tape.bought_in_books(TREASURY).copy()

    return market, at_last_sessions(market, DAYS, look)


def test_a_standing_bid_is_never_above_fitted_value_less_the_haircut(standing):
    _, days = standing
    assert sum(len(trades) for *_, trades in days) > 5
    for _, _, bid, trades in days:
        assert (trades["price_e8"] / POINT_E8 <= bid[trades["security"]] + 1e-6).all()


def test_standing_purchases_stay_within_every_budget_and_on_the_list(standing):
    _, days = standing
    total, face = 0, {name: musd * FACE_PER_MUSD for name, musd in TERMS.items()}
    for place, (_, terms, _, trades) in enumerate(days):
        assert terms.maximum <= min(face["daily_musd"], face["total_musd"] - total)
        assert terms.eligible[trades["security"]].all() and (place or not len(trades))
        assert trades["face"].sum() <= terms.maximum
        if len(trades):
            assert np.bincount(trades["security"], weights=trades["face"]).max() <= face["size_musd"]
        total += int(trades["face"].sum())
    assert 0 < total <= face["total_musd"]


def test_standing_purchases_are_recorded_by_day_and_extinguished_on_the_next(standing):
    market, days = standing
    operations, postings = (market.record.to_pandas(name) for name in ("buybacks", "postings"))
    assert set(operations["bucket"].astype(str)) == {STANDING} and len(operations) == DAYS
    by_day = {day_number(row.date): int(row.accepted_face) for row in operations.itertuples()}
    assert by_day == {day: int(trades["face"].sum()) for day, *_, trades in days}
    gone = postings[(postings["memo"].astype(str) == MEMO_BUYBACK) & (postings["unit"].astype(str) == "face")]
    vanished = {day_number(day): -int(face) for day, face in gone.groupby("date")["amount"].sum().items()}
    first = min(day for day, face in by_day.items() if face)
    assert min(vanished) == next_business_day(first) and vanished[min(vanished)] == by_day[first]
    waiting = np.concatenate(market.unsettled)
    waiting = waiting[waiting["buyer"] == TREASURY]
    assert sum(vanished.values()) + waiting["face"].sum() == sum(by_day.values())
    assert by_day[market.date] <= waiting["face"].sum()


def test_what_the_standing_facility_bids_for_is_recorded_as_the_list_of_each_day(standing):
    market, days = standing
    lists, cusip = market.record.to_pandas("lists").astype({"cusip": str}), np.array(market.securities.cusip)
    assert set(lists["bucket"].astype(str)) == {STANDING} and set(lists["reason"].astype(str)) == {"listed"}
    found = {day_number(day): set(rows["cusip"]) for day, rows in lists.groupby("date")}
    expected = {day: set(cusip[terms.eligible]) for day, terms, *_ in days}
    assert found == {day: listed for day, listed in expected.items() if listed} and len(found) == DAYS - 1


def test_standing_purchases_are_recorded_with_the_fitted_value_that_they_were_bid_by(standing):
    market, days = standing
    offers = market.record.to_pandas("offers").astype({"cusip": str})
    offers["dv01"] = (offers["fitted_price_e8"] - offers["price_e8"]) / POINT_E8 / offers["score_bp"]
    bids = {(day_number(row.date), row.cusip): row for row in offers.itertuples()}
    for day, _, bid, trades in days:
        for at in trades["security"].tolist():
            row = bids[day, market.securities.cusip[at]]
            haircut = row.fitted_price_e8 / POINT_E8 - bid[at]
            assert haircut == pytest.approx(row.dv01 * TERMS["haircut_bp"], rel=0.01) and haircut > 0


def test_a_facility_that_begins_later_bids_for_nothing_before():
    days = business_days(*(day_number(day) for day in ("2024-05-29", "2024-06-20")))
    since = to_date(int(days[DAYS - 2]))
    terms = TERMS | {"since": since}
    later = small_market(
        days=BURN_IN + DAYS, policy__buybacks__mode="standing", policy__buybacks__standing=terms, **CALM
    )
    operations, lists = (later.record.to_pandas(name) for name in ("buybacks", "lists"))
    assert (operations["maximum_face"] > 0).tolist() == [False] * (DAYS - 2) + [True] * 2
    assert operations["accepted_face"].sum() > 0 and set(lists["date"].dt.date) == set(operations["date"].dt.date[-2:])
    known = known_facility(small("standing", policy__buybacks__standing=terms))
    assert known.known_day == day_number(since)  # nobody counts on it before


def test_the_fitted_curve_of_the_desk_is_in_no_view(standing):
    market, _ = standing
    desk, view = desk_of(market), market.view()
    shown = (getattr(view, name) for name in view.__dataclass_fields__)
    real = [value for value in shown if isinstance(value, np.ndarray) and value.dtype.kind == "f"]
    assert len(real) > 5 and np.isfinite(desk._fitted_bp).any()
    assert not any(np.array_equal(value, desk._fitted_bp, equal_nan=True) for value in real)


@pytest.mark.parametrize(
    ("mode", "values"),
    [
        ("committed", {"client_offers": True, "schedule": "steady-state", "scale": 2.0}),
        ("standing", {"standing": TERMS}),
        ("programme", {"financing": "coupons", "spare_deliverable": True, "security_cap": 0.01}),
        ("placebo", {"target": "most-illiquid-decile"}),
    ],
)
def test_every_mode_passes_the_check(tmp_path, mode, values):
    shaped = {f"policy__buybacks__{name}": value for name, value in values.items()}
    run(small(policy__buybacks__mode=mode, **shaped), 1, 4, tmp_path / "run")
    assert [finding for finding in check(tmp_path / "run") if not finding.passed] == []


def test_a_standing_market_is_the_same_twice():
    one, two = (lived("standing", 3, policy__buybacks__standing=TERMS) for _ in range(2))
    assert digest(one) == digest(two)


def test_a_dealer_asks_beyond_its_markup_by_a_draw_for_each_security_whose_mean_is_a_trait():
    market = small_market(days=2)
    dealers = next(who for who in market.participants if isinstance(who, PrimaryDealer))
    view = market.view()
    terms = SimpleNamespace(eligible=view.tradable, maximum=10**9)
    asked = dealers.offer(terms, view)[0]
    dealers.offer_asking = 0.0
    plain = dealers.offer(terms, view)[0]
    known = view.tradable & (view.dv01 > 0.01)
    beyond_bp = ((asked - plain) / np.maximum(view.dv01, 1e-9))[:, known]
    assert beyond_bp.min() >= 0.0 and np.unique(beyond_bp.round(6)).size > 0.9 * beyond_bp.size
    assert beyond_bp.mean() == pytest.approx(PrimaryDealer.offer_asking.default, rel=0.1)


def test_clients_offer_the_same_together_and_one_by_one():
    shaped = {"policy__buybacks__client_offers": True, "policy__buybacks__mode": "committed"}
    together, alone = (small_market(days=BURN_IN + 2, one_by_one=flag, **shaped) for flag in (False, True))
    assert together.record.to_pandas("offers").equals(alone.record.to_pandas("offers"))
    assert digest(together) == digest(alone)
