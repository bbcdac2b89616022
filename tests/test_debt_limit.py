"""Under a debt limit subject debt never exceeds it, cash never falls below nothing, and no dollar is unexplained."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from figure_audit import complaints
from hypothesis import given, settings
from hypothesis import strategies as st
from securities_on_paper import listed
from small_market import small

from agents.officials.central_bank import CentralBank, FedPlan
from agents.officials.debt_limit import (
    FREE,
    YEAR_BP,
    LimitPlan,
    Measure,
    face_cents,
    months_between,
    projected_cents,
    rolled_cents,
    shares,
    spending_cents,
    x_day,
)
from agents.officials.debt_office import DebtOffice
from agents.officials.limit_desk import LimitDesk
from experiments.check import RunTables, check
from experiments.errors import ScenarioError
from experiments.figures import waterfall
from experiments.inputs.limit_plan import outlook
from experiments.results.limit_account import account
from experiments.run import run
from experiments.scenario import load
from market.auctions.rollover import LIMIT, NO_BIDS, ROLLED, reason_of
from market.bonds.price_index import PriceIndex
from market.bonds.securities import Kind
from market.books.messages import Auction
from market.calendar import business_days, roll_forward
from market.units import CENTS_PER_FACE, FACE_PER_MUSD, day_number
from market.units import FACE_PER_BILLION as BILLION

START = day_number("2024-09-03")
BN = BILLION * CENTS_PER_FACE
INDEX = PriceIndex(12 * 54, np.linspace(300.0, 320.0, 24))  # 2024 and 2025: rising
DAYS = business_days(START, START + 70)


def bonds():
    """Return a bill of each of eleven weeks, a note, TIPS, and a note that matures on a Sunday."""
    weekly = [int(roll_forward(START + 3 + 7 * week)) for week in range(11)]
    maturity = np.array([*weekly, START + 900, START + 2000, day_number("2024-09-15")])
    kind = np.array([Kind.BILL] * 11 + [Kind.NOTE, Kind.TIPS, Kind.NOTE], np.int8)
    return listed(kind, 3, maturity_day=maturity, index_base_e5=np.where(kind == Kind.TIPS, 29_000_000, 0))


S = bonds()
NOTE, TIPS = 11, 12
FACE = np.array([100 * BILLION] * 11 + [900 * BILLION, 500 * BILLION, 40 * BILLION])


def auctions(bill, note, tips):
    """Return a calendar: each week a bill of eight weeks, every other week a note, once TIPS."""
    out = []
    for week in range(1, 9):
        issue = int(roll_forward(START + 3 + 7 * week))
        sizes = {min(week + 6, 10): bill} | ({NOTE: note} if week % 2 else {}) | ({TIPS: tips} if week == 4 else {})
        out += [Auction(at, issue - 7, issue - 4, issue, n * BILLION, 1, False) for at, n in sizes.items() if n]
    return out


def view_of(day, face, pending, soma=None):
    soma = np.zeros(len(S), np.int64) if soma is None else soma
    held = tuple(a for a in pending if a.issue_day > day)
    return SimpleNamespace(date=day, securities=S, outstanding=face, soma=soma, auctions=held)


def plan(**values):
    usual = {"reinstated": START + 7, "limit_cents": 36_000 * BN, "debt_cents": 36_000 * BN}
    return LimitPlan(**(usual | values))


@given(
    bill=st.integers(0, 250),
    note=st.integers(0, 200),
    tips=st.integers(0, 30),
    room=st.integers(1, 60),  # inflation alone breaks a limit that leaves nothing
    measures=st.integers(0, 300),
    when=st.integers(0, 40),
    soma_share=st.sampled_from([0, 4, 2]),
)
@settings(max_examples=60, deadline=None)
def test_subject_debt_stays_within_the_limit_whatever_the_calendar(bill, note, tips, room, measures, when, soma_share):
    limit = plan(limit_cents=(36_000 + room) * BN, measures=(Measure("m", START + when, measures * BN),))
    desk, calendar = LimitDesk(limit, INDEX, S), auctions(bill, note, tips)
    face, pending, other = FACE.copy(), [], None
    soma = FACE // soma_share if soma_share else 0 * FACE
    for day in DAYS.tolist():
        for a in (a for a in pending if a.issue_day == day):
            face[a.security] += a.offering + a.offering // 1_000  # as much as rounding may add
        gone = (S.maturity_day <= day) & (face > 0)
        face[NOTE] += soma[gone].sum()  # the Fed rolls all it is repaid
        face[gone] = 0
        soma[gone] = 0
        today = [a for a in calendar if a.announced_day == day]
        waiting = [a for a in calendar if a.announced_day > day]
        kept, _ = desk.fit(today, waiting, [], view_of(day, face, pending, soma))
        pending += kept
        gross = sum(face_cents(face, S, INDEX, np.array([day])))
        if day == limit.reinstated:
            other = limit.debt_cents - gross
        if other is not None:
            assert gross + other <= limit.limit_cents + limit.available(day)
        assert all(a.offering % BILLION == 0 and a.offering > 0 for a in kept)


def test_bills_give_way_before_coupons_and_share_what_is_left():
    desk = LimitDesk(plan(reinstated=START), INDEX, S)
    issue = START + 14
    note = Auction(NOTE, START, START + 3, issue, 60 * BILLION, 1, False)
    bills = [Auction(9, START, START + 3, issue, 150 * BILLION, 1, False) for _ in range(2)]
    kept, cut = desk.fit([*bills, note], [], [], view_of(START, FACE, []))
    assert kept[0] == note
    sizes = [a.offering for a in kept[1:]]
    assert max(sizes) - min(sizes) <= BILLION and sum(sizes) + cut[issue] == 300 * BILLION
    assert cut[issue] > 0


def test_coupons_that_do_not_fit_are_postponed_in_order_and_sold_later():
    desk = LimitDesk(plan(reinstated=START), INDEX, S)
    big = Auction(NOTE, START, START + 1, START + 2, 150 * BILLION, 1, False)
    small_one = Auction(TIPS, START, START + 1, START + 2, 1 * BILLION, 1, False)
    kept, _ = desk.fit([big, small_one], [], [], view_of(START, FACE, []))
    assert kept == [] and desk.postponed == [big, small_one]  # nothing overtakes
    face, later = FACE.copy(), START + 14
    face[S.maturity_day <= later] = 0
    kept, _ = desk.fit([], [], [], view_of(later, face, []))
    assert [a.security for a in kept] == [NOTE, TIPS] and desk.postponed == []
    assert all(later < a.auction_day < a.issue_day and a.announced_day == later for a in kept)


def test_a_resolution_is_not_known_before_it_comes():
    limit = plan(resolved=START + 20, new_limit_cents=40_000 * BN)
    assert limit.room(START + 30, START + 19) == limit.limit_cents
    assert limit.room(START + 30, START + 20) == limit.new_limit_cents
    assert limit.limit(START + 6) is None and limit.limit(START + 7) == limit.limit_cents


def test_measures_make_room_from_their_days_and_by_the_month():
    limit = plan(measures=(Measure("a", START, 5, 2), Measure("b", START + 40, 7)))
    assert months_between(day_number("2024-11-30"), day_number("2025-01-01")) == 2
    assert [limit.available(day) for day in (START - 1, START, day_number("2024-10-01"), START + 40)] == [0, 5, 7, 14]


@given(st.integers(0, 900), st.integers(1, 200), st.integers(0, 900), st.lists(st.integers(0, 300), min_size=2))
def test_the_rebuild_never_wants_more_than_its_pace_or_its_target(start, weekly, target, days):
    limit = plan(resolved=START, target_cents=target, weekly_cents=weekly)
    path = [limit.cash_path(start, START + day) for day in sorted(days)]
    assert path == sorted(path) and path[0] >= start and path[-1] <= max(start, target)
    assert all(got - start <= weekly * day / 7 for got, day in zip(path, sorted(days), strict=True))


@given(st.integers(0, 500), st.lists(st.integers(-50, 50), min_size=1, max_size=40))
def test_what_is_paid_and_what_waits_is_all_that_was_due(cash, receipts):
    desk, start = LimitDesk(plan(), INDEX, S), cash
    for amount in receipts:
        cash += desk.payable(amount, cash)
        assert cash >= 0 and desk.unpaid_cents >= 0 and cash * desk.unpaid_cents == 0
    assert cash - desk.unpaid_cents == start + sum(receipts)


@given(st.integers(0, 100), st.lists(st.integers(-20, 40), min_size=3, max_size=3))
def test_the_x_date_is_the_first_day_on_which_all_is_gone(cash, spent):
    total, days = np.cumsum(spent), np.array([1, 2, 3])
    found = x_day(cash, np.full(3, 10), total, days)
    assert all(total[day - 1] <= cash + 10 for day in (1, 2, 3) if found is None or day < found)
    assert found is None or total[found - 1] > cash + 10


def test_projected_debt_counts_issues_indexes_tips_and_drops_what_matures():
    days = np.array([START, START + 3, START + 10])
    got = projected_cents(days, FACE, [(NOTE, START + 3, 7)], S, INDEX)
    after = [FACE.copy() for _ in days]
    for face, day in zip(after, days, strict=True):
        face[NOTE] += 7 * (day >= START + 3)
        face[S.maturity_day <= day] = 0
    assert got.tolist() == [sum(face_cents(f, S, INDEX, np.array([d]))) for f, d in zip(after, days, strict=True)]


def test_room_is_the_limit_and_what_measures_make_from_reinstatement_on_and_free_before():
    plan = LimitPlan(10, 1_000, 900, (Measure("fund", 12, 50, 0),), resolved=40, new_limit_cents=3_000)
    assert [plan.room(day, 11) for day in (9, 10, 12)] == [FREE, 1_000, 1_050]
    assert plan.room(50, 39) == 1_050 and plan.room(50, 40) == 3_050


def test_what_the_fed_may_roll_is_what_it_is_repaid_by_then_with_inflation():
    maturity = np.array([START + 10, START + 20, START + 30])
    some = listed([Kind.BILL, Kind.TIPS, Kind.NOTE], 3, maturity_day=maturity, index_base_e5=[0, 29_000_000, 0])
    soma, days = np.array([1_000, 2_000, 0]), np.array([START + 9, START + 12, START + 25, START + 40])
    when = int(roll_forward(START + 20))
    ratio = round(int(INDEX.reference_e5(np.array([when]))[0]) / 29_000_000, 5)
    tips = 2_000 * CENTS_PER_FACE + round(2_000 * CENTS_PER_FACE * (ratio - 1.0))
    assert ratio > 1.05
    assert rolled_cents(days, START, soma, some, INDEX).tolist() == [
        0,
        1_000 * CENTS_PER_FACE,
        1_000 * CENTS_PER_FACE + tips,
        1_000 * CENTS_PER_FACE + tips,
    ]


def test_spending_is_outlays_less_receipts_and_interest_and_the_discount_of_bills():
    days, face = np.array([START + 1, START + 3]), np.zeros(len(S), np.int64)
    face[0], face[NOTE] = 36 * BILLION, 10 * BILLION
    view = SimpleNamespace(outstanding=face, securities=S, rates=SimpleNamespace(iorb=540.0))
    due = np.zeros((2, len(S)), np.int64)
    due[1, NOTE] = 2 * 10**8  # two points
    plan = LimitPlan(START, 1, 1, outlook={START + 1: 7 * BN, START + 3: -2 * BN})
    discount = 36 * BN // YEAR_BP * 540
    first, second = -7 * BN + discount, -7 * BN + 2 * BN + 10 * BN // 50 + 3 * discount
    assert spending_cents(plan, days, START, due, view).tolist() == [first, second]


def test_a_room_is_shared_by_size_and_none_is_below_nothing():
    assert shares(90, np.array([1.0, 2.0])) == 30 and shares(-90, np.array([1.0, 2.0])) == 0


def test_the_outlook_repeats_the_season_of_the_year_before():
    expected = outlook(day_number("2024-12-02"))
    assert sorted(expected) == business_days(day_number("2024-12-02"), day_number("2025-12-31")).tolist()
    assert expected[day_number("2025-04-15")] > 0  # the tax day: the eleventh business day of April in both years


# ---- scenarios ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("limit_musd = 36_099_999", ["limit_musd is 36099999", "below the debt of 36100000 on 2025-01-02"]),
        ("reinstated = 2025-01-20", ["2025-01-20", "business day", "2025-01-17 and 2025-01-21"]),
        ("reinstated = 2024-12-02", ["2024-12-02", "after the first day 2024-12-02"]),
        ("reinstated = 2025-02-03", ["2025-02-03", "up to 2025-01-31"]),
        ("resolved = 2025-01-02", ["resolved is 2025-01-02", "after the reinstatement"]),
        ("new_limit_musd = 37_000_000", ["new_limit_musd", "a day in resolved"]),
        ("resolved = 2025-01-06\nnew_limit_musd = 36_000_000", ["new_limit_musd is 36000000", "36100000 or more"]),
        ("measures = [{ name = 'x', since = 2025-01-02, room_musd = -1 }]", ["room_musd = -1", "at least 0"]),
        ("measures = [{ name = 'x', since = 2025-01-02 }]", ["room_musd is missing"]),
        (
            "[policy]\nfiscal = 'balanced'",
            ['policy.fiscal = "balanced" with policy.debt_limit', 'expected "published"'],
        ),
    ],
)
def test_an_impossible_limit_is_refused_in_one_line(tmp_path, text, expected):
    path = tmp_path / "mine.toml"
    section = text if text.startswith("[") else f"[policy.debt_limit]\n{text}"
    path.write_text(f'base = "debt-limit-2025"\n{section}\n')
    with pytest.raises(ScenarioError) as caught:
        load(path)
    line = str(caught.value)
    assert "\n" not in line and all(part in line for part in expected), line


# ---- in the market -------------------------------------------------------------------------------
TIGHT = {"measures": (), "limit_musd": 35_510_000}  # room for a month's inflation


def lived(tmp_path_factory, days, **values):
    """Run the autumn's limit in a small market."""
    prefixed = {f"policy__debt_limit__{name}": value for name, value in values.items()}
    folder = tmp_path_factory.mktemp("limit") / "run"
    found = run(small("debt-limit-autumn", **prefixed), 1, days, folder)
    return found.market, RunTables(folder)


