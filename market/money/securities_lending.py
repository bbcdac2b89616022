"""The evening's bill for borrowed securities: borrowers pay lenders the night's fee, who failed pays the fails charge.

A loan stands in the ledger's ``lent``, without names of pairs: in each security lenders and borrowers are laid side by
side in the order of their accounts, and who borrows a piece pays its lender, to the cent. The rate is one for all but
the Fed, which lends from its portfolio what nobody else would, last of all, and takes at least 5 bp. Paid in advance
for the nights until the next business day, days over 360, on market value; nothing accrues in the burn-in.

The New York Fed's terms (SOMA Securities Lending FAQs, 15 July 2020; ``market.accounts.settlement.FedLending``): 90 %
of an issue, to primary dealers, one at most 25 % of that and 5 bn of par in all, bids of at least 5 bp. Left out:
rebates on cash collateral and its reinvestment, the auction of the Fed's loans, loans that end the next day whatever is
short, charges below 500 dollars waived; the Treasury neither pays nor receives a fails charge.
Units: cents, face in $100.
"""

from typing import Any

import numpy as np

from market.accounts.clearing import unofficial
from market.accounts.instruments import FED, N_MONEY, TREASURY
from market.bonds.linear_price import or_par
from market.books.messages import TRADES, stacked
from market.money.funding import interest_cents
from market.money.overnight import E4_PER_BP
from market.money.repo import pair
from market.money.specials import fails_charge_bp, fee_bp, most_fee_bp
from market.units import CENTS_PER_FACE, Int


def charge_for_securities(market: Any) -> None:
    """Let borrowers pay lenders for the night, and those whose deliveries failed this morning pay the buyers."""
    general = market.sofr_bp if np.isfinite(market.sofr_bp) else market.rates.on_rrp
    market.special_bp = fees_of(market, general)
    market.lending_fee_cents = market.fails_charge_cents = 0
    if market.burning_in:
        return
    days = market.settle_date - market.date
    with market.flows.under("securities lending"):
        _pay_fees(market, days)
        _charge_fails(market, days)


def fees_of(market: Any, general_collateral_bp: float) -> Any:
    """Return the fee of each security tonight (S,), in bp."""
    lent, held = market.ledger.lent[:, N_MONEY:], market.ledger.balance[:, N_MONEY:]
    owned = np.maximum(held + lent, 0)
    others = owned.sum(axis=0) - owned[FED] - owned[TREASURY]
    borrowed = np.maximum(-lent, 0).sum(axis=0)
    return fee_bp(borrowed, others, most_fee_bp(general_collateral_bp, market.rates.srf))


def _pay_fees(market: Any, days: int) -> None:
    """Lay what is lent and what is borrowed of each security side by side; each piece is paid for by its borrower."""
    lent = market.ledger.lent[:, N_MONEY:].T
    security, lender = np.nonzero(lent > 0)
    short, borrower = np.nonzero(lent < 0)
    place, other, face = pair(lent[security, lender], -lent[short, borrower])
    lender, borrower = lender[place], borrower[other]
    cents = _fees(market, security[place], face, lender == FED, days)
    market.ledger.pay("fee of a securities loan", borrower, lender, cents)
    market.lending_fee_cents = int(cents.sum())


def _fees(market: Any, security: Int, face: Int, of_the_fed: Any, days: int) -> Int:
    """Return the fee of each loan in cents, on the clean price of the composite."""
    price, special = market.middle[security], market.special_bp[security]
    value = np.rint(face * (CENTS_PER_FACE / 100.0) * or_par(price)).astype(np.int64)
    rate_bp = np.where(of_the_fed, np.maximum(special, market.premises.fed_lending.least_bp), special)
    return interest_cents(value, np.rint(rate_bp * E4_PER_BP).astype(np.int64), days)


def _charge_fails(market: Any, days: int) -> None:
    """Let sellers pay buyers on the cash of what is due and not delivered."""
    pending = stacked(market.unsettled, TRADES)
    failed = pending.take(np.flatnonzero((pending["settle_day"] <= market.date) & unofficial(pending)))
    cents = interest_cents(failed["cash_cents"], round(fails_charge_bp(market.rates.srf) * E4_PER_BP), days)
    market.ledger.pay("fails charge", failed["seller"], failed["buyer"], cents)
    market.fails_charge_cents = int(cents.sum())
