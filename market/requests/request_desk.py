"""The requests of a round: who is asked, what they answer, who wins, what losers learn, who asks again.

A request that finds no price inside its limit may be made again in the round (``retries``). By its urgency: without a
limit, the client asks everybody for the same face; with one it splits, and asks dealers drawn anew for half. After
that it gives up, and decides anew in its next round.

**Leakage**: a dealer that was asked and lost knows the side. It prices later requests of the day in the security as if
it had won a share ``leakage`` of that face, in all at most the largest trade (Duffie, Dworczak and Zhu 2017;
Hendershott and Madhavan 2015; both Journal of Finance). All requests of a round are one call of each kernel.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market import trading
from market.books.messages import Venue
from market.books.order_kernels import DEAREST
from market.draws.streams import fingerprint
from market.hearing import prices_of, refuse
from market.requests.relationships import Relationships
from market.requests.request_for_quote import Interest, award, choose_dealers, mark_pending
from market.requests.request_rules import number_asked
from market.roles import Answerer
from market.tables.recording import note_requests
from market.units import FACE_PER_MUSD, LARGEST_TRADE, Float, Int

Table = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of requests: who was asked, what each said, who won."""

    requests: Table  # of market.messages.ORDERS
    asked: Table  # of market.messages.ASKED
    price: Float  # by row of ``asked``, NaN declines
    found: Interest


class RequestDesk:
    """What the venue for requests remembers: relationships, what losers of the day have learnt, the last turn."""

    def __init__(self, market: Any) -> None:
        self.relationships = Relationships(market.premises.requests, market.streams)
        self.leaked: Int | None = None  # (accounts, S) face that losers expect to come, client's sign
        self.leaked_on: int | None = None
        self.last: Turn | None = None

    def learnt(self, market: Any) -> Int:
        """Return what dealers have learnt today (accounts, S)."""
        shape = len(market.identities), len(market.securities)
        if self.leaked is None or self.leaked_on != market.day or self.leaked.shape != shape:
            self.leaked, self.leaked_on = np.zeros(shape, np.int64), market.day
        return self.leaked


def answer(market: Any, dealers: list[Answerer], requests: Table) -> None:
    """Ask, award and trade; then let the refused ask again, as often as the rules say."""
    rules, first = market.premises.requests, requests
    for attempt in range(1 + rules.retries):
        refused = _ask(market, dealers, requests, attempt)
        if attempt == 0:
            unfilled = np.zeros(len(first), np.bool_)
            unfilled[refused] = True
            place = refused
        else:
            unfilled[place] = False
            place = place[refused]
            unfilled[place] = True
        if attempt == rules.retries or not len(refused):
            break
        requests = _again(requests.take(refused))
    market.tape.ask(first["owner"], first["face"], unfilled)


def _again(refused: Table) -> Table:
    """Return the requests made again: urgent ones whole, others half, in whole millions."""
    again = refused.copy()
    half = np.sign(again["face"]) * np.maximum(np.abs(again["face"]) // 2 // FACE_PER_MUSD, 1) * FACE_PER_MUSD
    smaller = np.where(np.abs(half) < np.abs(again["face"]), half, again["face"])
    again["face"] = np.where(np.isnan(again["limit"]), again["face"], smaller)
    return again


def _ask(market: Any, dealers: list[Answerer], requests: Table, attempt: int) -> Int:
    """Hold one turn of requests; return the places of those that were refused."""
    rows = np.concatenate([d.rows for d in dealers])  # type: ignore[attr-defined]
    desk, rules, urgent = market.request_desk, market.premises.requests, np.isnan(requests["limit"])
    number = number_asked(rules, market.premises.dealers_asked, requests["face"], urgent, len(rows))
    if attempt:
        number = np.where(urgent, len(rows), number)
    key = fingerprint(market.seed, "request", attempt) if attempt else fingerprint(market.seed, "request")
    weight = desk.relationships.of(rows, market.identities, market.day)
    who = market.identities, weight, market.identities[rows]
    asked = choose_dealers(key, market.clock, requests, *who, number)
    mark_pending(asked, len(rows), len(market.securities))
    if rules.leakage:
        asked["pending"] -= desk.learnt(market)[rows[asked["dealer"]], asked["security"]]
    price = _answers(market, dealers, asked)
    market.tape.hear(asked, price, market.middle, market.dv01)
    found = award(asked, price, requests["limit"], weight[asked["client"], asked["dealer"]])
    desk.last = Turn(requests, asked, price, found)
    done = found.winner >= 0
    winner = rows[asked["dealer"][found.winner[done]]]
    _trade(market, requests[done], winner, found.best[done])
    desk.relationships.reinforce(requests["owner"][done].astype(np.int64), winner)
    if rules.leakage:
        _leak(market, rows, asked, found.winner)
    if market.record.keeps("requests"):
        count = np.bincount(asked["request"], minlength=len(requests))
        dealer = np.full(len(requests), -1)
        dealer[done] = winner
        note_requests(market, requests, found, dealer, count, attempt)
    return np.flatnonzero(~done)


def _answers(market: Any, dealers: list[Answerer], asked: Table) -> Float:
    """Return what each dealer says to each row it was asked in; NaN declines."""
    price, view, first = np.full(len(asked), np.nan), market.last_view(), 0
    for dealer in dealers:
        last = first + len(dealer.rows)  # type: ignore[attr-defined]
        mine = np.flatnonzero((asked["dealer"] >= first) & (asked["dealer"] < last))
        if len(mine):
            own = asked.take(mine)
            own["member"] = own["dealer"] - first
            price[mine] = _prices(market, dealer, own, dealer.answer(own, view))
        first = last
    return price


def _prices(market: Any, dealer: Any, asked: Table, said: Any) -> Float:
    """Return the prices of a dealer; what is none declines, and is refused."""
    price = prices_of(market, dealer, said, asked.shape, "answers")
    outside = (price <= 0.0) | (price >= DEAREST)
    if not outside.any():
        return price
    for k in np.flatnonzero(outside).tolist():
        line = int(asked["security"][k]), float(price[k])
        refuse(market, dealer.called(int(asked["member"][k])), line, "price outside 0 to 200 points")
    return np.where(outside, np.nan, price)


def _leak(market: Any, rows: Int, asked: Table, winner: Int) -> None:
    """Let every dealer that was asked and did not win learn the side, up to one trade of the largest size."""
    lost = np.flatnonzero(winner[asked["request"]] != np.arange(len(asked)))
    learnt = market.request_desk.learnt(market)
    face = np.rint(market.premises.requests.leakage * asked["face"][lost]).astype(np.int64)
    np.add.at(learnt, (rows[asked["dealer"][lost]], asked["security"][lost]), face)
    np.clip(learnt, -LARGEST_TRADE, LARGEST_TRADE, out=learnt)


def _trade(market: Any, requests: Table, dealer: Int, price: Float) -> None:
    buys = requests["face"] > 0
    client = requests["owner"].astype(np.int64)
    parties = np.where(buys, client, dealer), np.where(buys, dealer, client)
    face, security = np.abs(requests["face"]), requests["security"].astype(np.int64)
    trading.agree(market, Venue.REQUEST, parties, security, trading.exact(price), face, np.where(buys, 1, -1))
