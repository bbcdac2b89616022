"""The books against the slow reference, their invariants after every message, and what the venue relies on."""

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import book_reference as reference
import numpy as np
import pytest
from book_laws import BUY, WRONG, check_books, flow_and_books

from market.books.layout import MessageKind, SelfTrade, Status
from market.books.matching import process
from market.books.order_book import Books
from market.units import LARGEST_TRADE

HERE = Path(__file__).resolve().parent


# --- equality with the reference: a million messages ---


@pytest.mark.parametrize(
    ("n", "securities", "levels", "options"),
    [
        pytest.param(350_000, 400, 8192, {}, id="many books"),
        pytest.param(200_000, 20, 4096, {"self_trade": SelfTrade.CANCEL_TAKER}, id="taker stops at its own order"),
        pytest.param(150_000, 3, 12, {"self_trade": SelfTrade.ALLOW}, id="few levels"),
        pytest.param(100_000, 2, 100, {"fill_buffer": 1}, id="buffer of one fill"),
        pytest.param(100_000, 5, 1000, {"fill_buffer": 7}, id="buffer of seven fills"),
        pytest.param(100_000, 5, 1000, {"malformed": 0.4}, id="malformed"),
    ],
)
def test_a_million_messages_give_the_trades_statuses_and_books_of_the_reference(n, securities, levels, options):
    flow, books = flow_and_books(n + levels, n, securities, levels, **options)
    assert reference.first_difference(flow, books) == ""
    totals = books.counters
    assert totals["messages"] == n and totals["fills"] > n // 10
    assert totals["rejected"] == np.count_nonzero(flow["status"]) > 0


def test_a_full_pool_refuses_orders_that_took_nothing():
    flow, books = flow_and_books(5, 30_000, 3, 500, pool=40)
    assert reference.first_difference(flow, books, pool=40) == ""
    refused = flow["status"] == Status.REJ_POOL
    assert refused.any() and not flow["filled"][refused].any()


@pytest.mark.parametrize("wrong", WRONG)
def test_the_comparison_catches_a_planted_bug(wrong):
    flow, books = flow_and_books(8, 20_000, 3, 200)
    assert reference.first_difference(flow, books, reference=wrong) != ""


def test_every_kind_and_status_occurs_in_the_flows():
    flow, books = flow_and_books(9, 100_000, 5, 1000, malformed=0.2, pool=60)
    reference.issue(books, len(flow))
    books.close(4)
    books.send(flow)
    assert set(np.unique(flow["status"])) == {int(status) for status in Status}
    assert set(MessageKind) <= set(np.unique(flow["kind"][flow["status"] == Status.OK]))


# --- invariants ---


def test_every_invariant_holds_after_every_message():
    flow, books = flow_and_books(11, 20_000, 2, 160, malformed=0.05)
    reference.issue(books, len(flow))
    for m in range(len(flow)):
        books.send(flow[m : m + 1])
        check_books(books)
    assert books.counters["fills"] > 3000


def test_messages_one_by_one_and_all_at_once_are_the_same():
    flow, one = flow_and_books(12, 3000, 2, 160)
    all_at_once = copy.deepcopy(one)
    reference.issue(one, len(flow))
    reference.issue(all_at_once, len(flow))
    second = flow.copy()
    singly = np.concatenate([one.send(flow[m : m + 1]) for m in range(len(flow))])
    assert np.array_equal(singly, all_at_once.send(second)) and np.array_equal(flow, second)


def test_a_pickled_book_is_small_and_goes_on_with_the_same_bits():
    flow, books = flow_and_books(14, 20_000, 50, 8192, quoters=4)
    reference.issue(books, len(flow))
    books.send(flow[:8000])
    books.clear()
    books.send(flow[8000:14_000])
    frozen = pickle.dumps(books)
    thawed = pickle.loads(frozen)
    assert len(frozen) < 10_000 + 40 * len(books.resting())
    check_books(thawed)
    one, other = flow[14_000:].copy(), flow[14_000:].copy()
    assert books.send(one).tobytes() == thawed.send(other).tobytes() != b""
    assert one.tobytes() == other.tobytes() and reference.standing(books) == reference.standing(thawed)
    assert books.counters == thawed.counters and books.new_ids(1) == thawed.new_ids(1)
    assert pickle.dumps(thawed) == pickle.dumps(books)


