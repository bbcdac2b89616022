"""A null model: everybody who is not official sends random orders within limits (Gode and Sunder 1993).

Dealers stream and quote around the last composite with random errors, whatever they hold, take what a book offers
beyond their half-spread from that, and wish random faces in the matching session; trading firms quote around the
composite with random errors and wish random faces, however the market moves. Investors trade for liquidity, buying and
selling with even chances, and never rebalance. Everybody keeps within budgets: dealers refuse what raises a full limit,
trading firms are flat by the close, nobody else sells what it has not, limits lie near the composite. Bids at auctions,
offers into buybacks and money are as ever, and so are asset managers and basis funds where a scenario trades futures.
What such a market shows follows from institutions and budgets, not from what anybody thinks.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.bidding import whole
from agents.buyers.bank import Bank
from agents.buyers.bond_fund import BondFund
from agents.buyers.forced_trades import carry_out
from agents.buyers.foreign_official import ForeignOfficial
from agents.buyers.foreign_private import ForeignPrivate
from agents.buyers.household import Household
from agents.buyers.insurer import Insurer
from agents.buyers.investor import Investor, Pick
from agents.buyers.money_fund import MoneyFund
from agents.buyers.pension import Pension
from agents.buyers.state_local import StateLocal
from agents.dealers.primary_dealer import PrimaryDealer
from agents.dealers.principal_trader import LAST_ROUNDS, PrincipalTrader
from agents.hedge_funds.hedge_fund import HedgeFund
from agents.nulls.unmoved import unmoved
from agents.traits import trait
from market.books.messages import ORDERS, Quotes, stacked
from market.news import News
from market.units import FACE_PER_MUSD, Float, Int
from market.view import View

ERROR_BP = 1.0  # of a random stream, by dealer, security and round
ERROR_TICKS = 2.0  # of a random firm's quotes, either way: a guess
MOST_WISHED = 25 * FACE_PER_MUSD  # of a dealer in an issue on the run, either way: a guess, a usual ticket


class RandomDealer(PrimaryDealer):
    """A dealer that streams the last composite and an error."""

    together = True

    shadow_slope = trait(0.0, "bp a year", (0, 1e6), "a null: no limit has a price")
    var_slope = trait(0.0, "-", (0, 1e4), "a null: no limit has a price")

    def hear(self, news: News, view: View) -> None:
        """Learn nothing."""

    def stream(self, view: View) -> Float:
        """State the last composite and an error."""
        today = self._market.outlook.on(view)
        state = unmoved(self._look(view, today))
        self.state = replace(state, excess=np.zeros_like(state.excess))
        last = np.where(np.isfinite(view.composite_bp), view.composite_bp, today.prior_bp)
        self.centre = self.reservation = last + ERROR_BP * self.normal("random stream", len(view.securities))
        return self.centre

    def match(self, view: View) -> Int:
        """Wish a random face of each issue on the run, but none that raises a full limit."""
        most = np.where(view.tradable & view.on_the_run, MOST_WISHED, 0)
        wish = _evenly(self.uniform("random wish", len(most)), most)
        no_buying, no_selling = self._refuses()
        return np.where(np.where(wish > 0, no_buying, no_selling), 0, wish)


class RandomFirm(PrincipalTrader):
    """A trading firm that quotes around the composite, errs, and wishes at random."""

    together = True

    def quote(self, view: View) -> Quotes:
        """Quote a tick wide around the composite and an error, its usual sizes, whatever it holds; not at the close."""
        issues = self.daily("issues", lambda: np.flatnonzero(view.on_the_run & view.tradable))
        usual = self.daily("usual", lambda: self._usual(view))[..., issues]
        error = ERROR_TICKS * (2.0 * self.uniform("random quote", len(issues)) - 1.0)
        middle = view.price_of(issues, view.composite_bp[issues]) + error * view.tick[issues]
        face = whole(usual if view.round < view.rounds - LAST_ROUNDS else np.zeros_like(usual))
        return self._only(issues, middle - 0.5 * view.tick[issues], middle + 0.5 * view.tick[issues], face, face)

    def match(self, view: View) -> Int:
        """Wish a random face, whatever it holds; before the close, what makes it flat."""
        if view.round >= view.rounds - LAST_ROUNDS:
            return np.where(view.tradable, -self.position, 0)
        most = self.signal_tickets * self.daily("usual", lambda: self._usual(view))
        return _evenly(self.uniform("random wish", most.shape[-1]), most)


class RandomTrader(Investor):
    """What random investors share."""

    pull = trait(0.0, "lean of liquidity trades", (0, 0.5), "a null: even chances")
    flow_lean = trait(0.0, "of a liquidity trade's chances", (0, 0.5), "a null: even chances")

    def hear(self, news: News, view: View) -> None:
        """Learn nothing."""

    def demand(self, pick: Pick, anticipated: Any, level_bp: Float, residual_bp: Float) -> Float:
        """Want the accustomed share, at any yield."""
        return np.asarray(pick(self.benchmark) * anticipated * np.ones_like(level_bp))

    def decide(self, view: View) -> NDArray[Any]:
        """Trade at random, and what it must."""
        tables, busy = [self.needs(view, self._market.outlook.on(view))], self._must()
        if busy.any():
            tables.append(carry_out(self if busy.all() else self.some(busy), view))
        return stacked(tables, ORDERS)


def _evenly(draw: Float, most: Any) -> Int:
    """Return whole millions of face between ``-most`` and ``most``, all alike, of draws from (0, 1)."""
    return np.asarray(np.trunc((2.0 * draw - 1.0) * most / FACE_PER_MUSD) * FACE_PER_MUSD, np.int64)


def at_random(kind: type[Investor]) -> type[Investor]:
    """Return the kind of investor that differs from another by trading at random."""
    name, said = f"Random{kind.__name__}", f"``{kind.__name__}`` that trades at random."
    return type(name, (RandomTrader, kind), {"together": True, "__doc__": said, "__module__": __name__})


INVESTORS: tuple[type[Investor], ...] = (
    *(Bank, MoneyFund, BondFund, Pension, Insurer, StateLocal, Household),
    *(ForeignOfficial, ForeignPrivate, HedgeFund),
)
RANDOM: dict[type, type] = {
    PrimaryDealer: RandomDealer,
    PrincipalTrader: RandomFirm,
    **{kind: at_random(kind) for kind in INVESTORS},
}
