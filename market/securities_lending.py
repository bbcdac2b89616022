"""The evening's bill for borrowed securities: borrowers pay lenders the night's fee, who failed pays the fails charge.

A loan stands in the ledger's ``lent``, without names of pairs: in each security a borrower's payment goes to the
lenders in proportion, to the cent, as if through one agent. The Fed lends from its portfolio what nobody else would
(``market.settlement``: up to 90 % of a holding, last of all), and takes at least 5 bp on it; its part is paid as the
others' is, and those who borrow a security of which the Fed has lent pay that minimum on the Fed's part. Paid in
advance for the nights until the next business day, days over 360, on market value; nothing accrues in the burn-in.

Left out: rebates on cash collateral and its reinvestment, limits of the Fed by dealer and theme, the auction of its
loans, charges below 500 dollars waived; the Treasury neither pays nor receives a fails charge. Units: cents, face in
$100.
"""

from typing import Any

import numpy as np

from market.apportion import apportion
from market.funding import E4_PER_BP, interest_cents
from market.instruments import FED, N_MONEY, TREASURY
from market.messages import TRADES, Venue, stacked
from market.repo import pair
from market.specials import SOMA_LEAST_BP, fails_charge_bp, fee_bp, most_fee_bp
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
    """Pay what is borrowed of each security, to the cent what the lenders receive."""
    lent = market.ledger.lent[:, N_MONEY:]
    borrowed = np.flatnonzero((lent < 0).any(axis=0))
    for security in borrowed.tolist():
        column = lent[:, security].copy()
        lenders, borrowers = np.flatnonzero(column > 0), np.flatnonzero(column < 0)
        fees = _fees(market, security, column[lenders], lenders == FED, days)
        owed = apportion(int(fees.sum()), -column[borrowers])
        place, other, cents = pair(fees, owed)
        market.ledger.pay("fee of a securities loan", borrowers[other], lenders[place], cents)
        market.lending_fee_cents += int(cents.sum())


def _fees(market: Any, security: int, face: Int, of_the_fed: Any, days: int) -> Int:
    """Return what each lender earns in cents, on the clean price of the composite."""
    price = float(market.middle[security])
    value = np.rint(face * (CENTS_PER_FACE / 100.0) * (price if np.isfinite(price) else 100.0)).astype(np.int64)
    rate_bp = np.where(of_the_fed, max(market.special_bp[security], SOMA_LEAST_BP), market.special_bp[security])
    return interest_cents(value, np.rint(rate_bp * E4_PER_BP).astype(np.int64), days)


def _charge_fails(market: Any, days: int) -> None:
    """Let sellers pay buyers on the cash of what is due and not delivered."""
    pending = stacked(market.unsettled, TRADES)
    official = (pending["seller"] == TREASURY) | (pending["buyer"] == TREASURY) | (pending["venue"] == Venue.OFFICIAL)
    failed = pending.take(np.flatnonzero((pending["settle_day"] <= market.date) & ~official))
    cents = interest_cents(failed["cash_cents"], round(fails_charge_bp(market.rates.srf) * E4_PER_BP), days)
    market.ledger.pay("fails charge", failed["seller"], failed["buyer"], cents)
    market.fails_charge_cents = int(cents.sum())
