"""What tests of the books share: messages, books with a random flow, invariants, and references with a planted bug."""

import book_reference as reference
import numpy as np

from market.books import layout
from market.books.layout import MESSAGE, Side
from market.books.order_book import Books

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


# --- planted bugs ---


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