@pytest.fixture(scope="module")
def resolved(tmp_path_factory):
    return lived(tmp_path_factory, 16, reinstated="2024-06-04", resolved="2024-06-13", **TIGHT)


@pytest.fixture(scope="module")
def no_room(tmp_path_factory):
    return lived(tmp_path_factory, 16, margin_musd=10**6, reinstated="2024-06-04", resolved=None, **TIGHT)


def test_the_laws_hold_and_no_dollar_is_unexplained(resolved):
    _, tables = resolved
    findings = check(tables.folder)
    assert [finding.law for finding in findings if not finding.passed] == []
    assert "subject debt is within the limit" in {finding.law for finding in findings}
    steps = account(tables)
    assert set(steps["phase"]) == {"run-down", "rebuild"} and set(steps["account"]) == {"cash", "subject debt"}
    for _, part in steps.groupby(["phase", "account"]):
        assert part["cents"].iloc[:-1].sum() == part["cents"].iloc[-1]


@pytest.mark.slow
def test_the_limit_of_2025_is_accounted_for_from_reinstatement_to_rebuild_to_the_cent(tmp_path):
    """With the hypothetical resolution; few institutions, and all of the debt."""
    run(small("debt-limit-2025-resolved"), 1, None, tmp_path / "run")
    tables = RunTables(tmp_path / "run")
    assert [finding.law for finding in check(tables.folder) if not finding.passed] == []
    steps = account(tables)
    assert list(steps["phase"].unique()) == ["run-down", "rebuild"]
    for _, part in steps.groupby(["phase", "account"]):
        assert part["cents"].iloc[:-1].sum() == part["cents"].iloc[-1]
    closes = steps[steps["step"].str.startswith("close of")]["step"].unique().tolist()
    assert closes[:2] == ["close of 2025-01-02", "close of 2025-01-09"] and len(closes) == 3


