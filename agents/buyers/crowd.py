"""Investors of several kinds that decide as one: what they have in common is done once, what differs kind by kind.

A crowd is an investor whose members are those of its kinds, and it decides as any investor does. What its kinds share,
from liquidity trades to the lots of a rebalance, is one call for all of them; what a kind may have a rule of its own
for (``ASKED``) is asked of each. A kind that overrides anything else of how investors decide is left out, and decides
by itself; so does a single institution. The bits are those of kinds that decide one after another.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from agents.buyers.investor import Investor, Pairs
from agents.traits import Columns, side_by_side, traits_of
from market.units import Bool, Float, Int
from market.view import View

WISHES = frozenset({"wish", "wish_at", "demand", "claim", "remember"})
ASKED = WISHES | {"prepare", "besides"}
# What investors do besides deciding; a kind's own way of it does not matter here.
ELSEWHERE = frozenset({"hear", "bid", "bid_noncompetitive", "direct_share", "offer", "subscriptions"})
COMMON = tuple(traits_of(Investor))
SHARED = {name for name in dir(Investor) if not name.startswith("__")} - ELSEWHERE - set(COMMON)


def overrides(kind: type) -> set[str]:
    """Return the names of what a kind of investor does in a way of its own, of what matters here."""
    own = (vars(one) for one in kind.__mro__ if one not in Investor.__mro__)
    named = {name for members in own for name in SHARED & members.keys()}
    return {name for name in named if callable(getattr(kind, name)) or isinstance(getattr(kind, name), property)}


def convene(deciders: Sequence[Any]) -> list[Any]:
    """Return whom to ask for orders: kinds of investors that decide alike as one crowd, everybody else as given."""
    several = [one for one in deciders if isinstance(one, Investor) and not one.alone]
    own = {id(one): overrides(type(one)) for one in several}
    similar = [one for one in several if own[id(one)] <= ASKED]
    if len(similar) < 2:
        return list(deciders)
    plain = [one for one in similar if not own[id(one)] & WISHES]
    crowd = Crowd.of([*plain, *(one for one in similar if one not in plain)], len(plain))
    return [*(one for one in deciders if one not in similar), crowd]


class Crowd(Investor):
    """Several kinds of investors; the members of the first ``plain`` kinds wish for what any investor does."""

    kinds: Sequence[Investor]
    ends: Sequence[int]  # where the members of each kind end
    plain: int
    _beside: Columns | None = None

    @classmethod
    def of(cls, kinds: Sequence[Investor], plain: int) -> Self:
        """Return one object that stands for all members of several kinds; their columns then lie side by side."""
        rows, identity = (np.concatenate([getattr(kind, name) for kind in kinds]) for name in ("rows", "identity"))
        crowd = cls._standing_for(kinds[0], np.arange(len(rows)), rows, identity, np.arange(len(rows)))
        crowd._take(kinds, plain, np.concatenate([kind.shorts for kind in kinds]))
        crowd._settle()
        return crowd

    def _members_at(self, chosen: Int) -> Self:
        """Return a crowd of the members at some places, ascending."""
        few, starts = super()._members_at(chosen), [0, *self.ends]
        bounds = np.searchsorted(chosen, starts)
        asked = [n for n in range(len(self.kinds)) if bounds[n] < bounds[n + 1]]
        kinds = [self.kinds[n]._members_at(chosen[bounds[n] : bounds[n + 1]] - starts[n]) for n in asked]
        few._take(kinds, sum(n < self.plain for n in asked), self._shorts[chosen])
        return few

    def _take(self, kinds: Sequence[Investor], plain: int, shorts: Bool) -> None:
        self.kinds, self.plain, self._shorts = kinds, plain, shorts
        self.ends = list(accumulate(len(kind.member) for kind in kinds))

    def _settle(self) -> None:
        """Read and write the columns that the kinds read and write, wherever they lie."""
        tables = [self._market.kinds[type(kind)] for kind in self.kinds]
        columns = side_by_side(list(dict.fromkeys(tables)), COMMON)
        if columns is not self._beside:
            firsts = [columns.first[table] for table in tables]
            places = [first + kind._places for first, kind in zip(firsts, self.kinds, strict=True)]
            self._beside, self._columns = columns, columns.values
            self._stand_at(np.concatenate(places))

    @property
    def shorts(self) -> Bool:
        """Return who may borrow securities to deliver (members,)."""
        return self._shorts

    def called(self, place: int) -> str:
        """Return the name of the kind of a member."""
        return self.kinds[int(np.searchsorted(self.ends, place, side="right"))].name

    # ---- what is asked of each kind --------------------------------------------------------------
    def prepare(self, view: View) -> None:
        """Let each kind do what comes before its orders; what any investor does then, it does once a day."""
        self.daily("prepared", lambda: self._prepare(view, own_way=False))
        self._prepare(view, own_way=True)
        self._settle()

    def _prepare(self, view: View, own_way: bool) -> None:
        """Let those kinds prepare that have a way of their own, or the others."""
        for kind in self.kinds:
            if (type(kind).prepare is not Investor.prepare) == own_way:
                kind.prepare(view)

    def wish(self, view: View, level_bp: Float, residual_bp: Float) -> Float:
        """Return the face that members want of each security (members, S)."""
        return self._by_rule(lambda who, mine: who.wish(view, level_bp[mine], residual_bp[mine]))

    def wish_at(self, view: View, pairs: Pairs, anticipated: Any, level_bp: Float, residual_bp: Float) -> Float:
        """Return the face wanted of a supply, in pairs of member and security (J,), members ascending."""
        place, security = pairs

        def ask(who: Investor, members: slice) -> Float:
            mine = slice(*np.searchsorted(place, (members.start, members.stop)))
            theirs = place[mine] - members.start, security[mine]
            return who.wish_at(view, theirs, anticipated, level_bp[mine], residual_bp[mine])

        return self._by_rule(ask)

    def remember(self, view: View) -> None:
        """Let each kind remember what it saw."""
        for kind in self.kinds[self.plain :]:
            kind.remember(view)

    def besides(self, view: View) -> list[NDArray[Any]]:
        """Return the further orders of each kind."""
        tables = []
        for kind, end in zip(self.kinds, self.ends, strict=True):
            for table in kind.besides(view):
                table["owner"] += end - len(kind.member)
                tables.append(table)
        return tables

    def _by_rule(self, ask: Callable[[Investor, slice], Float]) -> Float:
        """Return what those who share a rule say of their members, one after another."""
        return np.concatenate([ask(who, members) for who, members in self._rules()])

    def _rules(self) -> list[tuple[Investor, slice]]:
        """Return who shares a rule, and where the members are: all of the plain kinds, then kind by kind."""
        first = self.ends[self.plain - 1] if self.plain else 0
        mine = self._places[:first], self.rows[:first], self._identity[:first], self._member[:first]
        parts: list[tuple[Investor, slice]] = [(Investor._standing_for(self, *mine), slice(0, first))] if first else []
        for kind, end in zip(self.kinds[self.plain :], self.ends[self.plain :], strict=True):
            parts.append((kind, slice(end - len(kind.member), end)))
        return parts
