"""I12: buybacks paid for by coupons of their maturity leave the duration in private hands where it was."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_market import live, small_market

from agents.officials.matched_financing import PER_UNIT, STEP, MatchedFinancing
from market.accounts.instruments import FED, N_MONEY, TREASURY
from market.books.messages import Auction
from market.units import FACE_PER_MUSD

DAYS = 42  # an operation in the first three weeks, and an auction of every term after it
LONG = {"only_buckets": ["10Y to 20Y", "20Y to 30Y"], "scale": 4.0, "price_sensitive": False}


def view_of(years, dv01, term):
    securities = SimpleNamespace(term_months=np.array(term))
    return SimpleNamespace(years=np.array(years), dv01=np.array(dv01), securities=securities)


def auction(at):
    return Auction(at, 0, 0, 1, 10**9, 0, True)


def test_what_is_bought_is_sold_again_in_its_term_and_duration_to_within_a_step():
    view = view_of([9.0, 18.0, 10.0, 20.0], [0.07, 0.12, 0.08, 0.13], [120, 360, 120, 240])
    desk = MatchedFinancing()
    desk.take(np.array([1_000, 2_000, 0, 0]) * FACE_PER_MUSD, view)
    tens, twenties = desk.more(auction(2), view), desk.more(auction(3), view)
    assert tens == 870 * FACE_PER_MUSD  # 1,000 x 0.07 / 0.08 = 875: in steps of 10, and the rest waits
    assert twenties == 1_840 * FACE_PER_MUSD  # 2,000 x 0.12 / 0.13
    left = desk.waiting[120] / PER_UNIT / 0.08 / FACE_PER_MUSD
    assert left == pytest.approx(5.0) and desk.more(auction(2), view) == 0
    desk.take(np.array([6, 0, 0, 0]) * FACE_PER_MUSD, view)
    assert desk.more(auction(2), view) == STEP  # 5 and 5.25 waited: one step


@pytest.mark.slow
def test_i12_matched_coupons_leave_private_ten_year_equivalents_within_one_percent_of_what_is_bought():
    """On one set of prices: outstanding less the Fed's, beside the same days without buybacks."""
    face, market = {}, None
    for mode, financing in (("off", "bills"), ("programme", "matched-coupons"), ("programme", "bills")):
        rules = {"mode": mode, "financing": financing, **LONG}
        values = {f"policy__buybacks__{key}": value for key, value in rules.items()}
        market = live(small_market(days=2, news__scale=0.0, **values), DAYS)
        to_come = -market.ledger.due[TREASURY, N_MONEY:] - market.ledger.due[FED, N_MONEY:]  # auctioned, not paid
        face[mode, financing] = market.outstanding - market.soma + to_come
        bought = market.record.to_pandas("offers") if mode != "off" else None
    places = [market.securities.cusip.index(cusip) for cusip in bought["cusip"].astype(str)]
    removed = float((bought["accepted_face"].to_numpy(np.float64) * market.dv01[places]).sum())
    change = {key: float(((one - face["off", "bills"]) * market.dv01).sum()) for key, one in face.items()}
    assert removed > 0 and change["programme", "bills"] < -0.8 * removed
    assert abs(change["programme", "matched-coupons"]) < 0.01 * removed