def test_cash_is_what_was_sold_repaid_and_spent_and_measures_are_none_of_it(resolved):
    _, tables = resolved
    steps = account(tables).query("phase == 'run-down' and account == 'cash'").set_index("step")["cents"]
    levels = tables["debt_limit"].set_index("date")
    until = levels.index[levels["limit_musd"].notna()][-1]
    due = dict.fromkeys(("debt sold", "debt repaid", "buybacks", "interest paid", "receipts less outlays"), 0)
    cash = round((levels["cash_musd"][until] - levels["cash_musd"].iloc[0]) * 1e8)
    assert cash == sum(steps[name] for name in due)


def test_inflation_in_subject_debt_is_that_of_the_index(resolved):
    market, tables = resolved
    _, inflation = face_cents(market.outstanding, market.securities, market.premises.index, np.array([market.date]))
    assert round(tables["debt_limit"]["inflation_musd"].iloc[-1] * 1e8) == inflation > 0


def test_the_waterfall_ends_where_its_steps_lead(resolved):
    _, tables = resolved
    for name, steps in account(tables).groupby("account"):
        bars, level = waterfall.bars(steps), 0
        for _, is_level, cents in bars:
            assert level in (0, cents) or not is_level, name
            level = cents if is_level else level + cents
        drawn = waterfall.lines_of(steps, name == "subject debt")
        jumps = [abs(line.begun - before.level) for before, line in itertools.pairwise(drawn)]
        assert max(jumps) < 0.2, name  # what is too small to be drawn
        steps_drawn = [line for line in drawn if line.kind in (waterfall.ADDS, waterfall.TAKES)]
        assert all(line.number not in ("+0.0", "-0.0") for line in steps_drawn), name
    assert waterfall.save(tables.folder)[0].read_bytes()[:4] == b"\x89PNG"


