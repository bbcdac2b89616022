"""An institution: a Mesa agent with an account, traits and random draws of its own.

``self`` is *one institution or all of a kind*. Every quantity has the members in front when there are several:

==================  ======  ===============  =======================
                    one     all n of a kind
==================  ======  ===============  =======================
``self.speed``      ()      (n, 1)           a trait
``self.position``   (S,)    (n, S)           face by security, $100
``self.normal(..)`` (k,)    (n, k)           own draws
==================  ======  ===============  =======================

so a rule written with numpy's broadcasting serves both. A class that says ``together = True`` promises that its methods
broadcast, and the market calls it once for all members; any other class is called member by member, as is a subclass
until it says otherwise. Rules never reduce over the members: who wants an aggregate reads it from the view.

Names without an underscore lead to nothing that is another's or that is not public yet: what is declared as trait or
memory is its own to write, every other array is a copy or refuses writes. ``self.model`` is the clock and what was
last shown (``market.floor``); the market itself is ``self._market``, for the institutions that are part of it.
"""

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar, Self, TypeVar

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.traits import KindTable, traits_of
from market.accounts.instruments import Money
from market.books.messages import Venue, wishes
from market.draws.streams import fingerprint
from market.units import CENTS_PER_MUSD, Float, Int, sealed

T = TypeVar("T")


