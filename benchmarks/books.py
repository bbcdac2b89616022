"""Books against others: a C++ book of the same algorithm on mixed flow, and books from PyPI on one book's stream."""

import ctypes
import importlib.util
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from time import process_time

import numpy as np
from flows import ADD, BOOKS, CANCEL, LEVELS, QUOTERS, Stream, mixed, stream

from market.books.layout import FILL, MESSAGE, MessageKind
from market.books.order_book import Books

Timed = Callable[[], tuple[float, object]]  # seconds of processor time, and what came of it
SOURCE, BASE = Path(__file__).with_name("book.cpp"), 10_000 - LEVELS // 2


def ours_mixed(messages: np.ndarray) -> Timed:
    """Return a run of the market's books, whose pages an earlier day has touched, as C++ touches its own."""
    issued = int((messages["kind"] == MessageKind.LIMIT).sum())

    def run() -> tuple[float, object]:
        books = Books(BOOKS, LEVELS, QUOTERS, pool=len(messages), fill_buffer=len(messages))
        for day in range(2):
            books.clear()
            books.new_ids(issued)
            sent = messages.copy()
            sent["order_id"] += np.where(sent["order_id"] > 0, day * issued, 0)
            before = process_time()
            fills = books.send(sent)
            spent = process_time() - before
        fills["maker_id"] -= issued
        return spent, fills.tobytes()

    return run


def cpp_mixed(messages: np.ndarray) -> Timed | None:
    """Return a run of the C++ book, None without a compiler."""
    if shutil.which("g++") is None:
        return None
    library = Path(mkdtemp()) / "book.so"
    subprocess.run(["g++", "-O3", "-march=native", "-std=c++17", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
    cpp = ctypes.CDLL(str(library))
    cpp.make.restype, cpp.process.restype = ctypes.c_void_p, ctypes.c_int64

    def run() -> tuple[float, object]:
        sent, fills = messages.copy(), np.zeros(4 * len(messages), FILL)
        book = ctypes.c_void_p(cpp.make(BOOKS, LEVELS, ctypes.c_int64(int(messages["order_id"].max())), len(messages)))
        before = process_time()
        n = cpp.process(
            book, ctypes.c_void_p(sent.ctypes.data), ctypes.c_int64(len(sent)), ctypes.c_void_p(fills.ctypes.data)
        )
        spent = process_time() - before
        cpp.drop(book)
        return spent, fills[:n].tobytes()

    return run


def against_cpp(n: int, repeats: int) -> dict[str, list[float]]:
    """Return seconds a message of both, taken in turns, after both gave the same fills to the byte."""
    messages = mixed(n, seed=1)
    runs = {"this project": ours_mixed(messages), "C++": cpp_mixed(messages)}
    return in_turns({name: run for name, run in runs.items() if run is not None}, n, repeats)


def ours_stream(flow: Stream) -> Timed:
    """Return a run of one book, fed in one batch."""
    kinds = {ADD: MessageKind.LIMIT, CANCEL: MessageKind.CANCEL}
    table = np.zeros(len(flow.messages), MESSAGE)
    kind, number, side, price, face = np.array(flow.messages).T
    table["kind"] = [kinds.get(k, MessageKind.IOC) for k in kind.tolist()]
    table["side"], table["level"], table["face"], table["order_id"] = side < 0, price - BASE, face, number + 2
    table["level"] = np.clip(table["level"], 0, LEVELS - 1)

    def run() -> tuple[float, object]:
        books, sent = Books(1, LEVELS, QUOTERS, self_trade=0), table.copy()
        books.new_ids(len(sent))
        before = process_time()
        fills = books.send(sent)
        return process_time() - before, (len(fills), int(fills["face"].sum()))

    return run


def rivals(flow: Stream) -> Iterator[tuple[str, Timed]]:
    """Yield runs of those books from PyPI that are installed, one call a message as they are made."""
    if importlib.util.find_spec("bourse"):
        yield "bourse (Rust)", lambda: _bourse(flow)
    if importlib.util.find_spec("limit_order_book"):
        yield "limit-order-book (C++)", lambda: _limit_order_book(flow)
    if importlib.util.find_spec("lightmatchingengine"):
        yield "lightmatchingengine", lambda: _light(flow)


def _bourse(flow: Stream) -> tuple[float, object]:
    from bourse.core import OrderBook

    book, ids = OrderBook(0, 1, True), {}
    before = process_time()
    for turn, (kind, number, side, price, face) in enumerate(flow.messages):
        book.set_time(turn)  # its priority in time
        if kind == CANCEL:
            book.cancel_order(ids[number])
        else:
            ids[number] = book.place_order(side == 1, face, 0, price=price)
    spent = process_time() - before
    return spent, (len(book.get_trades()), sum(int(trade[3]) for trade in book.get_trades()))


def _limit_order_book(flow: Stream) -> tuple[float, object]:
    from limit_order_book import LimitOrderBook

    book = LimitOrderBook()
    before = process_time()
    for kind, number, side, price, face in flow.messages:
        if kind == CANCEL:
            book.cancel(number)
        elif side == 1:
            book.limit_buy(number, face, price)
        else:
            book.limit_sell(number, face, price)
    return process_time() - before, None  # it does not tell its fills


def _light(flow: Stream) -> tuple[float, object]:
    from lightmatchingengine.lightmatchingengine import LightMatchingEngine, Side

    engine, ids = LightMatchingEngine(), {}
    before = process_time()
    for kind, number, side, price, face in flow.messages:
        if kind == CANCEL:
            engine.cancel_order(ids[number], "A")
            continue
        order, _ = engine.add_order("A", price, face, Side.BUY if side == 1 else Side.SELL)
        ids[number] = order.order_id
    return process_time() - before, None


def against_rivals(n: int, repeats: int) -> dict[str, list[float]]:
    """Return seconds a message of all, in turns; a book that tells its fills has to tell the right ones."""
    flow = stream(n, seed=42)
    runs = {"this project, in one batch": ours_stream(flow), **dict(rivals(flow))}
    return in_turns(runs, n, repeats, (flow.fills, flow.volume))


def in_turns(runs: dict[str, Timed], n: int, repeats: int, right: object = None) -> dict[str, list[float]]:
    """Time runs in turns, the first turn not counted; refuse one whose result differs from what is right."""
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(repeats + 1):
        for name, run in runs.items():
            seconds, result = run()
            right = result if right is None else right
            if result is not None and result != right:
                raise SystemExit(f"{name}: its fills are not those of the others")
            if turn:
                spent[name].append(seconds / n)
    return spent
