"""What the market asks of those who trade in it. It knows these roles and no class of agents.

A class plays every role whose method it has, those of the official sector (``OFFICIAL``) only if it is ``official``.
Shapes are (..., S) with the members in front for a kind that decides together.
"""

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from market.books.messages import Auction, Buyback, FactorLevels, LimitLevels, LimitUse, Quotes, Rollover
from market.news import News
from market.units import Float, Int
from market.view import PolicyRates, View


@runtime_checkable
class Listener(Protocol):
    """Hears the news of the round and changes its own valuation."""

    def hear(self, news: News, view: View) -> None:
        """Take in the news."""


@runtime_checkable
class Streamer(Protocol):
    """Streams indicative yields of all securities to its clients' platforms: their mean is the public composite."""

    def stream(self, view: View) -> Float:
        """Return yields in bp (..., S)."""


@runtime_checkable
class Quoter(Protocol):
    """Shows firm prices in the books each round."""

    def quote(self, view: View) -> Quotes:
        """Return bids and offers (..., S); face 0 shows nothing."""


@runtime_checkable
class Answerer(Protocol):
    """Answers requests for quote."""

    def answer(self, asked: NDArray[Any], view: View) -> Float:
        """Return one clean price in points per row of ``asked``; NaN declines."""


@runtime_checkable
class Decider(Protocol):
    """Sends orders and requests each round."""

    def decide(self, view: View) -> Any:
        """Return a table of ORDERS or any number of Order."""


@runtime_checkable
class Matcher(Protocol):
    """Lays off risk in the matching session of a round."""

    def match(self, view: View) -> Int:
        """Return the face it would buy (positive) or sell at the middle (..., S)."""


@runtime_checkable
class FuturesTrader(Protocol):
    """Trades Treasury futures."""

    def trade_futures(self, view: View) -> NDArray[Any]:
        """Return a table of SCHEDULES (``market.futures.call``); ``owner`` is the member."""


@runtime_checkable
class Leveraged(Protocol):
    """Holds more than it owns, and says what binds it."""

    def leverage(self) -> dict[str, Float]:
        """Return equity, securities, margin, the share that may stay, why, and forced sales (members,) each."""


@runtime_checkable
class Bidder(Protocol):
    """Bids at the Treasury's auctions."""

    def bid(self, auction: Auction, view: View) -> NDArray[Any]:
        """Return BIDS; ``bidder`` is the member."""


@runtime_checkable
class NoncompetitiveBidder(Protocol):
    """Takes whatever rate the auction sets."""

    def bid_noncompetitive(self, auction: Auction, view: View) -> NDArray[Any]:
        """Return NONCOMPETITIVE bids; ``bidder`` is the member."""


@runtime_checkable
class DirectBidder(Protocol):
    """Submits bids itself; who does not, and is no primary dealer, bids through one: an indirect bidder."""

    def direct_share(self, auction: Auction, view: View) -> Float:
        """Return the share of its competitive bids that it submits itself (members,)."""


@runtime_checkable
class Offeror(Protocol):
    """Offers into the Treasury's buybacks."""

    def offer(self, buyback: Buyback, view: View) -> tuple[Float, Int]:
        """Return clean prices in points and faces (..., S); face 0 offers nothing."""


