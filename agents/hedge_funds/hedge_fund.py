"""Hedge funds bring the patient capital of days: they buy what has cheapened against its recent level, and the cheap
against the dear of neighbouring issues. Their capital is limited, and positions are bounded.

    extra(s) = capital share x anticipated(s) x (a (level - recent level) + k sign(e) max(|e| - hurdle, 0)),  bounded

Sources: Shleifer and Vishny (1997), Gromb and Vayanos (2002), Krishnamurthy (2002); sizes are guesses. Hedging their
residual trades in on-the-run issues is left out: longs and shorts of a node nearly cancel.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.buyers.investor import DIRECT_SOURCE, Investor, Pick
from agents.financed import Financed
from agents.hedge_funds.informed_orders import informed_orders, listen
from agents.traits import memory, trait
from market.accounts.instruments import REPO, Money
from market.news import FACTORS, News
from market.units import Float, Int
from market.view import View

MOST_EXTRA = 0.02  # of a security's supply, all funds together


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

    recent = memory(0.0, "bp: recent level of the deviation")
    opening = memory(np.nan, "bp: the composite of the day's first round")
    since = memory(0.0, "bp: news that it heard and that composite did not hold, by factor", FACTORS)

    def hear(self, news: News, view: View) -> None:
        """Take in the news, private news too."""
        super().hear(news, view)
        listen(self, news, view)

    def besides(self, view: View) -> list[NDArray[Any]]:
        """Trade on what others do not know yet."""
        return [informed_orders(self, view, MOST_EXTRA)]

    def demand(self, pick: Pick, anticipated: Any, level_bp: Float, residual_bp: Float) -> Float:
        """Return its usual holding and what its arbitrage wants."""
        cheap = np.sign(residual_bp) * np.maximum(np.abs(residual_bp) - pick(self.hurdle), 0.0)
        extra = pick(self.level_appetite) * (level_bp - pick(self.recent)) + pick(self.residual_appetite) * cheap
        extra = np.clip(extra, -MOST_EXTRA, MOST_EXTRA)
        return np.asarray((pick(self.benchmark) + pick(self.arbitrage_share) * extra) * anticipated)

    def remember(self, view: View) -> None:
        """Let the recent level follow."""
        away = self.model.outlook.deviation(view)
        self.recent = self.recent + (away.level - self._known(away.level_load) - self.recent) / self.patience

    def subscriptions(self, cash_cents: Int, view: View) -> Int:
        """Its owners stay; positions are financed overnight."""
        return np.zeros_like(cash_cents)

    def sponsored_share(self) -> Float:
        """Return the share of its repo that a sponsor clears; dealers lend it the rest, uncleared."""
        return np.asarray(self.sponsored, np.float64).reshape(-1)
