"""The two-sided standing facility: what it sells is new debt of the same CUSIP, within its budgets and the limit."""

import numpy as np
import pytest
from small_market import at_last_sessions, changed, live, small, small_market

from agents.officials.debt_office import DebtOffice
from agents.officials.standing_desk import StandingDesk
from experiments.build import build
from experiments.check import RunTables, check
from experiments.laws.operations import issues_are_what_was_auctioned
from experiments.run import run
from market.accounts.instruments import TREASURY
from market.bonds.securities import Kind
from market.calendar import next_business_day
from market.tables.record_columns import MEMO_ISSUE, STANDING_SALE
from market.units import FACE_PER_MUSD, POINT_E8, day_number

BURN_IN, DAYS = 2, 6
SIDE = {"haircut_bp": 0.5, "size_musd": 20, "daily_musd": 150, "total_musd": 400}
TWO_SIDED = {
    "policy__buybacks__mode": "standing",
    "policy__buybacks__standing": SIDE | {"reopening": SIDE},
    "news__scale": 0.0,
}


@pytest.fixture(scope="module")
def days():
    """Live through days of a two-sided facility; return the market and by day its list, its price and its sales."""
    market = small_market(days=BURN_IN, **TWO_SIDED)
    desk = market.agents_by_type[StandingDesk][0]

    def look(view):
        return desk.for_sale(view), desk.offer_price(view), market.tape.sold_in_books(TREASURY).copy()

    return market, at_last_sessions(market, DAYS, look)


def test_it_sells_listed_nominal_old_issues_at_fitted_value_plus_the_haircut_or_dearer(days):
    market, rows = days
    assert sum(len(sold) for *_, sold in rows) > 5
    for _, listed, offer, sold in rows:
        assert listed[sold["security"]].all() and not (listed & market.on_the_run).any()
        assert not (listed & ~market.securities.of(Kind.NOTE, Kind.BOND)).any()
        assert (sold["price_e8"] / POINT_E8 >= offer[sold["security"]] - 1e-6).all()


def test_it_sells_within_every_budget(days):
    _, rows = days
    most = {name: SIDE[name] * FACE_PER_MUSD for name in ("size_musd", "daily_musd", "total_musd")}
    for *_, sold in rows:
        assert sold["face"].sum() <= most["daily_musd"]
        assert np.bincount(sold["security"], weights=sold["face"], minlength=1).max() <= most["size_musd"]
    assert 0 < sum(int(sold["face"].sum()) for *_, sold in rows) <= most["total_musd"]


def test_what_it_sold_is_issued_on_the_next_business_day_for_cash_and_nothing_else_is_unexplained(days):
    market, rows = days
    postings, auctions = (market.record.to_pandas(name) for name in ("postings", "auctions"))
    issued = postings[postings["memo"].astype(str) == MEMO_ISSUE].astype({"instrument": str})
    expected, faces = {}, issued[issued["unit"].astype(str) == "face"]
    for date, _, _, sold in rows[:-1]:
        for trade in sold:
            key = int(next_business_day(date)), market.securities.cusip[trade["security"]]
            expected[key] = expected.get(key, 0) + int(trade["face"])
    sold_at_auction = set(auctions["cusip"].astype(str))
    found = {(day_number(row.date), row.instrument): row.amount for row in faces.itertuples()}
    assert {key: found.get(key) for key in expected if key[1] not in sold_at_auction} == {
        key: face for key, face in expected.items() if key[1] not in sold_at_auction
    }
    operations = market.record.to_pandas("operations")
    assert set(operations["operation"].astype(str)) == {STANDING_SALE}
    face = operations[operations["unit"].astype(str) == "face"].groupby("date")["amount"].sum()
    assert {day_number(d): -f for d, f in face.items()} == {d: s["face"].sum() for d, *_, s in rows if len(s)}


def test_a_standing_offer_is_off_unless_a_total_is_given():
    one_sided = changed(small(**TWO_SIDED), policy__buybacks__standing__reopening__total_musd=0)
    market = live(build(one_sided, 1), BURN_IN + 3)
    assert "operations" not in market.record.rows and market.tape.sold_in_books(TREASURY).size == 0


def test_its_run_passes_the_check_and_a_sale_that_was_not_issued_is_found(tmp_path):
    run(small(**TWO_SIDED), 1, 4, tmp_path / "run")
    tables = RunTables(tmp_path / "run")
    assert len(tables["operations"]) and [f for f in check(tables.folder) if not f.passed] == []
    planted = tables["operations"].assign(amount=2 * tables["operations"]["amount"])
    names = ("auctions", "postings", "daily")
    assert not issues_are_what_was_auctioned({name: tables[name] for name in names} | {"operations": planted}).passed


LIMIT = {"reinstated": "2024-06-04", "resolved": None, "measures": [], "limit_musd": 36_000_000}  # 500bn above


@pytest.mark.parametrize("margin", [0, 10**6])
def test_under_a_debt_limit_it_sells_what_fits_and_debt_stays_below(tmp_path, margin):
    """With all room kept as a margin nothing is sold; before the reinstatement nothing limits it."""
    limits = {f"policy__debt_limit__{name}": value for name, value in (LIMIT | {"margin_musd": margin}).items()}
    facility = TWO_SIDED | {"policy__buybacks__standing": SIDE | {"reopening": SIDE | {"total_musd": 2_000}}}
    market = run(small("debt-limit-autumn", **facility, **limits), 1, 8, tmp_path / "run").market
    tables = RunTables(tmp_path / "run")
    rows, sales = tables["debt_limit"], tables["operations"]
    assert (rows["subject_debt_musd"] <= rows["limit_musd"]).all() and all(f.passed for f in check(tables.folder))
    office, inside = market.agents_by_type[DebtOffice][0], sales["date"] >= rows["date"].iloc[0]
    assert not inside.all() and inside.any() == (margin == 0)
    assert (office.room_to_reopen(market.view()) > 0) == (margin == 0)
