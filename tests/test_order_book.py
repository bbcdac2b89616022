"""The books against the slow reference, their invariants after every message, and what the venue relies on."""

import copy
import importlib.util
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from market import layout
from market.layout import MESSAGE, MessageKind, SelfTrade, Side, Status
from market.matching import process
from market.order_book import Books
from market.units import LARGEST_TRADE

HERE = Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location("book_reference", HERE / "book_reference.py")
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)

BUY, SELL = Side.BUY, Side.SELL


def flow_and_books(seed, n, securities, levels, quoters=3, malformed=0.02, **options):
    books = Books(securities, levels, quoters, **options)
    return reference.random_flow(seed, n, securities, levels, 2 * securities * quoters + 1, malformed), books


def message(kind, side, level, face, owner, order_id=0, security=0):
    row = np.zeros(1, MESSAGE)
    for name, value in (("kind", kind), ("side", side), ("level", level), ("face", face)):
        row[name] = value
    row["owner"], row["order_id"], row["security"] = owner, order_id, security
    return row


def rows(fills, *names):
    return list(zip(*(fills[name].tolist() for name in names), strict=True))


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


class LastInFirstOut(reference.ReferenceBooks):
    def enters(self, queue, order):
        queue.insert(0, order)


class StopsOneLevelEarly(reference.ReferenceBooks):
    def reaches(self, side, limit, best):
        return best < limit if side == BUY else best > limit


