"""What is announced of supply moves yields when it is announced, by what it will take to make holders hold it."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from small_market import live, small, small_market

from agents.outlook import COUPON_NODES, SUBSTITUTION
from agents.supply_outlook import SupplyOutlook, level_that_absorbs, range_weights
from experiments.build import stage
from experiments.errors import UserError
from experiments.inputs.announcements import STEP, enlarged, more
from experiments.scenario import load
from experiments.sections.supply import LargerAuctions
from market.auctions.announced_supply import AnnouncedSupply
from market.bonds.securities import Kind
from market.units import FACE_PER_MUSD, day_number

N = len(COUPON_NODES)
PLAN = {"announced": "2024-06-05", "since": "2024-06-20", "until": "2024-12-31", "share": 0.5}
LARGER = "larger_auctions = [{{ announced = {}, since = 2024-06-20, until = 2024-07-31 }}]"
PURCHASES = {"since": "2024-06-13", "until": "2024-06-28", "per_day_musd": 15_000, "bucket_years": [5.0, 30.5]}


def test_supply_comes_in_equal_parts_by_business_day_and_is_nobodys_before_its_announcement():
    days = [day_number(text) for text in ("2024-06-05", "2024-06-13", "2024-06-18")]
    plan = AnnouncedSupply(*days, 400, (5.0, 10.0))  # 13, 14, 17 and 18 June
    asked = ("2024-06-04", "2024-06-05", "2024-06-13", "2024-06-14", "2024-06-16", "2024-06-18", "2024-06-19")
    assert [plan.to_come(day_number(text)) for text in asked] == [0.0, 400.0, 400.0, 300.0, 200.0, 100.0, 0.0]


def test_a_range_belongs_to_the_nodes_that_lie_in_it():
    assert range_weights((8.0, 9.0))[COUPON_NODES.index(8.5)] > 0.8
    assert range_weights((0.0, 30.0)).sum() == pytest.approx(1.0) and (range_weights((0.0, 30.0)) > 0).all()


def test_demand_at_the_level_found_with_substitution_is_what_was_to_be_absorbed():
    wanted = np.array([0.0, 1.0, 0.0, -2.0, 0.5, 3.0, 0.0, 1.0])
    level = level_that_absorbs(wanted)
    pull = np.zeros(N)
    pull[1:] += level[1:] - level[:-1]
    pull[:-1] += level[:-1] - level[1:]
    assert level + SUBSTITUTION * pull == pytest.approx(wanted, abs=1e-12)
    assert level_that_absorbs(np.full(N, 2.5)) == pytest.approx(np.full(N, 2.5))


def outlook_of(foresight, face=100.0, day=0):
    today = day_number("2024-06-05")
    told = [AnnouncedSupply(today, today + 1, today + 30, face, (0.0, 31.0))]
    view = SimpleNamespace(day=day, date=today, anticipated=np.full(N, 1000.0))
    return SupplyOutlook(told, np.full(N, 0.005), foresight).expected_bp(view, np.eye(N))


def test_more_supply_raises_what_is_taken_for_usual_in_proportion_to_foresight():
    full, half = outlook_of(1.0), outlook_of(0.5)
    assert (full > 0).all() and half == pytest.approx(0.5 * full)
    assert outlook_of(1.0, -100.0) == pytest.approx(-full) and outlook_of(0.0) is None
    assert outlook_of(1.0, day=-1) is None  # while it trades itself in
    assert np.sum(0.005 * 1000.0 * full) == pytest.approx(100.0, rel=1e-9)  # holders together take up what comes


@pytest.fixture(scope="module")
def worlds():
    """Evenings of the mean yield of 5 to 30 years, 29 May to 15 July, in worlds that differ in one programme."""
    plans = {"none": (), "surprise": (PURCHASES,), "announced": (PURCHASES | {"announced": "2024-06-05"},)}
    return {name: path(policy__purchases=list(plan)) for name, plan in plans.items()}


def path(days=32, **given):
    market = live(small_market("steady", rounds=6, burn_in=5, **given), 5)
    levels = []
    for _ in range(days):
        live(market, 1)
        levels.append(level(market))
    return np.array(levels)


def level(market):
    old = market.securities.of(Kind.NOTE, Kind.BOND) & (market.premises.outstanding > 0) & market.tradable
    mine = old & (market.years > 5) & np.isfinite(market.composite_bp)
    return float(np.average(market.composite_bp[mine], weights=market.premises.outstanding[mine]))


def test_a_permanent_change_moves_yields_on_its_announcement_and_not_when_it_comes(worlds):
    surprise, announced = (worlds[name] - worlds["none"] for name in ("surprise", "announced"))
    told, begins = 5, 11  # places of 5 and 13 June among the evenings
    assert not announced[:told].any() and not surprise[:begins].any()
    print(
        "announced, not announced, by evening:",
        *(f"{a:+.2f} {s:+.2f}" for a, s in zip(announced, surprise, strict=True)),
    )
    assert announced[told] < -1.0
    assert surprise[-3:].mean() < -0.5
    assert announced[-3:].mean() > announced[told:begins].mean()  # it falls no further; what was expected is there
    assert abs(announced[-3:].mean() - surprise[-3:].mean()) < 1.0


def test_larger_auctions_are_whole_billions_more_of_nominal_coupons_within_their_days():
    plan = LargerAuctions.model_validate(PLAN)
    given = small(policy__larger_auctions=[PLAN])
    calendar = stage(small()).debt.auctions
    larger = stage(given).debt.auctions
    s = stage(small()).premises.securities
    for a, b in zip(calendar, larger, strict=True):
        grown = b.offering - a.offering
        inside = day_number("2024-06-20") <= a.auction_day <= day_number("2024-12-31") and s.kind[a.security] in (
            Kind.NOTE,
            Kind.BOND,
        )
        assert grown == (round(0.5 * a.offering / STEP) * STEP if inside else 0)
    assert more(SimpleNamespace(kind=Kind.TIPS), [plan]) == 0 and enlarged((), [plan]) == ((), {})


def test_what_no_calendar_held_is_in_nobodys_accustomed_holdings_and_is_priced_when_announced():
    usual, told, blind = (
        live(small_market("baseline", policy__larger_auctions=plan, buyers__foresight=foresight), 8)
        for plan, foresight in (((), 1.0), ((PLAN,), 1.0), ((PLAN,), 0.0))
    )
    assert usual.date == day_number("2024-06-05")
    assert level(blind) == pytest.approx(level(usual), abs=1e-9) and level(told) > level(usual) + 0.5
    live(told, 14), live(usual, 14)
    assert sum(told.premises.unforeseen.values()) > 100_000 * FACE_PER_MUSD
    accustomed = (told.anticipated - usual.anticipated)[told.securities.of(Kind.NOTE, Kind.BOND)]
    extra = (told.auctioned & usual.auctioned)[told.securities.of(Kind.NOTE, Kind.BOND)]
    assert np.abs(accustomed[extra]).sum() < 0.1 * sum(told.premises.unforeseen.values())


def test_coupons_that_a_deficit_adds_are_in_nobodys_accustomed_holdings():
    deficit = {"since": "2024-05-30", "until": "2024-07-31", "yearly_musd": 2_900_000, "financing": "coupons"}
    usual, surge = (live(small_market("baseline", policy__deficits=given), 28) for given in ((), (deficit,)))
    coupons = surge.securities.of(Kind.NOTE, Kind.BOND) & surge.auctioned & usual.auctioned
    more = int((surge.outstanding - usual.outstanding)[coupons].sum())
    accustomed = np.abs((surge.anticipated - usual.anticipated)[coupons]).sum()
    assert more > 50_000 * FACE_PER_MUSD and accustomed < 0.05 * more


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LARGER.format("2024-06-20"), "expected before the first"),
        (LARGER.format("2024-05-28"), "larger_auctions[0]"),
        ("buybacks.announced = 2024-05-28", "policy.buybacks.announced"),
        (
            "purchases = [{ announced = 2024-07-05, since = 2024-07-01, until = 2024-07-31, per_day_musd = 100 }]",
            "expected 2024-07-01 or earlier",
        ),
    ],
)  # fmt: skip
def test_impossible_announcements_are_refused(text, said, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('base = "baseline"\n[policy]\n' + text + "\n")
    with pytest.raises(UserError, match=re.escape(said)):
        load(own)
