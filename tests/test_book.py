"""The book of one security: its documentation is true, and nothing malformed changes it."""

import doctest

import pytest

from market import book as module
from market.book import Book
from market.layout import Status


def test_the_documentation_of_the_book_is_true():
    assert doctest.testmod(module) == (0, 7)


@pytest.mark.parametrize(
    ("order", "status"),
    [
        (("buy", 100, 0), Status.REJ_QTY),
        (("buy", 100, 10**30), Status.REJ_QTY),
        (("buy", 100, 1.5), Status.REJ_QTY),
        (("buy", float("nan"), 1), Status.REJ_PRICE),
        (("buy", 100.001, 1), Status.REJ_PRICE),
        (("buy", 1e300, 1), Status.REJ_PRICE),
        (("long", 100, 1), Status.REJ_SIDE),
        (("buy", 100, 1, 2**40), Status.REJ_OWNER),
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


def test_the_plot_shows_both_sides():
    book = Book()
    book.limit("buy", 99, 3, 1)
    book.limit("sell", 101, 4, 2)
    assert len(book.plot().patches) == 2
