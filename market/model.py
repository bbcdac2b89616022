"""The market: a Mesa model whose step is one business day. It holds the state; the acts of the day do the work.

Days are counted from the start of the run's clock, day 0 being the first date; days of the burn-in are negative and all
lived on the first day's date. One truth each: what is owned, owed and lent stands in the ledger; orders in the books;
trades that are not settled in ``unsettled`` (their sums are the ledger's ``due``); parameters and memories of
institutions in their columns.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from traceback import walk_tb
from types import MappingProxyType
from typing import Any, TypeVar

import mesa
import numpy as np
from numpy.typing import NDArray

from market.accounts.clearing import Clearing
from market.accounts.flow_table import FlowTable
from market.accounts.instruments import FED, N_MONEY, TREASURY, Money
from market.accounts.ledger import Ledger
from market.auctions.known_buybacks import Filled
from market.bonds import bond_arithmetic
from market.bonds.securities import as_published
from market.books.all_to_all import AllToAll
from market.books.ladder import Ladder
from market.books.ladder_kernels import best_prices
from market.books.messages import LOANS, ORDERS, Auction, Buyback, Rejection
from market.books.order_book import Books
from market.calendar import next_business_day
from market.daily_cycle import agenda
from market.draws.streams import Streams, fingerprint
from market.floor import Floor
from market.futures.exchange import FuturesMarket
from market.means import held_to_means, may_owe
from market.news import Newswire
from market.premises import Premises
from market.requests.relationships import Relationships
from market.requests.request_desk import RequestDesk
from market.roles import OFFICIAL, Decider
from market.tables.record import Record
from market.tables.tape import Tape
from market.units import POINT_E8, Bool, Float, Int, sealed, to_date
from market.view import PolicyRates, View

Role = TypeVar("Role")
PUBLIC_COLUMNS = (
    *("tradable", "on_the_run", "rank", "years", "anticipated", "reference_bp", "reference_price"),
    *("dv01", "convexity", "composite_bp", "book_flow", "when_issued"),
)


@lru_cache(maxsize=4096)
def _following(day: int) -> int:
    """Return the next business day."""
    return int(next_business_day(day))


class TreasuryMarket(mesa.Model):
    """Securities, books, ledger and clock; institutions join by being created with this model."""

    def __init__(self, premises: Premises, rng: int = 1, record: Record | None = None) -> None:
        super().__init__(rng=rng)
        self.premises, self.seed, self.floor = premises, int(rng), Floor(self)
        s = self.securities = premises.securities
        n, self.rounds = len(s), premises.rounds
        self.streams, self.ledger = Streams(self.seed), Ledger(n, premises.accounts)
        self.books = Books(n, premises.n_levels, premises.quoters)
        self.record, self.tape = record or Record(), Tape(n)
        self.newswire = self._newswire()
        self.kinds: dict[type, Any] = {}
        self._roles: dict[tuple[type, type], bool] = {}
        self.banks: list[int] = []
        self.day, self.round = -premises.burn_in, 0
        self.date = self.last_date = premises.start_date
        self.shocks: tuple[Any, ...] = ()
        self.staying_away: Int = np.zeros(0, np.int64)  # from auctions today, by account; empty: nobody does
        self.nudge_ticks = 0  # by which the next bid shown is moved (market.nudge)
        self.convene: Callable[[Sequence[Any]], list[Any]] = list  # who decides as one; agents give it its meaning
        self.after_auction: tuple[Callable[[Any, Auction, float, View], None], ...] = ()  # agents keep what they won
        self.outlook: Any = None  # what institutions know by trade; agents give it its meaning
        self.extras: dict[str, float] = {}
        self.futures: FuturesMarket | None = None  # where futures are traded
        self._no_prices_yet(n)
        self._no_money_yet(n)
        self._no_business_yet(n)

    def _no_prices_yet(self, n: int) -> None:
        """Start what is known of each security, before the first morning."""
        s, premises = self.securities, self.premises
        self.coupon_e3 = s.coupon_e3.copy()  # with a provisional coupon before the first auction
        self.issue_day: Int = s.first_issue_day.copy()
        self.when_issued: Bool = np.zeros(n, np.bool_)  # announced, trading, its first auction yet to come or of today
        self.auctioned: Bool = premises.outstanding > 0
        self.announced = self.auctioned.copy()
        self.publish_securities()
        self.anticipated: Int = premises.outstanding - premises.soma
        self.tradable: Bool = np.zeros(n, np.bool_)
        self.on_the_run: Bool = np.zeros(n, np.bool_)
        self.rank: Int = np.full(n, -1)
        self.settle_day: Int = np.zeros(n, np.int64)
        self.index_e5: Int = np.full(n, 10**5)
        self.accrued_e8: Int = np.zeros(n, np.int64)
        self.years: Float = np.zeros(n)
        self.composite_bp: Float = np.full(n, np.nan)
        self.reference_bp = self.reference_price = self.dv01 = self.convexity = self.middle = np.zeros(n)
        self.rising: Bool = np.zeros(n, np.bool_)
        self.residual_bp: Float = np.full(n, np.nan)
        self.noise_bp = np.nan
        self.ladder: Ladder

    def _no_money_yet(self, n: int) -> None:
        """Start rates, loans and operations, before the first morning."""
        self.rates = PolicyRates(0.0, 0.0, 0.0, 0.0, 0.0)
        self.floating_rate_bp = 0.0
        self.sofr_bp = np.nan
        self.special_bp: Float = np.zeros(n)
        self.lending_fee_cents = self.fails_charge_cents = 0  # tonight
        self.loans: NDArray[Any] = np.zeros(0, LOANS)
        self.repaid: NDArray[Any] = self.loans  # this morning
        self.withdrawn_cents: Int = np.zeros(0, np.int64)  # of repo, by account: this evening
        self.usual_repo_cents = 0  # of dealers in the evening, by habit
        self.reverse_repo_rate_e4 = 0  # of what is placed at the Fed; nothing accrues in the burn-in
        self.auctions: list[Auction] = []
        self.withdrawn: set[tuple[int, int]] = set()  # auctions by security and day, not held: the debt limit
        self.buybacks: list[Buyback] = []
        self.bought_face = self.bought_cents = self.bought_cents_before = 0  # today; and the day before
        self.fills: dict[str, Filled] = {}  # of buybacks so far, by bucket, as published

    def _no_business_yet(self, n: int) -> None:
        """Start what a day collects: orders, trades not settled, refusals, flows."""
        self.unsettled: list[NDArray[Any]] = []
        self.requests = self.book_orders = np.zeros(0, ORDERS)
        self.request_desk, self.all_to_all = RequestDesk(self), AllToAll(self.premises.all_to_all, n)
        self.clearing = Clearing(self.premises.clearing)
        self.rejections: dict[str, list[Rejection]] = {}
        self._seen: View | None = None
        self._columns_seen: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
        self.flows = FlowTable(self.ledger)
        self.flows_before: Int | None = None
        self.checks = 0
        self.book_flow: Int = np.zeros(n, np.int64)
        self.messages_before = 0
        self._slots: dict[int, int] = {}
        self._treasury_cash = 0

    def live_on(self, premises: Premises) -> None:
        """Take other premises of the same securities and calendar, before the clock starts."""
        self.premises = premises
        self.newswire = self._newswire()

    def _newswire(self) -> Newswire:
        """Return where news comes from."""
        given = self.premises
        return Newswire(
            self.streams,
            given.covariance_bp,
            scale=given.news_scale,
            private_share=given.private_share,
            degrees_of_freedom=given.degrees_of_freedom,
            dated=given.dated_news,
        )

    # ---- time ------------------------------------------------------------------------------------
    @property
    def clock(self) -> int:
        """Rounds since the clock of the run started; negative in the burn-in."""
        return self.day * self.rounds + self.round

    @property
    def settle_date(self) -> int:
        """When an ordinary trade of today settles, as a day number."""
        return _following(self.date)

    @property
    def burning_in(self) -> bool:
        """Whether the clock of the run has not started yet."""
        return self.day < 0

    def moments(self) -> Iterator[str]:
        """Live through one business day, act by act; between acts anyone may look, and a notebook may stop."""
        self.last_date = self.date
        if not self.burning_in:
            if self.day >= len(self.premises.dates):
                raise ValueError(f"day {self.day} lies beyond the calendar of {len(self.premises.dates)} days")
            self.date = int(self.premises.dates[self.day])
        self._treasury_cash = int(self.ledger.balance[TREASURY, Money.TREASURY_CASH])
        self._gather()
        for number, act in agenda(self.rounds):
            self.round = number
            try:
                act(self)
            except Exception as error:
                moment = f"on {to_date(self.date)} (day {self.day}), round {self.round}, in {act.__name__}"
                error.add_note(moment + self._asked_whom(error))
                raise
            yield act.__name__
        self.day += 1

    def step(self) -> None:
        """Run one business day."""
        for _ in self.moments():
            pass

    def anchor(self) -> None:
        """Let the published prices of the first day be the usual ones, given the inventories that the burn-in left."""
        if self.premises.anchored and self.outlook is not None and np.isfinite(self.composite_bp).any():
            published = self.premises.price_e8 / POINT_E8
            yields = bond_arithmetic.yields(
                self.securities, np.where(published > 0, published, np.nan), self.settle_date
            )
            self.outlook.anchor(self.composite_bp - yields)

    def _asked_whom(self, error: Exception) -> str:
        """Return who was asked when an error arose, for a note; nothing if nobody was."""
        for frame, _ in walk_tb(error.__traceback__):
            names = frame.f_code.co_varnames[:1]
            who = frame.f_locals.get(names[0]) if names else None
            if type(who) in self.kinds:
                return f", asked {getattr(who, 'name', '')}"
        return ""

    # ---- who is here -----------------------------------------------------------------------------
    def account_for(self, institution: Any) -> int:
        """Open the account of an institution that joins, or find the one that exists."""
        if institution.account:
            return self.ledger.row_of(institution.account)
        pays_with = institution.money
        bank = None
        if pays_with == Money.DEPOSITS and self.banks:
            bank = self.banks[fingerprint("bank", institution.name) % len(self.banks)]
        row = self.ledger.open(institution.name, pays_with, bank, may_owe(self, institution))
        if pays_with == Money.RESERVES:
            self.banks.append(row)
        return row

    def regather(self) -> None:
        """Count who is here anew within a day, after somebody left or joined."""
        self._gather()

    def _gather(self) -> None:
        """Each morning: one participant per kind that decides together, one per agent otherwise."""
        self.participants: list[Any] = []
        for kind, agents in self.agents_by_type.items():
            members = list(agents)
            if members:
                together = kind.together and not self.premises.one_by_one
                self.participants += [kind.all_of(members)] if together else members
        self.identities = np.array([fingerprint(name) for name in self.ledger.names], np.uint64)
        self.sectors = np.full(len(self.ledger), "", object)
        self.may_short = np.zeros(len(self.ledger), np.bool_)
        for participant in self.participants:
            self.sectors[participant.rows] = participant.sector
            self.may_short[participant.rows] = participant.may_short
        self.alone, self.own_cash = held_to_means(self)
        self._playing: dict[type, list[Any]] = {}
        self._deciders: list[Any] | None = None

    def playing(self, role: type[Role]) -> list[Role]:
        """Return those who can play a role, in order of arrival in the market."""
        if role not in self._playing:
            self._playing[role] = [p for p in self.participants if self.plays(p, role)]
        return self._playing[role]

    def deciders(self) -> list[Any]:
        """Return who is asked for orders; several participants may decide as one."""
        if self._deciders is None:
            self._deciders = self.convene(self.playing(Decider))
        return self._deciders

    def plays(self, participant: Any, role: type) -> bool:
        """Tell whether a participant has the methods of a role; its class decides, and is asked once.

        Roles of the official sector, which see what nobody else may, are for those who carry out public policy.
        """
        key = type(participant), role
        if key not in self._roles:
            may = role not in OFFICIAL or participant.official
            self._roles[key] = may and isinstance(participant, role)
        return self._roles[key]

    def slots(self, rows: Int) -> Int:
        """Return the fixed numbers under which these accounts quote."""
        for row in rows.tolist():
            self._slots.setdefault(row, len(self._slots))
        return np.array([self._slots[row] for row in rows.tolist()])

    @property
    def relationships(self) -> Relationships:
        """Who knows which dealer how well."""
        return self.request_desk.relationships

    # ---- what they see ---------------------------------------------------------------------------
    @property
    def outstanding(self) -> Int:
        """Face outstanding by security."""
        return -np.asarray(self.ledger.balance[TREASURY, N_MONEY:])

    @property
    def treasury_cash_at_close(self) -> int:
        """Cents in the Treasury's account at the close of the day before."""
        return self._treasury_cash

    @property
    def soma(self) -> Int:
        """Face owned by the Fed by security."""
        return np.asarray(self.ledger.balance[FED, N_MONEY:]) + self.ledger.lent[FED, N_MONEY:]

    def last_view(self) -> View:
        """Return the last view, for an act before which nothing public has changed since."""
        return self._seen or self.view()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the last view and who decides as one out of a pickle; both are made anew."""
        return {**self.__dict__, "_seen": None, "_columns_seen": {}, "_deciders": None}

    def view(self) -> View:
        """Return what is public now."""
        levels, (bid, ask) = self.ladder, np.empty((2, len(self.securities)))
        best_prices(self.books.bid, self.books.ask, levels.base, levels.tick, self.books.n_levels, bid, ask)
        self._seen = View(
            day=self.day,
            date=self.date,
            round=self.round,
            rounds=self.rounds,
            settle_date=self.settle_date,
            securities=self.listed,
            outstanding=sealed(self.outstanding),
            soma=sealed(self.soma),
            bid=sealed(bid),
            ask=sealed(ask),
            tick=self._public("tick", levels.tick),
            rates=self.rates,
            auctions=tuple(self.auctions),
            buybacks=tuple(self.buybacks),
            funding_bp=self.sofr_bp,
            extras=MappingProxyType(self.extras),
            fills=MappingProxyType(self.fills),
            client_books=self.all_to_all.seen(self),
            futures=None if self.futures is None else self.futures.board,
            **{name: self._public(name, getattr(self, name)) for name in PUBLIC_COLUMNS},
        )
        return self._seen

    def _public(self, name: str, column: NDArray[Any]) -> NDArray[Any]:
        """Return a copy of a column for everybody to see: the same object while the column is the same object."""
        known = self._columns_seen.get(name)
        if known is None or known[0] is not column:
            known = self._columns_seen[name] = (column, sealed(column.copy()))
        return known[1]

    def publish_securities(self) -> None:
        """Let everybody see what is public of the securities now: after announcements, and when a coupon is set."""
        self.listed = as_published(self.securities, self.announced)
