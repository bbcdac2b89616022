import numpy as np
import pytest

from market.bonds.securities import Kind, Securities
from market.books.ladder import Ladder, tick_e8
from market.units import POINT_E8, day_number, half_even

SETTLE = day_number("2024-05-29")
LEVELS = 8192
KINDS = [Kind.BILL, Kind.BILL, *[Kind.NOTE] * 5, Kind.BOND, Kind.BOND, Kind.TIPS, Kind.FRN, Kind.NOTE]
TERMS = [3, 12, 24, 36, 60, 84, 120, 240, 360, 120, 24, 120]
MATURITIES = [*["2024-08-27", "2025-05-15", "2026-05-31", "2027-05-15", "2029-05-31", "2031-05-31", "2034-05-15"],
              *["2044-05-15", "2054-05-15", "2034-01-15", "2026-04-30", "2031-05-15"]]  # fmt: skip
BENCHMARK = np.array([True] * 11 + [False])
CENTRE = np.array([98.66, 95.1, 99.82, 99.9, 100.1, 99.7, 98.6, 97.2, 99.4, 96.1, 100.02, 84.3])
SECURITIES = Securities(
    cusip=tuple(f"{i:09d}" for i in range(12)),
    kind=np.array(KINDS, np.int8),
    term_months=np.array(TERMS),
    coupon_e3=np.zeros(12, np.int64),
    first_issue_day=np.full(12, SETTLE - 10),
    maturity_day=np.array([day_number(m) for m in MATURITIES]),
    index_base_e5=np.zeros(12, np.int64),
)
ALL = np.arange(12)


def _ladder() -> Ladder:
    return Ladder.centred(SECURITIES, BENCHMARK, CENTRE, SETTLE, LEVELS)


def test_ticks_are_those_of_the_interdealer_market():
    in_256ths = tick_e8(SECURITIES, BENCHMARK) * 256 / POINT_E8
    assert in_256ths[2:].tolist() == [1, 1, 2, 4, 4, 4, 4, 1, 1, 1]
    assert (tick_e8(SECURITIES, np.zeros(12, bool)) * 256 == POINT_E8).all()


def test_the_middle_of_the_window_is_the_price_nearest_to_the_centre():
    ladder = _ladder()
    gap = ladder.price_e8(np.full(12, LEVELS // 2), ALL) / POINT_E8 - CENTRE
    assert (np.abs(gap) <= ladder.tick / 2 + 1e-8).all()


def test_a_level_up_is_a_tick_up_exactly():
    ladder, level = _ladder(), np.arange(LEVELS)
    for security in range(2, 12):
        price = ladder.price_e8(level, security)
        assert (np.diff(price) == ladder.tick_e8[security]).all()
        assert price[0] == ladder.base_e8[security]
    for bill in (0, 1):
        price = ladder.price_e8(level, bill)
        exact = ladder.base[bill] + ladder.tick[bill] * level
        assert (np.diff(price) > 0).all()
        assert price / POINT_E8 == pytest.approx(exact, abs=1.1e-8)


def test_a_bill_is_priced_by_the_formula_of_the_regulation():
    ladder, level = _ladder(), LEVELS // 2
    days = int(SECURITIES.maturity_day[0]) - SETTLE
    half_bp = round((100 - 98.66) * 36_000 / days * 2)  # discount rate in half basis points
    assert ladder.price_e8(level, 0) == 100 * POINT_E8 - half_even(half_bp * days * POINT_E8, 72_000)
    assert ladder.price_e8(level, 0) / POINT_E8 == pytest.approx(100 * (1 - half_bp / 2e4 * days / 360), abs=1e-8)
    assert ladder.tick[0] == pytest.approx(0.005 * days / 360)


def test_floor_and_ceiling_enclose_every_price():
    ladder, rng = _ladder(), np.random.default_rng(3)
    for _ in range(50):
        price = CENTRE + rng.uniform(-0.5, 0.5, 12)
        exact = np.rint(price * POINT_E8).astype(np.int64)
        low, high = ladder.floor_level(price), ladder.ceil_level(price)
        assert (ladder.price_e8(low, ALL) <= exact).all() and (ladder.price_e8(low + 1, ALL) > exact).all()
        assert (ladder.price_e8(high, ALL) >= exact).all() and (ladder.price_e8(high - 1, ALL) < exact).all()


def test_a_price_on_the_ladder_is_its_own_floor_and_ceiling():
    ladder, level = _ladder(), np.random.default_rng(4).integers(0, LEVELS, (40, 12))
    price = ladder.price_e8(level, ALL) / POINT_E8
    assert np.array_equal(ladder.floor_level(price), level)
    assert np.array_equal(ladder.ceil_level(price), level)
    some = np.array([11, 0, 5, 0])
    picked = ladder.price_e8([4_000, 4_001, 4_002, 4_003], some) / POINT_E8
    assert ladder.floor_level(picked, some).tolist() == [4_000, 4_001, 4_002, 4_003]


def test_prices_outside_the_window_are_held_at_its_ends():
    ladder = _ladder()
    assert (ladder.floor_level(CENTRE - 99) == 0).all()
    assert (ladder.ceil_level(CENTRE + 99) == LEVELS - 1).all()
    assert (ladder.floor_level(np.full(12, -1e300)) == 0).all()


def test_a_matrix_of_prices_is_rounded_row_by_row():
    ladder, price = _ladder(), CENTRE + np.random.default_rng(5).uniform(-0.5, 0.5, (6, 12))
    assert np.array_equal(ladder.floor_level(price), np.array([ladder.floor_level(row) for row in price]))


def test_a_price_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="nan for security 3"):
        _ladder().floor_level(np.where(ALL == 3, np.nan, CENTRE))
    with pytest.raises(ValueError, match="ladder: 000000003 at nan"):
        Ladder.centred(SECURITIES, BENCHMARK, np.where(ALL == 3, np.nan, CENTRE), SETTLE, LEVELS)