def test_the_kernel_as_python_gives_the_same():
    flow, compiled = flow_and_books(15, 1500, 2, 100)
    interpreted = copy.deepcopy(compiled)
    for books in (compiled, interpreted):
        reference.issue(books, len(flow))
    second = flow.copy()
    fills = compiled.send(flow)
    at, n = getattr(process, "py_func", process)(interpreted._tables, second, 0, interpreted._fills, 0, 1)
    assert (at, n) == (len(flow), len(fills)) and np.array_equal(interpreted._fills[:n], fills)
    assert np.array_equal(flow, second) and reference.standing(compiled) == reference.standing(interpreted)


WITHOUT_COMPILER = """
import sys; sys.path.insert(0, "tests")
import numpy as np
from book_reference import Books, first_difference, random_flow
from market.books.matching import process
assert not hasattr(process, "py_func")
flow, books = random_flow(16, 3000, 2, 200, 13), Books(2, 200, 3, pool=2000, fill_buffer=2)
difference = first_difference(flow, books, pool=2000)
assert difference == "", difference
one, who = np.ones((1, 2), np.int64), (np.array([1]), np.array([0]), np.array([0]))
books.clear(); books.refresh(9 * one, 11 * one, one, one, *who, np.array([True, False]))
assert books.depth(0, 1).tolist() == books.depth(1, 1).tolist() == [[1], [1]]
"""


def test_all_kernels_run_without_the_compiler():
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(HERE.parent)}
    command = [sys.executable, "-W", "error", "-c", WITHOUT_COMPILER]
    run = subprocess.run(command, cwd=HERE.parent, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda b: b.take(5, BUY, 1, 1, 1), "order 0: security is 5, expected 0 to 1"),
        (lambda b: b.take([0, 0], BUY, 1, [1, -4], 1), "order 1: face is -4, expected 1 to 300000000"),
        (lambda b: b.take(0, 2, 1, 1, 1), "side is 2, expected 0 to 1"),
        (lambda b: b.take(0, BUY, 1.5, 1, 1), "float64, expected integers"),
        (lambda b: b.take(0, BUY, 1, 1, 1, kind=MessageKind.LIMIT), "expected IOC, MARKET or FOK"),
        (lambda b: b.rest(0, BUY, 1, 1, 1, kind=MessageKind.IOC), "expected LIMIT, GTC or POST_ONLY"),
        (lambda b: b.close([0, 2]), "close: securities 0 to 2, expected 0 to 1"),
        (lambda b: b.mass_cancel(1, 2), "security is 2, expected 0 to 1"),
        (lambda b: b.rest(0, BUY, 1, LARGEST_TRADE + 1, 1), "face is 300000001"),
        (lambda b: b.send(np.zeros(3)), "expected one of layout.MESSAGE"),
        (lambda b: Books(70_000), "n_securities is 70000, expected 1 to 65535"),
        (lambda b: quote(b, face=-1), "quote of row 0 in security 0"),
        (lambda b: quote(b, slot=64), "slots 64 to 64, expected 0 to 63"),
        (lambda b: quote(b, queue=1), "queue must hold each of 0 to 0 once"),
        (lambda b: quote(b, securities=3), "expected (1, 2)"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_changes_nothing(call, said):
    books = Books(2, 100)
    books.rest(0, BUY, 40, 10, 1)
    before = pickle.dumps(books)
    with pytest.raises(ValueError) as refused:
        call(books)
    assert said in str(refused.value) and "\n" not in str(refused.value)
    assert pickle.dumps(books) == before


def quote(books, face=1, slot=0, queue=0, securities=2):
    one = np.ones((1, securities), np.int64)
    return books.refresh(40 * one, 42 * one, face * one, one, [1], [slot], [queue], np.zeros(2, bool))
