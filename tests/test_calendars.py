"""The calendars say in advance what was said in advance, and their sums close."""

from dataclasses import fields

import numpy as np
import pytest

from experiments.errors import UserError
from experiments.inputs import calendars
from experiments.inputs.fiscal_flows import cash_account
from experiments.inputs.published import check_digit, table
from experiments.start.security_list import listing, with_future
from market.bonds.securities import Kind
from market.calendar import business_days, is_business_day
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD, day_number, to_date

START, FIRST, LAST = day_number("2024-05-28"), day_number("2024-05-29"), day_number("2025-01-31")


@pytest.fixture(scope="module")
def auctions():
    return calendars.auctions(FIRST, LAST)


@pytest.fixture(scope="module")
def buybacks():
    return calendars.buybacks(FIRST, LAST)


def test_a_scheduled_auction_knows_no_result():
    names = {field.name for field in fields(calendars.ScheduledAuction)}
    assert not names & {"coupon_pct", "high_yield", "bid_to_cover", "soma_add_on_musd", "amount_accepted_musd"}
    assert not {field.name for field in fields(calendars.ScheduledBuyback)} & {"accepted", "offered", "price"}


def test_announcements_come_before_auctions_and_auctions_before_issues(auctions):
    days = np.array([(a.announced_day, a.auction_day, a.issue_day, a.maturity_day) for a in auctions])
    assert np.all(np.diff(days, axis=1) > 0)
    assert np.all(is_business_day(days[:, :3]))
    assert np.all(days[:, 1] - days[:, 0] <= 8)


@pytest.mark.parametrize(
    ("auction", "weeks", "announced"),
    [
        ("2024-06-06", 4, "2024-06-04"),  # bills of 4 and 8 weeks: Tuesday
        ("2024-06-05", 17, "2024-06-04"),
        ("2024-06-03", 13, "2024-05-30"),  # Thursday before
        ("2024-06-24", 26, "2024-06-20"),
        ("2024-06-11", 0, "2024-06-06"),  # ten-year: Thursday of the week before
        ("2024-06-27", 0, "2024-06-20"),
        ("2024-07-08", 13, "2024-07-03"),  # 4 July is closed
    ],
)
def test_the_rule_of_announcements(auction, weeks, announced):
    assert to_date(calendars.announcement_day(day_number(auction), weeks)).isoformat() == announced


def test_the_offering_is_the_public_one(auctions):
    results = calendars.auction_results(FIRST, day_number("2024-12-31")).set_index(["cusip", "auction_date"])
    for auction in auctions:
        if auction.auction_day <= day_number("2024-12-31"):
            row = results.loc[(auction.cusip, auction.auction_day)]
            assert auction.offering == row.amount_offered_musd * FACE_PER_MUSD
            assert row.amount_accepted_musd - row.soma_add_on_musd == pytest.approx(row.amount_offered_musd, rel=0.01)


def test_auctions_can_be_asked_by_any_of_their_days():
    issued = calendars.auctions(FIRST, day_number("2024-06-30"), by="issue_day")
    assert any(a.auction_day < FIRST for a in issued) and all(a.issue_day >= FIRST for a in issued)


def test_a_first_sale_comes_once_and_before_its_reopenings(auctions):
    seen = set(listing(START).securities.cusip)
    pending = {a.cusip for a in calendars.auctions(FIRST, LAST, by="issue_day") if a.auction_day < FIRST}
    for auction in auctions:
        assert auction.first == (auction.cusip not in seen | pending), auction
        seen.add(auction.cusip)


def test_future_securities_have_a_column_and_nothing_else():
    now = listing(START)
    later = with_future(now, calendars.auctions(FIRST, LAST, by="issue_day"))
    place = later.securities.places(now.securities.cusip)
    new = np.ones(len(later.securities), np.bool_)
    new[place] = False
    assert new.sum() > 100
    assert later.outstanding.sum() == now.outstanding.sum() and not later.outstanding[new].any()
    assert not later.securities.coupon_e3[new].any() and np.all(later.otr_rank[new] == -1)
    assert np.array_equal(later.securities.coupon_e3[place], now.securities.coupon_e3)
    assert np.array_equal(later.securities.index_base_e5[place], now.securities.index_base_e5)
    assert np.all(later.securities.first_issue_day[new] > START)
    assert np.all(np.diff(later.securities.maturity_day) >= 0)