@runtime_checkable
class RepoLender(Protocol):
    """Lends cash overnight."""

    def lend(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Return cents offered and the lowest rate in bp, (members,) each, given what each can pay with."""


@runtime_checkable
class ClearedLender(Protocol):
    """A repo lender of tri-party cash that lends part of it in the cleared segment; others lend there only."""

    def lend_cleared(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Return cents offered in the cleared call and the lowest rate in bp, (members,) each."""


@runtime_checkable
class Client(Protocol):
    """A repo borrower that borrows partly from dealers, uncleared; others borrow in the cleared segment only."""

    def sponsored_share(self) -> Float:
        """Return the share of what it borrows that is cleared (members,)."""


@runtime_checkable
class Intermediary(Protocol):
    """A dealer: it borrows in the tri-party and the cleared segment and lends to its clients."""

    def closed(self, view: View) -> Float:
        """Return the share of its repo book that it does without tonight (members,)."""

    def terms(self, view: View) -> tuple[Float, Float]:
        """Return the share of what it lacks that it borrows cleared, and bp over its funding for clients (members,)."""


@runtime_checkable
class RepoBorrower(Protocol):
    """Borrows cash overnight."""

    def borrow(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Return cents needed and the highest rate in bp, (members,) each, given what each can pay with."""


@runtime_checkable
class WindowBorrower(Protocol):
    """Borrows from the Fed at the discount rate when nobody else lends to it."""

    def borrow_at_window(self, cash_cents: Int, view: View) -> Int:
        """Return cents borrowed overnight (members,), given what each has after all other lending."""


@runtime_checkable
class DollarBorrower(Protocol):
    """Borrows dollars from the Fed against securities that it does not sell."""

    def raise_dollars(self, cash_cents: Int, view: View) -> Int:
        """Return cents borrowed overnight (members,)."""


@runtime_checkable
class FacilityUser(Protocol):
    """Places cash in the Fed's overnight reverse repo facility."""

    def place(self, cash_cents: Int, view: View) -> Int:
        """Return cents placed overnight (members,)."""


@runtime_checkable
class Owned(Protocol):
    """Has owners who add and withdraw money."""

    def subscriptions(self, cash_cents: Int, view: View) -> Int:
        """Return cents that its owners add today, withdrawals negative (members,)."""


@runtime_checkable
class Constrained(Protocol):
    """Has a limit on its positions."""

    def utilisation(self, view: View) -> Float:
        """Return the use of the binding limit (..., 1)."""


@runtime_checkable
class Limited(Protocol):
    """Tells the record what its limits cost it today."""

    def limits(self, view: View) -> LimitUse:
        """Return the use and the price of each limit, and how many requests it declined for each."""


@runtime_checkable
class Obliged(Protocol):
    """May have to trade, whatever it costs."""

    def must_trade(self) -> Float:
        """Return the face that it still must buy or sell (members,), a positive number."""


@runtime_checkable
class Delevered(Protocol):
    """May have to sell because its equity no longer carries what it holds."""

    def margin_sales(self) -> Int:
        """Return the face that it ordered to be sold today for that reason (members,), a positive number."""


@runtime_checkable
class OpenEnded(Protocol):
    """Has owners who may ask their money back, and sells for it."""

    def redemptions(self) -> tuple[Float, Float]:
        """Return $m asked back today (negative: brought) and face that was ordered to be sold for it (members,)."""


# ---- the official sector ------------------------------------------------------------------------
@runtime_checkable
class RateSetter(Protocol):
    """Sets the administered rates."""

    def rates(self, date: int) -> PolicyRates:
        """Return the rates of a day."""


@runtime_checkable
class Announcer(Protocol):
    """Announces auctions and buybacks on their days."""

    def announce(self, view: View) -> list[Auction | Buyback]:
        """Return what becomes public this morning."""


@runtime_checkable
class Spender(Protocol):
    """Spends and taxes."""

    def net_receipts(self, view: View, cash_cents: int) -> int:
        """Return the day's receipts less outlays in cents, apart from debt; ``cash_cents`` is in the account."""


@runtime_checkable
class LimitReporter(Protocol):
    """Publishes where the Treasury stands under the debt limit."""

    def limit_levels(self, view: View, cash_cents: int) -> LimitLevels | None:
        """Return the day's levels, given the cash at the close; None while no limit was reinstated."""


@runtime_checkable
class Reinvestor(Protocol):
    """Rolls maturing holdings over at auction, on top of the public offering."""

    def addon(self, auction: Auction, view: View) -> int:
        """Return the face of its non-competitive add-on."""


@runtime_checkable
class RolloverReporter(Protocol):
    """Tells what becomes of what it is repaid."""

    def rollovers(self, view: View) -> list[Rollover]:
        """Return what it is repaid this morning and what it rolled of that, by class."""


@runtime_checkable
class Withdrawer(Protocol):
    """Takes auctions of its calendar back, or puts them off."""

    def withdrawn(self) -> set[tuple[int, int]]:
        """Return the auctions (security, auction day) that the debt limit kept from being held on their days."""


@runtime_checkable
class FactorReporter(Protocol):
    """Knows the dated levels of the Fed's other assets and liabilities, which come from outside the market."""

    def factors(self, date: int) -> FactorLevels | None:
        """Return the levels to be met this morning, or None."""


@runtime_checkable
class OutrightDesk(Protocol):
    """Buys and sells outright on the Fed's account."""

    def operations(self, view: View, seen: Any) -> Iterator[Any]:
        """Yield the operations of this round (``market.outright.Outright``), each when the one before is held."""

    def choose(self, lines: NDArray[Any], operation: Any, view: View, fitted_bp: Float) -> Int:
        """Return the face accepted of each offer, or bid; ``fitted_bp`` is the curve that only the desk sees."""


@runtime_checkable
class OutrightBidder(Protocol):
    """Bids for what the Fed sells outright."""

    def bid_outright(self, terms: Buyback, view: View) -> tuple[Float, Int]:
        """Return clean prices in points and faces (..., S); face 0 bids nothing."""


@runtime_checkable
class Student(Protocol):
    """Studies the close on the official sector's behalf, and keeps what it learns to itself."""

    def study(self, traded_face: Int, view: View) -> None:
        """Take in the face that traded in each security (S,), which is in no view."""


@runtime_checkable
class CurveTaker(Protocol):
    """Quotes by the curve that judges offers, of the last close, and keeps it to itself."""

    def take_curve(self, fitted_bp: Float, view: View) -> None:
        """Take in fitted yields (S,), which are in no view."""


@runtime_checkable
class StandingBuyer(Protocol):
    """Rests bids of the Treasury, or of the Fed in its place, in the books (it is a Quoter too)."""

    @property
    def rows(self) -> Int:
        """Its row in the ledger."""

    def facility(self, view: View) -> Buyback:
        """Return today's terms in the form of an operation."""

    def fitted_price(self, security: Int, view: View) -> Float:
        """Return the clean price in points, on the curve it bids by, of securities by column."""


@runtime_checkable
class Evaluator(Protocol):
    """Decides on the offers of a buyback."""

    def accept(self, offers: NDArray[Any], buyback: Buyback, view: View, fitted_bp: Float) -> tuple[Int, Float]:
        """Return accepted face and score in bp by offer; ``fitted_bp`` is the curve that only the evaluator sees."""


OFFICIAL: tuple[type, ...] = (
    *(RateSetter, Announcer, Spender, LimitReporter, Reinvestor, RolloverReporter, Withdrawer, FactorReporter),
    *(OutrightDesk, Student, CurveTaker, StandingBuyer, Evaluator),
)  # for institutions that are ``official``
