"""The buyback: cheapest first, each at its own price, and never beyond what was announced."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from securities_on_paper import listed

from market.auctions.buyback import BUCKETS, MULTIPLE, Listing, Verdict, evaluate, reasons
from market.bonds.securities import Kind
from market.books.messages import OFFERS, Buyback
from market.units import day_number

DATA = Path(__file__).resolve().parent.parent / "experiments" / "data"
S = 4
MARKET, FITTED = np.full(S, 100.0), np.full(S, 100.1)
DV01 = np.full(S, 0.1)


def table(*rows):
    """Make offers from (owner, security, price in points, face in multiples of $1m)."""
    return np.array([(o, s, round(p * 1e8), n * MULTIPLE) for o, s, p, n in rows], OFFERS)


def eligible(bucket, securities, settle_day, excluded, outstanding, fed_face):
    """Return which securities an operation lists (S,)."""
    return reasons(bucket, securities, settle_day, {Listing.NEWEST: excluded}, outstanding, fed_face) == Listing.LISTED


def operation(maximum=10, price_sensitive=True, eligible=(True,) * S):
    return Buyback(0, 0, "2Y to 3Y", maximum * MULTIPLE, np.array(eligible), price_sensitive)


def test_the_cheapest_offers_are_bought_first_and_the_last_in_part():
    offers = table((1, 0, 100.0, 4), (2, 1, 99.9, 4), (3, 2, 100.02, 4))
    result = evaluate(offers, MARKET, FITTED, DV01, operation())
    assert (result.accepted // MULTIPLE).tolist() == [4, 4, 2]
    assert result.verdict.tolist() == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.PART]
    assert result.score_bp == pytest.approx([0.5, 1.5, 0.3])


def test_a_price_sensitive_treasury_leaves_dear_offers_and_a_committed_one_does_not():
    offers = table((1, 0, 100.2, 4))
    assert evaluate(offers, MARKET, FITTED, DV01, operation()).verdict.tolist() == [Verdict.DEAR]
    committed = evaluate(offers, MARKET, FITTED, DV01, operation(price_sensitive=False))
    assert committed.accepted.tolist() == [4 * MULTIPLE]


def test_the_weight_moves_between_curve_and_market():
    offers = table((1, 0, 100.0, 4))
    scores = [evaluate(offers, MARKET, FITTED, DV01, operation(), weight=w).score_bp[0] for w in (0.0, 1.0)]
    assert scores == pytest.approx([0.0, 1.0])


def test_a_cap_passes_the_rest_of_the_maximum_to_other_securities():
    offers = table((1, 0, 99.8, 6), (2, 0, 99.9, 6), (3, 1, 100.0, 6), (4, 2, 100.01, 6))
    caps = np.array([7 * MULTIPLE + 5, 99 * MULTIPLE, 99 * MULTIPLE, 0])
    result = evaluate(offers, MARKET, FITTED, DV01, operation(), per_security_cap=caps)
    assert (result.accepted // MULTIPLE).tolist() == [6, 1, 3, 0]
    assert result.verdict.tolist() == [Verdict.ACCEPTED, Verdict.PART, Verdict.PART, Verdict.BEATEN]


def test_an_ineligible_offer_is_refused_and_needs_no_price():
    unpriced = np.array([100.0, np.nan, 100.0, 100.0])
    offers = table((1, 1, 90.0, 4), (2, 0, 100.0, 1))
    result = evaluate(offers, unpriced, FITTED, DV01, operation(eligible=(True, False, True, True)))
    assert result.verdict.tolist() == [Verdict.INELIGIBLE, Verdict.ACCEPTED] and np.isnan(result.score_bp[0])


def test_no_offers_nothing_bought():
    assert len(evaluate(table(), MARKET, FITTED, DV01, operation()).accepted) == 0


def test_equal_offers_are_taken_in_the_order_they_came():
    offers = table((1, 0, 100.0, 6), (2, 0, 100.0, 6))
    assert (evaluate(offers, MARKET, FITTED, DV01, operation()).accepted // MULTIPLE).tolist() == [6, 4]


rows = st.lists(
    st.tuples(
        st.integers(0, 9), st.integers(0, S - 1), st.sampled_from([99.9, 100.0, 100.05, 100.2]), st.integers(1, 9)
    ),
    max_size=40,
)


@given(rows, st.integers(0, 60), st.booleans(), st.lists(st.integers(0, 20), min_size=S, max_size=S))
def test_an_evaluation_is_what_a_walk_down_the_scores_would_buy(listed, maximum, sensitive, caps):
    offers, listing = table(*listed), np.array([True, True, True, False])
    announced = operation(maximum, sensitive, eligible=listing)
    result = evaluate(offers, MARKET, FITTED, DV01, announced, per_security_cap=np.array(caps) * MULTIPLE)
    room, left, expected = list(caps), maximum, [0] * len(listed)
    for i in sorted(range(len(listed)), key=lambda i: (listed[i][2], i)):
        security, price, wanted = listed[i][1:]
        if listing[security] and (price < 100.1 or not sensitive):
            expected[i] = min(wanted, room[security], left)
            room[security] -= expected[i]
            left -= expected[i]
    assert (result.accepted / MULTIPLE).tolist() == expected
    full, some = result.accepted == offers["face"], result.accepted > 0
    assert ((result.verdict == Verdict.ACCEPTED) == full).all() and (
        (result.verdict == Verdict.PART) == (some & ~full)
    ).all()


@pytest.mark.parametrize(
    ("offers", "dv01", "weight", "naming"),
    [
        (table((1, 0, 100.0, 0)), DV01, 0.5, "offer 0 has face 0"),
        (table((1, 0, 100.0, 1), (1, 9, 100.0, 1)), DV01, 0.5, "offer 1 has security 9, expected 0 to 3"),
        (table((1, 0, 0.0, 1)), DV01, 0.5, "price_e8 0"),
        (np.array([(1, 0, 10**10, MULTIPLE + 1)], OFFERS), DV01, 0.5, "multiple of 10000"),
        (table((1, 2, 100.0, 1)), np.array([0.1, 0.1, np.nan, 0.1]), 0.5, "security 2 has no price"),
        (table((1, 0, 100.0, 1)), DV01, 1.5, "weight 1.5"),
        (np.zeros(2), DV01, 0.5, "dtype float64"),
    ],
)
def test_a_malformed_offer_is_refused_and_named(offers, dv01, weight, naming):
    with pytest.raises(ValueError, match=naming):
        evaluate(offers, MARKET, FITTED, dv01, operation(), weight=weight)


def listing(*rows):
    """Make securities from (kind, maturity date)."""
    kinds, dates = zip(*rows, strict=True)
    return listed(kinds, maturity_day=[day_number(d) for d in dates])


def test_a_list_holds_seasoned_coupons_of_the_bucket_with_float_left():
    day = day_number("2024-08-31")
    names = {
        "lower end": (Kind.NOTE, "2026-08-31"),
        "a day short": (Kind.NOTE, "2026-08-30"),
        "upper end": (Kind.NOTE, "2027-08-31"),
        "last day": (Kind.BOND, "2027-08-30"),
        "tips": (Kind.TIPS, "2027-01-15"),
        "frn": (Kind.FRN, "2027-01-15"),
        "on the run": (Kind.NOTE, "2027-01-31"),
        "the Fed's": (Kind.NOTE, "2027-02-28"),
        "small": (Kind.NOTE, "2027-03-31"),
        "not yet issued": (Kind.NOTE, "2027-04-30"),
    }
    where = {name: i for i, name in enumerate(names)}
    n = len(names)
    outstanding, fed, excluded = np.full(n, 600_000_000), np.zeros(n, np.int64), np.zeros(n, np.bool_)
    excluded[where["on the run"]] = True
    fed[where["the Fed's"]] = 420_000_000
    outstanding[where["small"]] = 129_999_999
    outstanding[where["not yet issued"]] = 0
    chosen = eligible("2Y to 3Y", listing(*names.values()), day, excluded, outstanding, fed)
    assert [name for name in names if chosen[where[name]]] == ["lower end", "last day"]


def test_a_month_after_the_end_of_january_is_the_end_of_february():
    days = listing((Kind.NOTE, "2024-02-28"), (Kind.NOTE, "2024-02-29"))
    plenty, none = np.full(2, 10**9), np.zeros(2, np.int64)
    chosen = eligible("1Mo to 2Y", days, day_number("2024-01-31"), none.astype(np.bool_), plenty, none)
    assert chosen.tolist() == [False, True]


def test_an_unknown_bucket_names_the_nearest():
    with pytest.raises(ValueError, match="the nearest is '10Y to 20Y'"):
        eligible("10 to 20Y", listing((Kind.NOTE, "2026-08-31")), 0, *([np.zeros(1, np.int64)] * 3))


def read(name):
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("operation_day", "settle", "bucket", "spared", "missing"),
    [
        ("2024-07-24", "2024-07-25", "7Y to 10Y", 2, 0),
        ("2024-08-15", "2024-08-16", "20Y to 30Y", 3, 1),
        ("2024-10-31", "2024-11-01", "10Y to 20Y", 0, 0),
        ("2024-09-04", "2024-09-05", "2Y to 3Y", 3, 2),
    ],
)
def test_published_lists_follow_from_the_rule(operation_day, settle, bucket, spared, missing):
    """The rule lists what the Treasury listed, and at most ``missing`` more, once the newest issues are spared."""
    rows = [r for r in read("securities_outstanding_2024-05-28.csv") if r["security_class"] in ("Note", "Bond")]
    kinds = {"Note": Kind.NOTE, "Bond": Kind.BOND}
    days = listing(*((kinds[r["security_class"]], r["maturity_date"]) for r in rows))
    outstanding = np.array([round(float(r["outstanding_par_musd"]) * 1e4) for r in rows])
    fed = np.array([round(float(r["soma_par_2024_05_22_musd"] or 0) * 1e4) for r in rows])
    newest = np.array([float(r["otr_rank"] or 99) < spared for r in rows])
    chosen = eligible(bucket, days, day_number(settle), newest, outstanding, fed)
    known = {r["cusip"] for r in rows}
    details = read("buyback_security_details_2024.csv")
    published = {r["cusip"] for r in details if r["operation_date"] == operation_day} & known
    ours = {r["cusip"] for r, taken in zip(rows, chosen, strict=True) if taken}
    assert published - ours == set()
    assert len(ours - published) <= missing


def test_buckets_are_those_of_the_published_operations():
    assert {r["maturity_bucket"] for r in read("buyback_operations_2024.csv")} == set(BUCKETS)