def test_the_calendar_rebuilds_what_is_outstanding_later():
    after = listing(day_number("2024-12-31"))
    known = {*listing(START).securities.cusip, *(a.cusip for a in calendars.auctions(FIRST, LAST, by="issue_day"))}
    assert set(after.securities.cusip) <= known


def test_postponed_buybacks_are_left_out_and_the_misprint_is_mended(buybacks):
    assert len(buybacks) == 41
    by_day = {b.operation_day: b for b in buybacks}
    assert day_number("2024-07-17") not in by_day
    assert by_day[day_number("2024-10-10")].maximum == 4000 * FACE_PER_MUSD
    assert [b.bucket for b in buybacks if b.operation_day == day_number("2024-08-21")] == ["1Y to 7.5Y"]


def test_lists_of_eligible_securities_hold_seasoned_coupons_of_the_right_class(buybacks):
    for buyback in buybacks:
        if buyback.operation_day > day_number("2024-12-31"):
            assert buyback.eligible is None
            continue
        now = listing(buyback.operation_day)
        place = now.securities.places(buyback.eligible)
        kinds = (Kind.TIPS,) if buyback.tips else (Kind.NOTE, Kind.BOND)
        assert np.all(now.securities.of(*kinds)[place])
        assert buyback.tips or np.all(now.otr_rank[place] > 0)


def test_what_was_bought_was_on_the_list_and_below_the_maximum(buybacks):
    results = calendars.buyback_results(FIRST, LAST).groupby("operation_date")
    for day, rows in results:
        (buyback,) = [b for b in buybacks if b.operation_day == day]
        assert set(rows.cusip) == set(buyback.eligible)
        assert rows.par_accepted_musd.sum() * FACE_PER_MUSD <= buyback.maximum


@pytest.mark.parametrize(
    ("day", "iorb", "on_rrp", "low", "high"),
    [
        ("2024-05-28", 540, 530, 525, 550),
        ("2024-09-18", 540, 530, 525, 550),
        ("2024-09-19", 490, 480, 475, 500),
        ("2024-11-08", 465, 455, 450, 475),
        ("2025-01-31", 440, 425, 425, 450),
    ],
)
def test_rates_change_the_day_after_the_meeting(day, iorb, on_rrp, low, high):
    rates = calendars.rates_on(day_number(day))
    assert (rates.iorb_bp, rates.on_rrp_bp, rates.target_low_bp, rates.target_high_bp) == (iorb, on_rrp, low, high)
    assert rates.standing_repo_bp == high


def test_the_cap_of_june_2024():
    assert calendars.caps_on(day_number("2024-05-31")).treasuries_musd == 60_000
    assert calendars.caps_on(day_number("2024-06-01")).treasuries_musd == 25_000
    with pytest.raises(UserError, match="none on 2022-05-01"):
        calendars.caps_on(day_number("2022-05-01"))


def test_the_feds_sheet_closes_every_wednesday():
    for levels in calendars.fed_levels():
        owed = levels.reserves + levels.treasury_cash + levels.on_rrp + levels.foreign_repo + levels.currency
        assert levels.treasuries + levels.other_assets == owed + levels.other_liabilities == levels.total
        assert levels.other_liabilities > 0 and levels.other_assets > 0
    (default,) = [levels for levels in calendars.fed_levels() if levels.day == day_number("2024-05-29")]
    assert default.total - default.deferred_asset == 7_284_319 * CENTS_PER_MUSD


def test_a_wednesday_is_not_taken_across_a_settlement():
    settlements = np.array([day_number("2024-02-29"), day_number("2024-03-15")])
    assert calendars.levels_near(day_number("2024-02-29"), settlements).day == day_number("2024-03-06")
    assert calendars.levels_near(day_number("2024-02-28"), settlements).day == day_number("2024-02-28")
    assert calendars.levels_near(day_number("2024-02-29"), settlements[1:]).day == day_number("2024-02-28")


def test_levels_hold_until_the_next_wednesday():
    assert calendars.levels_as_of(day_number("2024-06-04")).day == day_number("2024-05-29")
    assert calendars.levels_as_of(LAST).day == day_number("2024-12-25")
    with pytest.raises(UserError, match="the first Wednesday is 2019-01-02"):
        calendars.levels_as_of(day_number("2018-01-01"))