class LosesTheRemainder(reference.ReferenceBooks):
    def remains(self, left):
        return max(left // 2, 1)


class LosesThePlaceOnReducing(reference.ReferenceBooks):
    def reduce(self, order, face):
        status = super().reduce(order, face)
        queue = self.queues[order.security][order.side].get(order.level, [])
        if order in queue:
            queue.append(queue.pop(queue.index(order)))
        return status


class FillsInPart(reference.ReferenceBooks):
    def offered(self, security, side, limit, owner):
        return reference.LARGEST_FACE


WRONG = [LastInFirstOut, StopsOneLevelEarly, LosesTheRemainder, LosesThePlaceOnReducing, FillsInPart]


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


def occupied_bits(words):
    return np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little"))


def check_books(books):
    """Hold the tables against each other: tops, totals, queues, bitmaps, ids and the pool."""
    tables = books._tables
    control = tables.control
    orders = tables.orders[: control[layout.UNUSED]].tolist()
    found, face_resting = {}, 0
    for security in range(books.n_securities):
        levels = tables.levels[security]
        occupied = np.flatnonzero(levels["head"])
        assert np.array_equal(occupied, occupied_bits(tables.words[security]))
        assert np.array_equal(np.flatnonzero(tables.words[security]), occupied_bits(tables.summary[security]))
        assert levels["face"].sum() == levels["face"][occupied].sum()
        assert np.array_equal(np.flatnonzero(levels["tail"]), occupied)
        sides = {BUY: [-1], SELL: [books.n_levels]}
        for level in occupied.tolist():
            slot, tail, total = levels[level].tolist()
            before, walked, side = 0, 0, orders[slot][6]
            while slot:
                at, face, following, previous, _, of, its_side, _, order_id = orders[slot]
                assert (at, previous, of, its_side) == (level, before, security, side) and face > 0
                found[order_id] = slot
                walked, before, slot = walked + face, slot, following
            assert walked == total and before == tail
            sides[side].append(level)
            face_resting += total
        bid, ask = tables.top[security].tolist()
        assert bid == max(sides[BUY]) < ask == min(sides[SELL])
    assert len(found) == control[layout.RESTING] == np.count_nonzero(tables.slot_of)
    names = tables.slot_of[: control[layout.STATIC_IDS] + 1]
    day = control[layout.FIRST_DAY_ID]
    for order_id, slot in found.items():
        assert slot == (names[order_id] if order_id < len(names) else tables.slot_of[order_id - day + len(names)])
    free, slot = 0, control[layout.FREE_HEAD]
    while slot:
        free, slot = free + 1, orders[slot][2]
    assert free + len(found) + 1 == control[layout.UNUSED]
    totals = books.counters
    assert totals["face_entered"] == 2 * totals["face_traded"] + totals["face_cancelled"] + face_resting


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


# --- stories ---


def test_the_older_order_at_the_best_level_is_filled_first_at_its_own_level():
    books = Books(2, 100)
    _, ids = books.rest(0, SELL, [51, 50, 50], [10, 20, 30], [1, 2, 3])
    fills = books.take(0, BUY, 60, 55, 9)
    assert rows(fills, "level", "face", "maker", "taker", "side") == [
        (50, 20, 2, 9, 0),
        (50, 30, 3, 9, 0),
        (51, 5, 1, 9, 0),
    ]
    assert fills["maker_id"].tolist() == [ids[1], ids[2], ids[0]]
    assert (books.ask[0], books.ask_face[0], books.bid[0], books.bid_face[0]) == (51, 5, -1, 0)
    assert (books.ask[1], books.bid[1]) == (100, -1)


def test_a_quote_keeps_its_place_for_less_and_loses_it_for_more():
    for face, first in ((10, 1), (5, 1), (11, 2)):
        books = Books(1, 100)
        books.send(message(MessageKind.QUOTE, BUY, 40, 10, owner=1, order_id=1))
        books.send(message(MessageKind.QUOTE, BUY, 40, 10, owner=2, order_id=3))
        books.send(message(MessageKind.QUOTE, BUY, 40, face, owner=1, order_id=1))
        assert books.take(0, SELL, 40, 1, 9)["maker"].tolist() == [first]


def test_post_only_rests_or_is_rejected_but_never_takes():
    books = Books(1, 100)
    books.rest(0, SELL, 50, 10, 1)
    taking = message(MessageKind.POST_ONLY, BUY, 50, 10, 2, books.new_ids(1))
    resting = message(MessageKind.POST_ONLY, BUY, 49, 10, 2, books.new_ids(1))
    assert len(books.send(taking)) == len(books.send(resting)) == 0
    assert (taking["status"], resting["status"]) == (Status.REJ_CROSS, Status.OK)
    assert (books.bid[0], books.ask[0]) == (49, 50)


def test_an_order_that_meets_its_owner_cancels_the_resting_one():
    books = Books(1, 100)
    books.rest(0, SELL, [50, 50], [10, 20], [1, 2])
    assert rows(books.take(0, BUY, 50, 15, 1), "face", "maker") == [(15, 2)]
    assert books.counters["face_cancelled"] == 10


def test_depth_counts_occupied_levels_from_the_inside():
    books = Books(2, 1000)
    books.rest(1, BUY, [500, 500, 20, 499], [1, 2, 4, 8], 3)
    books.rest(1, SELL, [600, 999], [5, 6], 3)
    assert books.depth(BUY, 4).tolist() == [[0] * 4, [3, 8, 4, 0]]
    assert books.depth(SELL, 2).tolist() == [[0, 0], [5, 6]]


def test_cancel_works_once_and_only_for_the_owner():
    books = Books(1, 100)
    _, ids = books.rest(0, BUY, 40, 10, 7)
    assert books.cancel([ids[0], ids[0], ids[0], 10**9, -1], [8, 7, 7, 7, 7]).tolist() == [10, 0, 1, 1, 1]


def test_a_refused_order_gets_no_id():
    books = Books(1, 100, pool=1)
    _, ids = books.rest(0, BUY, [40, 41, 100], 10, 7)
    assert ids[0] > 0 and ids[1:].tolist() == [0, 0]


def test_clear_ends_all_orders_and_their_ids():
    flow, books = flow_and_books(13, 5000, 3, 200)
    reference.issue(books, len(flow))
    books.send(flow)
    yesterday = books.resting()
    books.clear()
    check_books(books)
    assert len(books.resting()) == 0 and set(books.bid) == {-1} and set(books.ask) == {200}
    _, ids = books.rest(0, BUY, np.full(len(yesterday), 100), 10, yesterday["owner"])
    assert ids.min() > yesterday["order_id"].max()
    assert (books.cancel(yesterday["order_id"], yesterday["owner"]) == Status.REJ_UNKNOWN).all()


def test_the_inside_is_a_view_that_cannot_be_written():
    books = Books(1, 100)
    bid = books.bid
    books.rest(0, BUY, 40, 10, 1)
    assert bid[0] == 40
    with pytest.raises(ValueError, match="read-only"):
        bid[0] = 3


def test_fill_or_kill_takes_all_or_touches_nothing():
    books = Books(1, 100)
    books.rest(0, SELL, [50, 51, 51], [10, 20, 5], [1, 2, 9])
    before = pickle.dumps(books.resting())
    killed = [message(MessageKind.FOK, BUY, level, face, 9) for level, face in ((50, 11), (51, 31), (99, 31))]
    assert [len(books.send(m)) for m in killed] == [0, 0, 0]
    assert [int(m["status"][0]) for m in killed] == [Status.REJ_KILLED] * 3 and pickle.dumps(books.resting()) == before
    assert rows(books.take(0, BUY, 51, 30, 9, MessageKind.FOK), "level", "face") == [(50, 10), (51, 20)]


def test_fill_or_kill_counts_only_what_comes_before_an_own_order_that_would_stop_it():
    for rule, killed in ((SelfTrade.CANCEL_TAKER, True), (SelfTrade.CANCEL_RESTING, False), (SelfTrade.ALLOW, False)):
        books = Books(1, 100, self_trade=rule)
        books.rest(0, SELL, [50, 50, 50], [10, 1, 10], [1, 9, 2])
        assert (len(books.take(0, BUY, 50, 20, 9, MessageKind.FOK)) == 0) == killed


def test_a_reduced_order_keeps_its_place_and_one_reduced_to_nothing_is_gone():
    books = Books(1, 100)
    _, ids = books.rest(0, BUY, 40, [10, 10], [1, 2])
    books.send(message(MessageKind.REDUCE, BUY, 0, 6, 1, ids[0]))
    assert books.queue_position(ids)[1].tolist() == [0, 4]
    books.send(message(MessageKind.REDUCE, BUY, 0, 99, 1, ids[0]))
    assert [part.tolist() for part in books.queue_position(ids)] == [[-1, 0], [-1, 0]]


def test_mass_cancel_takes_the_owners_orders_out_of_one_book_or_of_all():
    books = Books(3, 100)
    for owner in (1, 2):
        books.rest([0, 0, 1, 2], BUY, [40, 41, 40, 40], 10, owner)
    assert books.mass_cancel(1, 0) == 2 and books.mass_cancel(1) == 2 and books.mass_cancel(1) == 0
    assert set(books.resting()["owner"].tolist()) == {2} and len(books.resting()) == 4
    check_books(books)


def test_good_till_cancelled_outlives_the_day_with_its_id_and_its_place():
    books = Books(2, 100)
    _, day = books.rest(0, BUY, 40, [1, 2], 1)
    _, kept = books.rest([0, 0, 1], BUY, 40, [3, 4, 5], [1, 2, 1], MessageKind.GTC)
    for _ in range(3):
        books.end_day()
        check_books(books)
        assert books.resting()["order_id"].tolist() == kept.tolist()
        assert books.queue_position(kept)[0].tolist() == [0, 1, 0]
        assert (books.cancel(day, 1) == Status.REJ_UNKNOWN).all()
        books.rest(0, SELL, 60, 1, 1)
    again = message(MessageKind.LIMIT, BUY, 30, 1, 1, day[0])
    books.send(again)
    assert again["status"] == Status.REJ_UNKNOWN  # an id of yesterday is good for no new order
    thawed = pickle.loads(pickle.dumps(books))
    thawed.end_day()
    assert thawed.cancel(kept, [1, 2, 1]).tolist() == [Status.OK] * 3


def test_a_closed_book_takes_cancellations_and_reductions_only():
    books = Books(2, 100)
    _, ids = books.rest(0, BUY, [40, 41], 10, 1)
    books.close(0)
    assert pickle.loads(pickle.dumps(books)).closed.tolist() == [True, False] == books.closed.tolist()
    refused = [message(kind, SELL, 40, 5, 1, ids[0]) for kind in (MessageKind.MARKET, MessageKind.REPLACE)]
    for m in refused:
        assert len(books.send(m)) == 0 and m["status"] == Status.REJ_CLOSED
    books.send(message(MessageKind.REDUCE, BUY, 0, 4, 1, ids[0]))
    assert books.cancel(ids[1], 1) == Status.OK and books.bid_face[0] == 6
    books.close(0, False)
    assert len(books.take(0, SELL, 40, 6, 2)) == 1


def test_every_status_has_a_reason_of_its_own():
    assert set(layout.REASONS) == set(Status) and len(set(layout.REASONS.values())) == len(Status)


def test_the_faces_of_levels_are_a_view_that_follows_the_books_and_cannot_be_written():
    books = Books(2, 100)
    faces = books.faces
    books.rest(1, [BUY, SELL], [40, 60], [3, 1], 1)
    assert np.shares_memory(faces, books._tables.levels) and not faces.flags.writeable
    assert np.flatnonzero(faces[1]).tolist() == [40, 60] and faces[1, 40] == 3
    assert books.imbalance().tolist() == [0.0, 0.5]


# --- refresh ---


def quotes_around(rng, middle, n):
    """Return levels and faces of n quoters around a middle level by security; a fifth of the sides is empty."""
    shape = (n, len(middle))
    bid = middle + rng.integers(-1, 2, shape) - rng.integers(1, 4, shape)
    ask = bid + rng.integers(1, 6, shape)
    return [bid, ask, *(rng.integers(1, 9, shape) * (rng.random(shape) < 0.8) for _ in range(2))]


def test_refresh_posts_the_side_that_moves_away_first_in_order_of_arrival():
    rng = np.random.default_rng(3)
    n, securities, quoters = 5, 7, 6
    books = Books(securities, 300, quoters)
    slow = reference.ReferenceBooks(securities, 300, 10**6, 2 * quoters * securities, SelfTrade.CANCEL_RESTING)
    owner, slot, middle, fills = np.array([50, 40, 30, 20, 10]), np.array([5, 0, 3, 1, 2]), np.full(securities, 150), []
    for _ in range(60):
        step = rng.integers(-3, 4, securities)
        middle, queue, rising = middle + step, rng.permutation(n), step > 0
        quotes = quotes_around(rng, middle, n)
        fills += rows(books.refresh(*quotes, owner, slot, queue, rising), *layout.FILL.names)
        for s in range(securities):
            for side in (SELL, BUY) if rising[s] else (BUY, SELL):
                for i in queue.tolist():
                    level, face = int(quotes[side][i, s]), int(quotes[2 + side][i, s])
                    number = 1 + 2 * (s * quoters + int(slot[i])) + side
                    slow.apply(MessageKind.QUOTE, int(side), s, int(owner[i]), level, face, number)
        check_books(books)
    assert fills == slow.fills and len(fills) > 100
    assert reference.standing(books) == slow.resting()


@pytest.mark.parametrize("direction", [1, -1])
def test_no_stale_quote_is_hit_when_all_quotes_jump_over_the_spread(direction):
    books, n = Books(3, 500), 4
    one, who = np.ones((n, 3), np.int64), (np.arange(n), np.arange(n), np.arange(n))
    for step in (0, 1):
        level = 200 + 50 * direction * step
        fills = books.refresh(level * one, (level + 2) * one, one, one, *who, np.full(3, direction > 0))
        assert len(fills) == 0
    assert len(books.refresh(200 * one, 202 * one, one, one, *who, np.full(3, direction > 0))) > 0  # wrong way round


def test_refresh_sends_messages_only_where_a_quote_is_or_was():
    books, n = Books(100, 500), 3
    none, who = np.zeros((n, 100), np.int64), (np.arange(n), np.arange(n), np.arange(n))
    rising = np.zeros(100, bool)
    some = none.copy()
    some[:, 7] = 5
    books.refresh(none + 200, none + 210, some, none, *who, rising)
    assert books.messages == 3
    books.refresh(none + 200, none + 210, none, none, *who, rising)
    assert books.messages == 6 and len(books.resting()) == 0
    books.refresh(none + 200, none + 210, none, none, *who, rising)
    assert books.messages == 6


def test_a_quote_outside_the_window_is_withdrawn():
    books, one = Books(1, 100), np.ones((1, 1), np.int64)
    who, rising = (np.array([3]), np.array([0]), np.array([0])), np.array([True])
    books.refresh(50 * one, 60 * one, one, one, *who, rising)
    books.refresh(-1 * one, 100 * one, one, one, *who, rising)
    assert (books.bid[0], books.ask[0]) == (-1, 100)


# --- pickling, without the compiler, errors ---


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
from market.matching import process
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
        (lambda b: b.take([0, 0], BUY, 1, [1, -4], 1), "order 1: face is -4, expected 1 to 500000000"),
        (lambda b: b.take(0, 2, 1, 1, 1), "side is 2, expected 0 to 1"),
        (lambda b: b.take(0, BUY, 1.5, 1, 1), "float64, expected integers"),
        (lambda b: b.take(0, BUY, 1, 1, 1, kind=MessageKind.LIMIT), "expected IOC, MARKET or FOK"),
        (lambda b: b.rest(0, BUY, 1, 1, 1, kind=MessageKind.IOC), "expected LIMIT, GTC or POST_ONLY"),
        (lambda b: b.close([0, 2]), "close: securities 0 to 2, expected 0 to 1"),
        (lambda b: b.mass_cancel(1, 2), "security is 2, expected 0 to 1"),
        (lambda b: b.rest(0, BUY, 1, LARGEST_TRADE + 1, 1), "face is 500000001"),
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