def test_the_waterfall_passes_the_audit_of_figures_with_a_rebuild_and_without(resolved, no_room):
    for _, tables in (resolved, no_room):
        assert complaints(waterfall.figure(tables.folder), waterfall.WIDE_INCHES) == []
        for axes in waterfall.figure(
            tables.folder
        ).axes:  # no bar is beyond the edge, where steps lead below zero either
            low, high = axes.get_xlim()
            ends = [end for bar in axes.patches for end in (bar.get_x(), bar.get_x() + bar.get_width())]
            assert low <= min(ends) and max(ends) <= high


def test_a_waterfall_without_a_rebuild_says_that_the_limit_still_binds():
    assert waterfall.named("rebuild", 3) == "rebuild" and "before the limit is raised" in waterfall.named("run-down", 2)


def test_with_no_room_at_all_the_default_is_flagged_and_the_run_goes_on(no_room):
    market, tables = no_room
    rows = tables["debt_limit"]
    assert rows["default"].any() and not rows["default"].iloc[0]
    assert (rows["subject_debt_musd"] <= rows["limit_musd"]).all() and (rows["cash_musd"] >= 0).all()
    assert (rows["default"] == (rows["unpaid_musd"] > 0)).all()
    assert all(finding.passed for finding in check(tables.folder))
    office = market.agents_by_type[DebtOffice][0]
    start, paid = rows["date"].iloc[0], tables["postings"].query("memo == 'fiscal' and instrument == 'TREASURY_CASH'")
    planned = sum(cents for day, cents in office.plan.receipts.items() if day <= market.date)
    assert paid["amount"].sum() - office.limit_desk.unpaid_cents == planned and start


