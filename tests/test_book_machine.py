"""Any sequence of messages, well formed or not: books and reference agree, and every invariant holds after each."""

import pickle

import book_laws
import book_reference as reference
import fuzz_books
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from market.books.layout import MESSAGE, REASONS, MessageKind, SelfTrade, Side, Status
from market.books.order_book import Books

SECURITIES, LEVELS, POOL = 2, 70, 12
INT32 = np.iinfo(np.int32)
near = st.integers(30, 40)
faces = st.integers(1, 30)
kinds = st.sampled_from(list(MessageKind))
nonsense = st.one_of(st.integers(-3, 80), st.sampled_from([INT32.min, INT32.max, 300_000_000, 300_000_001]))
bytes_ = st.integers(0, 255)


class BookMachine(RuleBasedStateMachine):
    """Two small books beside the reference."""

    slow_books = reference.ReferenceBooks
    self_trade = SelfTrade.CANCEL_RESTING

    def __init__(self):
        super().__init__()
        self.books = Books(SECURITIES, LEVELS, 1, pool=POOL, fill_buffer=2, self_trade=self.self_trade)
        self.slow = self.slow_books(SECURITIES, LEVELS, POOL, 0, self.self_trade)
        self.issued = reference.statics(self.books)
        self.slow.last_id = self.issued

    def send(self, kind, side, security, owner, level, face, number):
        row = np.zeros(1, MESSAGE)
        for name, value in zip(MESSAGE.names, (kind, side, security, owner, level, face, number), strict=False):
            row[name] = value
        self.slow.fills = []
        wanted = self.slow.apply(*row[0].tolist()[:7])
        fills = self.books.send(row)
        assert [tuple(fill) for fill in fills.tolist()] == self.slow.fills
        assert (int(row["status"][0]), int(row["filled"][0])) == wanted
        assert REASONS[Status(int(row["status"][0]))]

    def new_id(self):
        self.issued = self.slow.last_id = int(self.books.new_ids(1)[0])
        return self.issued

    @rule(
        kind=st.sampled_from([MessageKind.LIMIT, MessageKind.GTC, MessageKind.POST_ONLY, MessageKind.FOK]),
        side=st.sampled_from(Side),
        security=st.integers(0, 1),
        owner=st.integers(1, 3),
        level=near,
        face=faces,
    )
    def order(self, kind, side, security, owner, level, face):
        self.send(kind, side, security, owner, level, face, self.new_id())

    @rule(kind=kinds, side=st.sampled_from(Side), owner=st.integers(1, 3), level=near, face=faces, data=st.data())
    def about_an_order(self, kind, side, owner, level, face, data):
        number = data.draw(st.integers(1, self.issued + 1))
        self.send(kind, side, 0, owner, level, face, number)

    @rule(
        row=st.tuples(bytes_, bytes_, st.integers(0, 65_535), nonsense, nonsense, nonsense),
        number=st.integers(-(2**63), 2**63 - 1),
    )
    def nonsense_in_every_column(self, row, number):
        self.send(*row, number)

    @rule(column=st.sampled_from(["side", "security", "owner", "level", "face"]), value=nonsense, kind=kinds)
    def nonsense_in_one_column(self, column, value, kind):
        row = {"side": 0, "security": 0, "owner": 1, "level": 35, "face": 5}
        row[column] = abs(value) % 256 if column == "side" else abs(value) % 65_536 if column == "security" else value
        self.send(kind, *(row[name] for name in ("side", "security", "owner", "level", "face")), self.new_id())

    @rule(security=st.integers(0, 1), closed=st.booleans())
    def close(self, security, closed):
        self.books.close(security, closed)
        (self.slow.closed.add if closed else self.slow.closed.discard)(security)

    @rule()
    def end_day(self):
        self.books.end_day()
        self.slow.end_day(reference.statics(self.books) + 1)

    @rule()
    def pickle(self):
        self.books = pickle.loads(pickle.dumps(self.books))

    @invariant()
    def the_same_orders_rest(self):
        assert reference.standing(self.books) == self.slow.resting()

    @invariant()
    def tables_agree_with_each_other(self):
        book_laws.check_books(self.books)

    @invariant()
    def places_in_the_queue_are_those_of_the_reference(self):
        for security, sides in enumerate(self.slow.queues):
            for side in (0, 1):
                for level, queue in sides[side].items():
                    before = np.cumsum([0, *(order.face for order in queue)])
                    rank, ahead = self.books.queue_position([order.number for order in queue])
                    assert rank.tolist() == list(range(len(queue))) and ahead.tolist() == before[:-1].tolist()
                    assert self.books.faces[security, level] == before[-1]


@pytest.mark.parametrize("rule_of_self_trade", SelfTrade)
def test_any_sequence_of_messages_keeps_books_and_reference_equal(rule_of_self_trade):
    machine = type("Machine", (BookMachine,), {"self_trade": rule_of_self_trade})
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=40, deadline=None))


@pytest.mark.parametrize("wrong", [book_laws.LastInFirstOut, book_laws.LosesTheRemainder])
def test_the_machine_catches_a_planted_bug(wrong):
    machine = type("Machine", (BookMachine,), {"slow_books": wrong})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            machine, settings=settings(max_examples=300, stateful_step_count=40, deadline=None, database=None)
        )


def test_the_fuzz_shows_the_shortest_counterexample_and_how_to_repeat_it(monkeypatch):
    monkeypatch.setattr(fuzz_books, "TRIAL", 2_000)
    assert fuzz_books.fuzz(3, 6_000) == ""
    monkeypatch.setattr(fuzz_books.Trial.__init__, "__defaults__", (book_laws.LastInFirstOut,))
    found = fuzz_books.fuzz(3, 6_000)
    assert "again: python tests/fuzz_books.py --seed 3 --only" in found and "message" in found
