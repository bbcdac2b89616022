"""Buybacks in the running market: what may be bought, what becomes of it, and where the money goes, to the cent."""

import numpy as np
import pytest
from small_market import HELD_FIXED, LIABILITIES, live, small_market

from agents.institution import Institution
from experiments.inputs.buyback_calendar import buybacks
from market.accounts.instruments import FED, LENT_BY_THE_FED, N_MONEY, TREASURY, Money
from market.auctions import operations
from market.bonds.scoring_curve import scoring_curve_bp
from market.calendar import next_business_day
from market.tables.record_columns import MEMO_BUYBACK
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD, FACE_PER_MUSD, day_number

BURN_IN, DAYS = 2, 11  # 29 May to 12 June 2024: three operations, all settled


def closes(mode, days=DAYS, **values):
    """Live through the days; return the market, and by close what the Fed owes and owns and what is outstanding."""
    market = small_market(days=BURN_IN, policy__buybacks__mode=mode, **values)
    rows = []
    for _ in range(days):
        live(market, 1)
        owed = [-int(market.ledger.balance[FED, money]) for money in Money]
        rows.append((owed, int(market.soma.sum()) * CENTS_PER_FACE, market.outstanding.copy()))
    return market, rows


@pytest.fixture(scope="module")
def arms():
    return {mode: closes(mode, **HELD_FIXED) for mode in ("programme", "placebo", "off")}


def test_what_is_bought_was_listed_as_published_and_is_never_more_than_the_maximum(arms):
    market, _ = arms["programme"]
    offers, operations = (market.record.to_pandas(name) for name in ("offers", "buybacks"))
    published = {b.operation_day: b for b in buybacks(day_number("2024-05-29"), market.date)}
    assert len(operations) == len(published) == 3 and (operations["accepted_face"] > 0).any()
    for row in operations.itertuples():
        plan = published[day_number(row.date)]
        assert row.bucket == plan.bucket and row.maximum_face == plan.maximum
        assert 0 <= row.accepted_face <= min(row.maximum_face, row.offered_face)
        bought = offers[(offers["date"] == row.date) & (offers["accepted_face"] > 0)]
        assert set(bought["cusip"].astype(str)) <= set(plan.eligible)
        assert bought["accepted_face"].sum() == row.accepted_face and bought["cost_cents"].sum() >= row.cost_cents > 0


def test_bought_securities_vanish_from_the_outstanding_amount_on_the_next_business_day(arms):
    market, rows = arms["programme"]
    offers, postings = (market.record.to_pandas(name) for name in ("offers", "postings"))
    taken = offers[offers["accepted_face"] > 0]
    gone = postings[postings["memo"].astype(str) == MEMO_BUYBACK]
    gone = gone[gone["unit"].astype(str) == "face"]
    by_day = gone.groupby([gone["date"].map(day_number), gone["instrument"].astype(str)])["amount"].sum()
    expected = taken.groupby(
        [taken["date"].map(day_number).map(next_business_day).astype(int), taken["cusip"].astype(str)]
    )["accepted_face"].sum()
    assert len(expected) and by_day.mul(-1).to_dict() == expected.to_dict()
    first = day_number("2024-05-29")
    place = market.securities.places(sorted({cusip for day, cusip in expected.index if day == first + 1}))
    assert (rows[1][2][place] < rows[0][2][place]).all()


def test_a_placebo_is_offered_into_and_buys_nothing(arms):
    market, rows = arms["placebo"]
    operations, postings = (market.record.to_pandas(name) for name in ("buybacks", "postings"))
    assert len(operations) == 3 and (operations["offered_face"] > 0).all()
    assert operations["accepted_face"].sum() == operations["cost_cents"].sum() == 0
    assert MEMO_BUYBACK not in set(postings[postings["amount"] != 0]["memo"].astype(str))
    for (_, _, outstanding), (_, _, without) in zip(rows, arms["off"][1], strict=True):
        assert np.array_equal(outstanding, without)


def test_the_feds_liabilities_are_its_assets_at_every_close_of_every_arm(arms):
    """Reserves + reverse repo, domestic and foreign + Treasury cash = portfolio + others, to the cent."""
    for _, rows in arms.values():
        for owed, soma, _ in rows:
            left = sum(owed[money] for money in LIABILITIES)
            right = soma - owed[Money.FED_OTHER_ASSETS] - sum(owed[money] for money in LENT_BY_THE_FED)
            assert left == right - owed[Money.CURRENCY] - owed[Money.FED_OTHER_LIABILITIES]


