"""Requests for quote: who is asked belongs to the event, the best price inside the limit wins, the rest is told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.books.messages import ASKED, ORDERS
from market.draws.streams import fingerprint
from market.requests import request_kernels
from market.requests.request_for_quote import award, choose_dealers, mark_pending

CLIENTS, DEALERS, SECURITIES = 40, 12, 60
IDENTITY = np.array([fingerprint("client", i) for i in range(CLIENTS)], np.uint64)
DEALER = np.array([fingerprint("dealer", i) for i in range(DEALERS)], np.uint64)
KNOWN = np.random.default_rng(1).gamma(1.0, size=(CLIENTS, DEALERS))
NAN = float("nan")
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered")  # counters wrap around; without numba it shows


def orders(n, seed=3):
    draw = np.random.default_rng(seed)
    table = np.zeros(n, ORDERS)
    table["owner"], table["security"] = draw.integers(0, CLIENTS, n), draw.integers(0, SECURITIES, n)
    table["face"] = draw.choice([-1, 1], n) * draw.integers(1, 500, n) * 10_000
    return table


def chosen(asked):
    """Return the dealers asked by each request, best-known first."""
    found = {}
    for row in asked:
        found.setdefault(int(row["request"]), []).append(int(row["dealer"]))
    return found


def ask(table, weight=KNOWN, dealer=DEALER, k=4, clock=7):
    return choose_dealers(99, clock, table, IDENTITY, weight, dealer, k)


def test_each_request_asks_as_many_different_dealers_as_it_wants():
    table, k = orders(200), np.random.default_rng(2).integers(0, 6, 200)
    asked = ask(table, k=k)
    found = chosen(asked)
    assert [len(set(found.get(r, []))) for r in range(200)] == k.tolist() and len(asked) == k.sum()
    for name in ("security", "face"):
        assert (asked[name] == table[name][asked["request"]]).all()
    assert (asked["client"] == table["owner"][asked["request"]]).all()
    assert max(len(v) for v in chosen(ask(table, k=99)).values()) == DEALERS


def test_unknown_dealers_are_never_asked():
    weight = KNOWN.copy()
    weight[:, ::2] = 0
    asked = ask(orders(100), weight, k=9)
    assert (asked["dealer"] % 2 == 1).all() and len(asked) == 100 * DEALERS // 2
    assert len(ask(orders(10), np.zeros_like(weight))) == 0


def test_a_new_dealer_changes_only_the_requests_in_which_it_is_asked():
    table = orders(500)
    before = chosen(ask(table))
    newcomer = np.append(DEALER, np.uint64(fingerprint("dealer", "new")))
    after = chosen(ask(table, np.hstack([KNOWN, np.full((CLIENTS, 1), 1.0)]), newcomer))
    asked = [r for r in after if DEALERS in after[r]]
    assert 50 < len(asked) < 450
    for r in after:
        kept = [d for d in after[r] if d != DEALERS]
        assert kept == before[r][: len(kept)]


def test_a_request_more_or_another_order_of_dealers_changes_nobody_else():
    table = orders(300)
    before = chosen(ask(table))
    fewer = chosen(ask(table[::3]))
    assert all(fewer[i] == before[3 * i] for i in range(100))
    turned = chosen(ask(table, KNOWN[:, ::-1], DEALER[::-1]))
    assert all([DEALERS - 1 - d for d in turned[r]] == before[r] for r in before)
    assert chosen(ask(table, clock=8)) != before


def test_the_first_name_comes_up_in_proportion_to_its_weight():
    table = np.zeros(6_000, ORDERS)
    table["security"] = np.arange(6_000)
    weight = np.tile(np.arange(1.0, DEALERS + 1), (CLIENTS, 1))
    counts = np.bincount(ask(table, weight, k=1)["dealer"], minlength=DEALERS)
    expected = 6_000 * weight[0] / weight[0].sum()
    assert ((counts - expected) ** 2 / expected).sum() < 31.3  # chi squared, 11 degrees of freedom, 0.1 %


def test_every_pair_of_equal_dealers_is_asked_equally_often():
    table = np.zeros(12_000, ORDERS)
    table["owner"], table["security"] = np.arange(12_000) % CLIENTS, np.arange(12_000) // CLIENTS
    pairs = ask(table, np.ones_like(KNOWN), k=2)["dealer"].reshape(-1, 2)
    counts = np.bincount(pairs.min(axis=1) * DEALERS + pairs.max(axis=1))
    counts, expected = counts[counts > 0], 12_000 / 66
    assert len(counts) == 66 and ((counts - expected) ** 2 / expected).sum() < 106.0  # 65 degrees of freedom, 0.1 %


@pytest.mark.parametrize("clock", [7, -3])
def test_the_compiled_choice_is_the_written_one(monkeypatch, clock):
    table = orders(20)
    compiled = ask(table, clock=clock)
    if not hasattr(request_kernels.choose, "py_func"):
        pytest.skip("numba is switched off: there is only the written one")
    monkeypatch.setattr(request_kernels, "choose", request_kernels.choose.py_func)
    assert (ask(table, clock=clock) == compiled).all()


def test_pending_is_what_a_dealer_was_asked_before_from_its_own_side():
    asked = ask(orders(400))
    mark_pending(asked, DEALERS, SECURITIES)
    before = {}
    for row in asked:
        place = (int(row["dealer"]), int(row["security"]))
        assert row["pending"] == before.get(place, 0)
        before[place] = before.get(place, 0) - int(row["face"])


def quoted(face, *prices):
    """Make one request of this face to as many dealers as there are prices."""
    asked = np.zeros(len(prices), ASKED)
    asked["dealer"], asked["face"] = np.arange(len(prices)), face
    return asked, np.array(prices)


@pytest.mark.parametrize(
    ("face", "prices", "limit", "winner", "best", "cover", "answered"),
    [
        (+5, (100.3, 100.1, 100.2), NAN, 1, 100.1, 100.2, 3),  # a buyer takes the lowest
        (-5, (100.3, 100.1, 100.2), NAN, 0, 100.3, 100.2, 3),  # a seller the highest
        (+5, (100.3, 100.1, 100.2), 100.0, -1, 100.1, 100.2, 3),  # none inside the limit: refused
        (-5, (100.3, 100.1), 100.3, 0, 100.3, 100.1, 2),  # the limit itself is inside
        (+5, (NAN, 100.1, NAN), NAN, 1, 100.1, NAN, 1),  # one answers: no cover
        (+5, (NAN, NAN), NAN, -1, NAN, NAN, 0),  # all decline: refused
        (+5, (100.1, 100.1), NAN, 0, 100.1, 100.1, 2),  # equal prices: the first asked
    ],
)
def test_the_best_price_inside_the_limit_wins(face, prices, limit, winner, best, cover, answered):
    found = award(*quoted(face, *prices), np.array([limit]))
    told = [found.winner[0], found.best[0], found.cover[0], found.answered[0]]
    np.testing.assert_equal(told, [winner, best, cover, answered])


quotes = st.lists(st.one_of(st.just(NAN), st.integers(95, 105).map(float)), min_size=1, max_size=6)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(quotes, st.booleans(), st.one_of(st.just(NAN), st.integers(95, 105).map(float))), max_size=12)
)
def test_an_award_is_what_sorting_the_answers_would_give(requests):
    asked = np.zeros(sum(len(q) for q, _, _ in requests), ASKED)
    asked["request"] = np.repeat(np.arange(len(requests)), [len(q) for q, _, _ in requests])
    sign = np.array([1 if buys else -1 for _, buys, _ in requests], np.int64)
    asked["face"] = sign[asked["request"]] if len(asked) else 0
    price = np.array([p for q, _, _ in requests for p in q])
    found = award(asked, price, np.array([limit for _, _, limit in requests]))
    for r, (_, _, limit) in enumerate(requests):
        rows = [a for a in np.flatnonzero(asked["request"] == r) if price[a] == price[a]]
        rows.sort(key=lambda a: (sign[r] * price[a], a))
        inside = bool(rows) and (limit != limit or sign[r] * price[rows[0]] <= sign[r] * limit)
        expected = [rows[0] if inside else -1, *([price[a] for a in rows] + [NAN, NAN])[:2], len(rows)]
        np.testing.assert_equal([found.winner[r], found.best[r], found.cover[r], found.answered[r]], expected)


def test_malformed_questions_are_refused():
    table = orders(5)
    with pytest.raises(ValueError, match="weight has shape"):
        ask(table, KNOWN[:, :3])
    table["owner"][2] = CLIENTS
    with pytest.raises(ValueError, match=f"expected 0 to {CLIENTS - 1}"):
        ask(table)
    with pytest.raises(ValueError, match="2 prices for 3"):
        award(np.zeros(3, ASKED), np.zeros(2), np.zeros(1))