class Institution(mesa.Agent):
    """One account holder, or (``together``) every holder of one kind."""

    together: ClassVar[bool] = False
    sector: ClassVar[str] = "other"  # the line of the balance sheets it is counted in
    account: ClassVar[str] = ""  # an account that exists already (the Treasury, the Fed)
    money: ClassVar[Money] = Money.DEPOSITS  # what it pays with
    owes: ClassVar[frozenset[Money]] = frozenset({Money.FUND_SHARES})  # money whose issuer it may be
    may_short: ClassVar[bool] = False  # whether it may borrow securities to deliver
    official: ClassVar[bool] = False  # whether it carries out public policy

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls.together = cls.__dict__.get("together", False)

    def __init__(self, model: Any, name: str | None = None, **traits: Any) -> None:
        kind = type(self)
        self._check(traits)
        if kind not in model.kinds:
            model.kinds[kind] = KindTable(kind, len(model.securities))
        table = model.kinds[kind]
        self._columns = table.columns
        self._at: Any = table.append()
        self._places: Any = self._at
        self._span: Any = self._at
        self.name = name or f"{kind.__name__}.{self._at}"
        for key, value in traits.items():
            setattr(self, key, value)
        self._row: Any = model.account_for(self)
        self._identity = sealed(np.array([fingerprint(self.name)], np.uint64))
        self._member = sealed(np.zeros(1, np.int64))
        self._of_day: tuple[int | None, dict[str, Any]] = (None, {})
        super().__init__(model)  # last: who cannot join is not in the market

    @classmethod
    def _check(cls, traits: Iterable[str]) -> None:
        """Refuse traits that the class does not have, and an account that is not its own."""
        known = traits_of(cls)
        for key in traits:
            if key not in known:
                near = "".join(f"; the nearest is {name!r}" for name in get_close_matches(key, known, n=1, cutoff=0.0))
                raise TypeError(f"{cls.__name__} has no trait {key!r}; it has {', '.join(known) or 'none'}{near}")
        if cls.account and not cls.official:
            raise ValueError(
                f"{cls.__name__}.account is {cls.account!r}, expected none: only who is `official` acts for an account "
                "that exists; any other has one of its own"
            )

    @property
    def model(self) -> Any:
        """What it may reach of the market it is in (``market.floor.Floor``)."""
        return self._market.floor

    @model.setter
    def model(self, market: Any) -> None:
        self._market = market

    @classmethod
    def all_of(cls, members: Sequence[Self]) -> Self:
        """Return one object that stands for all ``members``; it is no Mesa agent of its own."""
        places = [m._places for m in members]
        rows = [m._row for m in members]
        identity = np.concatenate([m._identity for m in members])
        return cls._standing_for(members[0], np.array(places), np.array(rows), identity, np.arange(len(members)))

    def some(self, mask: Any) -> Self:
        """Return one object for those members for whom ``mask`` (..., 1) holds; perhaps for none."""
        mask, shape = np.asarray(mask), (len(self._member), 1)
        return self._members_at(np.flatnonzero(mask if mask.shape == shape else np.broadcast_to(mask, shape)))

    def _members_at(self, chosen: Int) -> Self:
        """Return one object for the members at some places, ascending."""
        places = np.atleast_1d(self._places)
        return self._standing_for(self, places[chosen], self.rows[chosen], self._identity[chosen], self._member[chosen])

    @classmethod
    def _standing_for(cls, one: Self, places: Int, rows: Int, identity: NDArray[np.uint64], member: Int) -> Self:
        many = object.__new__(cls)
        many._market, many._columns, many.name = one._market, one._columns, cls.__name__
        many._stand_at(places)
        many._row, many._identity, many._member = sealed(rows), sealed(identity), sealed(member)
        many._of_day = (None, {})
        return many

    def _stand_at(self, places: Int) -> None:
        """Read and write the columns at these places."""
        self._places, self._span = places, _span(places)
        self._at = (self._span, None)

    # ---- what it owns ---------------------------------------------------------------------------
    @property
    def alone(self) -> bool:
        """Whether this object is a single institution."""
        return not isinstance(self._at, tuple)

    @property
    def row(self) -> Any:
        """Its row in the ledger; rows (n,) of all of a kind."""
        return self._row

    @property
    def rows(self) -> Int:
        """Its rows in the ledger (n,)."""
        return self._row if isinstance(self._row, np.ndarray) else sealed(np.array([self._row], np.int64))

    @property
    def identity(self) -> NDArray[np.uint64]:
        """What its draws belong to (n,)."""
        return self._identity

    @property
    def member(self) -> Int:
        """The number of each member among those asked together (n,)."""
        return self._member

    @property
    def position(self) -> Int:
        """Face by security on trade date ($100 units), a copy."""
        held: Int = self._market.ledger.position(self.rows)
        return held[0] if self.alone else held

    def held(self, place: Int, security: Int) -> Int:
        """Return the face that members have of securities on trade date, in pairs (J,)."""
        held: Int = self._market.ledger.position_in(self.rows[place], security)
        return held

    @property
    def cash_musd(self) -> Float:
        """What it can pay with, in million dollars, before what is due of its trades: () or (n, 1)."""
        cents = self._market.ledger.cash(self.rows)[:, None] / CENTS_PER_MUSD
        return np.asarray(cents[0, 0] if self.alone else cents)

    @property
    def buffer_cents(self) -> Int:
        """The cash that it keeps (its trait ``cash_buffer``, which classes with cash to manage declare), (members,)."""
        musd = np.asarray(self.cash_buffer, np.float64).reshape(-1)
        return np.rint(musd * CENTS_PER_MUSD).astype(np.int64)

    def called(self, place: int) -> str:
        """Return the name under which what a member does is noted."""
        return self.name

    def declares(self, name: str) -> bool:
        """Tell whether its class has a trait or memory of this name."""
        return name in self._columns

    # ---- what it knows all day ------------------------------------------------------------------
    def daily(self, name: str, make: Callable[[], T]) -> T:
        """Return what ``make`` made when it was first asked for under this name today."""
        day, known = self._of_day
        if day != self._market.day:
            known = {}
            self._of_day = self._market.day, known
        if name not in known:
            known[name] = make()
        made: T = known[name]
        return made

    def uses(self, name: str) -> bool:
        """Tell whether a trait is anything but 0 in any member; looked at once a day."""
        return self.daily(f"uses {name}", lambda: bool(np.any(getattr(self, name))))

    # ---- what it wants --------------------------------------------------------------------------
    def want(self, face: NDArray[Any], limit: Any = np.nan, venue: Venue = Venue.REQUEST) -> NDArray[Any]:
        """Return a table of orders: face to buy (positive) or sell, shape (..., S), with limits in points."""
        table = wishes(np.asarray(face, np.int64), np.asarray(limit, np.float64), venue)
        table["owner"] = self._member[table["owner"]]
        return table

    # ---- what it draws --------------------------------------------------------------------------
    def normal(self, purpose: str, n: int = 1, daily: bool = False) -> Float:
        """Standard normals that belong to (purpose, institution, round or day)."""
        moment = self._market.day if daily else self._market.clock
        return self._shaped(self._market.streams.normal(purpose, self._identity, moment, n))

    def uniform(self, purpose: str, n: int = 1, daily: bool = False) -> Float:
        """Uniforms in (0, 1) that belong to (purpose, institution, round or day)."""
        moment = self._market.day if daily else self._market.clock
        return self._shaped(self._market.streams.uniform(purpose, self._identity, moment, n))

    def uniform_at(self, purpose: str, place: Int, position: Int, daily: bool = False) -> Float:
        """Draws of this round or day for pairs (J,) of a member and a position: ``uniform(...)[place, position]``."""
        moment = self._market.day if daily else self._market.clock
        draws: Float = self._market.streams.uniform_at(purpose, self._identity[place], moment, position)
        return draws

    @property
    def rng(self) -> np.random.Generator:
        """This institution's own generator, fresh each round; Mesa's shared one is never used."""
        generator: np.random.Generator = self._market.streams.generator("own", self.name, self._market.clock)
        return generator

    @property
    def random(self) -> Any:
        """Refuse Mesa's shared stdlib stream: it would tie every institution's draws together."""
        raise AttributeError("use self.rng, self.normal or self.uniform: draws belong to one institution")

    def _shaped(self, draws: Float) -> Float:
        return draws[0] if self.alone else draws


def _span(index: Int) -> Any:
    """Return a slice where the index is consecutive: reading is then a view, not a copy."""
    n = len(index)
    follows = n > 0 and index[-1] - index[0] == n - 1 and bool(np.all(index[1:] > index[:-1]))
    return slice(int(index[0]), int(index[0]) + n) if follows else index