def test_buyback_and_refinancing_leave_reserves_reverse_repo_and_treasury_gap_unchanged_to_the_cent(arms):
    """The plan of the Treasury's cash is the same in both arms, so its gap differs as its cash does."""
    differences = []
    for (on, soma_on, _), (off, soma_off, _) in zip(arms["programme"][1], arms["off"][1], strict=True):
        assert soma_on == soma_off
        differences.append([on[money] - off[money] for money in LIABILITIES])
        assert sum(differences[-1]) == 0
    assert any(differences[-1])
    split = dict(zip(("reserves", "reverse repo", "foreign", "Treasury cash"), differences[-1], strict=True))
    print("programme less off:", {name: round(cents / CENTS_PER_MUSD, 2) for name, cents in split.items()}, "$m")


def test_the_identity_holds_up_to_the_feds_own_income_when_its_rates_and_caps_are_real():
    held = {"news__scale": 0.0, "policy__factors": "held"}
    (_, on), (_, off) = closes("programme", 4, **held), closes("off", 4, **held)
    for (owed, soma, _), (owed_off, soma_off, _) in zip(on, off, strict=True):
        change = sum(owed[money] - owed_off[money] for money in LIABILITIES)
        income = owed[Money.FED_OTHER_LIABILITIES] - owed_off[Money.FED_OTHER_LIABILITIES]
        assert soma == soma_off and change == -income and abs(income) < 20 * CENTS_PER_MUSD


@pytest.mark.parametrize("easing", [False, True])
def test_an_issue_that_the_curve_does_not_reach_is_not_judged_and_the_rest_of_the_operation_is_held(
    easing, monkeypatch
):
    """In February an issue may be listed that matures in 28 days: curves begin at the twelfth of a year."""
    whole = small_market(days=BURN_IN + 1).record.to_pandas("offers").astype({"cusip": str})
    lost = whole.groupby("cusip")["face"].sum().idxmax()

    def shorter(market):
        return np.where(np.array(market.securities.cusip) == lost, np.nan, scoring_curve_bp(market))

    monkeypatch.setattr(operations, "scoring_curve_bp", shorter)
    market = small_market(days=BURN_IN + 1, policy__qe_like_buybacks=easing)
    if easing:
        bought = set(market.record.to_pandas("operations")["instrument"].astype(str))
    else:
        bought = set(market.record.to_pandas("offers")["cusip"].astype(str))
        assert bought == set(whole["cusip"]) - {lost}
    assert lost not in bought and len(bought) > 2


class Greedy(Institution):
    """Offers ten times the maximum of everything, for next to nothing, listed or not, owned or not."""

    sector = "notebook"
    together = True  # it promises to offer what it owns, and is not held to it

    def offer(self, buyback, view):
        return np.where(view.tradable, 1.0, np.nan), np.full(len(view.securities), buyback.maximum)


def test_an_offeror_that_offers_everything_sells_nothing_that_is_not_listed_and_no_more_than_the_maximum():
    market = small_market()
    greedy = Greedy(market, name="Greedy")
    live(market, BURN_IN + 1)
    offers = market.record.to_pandas("offers")
    mine = offers[offers["dealer"].astype(str) == "Greedy"]
    operation = market.record.to_pandas("buybacks").iloc[0]
    assert mine["eligible"].all() and mine["accepted_face"].sum() == operation["maximum_face"]
    debt = market.outstanding.copy()
    live(market, 1)
    fails = market.record.to_pandas("fails")
    assert set(fails["venue"].astype(str)) >= {"buyback"}  # it owned none: what is not delivered stays outstanding
    listed = market.securities.places(sorted(set(mine["cusip"].astype(str))))
    assert np.array_equal(market.outstanding[listed], debt[listed]) and greedy.position.sum() < 0


def test_the_treasury_pays_for_what_it_buys_and_the_seller_is_paid(arms):
    market, _ = arms["programme"]
    postings = market.record.to_pandas("postings")
    paid = postings[(postings["memo"].astype(str) == MEMO_BUYBACK)]
    cash = paid[paid["instrument"].astype(str) == "TREASURY_CASH"].groupby("date")["amount"].sum()
    reserves = paid[paid["instrument"].astype(str) == "RESERVES"].groupby("date")["amount"].sum()
    assert (cash < 0).all() and (cash + reserves == 0).all()
    cost = market.record.to_pandas("buybacks").query("accepted_face > 0")["cost_cents"]
    settled = cost.iloc[: len(cash)]
    assert cash.tolist() == (-settled).tolist()
    assert market.ledger.balance[TREASURY, N_MONEY:].max() <= 0 and FACE_PER_MUSD == 10_000
