"""Prices near this morning's: to second order around a reference yield, so that pricing takes a few operations."""

import numpy as np

from market.kernels import inlined, rule
from market.units import Float

PAR = 100.0  # points


@inlined
def linear_price(yield_bp: float, reference_bp: float, reference_price: float, dv01: float, convexity: float) -> float:
    """Return a clean price in points at a yield: ``dv01`` in points per bp, ``convexity`` in points per bp squared."""
    move = yield_bp - reference_bp
    return reference_price - move * (dv01 - 0.5 * convexity * move)


@rule
def price_at(yield_bp: float, reference_bp: float, reference_price: float, dv01: float, convexity: float) -> float:
    """Return clean prices at yields, elementwise."""
    return float(linear_price(yield_bp, reference_bp, reference_price, dv01, convexity))


def or_par(price: Float) -> Float:
    """Return prices in points, par where nobody says one: only what is not tradable has none, and it must be valued."""
    return np.where(np.isfinite(price), price, PAR)
