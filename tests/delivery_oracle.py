"""What delivering into a future is worth, slowly and security by security: the oracle of ``market.futures.cycle``.

Who buys the security and sells the future earns the implied repo rate (simple, actual/360) to delivery, coupons in
between at their own days; the cheapest to deliver is what earns most.
"""

from typing import NamedTuple

import numpy as np

from market.bonds.bond_arithmetic import accrued_e8, coupons_due_e8
from market.bonds.securities import Securities
from market.calendar import roll_forward
from market.futures.contracts import DAYS_OF_MONEY_YEAR, Contract, basket, conversion_factor, whole_months
from market.units import POINT_E8, Float, Int


class Delivery(NamedTuple):
    """What delivering each security into a contract is worth, shape (S,); NaN for what is not in the basket."""

    factor: Float
    implied_repo_bp: Float
    gross_basis: Float  # points: price less factor times futures price


def delivery(
    contract: Contract,
    securities: Securities,
    price: Float,
    futures_price: float,
    settle_day: int,
    delivery_first: int,
    delivery_day: int,
    outstanding: Int,
) -> Delivery:
    """Return factor, implied repo rate and basis of each deliverable security, bought at clean ``price`` in points.

        repo = (invoice + coupons - cost) / (cost d/360 - sum of coupon days left/360),
        invoice = futures price * factor + accrued on delivery, cost = price + accrued on settlement

    ValueError unless delivery comes after settlement.
    """
    if delivery_day <= settle_day:
        raise ValueError(f"delivery on day {delivery_day}, expected after the settlement on {settle_day}")
    s, may = securities, basket(contract, securities, delivery_first, outstanding)
    months = np.maximum(whole_months(delivery_first, s.maturity_day), 0)
    factor = np.where(may, conversion_factor(s.coupon_e3 / 1000, months, contract.by_quarter), np.nan)
    accrued = [accrued_e8(s.coupon_e3, s.maturity_day, day) / POINT_E8 for day in (settle_day, delivery_day)]
    cost, invoice = price + accrued[0], futures_price * factor + accrued[1]
    coupons, waiting = _coupons(s, settle_day, delivery_day)
    lent = cost * (delivery_day - settle_day) - waiting
    repo = (invoice + coupons - cost) / lent * DAYS_OF_MONEY_YEAR * 1e4
    return Delivery(factor, np.where(may, repo, np.nan), np.where(may, price - futures_price * factor, np.nan))


def _coupons(securities: Securities, after: int, through: int) -> tuple[Float, Float]:
    """Return coupons paid in a span, in points, and each times the days from its payment to the span's end."""
    paid, waiting = np.zeros(len(securities)), np.zeros(len(securities))
    for day in range(after + 1, through + 1):
        due = coupons_due_e8(securities, day - 1, day) / POINT_E8
        paid, waiting = paid + due, waiting + due * max(through - int(roll_forward(day)), 0)
    return paid, waiting


def cheapest(told: Delivery) -> int | None:
    """Return the place of what earns the highest implied repo rate, None from an empty basket."""
    known = np.isfinite(told.implied_repo_bp)
    return int(np.argmax(np.where(known, told.implied_repo_bp, -np.inf))) if known.any() else None


def fair_price(
    securities: Securities, told: Delivery, price: Float, settle_day: int, delivery_day: int, repo_bp: float
) -> float:
    """Return the futures price at which the cheapest earns just the repo rate: the least forward price by factor."""
    s, days = securities, (settle_day, delivery_day)
    accrued = [accrued_e8(s.coupon_e3, s.maturity_day, day) / POINT_E8 for day in days]
    coupons, waiting = _coupons(securities, settle_day, delivery_day)
    rate = repo_bp / 1e4 / DAYS_OF_MONEY_YEAR
    cost = price + accrued[0]
    forward = cost * (1 + rate * (delivery_day - settle_day)) - coupons - rate * waiting - accrued[1]
    return float(np.nanmin(forward / told.factor))
