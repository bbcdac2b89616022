"""Liquidity trades: how many, when, in what and how large are drawn for a whole day; which way, only in their round.

Trades of a member come as a Poisson number in each round, in proportion to the turnover of what it usually holds and
to the pace of trading; when news changes the pace, the numbers of the rounds to come are read anew from the same draws.
In bills and floating rate notes, whose gaps are closed within days, each such trade is undone
(``agents.buyers.demand.BILL_SPEED``), and dealers pass on what they were awarded at auctions. Published volumes of
customers hold both: drawn here is half of what is left of them without the latter (``outward``).
Sizes are log-logistic around the usual ticket of a security, at most a quarter of what the member usually holds of it,
or a million: a guess.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.buyers.activity import BILLS_BN, FRN_BN
from agents.outlook import Lessons
from market.bonds.securities import Kind, Securities
from market.draws.sampling import choose, poisson
from market.units import FACE_PER_MUSD, Float, Int
from market.view import View

MOST_NEEDS = 40  # liquidity trades of one institution in a round
# Face that primary dealers were awarded, per business day from June 2023 to May 2024 (Fiscal Data, auctions).
DEALERS_AWARDS_BN = {Kind.BILL: 33.1, Kind.FRN: 0.46}
DRAWS = 3  # of a trade: which security, how large, which way
SPREAD, MEAN_SHIFT = 0.8, 0.32  # of the logarithm of a size, and what keeps its mean near one


@dataclass(frozen=True, slots=True)
class Needs:
    """Trades by round (J,): member, security, face, what is drawn of it a day in the mean, a draw in (0, 1)."""

    place: Int
    security: Int
    size: Float
    turnover: Float
    which_way: Float
    first: Int  # (rounds + 1,): where each round begins

    def of(self, number: int) -> "Needs":
        """Return the trades of one round."""
        here = slice(int(self.first[number]), int(self.first[number + 1]))
        who, what, size = self.place[here], self.security[here], self.size[here]
        return Needs(who, what, size, self.turnover[here], self.which_way[here], self.first)


def needs_of_day(investor: Any, view: View, today: Lessons, pace: float) -> Needs:
    """Draw the day's trades of an investor, or of all of a kind: each member by its own name."""
    per_day = pace * investor.activity * today.per_share * investor.benchmark / today.ticket
    per_day = per_day * outward(view.securities)
    totals = np.cumsum(np.atleast_2d(np.where(view.tradable & ~view.when_issued, per_day, 0.0)), axis=1)
    members, rounds = len(totals), view.rounds
    chance = np.atleast_2d(investor.uniform("needs", rounds, daily=True)).T  # by round, then member
    mean = np.broadcast_to(totals[:, -1] / rounds, chance.shape)
    count = poisson(np.ascontiguousarray(mean).ravel(), np.ascontiguousarray(chance).ravel(), MOST_NEEDS)
    slot = np.repeat(np.arange(members * rounds), count)
    number, place = np.divmod(slot, members)
    k = np.arange(len(slot)) - np.repeat(np.cumsum(count) - count, count)
    position = rounds + DRAWS * (MOST_NEEDS * number + k)
    which, how_large, which_way = (investor.uniform_at("needs", place, position + j, daily=True) for j in range(DRAWS))
    security = choose(totals, place, which)
    share = np.atleast_2d(investor.benchmark)[place, security]
    size = today.ticket[security] * np.exp(SPREAD * _logistic(how_large) - MEAN_SHIFT)
    size = np.minimum(size, np.maximum(0.25 * share * view.anticipated[security], FACE_PER_MUSD))
    active = np.atleast_2d(investor.activity)[place, 0]
    turnover = share * active * (today.per_share * outward(view.securities))[security]
    first = np.searchsorted(number, np.arange(rounds + 1))
    return Needs(place, security, size, turnover, which_way, first)


def outward(securities: Securities) -> Float:
    """Return the share of customers' turnover that is drawn here (S,): not the way back, nor what auctions bring."""
    drawn = np.ones(len(securities))
    for kind, turnover_bn in ((Kind.BILL, BILLS_BN), (Kind.FRN, FRN_BN)):
        drawn[securities.of(kind)] = 0.5 * (1.0 - DEALERS_AWARDS_BN[kind] / turnover_bn)
    return drawn


def _logistic(u: Float) -> Float:
    """Return a draw with unit variance and logistic tails."""
    return np.asarray(np.log(u / (1.0 - u)) * 0.5513288954217921)
