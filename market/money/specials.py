"""Specials: what it costs to borrow a scarce security overnight, and what it costs to fail. Pure rules.

    fee = most x min(borrowed / readily lendable, 1) ** CONVEXITY,   most = general collateral rate + fails charge

It is the general-collateral rate less the rate of repo in the security: who is short lends cash against it at that
lower rate. A security of which little is short trades as general collateral, its fee next to nothing. Nobody pays
more than a fail costs: the interest forgone on the cash that is not received, and the charge that the Treasury Market
Practices Group recommends since 2009, 3 percent less its reference rate (the lower end of the target range), and since
July 2018 at least 1 percent (from memory, medium confidence; the charge is on the cash of the trade).

Specialness rises with the short interest over what is lendable: Duffie (1996), Jordan and Jordan (1997). The share of
holdings that is readily lendable and the convexity are guesses. Left out: that fees move quotes, short sales or the
supply of loans; term specials; the auction cycle but for what shorts and float make of it. Units: basis points a year.
"""

import numpy as np

from market.units import Float, Int

READILY_LENDABLE = 0.25  # share of what holders own that comes to the market without a premium: a guess
CONVEXITY = 3.0  # a guess
CHARGE_FROM_BP, CHARGE_LEAST_BP = 300.0, 100.0
REFERENCE_BELOW_TOP_BP = 25.0  # the target range is as wide; its top is the minimum bid of standing repo


def fails_charge_bp(top_bp: float) -> float:
    """Return the charge on a fail, from the top of the target range."""
    return max(CHARGE_FROM_BP - (top_bp - REFERENCE_BELOW_TOP_BP), CHARGE_LEAST_BP)


def most_fee_bp(general_collateral_bp: float, top_bp: float) -> float:
    """Return the fee at which failing is as cheap as borrowing; not below 0."""
    return max(general_collateral_bp + fails_charge_bp(top_bp), 0.0)


def fee_bp(borrowed: Int, owned: Int, most_bp: float) -> Float:
    """Return the fee of each security (S,); ``owned`` is what holders other than the Fed own, lent face included."""
    lendable = np.maximum(owned * READILY_LENDABLE, 1.0)
    return np.asarray(most_bp * np.minimum(borrowed / lendable, 1.0) ** CONVEXITY)
