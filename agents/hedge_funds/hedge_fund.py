"""Hedge funds bring the patient capital of days: they buy what has cheapened against its recent level, and the cheap
against the dear of neighbouring issues. Their capital is limited, and positions are bounded.

    extra(s) = capital share x anticipated(s) x (a (level - recent level) + k sign(e) max(|e| - hurdle, 0)),  bounded

A fund that counts on buybacks (``buyback_reliance``, off) carries more of what is cheap and eligible, the shorter it
expects to hold it (``worth_carrying``). Sources: Shleifer and Vishny (1997), Gromb and Vayanos (2002), Krishnamurthy
(2002); sizes are guesses. Hedging their residual trades in on-the-run issues is left out: longs and shorts of a node
nearly cancel.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.buyback_outlook import ToCome
from agents.buyers.investor import DIRECT_SOURCE, Investor, Pick
from agents.financed import Financed
from agents.hedge_funds.informed_orders import informed_orders, listen
from agents.traits import memory, trait
from market.accounts.instruments import REPO, Money
from market.kernels import rule
from market.news import FACTORS, News
from market.units import Float, Int
from market.view import View

MOST_EXTRA = 0.02  # of a security's supply, all funds together
RELIANCE_SOURCE = "off: nobody knows what funds count on; a position goes with one over its holding time"


@rule
def worth_carrying(cheap_bp: float, reliance: float, chances: float) -> float:
    """Return the cheapness on which a position rests, of an issue that buybacks take off the market.

    A position of mean and variance goes with what is gained over the variance until it ends, so with one over the
    expected time; hazards add, and ``chances`` are what purchases take within the time that the gap alone would take.
    What is dear is sold short, and no Treasury delivers it.
    """
    return cheap_bp * (1.0 + reliance * chances) if cheap_bp > 0.0 else cheap_bp


class HedgeFund(Financed, Investor):
    """A relative-value and macro fund."""

    together = True
    sector = "hedge funds"
    may_short = True
    hears_private = True
    owes = REPO | {Money.FUND_SHARES}

    speed = trait(0.15, "share of the gap a day", (0, 1), "a guess: funds of some days' patience")
    direct = trait(0.5, "share of its bids submitted by itself", (0, 1), DIRECT_SOURCE)
    activity = trait(4.0, "turnover relative to others of its size", (0, 100), "a guess")
    participation = trait(0.8, "share of its part of an issue bid at auction", (0, 2), "a guess")
    arbitrage_share = trait(1 / 20, "share of all arbitrage capital", (0, 1), "sizes log-normal: a guess")
    level_appetite = trait(0.001, "share of supply per bp, all funds", (0, 1), "a guess: less, and dealers keep more")
    residual_appetite = trait(
        0.003, "share of supply per bp, all funds", (0, 1), "set in a reduced model: unidentified in calm"
    )
    sponsored = trait(0.14, "share of repo cleared", (0, 1), "203 of dealers' 1,474 bn lent, 29 May 2024 (FR 2004)")
    hurdle = trait(0.5, "bp", (0, 100), "costs of the round trip: a guess")
    patience = trait(15.0, "days", (1, 1000), "set in a reduced model")

    aggression = trait(1.0, "of what Kyle's insider trades on private news", (0, 10), "Kyle (1985): all funds as one")

    buyback_reliance = trait(0.0, "of the purchases that the calendar leads to expect", (0, 1), RELIANCE_SOURCE)

    recent = memory(0.0, "bp: recent level of the deviation")
    opening = memory(np.nan, "bp: the composite of the day's first round")
    chances = memory(0.0, "share of dealers' usual holding that buybacks are to take within its patience")
    since = memory(0.0, "bp: news that it heard and that composite did not hold, by factor", FACTORS)

    def hear(self, news: News, view: View) -> None:
        """Take in the news, private news too."""
        super().hear(news, view)
        listen(self, news, view)

    def prepare(self, view: View) -> None:
        """Once a day and after an operation, look what buybacks are to take, if it counts on them."""
        super().prepare(view)
        if self.uses("buyback_reliance"):
            known = self._market.outlook.buybacks.to_come(view)
            over = -1 if known is None else known.over
            self.daily(f"chances {over}", lambda: self._look_ahead(known))

    def _look_ahead(self, known: ToCome | None) -> None:
        """Remember the chances that a holding meets a purchase before it would be sold."""
        self.chances = 0.0 if known is None else known.chances(self.patience)

    def besides(self, view: View) -> list[NDArray[Any]]:
        """Trade on what others do not know yet."""
        return [informed_orders(self, view, MOST_EXTRA)]

    def demand(self, pick: Pick, anticipated: Any, level_bp: Float, residual_bp: Float) -> Float:
        """Return its usual holding and what its arbitrage wants."""
        cheap = np.sign(residual_bp) * np.maximum(np.abs(residual_bp) - pick(self.hurdle), 0.0)
        if self.uses("buyback_reliance"):
            cheap = worth_carrying(cheap, pick(self.buyback_reliance), pick(self.chances))
        extra = pick(self.level_appetite) * (level_bp - pick(self.recent)) + pick(self.residual_appetite) * cheap
        extra = np.clip(extra, -MOST_EXTRA, MOST_EXTRA)
        return np.asarray((pick(self.benchmark) + pick(self.arbitrage_share) * extra) * anticipated)

    def remember(self, view: View) -> None:
        """Let the recent level follow."""
        away = self._market.outlook.deviation(view)
        self.recent = self.recent + (away.level - self._known(away.level_load) - self.recent) / self.patience

    def subscriptions(self, cash_cents: Int, view: View) -> Int:
        """Its owners stay; positions are financed overnight."""
        return np.zeros_like(cash_cents)

    def sponsored_share(self) -> Float:
        """Return the share of its repo that a sponsor clears; dealers lend it the rest, uncleared."""
        return np.asarray(self.sponsored, np.float64).reshape(-1)