def test_fiscal_flows_meet_published_treasury_cash_to_the_cent():
    account = cash_account()
    change = account.flow + account.issued - account.repaid - account.interest - account.bought
    cash = table("tga_daily_2019-2024").set_index("date").tga_musd
    before, after = cash[day_number("2023-12-29")], cash[day_number("2024-12-31")]
    assert change.sum() == round(after - before) * CENTS_PER_MUSD
    assert account.tga.iloc[-1] == round(after) * CENTS_PER_MUSD


def test_fiscal_flows_have_the_months_of_the_derived_cash_need():
    account = cash_account()
    month = [to_date(day).isoformat()[:7] for day in account.index]
    spent = (account.interest - account.flow).groupby(month).sum() / 1e11
    need = table("derived_monthly_cash_need_2019-2024").set_index("month").derived_cash_need_bn.reindex(spent.index)
    assert np.corrcoef(spent, need)[0, 1] > 0.98
    # the need counts face, the flows cash: bills' discount and the indexation of TIPS make the difference
    assert 250 < need.sum() - spent.sum() < 450


def test_flows_of_january_2025_repeat_january_2024():
    later = calendars.fiscal_flows(day_number("2025-01-01"), LAST)
    earlier = calendars.fiscal_flows(day_number("2024-01-02"), day_number("2024-01-31"))
    assert np.array_equal(later.day, business_days(day_number("2025-01-01"), LAST))
    n = min(len(later.day), len(earlier.day))
    assert np.array_equal(later.cents[:n], earlier.cents[:n])
    with pytest.raises(UserError, match="expected within 2024-01-02 and 2025-12-31"):
        calendars.fiscal_flows(FIRST, day_number("2026-01-02"))


def test_a_steady_calendar_reissues_exactly_what_matures():
    now = listing(START)
    steady = calendars.steady_auctions(now, FIRST, LAST)
    issued, alive = {}, dict(zip(now.securities.cusip, now.outstanding.tolist(), strict=True))
    maturity = dict(zip(now.securities.cusip, now.securities.maturity_day.tolist(), strict=True))
    for auction in steady:
        issued.setdefault(auction.issue_day, []).append(auction)
    for day in business_days(FIRST, LAST).tolist():
        due = [cusip for cusip, when in maturity.items() if when <= day]
        matured = sum(alive.pop(cusip) for cusip in due)
        for cusip in due:
            del maturity[cusip]
        for auction in issued.get(day, []):
            alive[auction.cusip], maturity[auction.cusip] = auction.offering, auction.maturity_day
            assert auction.announced_day < auction.auction_day < auction.issue_day < auction.maturity_day
        assert sum(auction.offering for auction in issued.get(day, [])) == matured
    assert sum(alive.values()) == now.outstanding.sum()


def test_steady_securities_have_valid_cusips_and_terms_of_their_own():
    now = listing(START)
    steady = calendars.steady_auctions(now, FIRST, LAST)
    cusips = [a.cusip for a in steady]
    assert len(set(cusips)) == len(cusips) and all(check_digit(c) == c[8] and c[:2] == "99" for c in cusips)
    later = with_future(now, steady)
    assert len(later.securities) == len(now.securities) + len(steady)
    for auction in steady:
        months = (auction.maturity_day - auction.issue_day) / 30.44
        assert months == pytest.approx(auction.term_months, abs=0.7)


def test_the_fed_rolls_its_share_of_a_steady_calendar():
    now = listing(START)
    half = now.outstanding // 2
    whole, rest = (calendars.steady_auctions(now, FIRST, FIRST + 60, fed) for fed in (None, half))
    assert sum(a.offering for a in rest) == pytest.approx(sum(a.offering for a in whole) / 2, rel=1e-6)


def test_calendars_end_where_they_are_published():
    with pytest.raises(UserError, match="ends on 2025-12-31"):
        calendars.auctions(FIRST, day_number("2026-01-02"))
    with pytest.raises(UserError, match="ends on 2025-12-31"):
        calendars.buybacks(FIRST, day_number("2026-01-02"))
