"""The book of one security: its documentation is true, and nothing malformed changes it."""

import doctest
from decimal import Decimal

import book_laws
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.books import book as module
from market.books.book import Book
from market.books.layout import Status


def test_the_documentation_of_the_book_is_true():
    assert doctest.testmod(module) == (0, 14)


@pytest.mark.parametrize(
    ("order", "status"),
    [
        (("buy", 100, 0), Status.REJ_QTY),
        (("buy", 100, 10**30), Status.REJ_QTY),
        (("buy", 100, 1.5), Status.REJ_QTY),
        (("buy", float("nan"), 1), Status.REJ_PRICE),
        (("buy", 100.001, 1), Status.REJ_PRICE),
        (("buy", 1e300, 1), Status.REJ_PRICE),
        (("buy", "abc", 1), Status.REJ_PRICE),
        (("buy", 10**400, 1), Status.REJ_PRICE),
        (("buy", 100, None), Status.REJ_QTY),
        (("buy", 100, True), Status.REJ_QTY),
        (("long", 100, 1), Status.REJ_SIDE),
        ((["buy"], 100, 1), Status.REJ_SIDE),
        (("buy", 100, 1, 2**40), Status.REJ_OWNER),
        (("buy", 100, 1, "x"), Status.REJ_OWNER),
        (("buy", 100, 1, 1, "yes"), Status.REJ_KIND),
    ],
)
def test_what_is_malformed_has_a_reason_and_changes_nothing(order, status):
    book = Book()
    rested = book.limit("buy", 99, 3, owner=1)
    before = book.depth()
    answer = book.limit(*order)
    assert answer.status == status and answer.reason and answer.id == 0
    assert book.cancel(rested.id, owner=2).status == Status.REJ_OWNER and book.depth() == before
    assert book.cancel(10**40).status == Status.REJ_UNKNOWN


GOOD = {
    "side": st.sampled_from(["buy", "sell"]),
    "price": st.integers(-3, 3).map(lambda ticks: 100 + ticks / 64),
    "size": st.integers(1, 9),
    "by": st.integers(1, 9),
    "owner": st.integers(1, 3),
    "order": st.integers(3, 12),
    "keep": st.booleans(),
}
CALLS = {
    "limit": ("side", "price", "size", "owner", "keep"),
    "rest": ("side", "price", "size", "owner"),
    "take": ("side", "price", "size", "owner"),
    "fill_or_kill": ("side", "price", "size", "owner"),
    "market": ("side", "size", "owner"),
    "reduce": ("order", "by", "owner"),
    "cancel": ("order", "owner"),
    "cancel_all": ("owner",),
    "queue": ("order",),
}
MALFORMED = st.one_of(
    st.none() | st.text() | st.binary() | st.complex_numbers() | st.lists(st.integers()) | st.builds(object),
    st.integers(2**63) | st.integers(max_value=-(2**63)) | st.sampled_from([10**400, -(10**400)]),
    st.floats(0.1, 0.9) | st.sampled_from([np.nan, np.inf, -np.inf, Decimal(3), {"buy": 1}, int, ...]),
    st.sampled_from([np.True_, np.timedelta64(3, "D"), np.timedelta64("NaT"), np.datetime64("NaT"), np.arange(2)]),
).filter(lambda value: not (isinstance(value, str) and value in ("buy", "sell")))


@st.composite
def calls(draw):
    """Return a call of the book, its arguments, and whether one of them is malformed."""
    name = draw(st.sampled_from(sorted(CALLS)))
    arguments = [draw(GOOD[argument]) for argument in CALLS[name]]
    wrong = draw(st.booleans())
    if wrong:
        place = draw(st.integers(0, len(arguments) - 1))
        truths = st.nothing() if CALLS[name][place] == "keep" else st.booleans()
        arguments[place] = draw(MALFORMED | truths)
    return name, arguments, wrong


@given(sent=st.lists(calls(), min_size=1, max_size=25))
@settings(max_examples=200, deadline=None)
def test_a_malformed_call_is_answered_and_might_as_well_not_have_been_made(sent):
    book, spared = Book(), Book()
    for name, arguments, wrong in sent:
        answer = getattr(book, name)(*arguments)
        if wrong and name in ("cancel_all", "queue"):
            assert answer == {"cancel_all": 0, "queue": (-1, -1)}[name]
        elif wrong:
            assert answer.status != Status.OK and answer.reason and answer.filled == answer.id == 0
        else:
            assert answer == getattr(spared, name)(*arguments)
        assert book.depth() == spared.depth() and book.trades == spared.trades
    assert book._books.counters == spared._books.counters
    book_laws.check_books(book._books)


def test_a_bill_trades_at_rates_and_the_lower_rate_is_the_better_bid():
    bill = Book.bill(days=182, centre=5.0)
    for rate in (5.01, 5.0, 5.005):
        bill.limit("buy", rate, 2, owner=1)
    assert [rate for rate, _ in bill.depth()["buy"]] == [5.0, 5.005, 5.01]
    assert bill.take("sell", 5.005, 9, owner=2).filled == 4 and bill.trades == [(5.0, 2, "sell"), (5.005, 2, "sell")]
    assert bill.points(5.0) > bill.points(5.01) and bill.limit("buy", 5.0025, 1).status == Status.REJ_PRICE
    assert len(bill.plot().patches) == 1
    with pytest.raises(ValueError, match="0 days"):
        Book.bill(0)


def test_an_order_can_be_reduced_in_its_place_and_only_by_its_owner():
    book = Book()
    first, second = (book.rest("buy", 99, 5, owner) for owner in (1, 2))
    assert book.queue(second.id) == (1, 5) and book.imbalance() == 1.0
    assert book.reduce(first.id, 3, owner=2).status == Status.REJ_OWNER
    assert book.reduce(first.id, 3, owner=1).status == Status.OK and book.queue(second.id) == (1, 2)
    assert book.rest("sell", 99, 1, owner=3).status == Status.REJ_CROSS
    assert book.fill_or_kill("sell", 99, 7, owner=3).filled == 7 and book.queue(second.id) == (-1, -1)
    view = book.faces
    assert book.limit("buy", 98, 4, owner=2).id and view.sum() == 4 and not view.flags.writeable
    assert book.cancel_all(2) == 1 and view.sum() == 0


def test_the_plot_shows_both_sides():
    book = Book()
    book.limit("buy", 99, 3, 1)
    book.limit("sell", 101, 4, 2)
    assert len(book.plot().patches) == 2
