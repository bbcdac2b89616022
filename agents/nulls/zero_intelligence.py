"""A null model: everybody who is not official sends random orders within limits (Gode and Sunder 1993).

Dealers stream and quote around the last composite with random errors, whatever they hold; investors trade for liquidity
with even chances and never rebalance; everybody keeps within balance sheet, holdings and the rules of the venues. What
such a market shows follows from institutions and budgets, not from what anybody thinks.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.buyers.bank import Bank
from agents.buyers.bond_fund import BondFund
from agents.buyers.foreign_official import ForeignOfficial
from agents.buyers.foreign_private import ForeignPrivate
from agents.buyers.household import Household
from agents.buyers.insurer import Insurer
from agents.buyers.investor import Investor, Pick
from agents.buyers.money_fund import MoneyFund
from agents.buyers.pension import Pension
from agents.buyers.state_local import StateLocal
from agents.dealers.dealer_inventory import inventory_of
from agents.dealers.primary_dealer import PrimaryDealer
from agents.dealers.principal_trader import PrincipalTrader
from agents.hedge_funds.hedge_fund import HedgeFund
from market.news import News
from market.units import Float
from market.view import View

ERROR_BP = 1.0  # of a random stream, by dealer, security and round


class RandomDealer(PrimaryDealer):
    """A dealer that streams the last composite and an error."""

    together = True

    def hear(self, news: News, view: View) -> None:
        """Learn nothing."""

    def stream(self, view: View) -> Float:
        """State the last composite and an error."""
        today = self.model.outlook.on(view)
        self.state = inventory_of(self, view, today)
        last = np.where(np.isfinite(view.composite_bp), view.composite_bp, today.prior_bp)
        self.centre = self.reservation = last + ERROR_BP * self.normal("random stream", len(view.securities))
        return self.centre


class RandomTrader(Investor):
    """What random investors share."""

    def hear(self, news: News, view: View) -> None:
        """Learn nothing."""

    def demand(self, pick: Pick, anticipated: Any, level_bp: Float, residual_bp: Float) -> Float:
        """Want the accustomed share, at any yield."""
        return np.asarray(pick(self.benchmark) * anticipated * np.ones_like(level_bp))

    def decide(self, view: View) -> NDArray[Any]:
        """Trade at random."""
        return self.needs(view, self.model.outlook.on(view))


class RandomBank(RandomTrader, Bank):
    """A bank that trades at random."""

    together = True


class RandomMoneyFund(RandomTrader, MoneyFund):
    """A money fund that trades at random."""

    together = True


class RandomBondFund(RandomTrader, BondFund):
    """A bond fund that trades at random."""

    together = True


class RandomPension(RandomTrader, Pension):
    """A pension fund that trades at random."""

    together = True


class RandomInsurer(RandomTrader, Insurer):
    """An insurer that trades at random."""

    together = True


class RandomStateLocal(RandomTrader, StateLocal):
    """A state or local government that trades at random."""

    together = True


class RandomHousehold(RandomTrader, Household):
    """A group of households that trades at random."""

    together = True


class RandomForeignOfficial(RandomTrader, ForeignOfficial):
    """Foreign official holders that trade at random."""

    together = True


class RandomForeignPrivate(RandomTrader, ForeignPrivate):
    """Foreign private holders that trade at random."""

    together = True


class RandomHedgeFund(RandomTrader, HedgeFund):
    """A hedge fund that trades at random."""

    together = True


RANDOM: dict[type, type] = {
    PrimaryDealer: RandomDealer,
    PrincipalTrader: PrincipalTrader,
    Bank: RandomBank,
    MoneyFund: RandomMoneyFund,
    BondFund: RandomBondFund,
    Pension: RandomPension,
    Insurer: RandomInsurer,
    StateLocal: RandomStateLocal,
    Household: RandomHousehold,
    ForeignOfficial: RandomForeignOfficial,
    ForeignPrivate: RandomForeignPrivate,
    HedgeFund: RandomHedgeFund,
}
