"""Short stories of the books: priority, quotes, kinds of orders, refusals, and the refresh of all quotes at once."""

import pickle

import book_reference as reference
import numpy as np
import pytest
from book_laws import BUY, SELL, check_books, flow_and_books, message, rows

from market.books import layout
from market.books.layout import MessageKind, SelfTrade, Status
from market.books.order_book import Books


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
    assert len(books.resting()) == 2
    books.refresh(50 * one, 160 * one, one, one, *who, rising)
    assert len(books.resting()) == 1
    books.refresh(150 * one, 160 * one, one, one, *who, rising)
    assert len(books.resting()) == 0
