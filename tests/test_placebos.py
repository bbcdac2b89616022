"""Placebos do nothing where they must: size zero has the control's bytes, lots and dates act as they say."""

import numpy as np
import pandas as pd
import pytest
from small_market import digest, small, small_market
from tiny_experiment import tiny, tiny_jobs

from agents.officials.buyback_desk import PlannedBuyback
from experiments.belief.robustness import placebos
from experiments.belief.robustness.variants import ask
from experiments.belief.robustness.zero_size import at_zero
from experiments.errors import UserError
from experiments.inputs.buyback_calendar import buybacks
from experiments.inputs.plans import planned_buybacks
from experiments.results import report
from experiments.results.effects import load
from experiments.results.event_windows import DRAWN, OTHERS, by_operation
from experiments.scenario import load as scenario
from experiments.store import digest as run_digest
from experiments.sweeps.sweep import open_sweep, sweep
from market.auctions.drawn_lists import drawn_half
from market.calendar import next_business_day
from market.draws.streams import Streams
from market.units import day_number, to_date

DAYS = 7  # to 6 June: two operations, of which the second has a close before it
NUDGE = [{"date": "2024-05-30"}]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Return the contrast of the tiny experiment, with two seeds."""
    out = tmp_path_factory.mktemp("placebo") / "tiny"
    question = tiny(days=DAYS)
    open_sweep(question, question.worlds(), DAYS, out)
    sweep(tiny_jobs(out, (1, 2), DAYS))
    return ask(out)


def test_the_treated_arm_at_size_zero_has_the_bytes_of_the_control(asked):
    placebos.run(asked, "zero")
    table = placebos.table(asked, "zero")
    assert table["seed"].tolist() == [1, 2] and table["identical"].all()
    control = placebos.arms(asked)[1]
    assert placebos.world(asked, "zero").digest() != asked.worlds[control].digest()  # operations are held, of nothing


def test_a_nudge_is_the_chaos_floor_beside_every_effect(asked):
    placebos.run(asked, "trivial")
    table = placebos.table(asked, "trivial")
    assert table["seeds"].tolist() == [2] and table["sd"].between(0, 5).all()
    pairs = [[placebos._run_of(asked, arm, n) for arm in ("without", "trivial")] for n in (1, 2)]
    differ = [run_digest(one) != run_digest(other) for one, other in pairs]
    assert differ == [True, True] and table["moved"].tolist() == [2]
    table.to_csv(placebos.file_of(asked.base.folder, "trivial"), index=False)
    assert "one quote moved by one tick makes a seed differ by" in report.page(load(asked.base.folder))
    assert "1 experiments of 2 seeds say nothing of coverage, 40 seeds or more would" in placebos.covered(asked, 2)[0]


def test_listed_securities_are_judged_where_they_were_listed_in_truth(asked):
    for kind in ("permute-cusips", "shift-dates"):
        placebos.run(asked, kind)
        table = placebos.table(asked, kind)
        assert table["arm"].tolist() == ["with", kind] and table["seeds"].tolist() == [2, 2]
        assert table["operations"].tolist() == [1, 1]


def test_a_contrast_without_operations_has_no_placebo_of_lists(asked):
    with pytest.raises(UserError, match="did you mean 'zero'"):
        placebos.known("zer")
    swapped = type(asked)(asked.base, "other", {"with": -1.0, "without": 1.0}, asked.worlds)
    with pytest.raises(UserError, match="holds no published operations"):
        placebos.world(swapped, "shift-dates")


def test_what_has_a_size_is_made_nothing_and_what_has_none_is_refused():
    sale = {"type": "sale", "date": "2024-05-30", "holder": "bond_fund", "bucket_years": (2.0, 10.0)}
    plain = small()
    away = [{"since": "2024-05-29", "until": "2024-05-30", "kinds": ["pension"], "share": 0.5}]
    treated = small(shocks=[sale | {"amount_musd": 5_000, "days": 2}], withdrawals=away, news__scale=2.0)
    zero = at_zero(treated, plain, "treated")
    assert zero.shocks == () and zero.flows[0].daily_musd == (0, 0) and zero.news.scale == plain.news.scale
    assert zero.digest() != plain.digest()
    with pytest.raises(UserError, match=r"market\.all_to_all = .* has no size zero"):
        at_zero(scenario("all-to-all"), scenario("baseline"), "other")


def test_sales_flows_and_withdrawals_of_nothing_leave_every_bit():
    sale = {"type": "sale", "date": "2024-05-30", "holder": "bond_fund", "bucket_years": (2.0, 10.0)}
    away = [{"since": "2024-05-29", "until": "2024-05-30", "kinds": ["pension"], "share": 0.5}]
    treated = small(shocks=[sale | {"amount_musd": 5_000}], withdrawals=away)
    zero = at_zero(treated, small(), "treated")
    changed = {"flows": [flow.model_dump() for flow in zero.flows]}
    changed["withdrawals"] = [plan.model_dump() for plan in zero.withdrawals]
    assert digest(small_market(days=4, **changed)) == digest(small_market(days=4))


def shown_on_a_day(market):
    """Live a day; return what books were shown by round: levels and faces of both sides."""
    shown, refresh = [], market.books.refresh

    def look(*sides):
        shown.append(sides)
        return refresh(*sides)

    market.books.refresh = look
    market.step()
    return shown


def test_one_bid_moves_by_one_tick_and_nothing_before_it():
    plain, nudged = small_market(days=3), small_market(days=3, nudges=NUDGE)
    assert digest(plain) == digest(nudged)  # the burn-in and 29 May
    shown, reference = shown_on_a_day(nudged), shown_on_a_day(plain)
    assert (shown[0][0] != reference[0][0]).sum() == 1 and (reference[0][0] - shown[0][0]).max() == 1
    assert np.array_equal(shown[0][1], reference[0][1])
    assert nudged.nudge_ticks == 0


def test_shifted_operations_keep_their_lists_and_maxima():
    world = small()
    s, first, last = small_market().securities, day_number("2024-05-29"), day_number("2024-09-30")
    true = planned_buybacks(world.policy.buybacks, s, first, last, 4)
    shifted = planned_buybacks(
        small(policy__buybacks__shift_days=placebos.SHIFT_DAYS).policy.buybacks, s, first, last, 4
    )
    assert 0 < len(true) - len(shifted) < 6
    for before, after in zip(true, shifted, strict=False):
        assert isinstance(after, PlannedBuyback) and after.day == int(
            next_business_day(before.day, placebos.SHIFT_DAYS)
        )
        assert (after.bucket, after.maximum, after.listed) == (before.bucket, before.maximum, before.listed)


def test_the_lot_divides_a_list_the_same_way_everywhere():
    market = small_market("baseline", days=3, policy__buybacks__lists="half-drawn")
    held = [b for b in market.buybacks if b.day == day_number("2024-05-29")]
    drawn = drawn_half(Streams(1), market.securities.cusip, held[0].day)
    assert len(held) == 1 and held[0].eligible.any() and not (held[0].eligible & ~drawn).any()
    windows = by_operation(market.record.to_pandas("securities"), 1)
    assert windows["part"].tolist() == [DRAWN, OTHERS] and windows["securities"].sum() == 20


def test_moves_are_those_of_the_truly_listed():
    keys = {"date": [pd.Timestamp("2024-06-05")] * 2, "bucket": ["5Y to 7Y"] * 2, "part": [DRAWN, OTHERS]}
    control = pd.DataFrame({**keys, "before_bp": [400.0, 410.0], "on_bp": [401.0, 411.0]})
    arm = pd.DataFrame({**keys, "before_bp": [400.0, 410.0], "on_bp": [398.0, 410.5]})
    assert placebos.moves_of_listed(arm, control, "shift-dates").tolist() == pytest.approx([(-3 - 0.5) / 2])
    assert placebos.moves_of_listed(arm, control, "permute-cusips").tolist() == pytest.approx([-0.5])
    assert not len(placebos.moves_of_listed(arm[:0], control[:0], "shift-dates"))


def test_shifted_operations_meet_no_true_one_of_their_bucket_and_days_that_others_meet_are_left_out():
    true = buybacks(day_number("2024-05-29"), day_number("2025-01-31"))
    held = {(operation.operation_day, operation.bucket) for operation in true}
    shifted = {(int(next_business_day(day, placebos.SHIFT_DAYS)), bucket) for day, bucket in held}
    assert not held & shifted
    dates = [pd.Timestamp(to_date(day)) for day, _ in held]
    rows = pd.DataFrame({"date": dates, "bucket": [bucket for _, bucket in held], "part": OTHERS})
    control, arm = rows.assign(before_bp=400.0, on_bp=400.0), rows.assign(before_bp=400.0, on_bp=401.0)
    kept = placebos.moves_of_listed(arm, control, "shift-dates").index.get_level_values("date")
    met = {pd.Timestamp(to_date(day)) for day, _ in shifted}
    assert len(rows) - len(kept) == 4 and not met & set(kept) and len(placebos.moves_of_listed(arm, control, "")) == 41


def test_intervals_of_independent_noise_cover_zero_as_often_as_they_say():
    noise = np.random.default_rng(3).standard_normal(4 * 2000)
    inside, number = placebos.coverage(noise, 4)
    assert number == 2000 and 0.935 < inside / number < 0.965
    assert placebos.coverage(noise + 3, 4)[0] < 0.2 * number
    assert placebos.coverage(np.zeros(4), 2) == (2, 2)


def test_coverage_is_said_with_its_exact_interval():
    said = placebos._said(20, 20, 2)
    assert "covers zero in 100.0% of 20 experiments of 2 seeds (exact 95 % interval 83.2% to 100.0%)" in said