def test_a_roll_over_that_the_limit_leaves_without_an_auction_is_redeemed_and_says_why(no_room):
    """With no room at all: what the Fed wanted to roll is repaid in cash, on top of its cap, and has its reason."""
    _, tables = no_room
    rows, auctions = tables["rollovers"].astype({"reason": str}), tables["auctions"]
    lost = rows[rows["reason"] == LIMIT]
    assert len(lost) and (lost["lost_face"] > FACE_PER_MUSD).all() and (lost["auctions_missed"] > 0).all()
    assert (rows[rows["reason"] != LIMIT]["lost_face"] <= 5).all()
    assert (rows["capped_face"] + rows["lost_face"] == rows["redeemed_face"]).all()
    assert (rows["redeemed_face"] + rows["rolled_face"] == rows["repaid_face"]).all()
    added = auctions.groupby([auctions["issue_date"], auctions["kind"].astype(str) == "bill"])["addon_face"].sum()
    for row in rows.itertuples():
        assert added.get((row.date, row.kind == "bills"), 0) == row.rolled_face


@pytest.mark.parametrize(
    ("withdrawn", "expected"),
    [(set(), [30, 60]), ({0}, [None, 90]), ({1}, [90, None]), ({0, 1}, [None, None])],
)
def test_the_part_of_an_auction_that_is_not_held_goes_to_the_others_of_its_issue_day(withdrawn, expected):
    issue, soma = int(S.maturity_day[0]), np.zeros(len(S), np.int64)
    soma[0] = 90
    calendar = [Auction(at, issue - 7, issue - 4, issue, size, 1, False) for at, size in ((5, 10), (6, 20))]
    fed = CentralBank.__new__(CentralBank)
    fed.plan, fed._months, fed._added = FedPlan(calendar=tuple(calendar), roll_all=True), {}, {}
    fed._market = SimpleNamespace(withdrawn={(calendar[at].security, issue - 4) for at in withdrawn})
    view = SimpleNamespace(securities=S, soma=soma, date=issue)
    got = [None if at in withdrawn else fed.addon(auction, view) for at, auction in enumerate(calendar)]
    told = fed.rollovers(view)[0]
    assert got == expected and told.rolled == sum(face or 0 for face in got) and told.wanted == told.repaid == 90
    reasons = {0: ROLLED, 1: ROLLED, 2: LIMIT}
    assert reason_of(told, fed._market.withdrawn) == reasons[len(withdrawn)]
    assert reason_of(told, set()) == (NO_BIDS if len(withdrawn) == 2 else ROLLED)


def test_a_coupon_auction_put_off_to_another_day_takes_its_part_there_and_no_more_is_rolled_than_matures():
    issue, soma = int(S.maturity_day[0]), np.zeros(len(S), np.int64)
    soma[0] = 90
    planned = Auction(5, issue - 7, issue - 4, issue, 20, 1, False)
    late = Auction(6, issue - 3, issue - 2, issue, 40, 1, False)
    fed = CentralBank.__new__(CentralBank)
    fed.plan, fed._months, fed._added = FedPlan(calendar=(planned,), roll_all=True), {}, {}
    fed._market = SimpleNamespace(withdrawn=set())
    view = SimpleNamespace(securities=S, soma=soma, date=issue)
    assert [fed.addon(late, view), fed.addon(planned, view)] == [60, 30]
    fed._added = {}
    assert [fed.addon(planned, view), fed.addon(late, view)] == [90, 0]
