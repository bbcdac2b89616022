"""Market value of holdings at a set of marks: clean price times face, TIPS times their index ratio, to the cent.

Accrued interest is left out, as in the published sector holdings. Face is in hundreds of dollars, prices in 1e-8
points.
"""

import numpy as np

from experiments.inputs.tips_index import consumer_prices
from market.bonds.price_index import index_ratio_e5
from market.bonds.securities import Securities
from market.units import Int, half_even


def indexed_prices_e8(securities: Securities, price_e8: Int, day: int) -> Int:
    """Return clean prices (S,) per 100 of face in money: those of TIPS times the index ratio of the day."""
    ratio = index_ratio_e5(consumer_prices().reference_e5(day), securities.index_base_e5)
    return half_even(price_e8 * ratio, 10**5)


def value_cents(face: Int, indexed_e8: Int) -> Int:
    """Return the value in cents of faces (..., S) at prices (S,); the product is split, so that no face overflows."""
    whole, rest = np.divmod(indexed_e8, 10**6)
    return np.asarray(face * whole + half_even(face * rest, 10**6), np.int64)
