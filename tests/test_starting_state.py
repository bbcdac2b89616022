"""The starting state closes exactly, and meets what is published."""

import numpy as np
import pytest

from experiments.errors import UserError
from experiments.inputs.published import interpolated, nearest_row, table
from experiments.inputs.tips_index import index_ratios
from experiments.start import prices as start_prices
from experiments.start.dealer_holdings import BUCKETS, bucket_mask
from experiments.start.holders import DEFAULT_POPULATION
from experiments.start.money import BANK_EQUITY
from experiments.start.reconcile import lines, reconcile
from experiments.start.roster import roster
from experiments.start.sector_totals import CAYMAN, COUNTRIES, OTHERS, TIC
from experiments.start.security_list import listing
from experiments.start.state import starting_state
from experiments.start.valuation import value_cents
from market.accounts.instruments import FED, PUBLIC, TREASURY, Money
from market.bonds import bond_arithmetic
from market.bonds.securities import Kind
from market.calendar import next_business_day
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD, FACE_PER_MUSD, day_number

DEFAULT = day_number("2024-05-28")
DAYS = [DEFAULT, day_number("2024-02-29"), day_number("2024-08-30"), day_number("2024-12-31")]
ISSUERS = {
    Money.RESERVES: {FED},
    Money.TREASURY_CASH: {FED},
    Money.REVERSE_REPO: {FED},
    Money.FOREIGN_REPO: {FED},
    Money.CURRENCY: {FED},
    Money.FED_OTHER_LIABILITIES: {FED},
    Money.FED_OTHER_ASSETS: {PUBLIC},
    Money.LOANS: {PUBLIC},
    Money.DEPOSITS: "bank",
    Money.TRIPARTY_REPO: ("primary_dealer", "hedge_fund"),
    Money.FUND_SHARES: ("money_fund", "bond_fund"),
    Money.STANDING_REPO: (),
}


@pytest.fixture(scope="module", params=DAYS, ids=lambda day: str(np.datetime64(day, "D")))
def state(request):
    return starting_state(request.param)


@pytest.fixture(scope="module")
def default():
    return starting_state(DEFAULT)


def _market_musd(state, rows):
    return value_cents(state.face[rows], state.indexed_e8).sum() / CENTS_PER_MUSD


def test_every_security_is_owned_exactly(state):
    owned = np.delete(state.face, TREASURY, axis=0)
    assert np.all(owned >= 0)
    assert np.array_equal(owned.sum(axis=0), state.outstanding)
    assert np.array_equal(state.face[TREASURY], -state.outstanding)
    assert np.array_equal(state.outstanding, listing(state.day).outstanding)


def test_every_money_sums_to_zero_and_only_its_issuers_are_negative(state):
    assert not state.money.sum(axis=0).any()
    for column, issuers in ISSUERS.items():
        negative = set(np.flatnonzero(state.money[:, column] < 0).tolist())
        names = (issuers,) if isinstance(issuers, str) else issuers
        if isinstance(issuers, set):
            allowed = issuers
        else:
            allowed = {int(row) for name in names for row in state.rows(name)}
        assert negative <= allowed, column.name


def test_the_feds_assets_are_its_liabilities_to_the_cent(state):
    par = int(state.face[FED].sum()) * CENTS_PER_FACE
    assert par + int(state.money[FED].sum()) == 0
    row = nearest_row(table("h41_wednesday_levels_weekly_2019-2024"), state.levels.day)
    assets = par + int(state.money[FED, Money.FED_OTHER_ASSETS])
    assert assets - state.levels.deferred_asset == round(row["total_assets"]) * CENTS_PER_MUSD
    assert -state.money[FED, Money.RESERVES] == round(row["reserve_balances"]) * CENTS_PER_MUSD
    assert -state.money[FED, Money.TREASURY_CASH] == round(row["tga"]) * CENTS_PER_MUSD


def test_the_fed_holds_its_published_types_and_no_more_than_there_is(state):
    held, kinds = state.face[FED], state.securities
    for total, of in (
        (state.levels.bills, (Kind.BILL,)),
        (state.levels.notes_bonds, (Kind.NOTE, Kind.BOND)),
        (state.levels.frn, (Kind.FRN,)),
        (state.levels.tips, (Kind.TIPS,)),
    ):
        assert int(held[kinds.of(*of)].sum()) * CENTS_PER_FACE == total
    assert np.all(held <= state.outstanding)


def test_the_feds_notes_and_bonds_are_the_published_ones(default):
    frame = table("soma_nominal_notes_bonds_2024-05-22")
    held = default.face[FED][default.securities.places(list(frame.cusip))]
    assert np.abs(held / FACE_PER_MUSD - frame.par_musd).max() < 0.001


@pytest.mark.parametrize(
    ("day", "month_end"),
    [("2024-02-29", "2024-02-29"), ("2024-08-30", "2024-08-31"), ("2024-12-31", "2024-12-31")],
)
def test_classes_add_to_published_totals(day, month_end):
    state, day = starting_state(day_number(day)), day_number(month_end)
    mspd = table("mspd_class_totals_monthly_2019-2024").set_index("observation_date").loc[day]
    face = state.outstanding * index_ratios(state.securities, day) / FACE_PER_MUSD / 1000
    for name, kind in (("BILLS", 0), ("NOTES", 1), ("BONDS", 2), ("TIPS", 3), ("FRN", 4)):
        assert face[state.securities.of(Kind(kind))].sum() == pytest.approx(mspd[name], abs=0.7)


def test_dealers_hold_the_published_buckets(state):
    row = nearest_row(table("dealer_net_positions_weekly_2024"), state.day, "asof_date")
    value = value_cents(state.face[state.rows("primary_dealer")], state.indexed_e8).sum(axis=0) / CENTS_PER_MUSD
    for bucket in BUCKETS:
        held = value[bucket_mask(state.securities, state.day, bucket)].sum()
        assert held == pytest.approx(max(row[bucket], 0.0), abs=0.02), bucket


def test_a_bucket_that_is_published_short_starts_at_zero_and_is_reported():
    state = starting_state(day_number("2024-01-31"))
    assert state.published_musd["dealers.cpn_g2_le3y"] == -279
    (short,) = (line for line in lines(state) if line.what == "dealers cpn_g2_le3y")
    assert short.state_musd == 0 and "short" in short.note


def test_every_security_belongs_to_one_bucket(default):
    count = sum(bucket_mask(default.securities, DEFAULT, bucket).astype(int) for bucket in BUCKETS)
    assert np.all(count == 1)


def test_sectors_meet_their_totals_within_rounding(state):
    for sector in ("money_fund", "bank", "bond_fund", "insurer", "pension", "state_local", "hedge_fund"):
        held = _market_musd(state, state.rows(sector))
        assert held == pytest.approx(state.published_musd[sector], abs=0.1), sector


def test_countries_meet_tic_and_officials_their_total(state):
    tic = {name: 1000 * interpolated(table(TIC), state.day, "date", name) for name in [*COUNTRIES[:-1], CAYMAN]}
    for country in tic.keys() - {CAYMAN}:
        rows = np.array([i for i, holder in enumerate(state.holders) if holder.country == country])
        assert _market_musd(state, rows) == pytest.approx(tic[country], abs=0.1), country
    official = 1000 * interpolated(table(TIC), state.day, "date", "For. Official")
    assert _market_musd(state, state.rows("foreign_official")) == pytest.approx(official, abs=0.1)
    assert OTHERS in {holder.country for holder in state.holders}


def test_officials_hold_the_bills_that_tic_gives(state):
    columns = ("Treasury Bills", "T-Bonds & Notes", "For. Official")
    bills, bonds, official = (1000 * interpolated(table(TIC), state.day, "date", name) for name in columns)
    rows, chosen = state.rows("foreign_official"), state.securities.of(Kind.BILL)
    held = value_cents(state.face[rows], state.indexed_e8)[:, chosen].sum() / CENTS_PER_MUSD
    assert held == pytest.approx(official * bills / (bills + bonds), abs=0.1)


def test_money_funds_hold_nothing_long_and_own_what_is_published(state):
    rows = state.rows("money_fund")
    long = (state.securities.maturity_day - state.day > 397) & ~state.securities.of(Kind.FRN)
    assert not state.face[rows][:, long].any() and not state.face[rows][:, state.securities.of(Kind.TIPS)].any()
    owned = -state.money[rows, Money.FUND_SHARES].sum() / CENTS_PER_MUSD
    published = interpolated(table("mmf_holdings_monthly_2019-2024"), state.day, "month_end", "total_investments")
    assert owned == pytest.approx(published, abs=1.0)
    counterparties = nearest_row(table("onrrp_by_counterparty_daily_2022-2024"), state.levels.day)
    assert state.money[rows, Money.REVERSE_REPO].sum() == round(counterparties["mmf_musd"]) * CENTS_PER_MUSD


def net_worth_cents(state):
    """Return each holder's net worth (H,): securities at market value and all money."""
    return state.value() + state.money.sum(axis=1)


def test_funds_are_worth_their_shares_and_the_others_are_worth_something(state):
    worth = net_worth_cents(state)
    for row, holder in enumerate(state.holders[3:], 3):
        if holder.sector in ("money_fund", "bond_fund"):
            assert worth[row] == 0, holder.name
        else:
            assert worth[row] > 0, holder.name


def test_banks_have_equity_of_nine_percent(state):
    rows = state.rows("bank")
    worth = net_worth_cents(state)[rows]
    assets = worth - state.money[rows, Money.DEPOSITS]
    assert np.allclose(worth / assets, BANK_EQUITY, atol=1e-9)


def test_institutions_of_a_sector_are_unequal_and_alike_in_mix(default):
    for sector in ("bank", "primary_dealer", "money_fund"):
        rows = default.rows(sector)
        value = value_cents(default.face[rows], default.indexed_e8).sum(axis=1).astype(float)
        sizes = np.array([default.holders[row].size for row in rows])
        assert sizes.sum() == pytest.approx(1.0) and sizes.max() > 2 * np.median(sizes)
        assert np.allclose(value / value.sum(), sizes, atol=1e-6)


def test_the_same_call_gives_the_same_bits(default):
    again = starting_state(DEFAULT)
    for name in ("face", "money", "price_e8", "outstanding"):
        assert getattr(again, name).tobytes() == getattr(default, name).tobytes()


def test_a_day_whose_reverse_repo_by_counterparty_is_blank_takes_the_nearest_one():
    blank = starting_state(day_number("2024-05-08"))
    assert not blank.money.sum(axis=0).any() and blank.money[PUBLIC, Money.REVERSE_REPO] > 0


def test_nobody_can_change_a_state(default):
    with pytest.raises(ValueError, match="read-only"):
        default.face[3, 0] = 1


def test_one_more_bank_leaves_all_other_sectors_holdings_alone(default):
    more = starting_state(DEFAULT, {**DEFAULT_POPULATION, "bank": 25})
    for sector in DEFAULT_POPULATION.keys() - {"bank"}:
        assert np.array_equal(more.face[more.rows(sector)], default.face[default.rows(sector)]), sector
    raw = {holder.name: holder.size for holder in more.holders}
    ratio = [raw[holder.name] / holder.size for holder in default.holders if holder.sector == "bank"]
    assert np.allclose(ratio, ratio[0])


def test_a_tilt_moves_holdings_and_no_sum(default):
    tilted, other = (starting_state(DEFAULT, tilt=0.5, tilt_seed=seed) for seed in (1, 2))
    assert not np.array_equal(tilted.face, other.face)
    moved = np.abs(tilted.face - default.face)[3:].sum() / default.outstanding.sum()
    assert moved > 0.1
    assert np.array_equal(tilted.face.sum(axis=0), default.face.sum(axis=0))
    assert np.array_equal(tilted.face[: PUBLIC + 1], default.face[: PUBLIC + 1])
    desks = default.rows("primary_dealer")
    assert np.array_equal(tilted.face[desks], default.face[desks])
    for sector in (*DEFAULT_POPULATION, "foreign_official", "foreign_private"):
        assert _market_musd(tilted, tilted.rows(sector)) == pytest.approx(
            _market_musd(default, default.rows(sector)), abs=0.2
        )


def test_more_foreign_institutions_go_to_the_largest_countries(default):
    more = starting_state(DEFAULT, {**DEFAULT_POPULATION, "foreign_official": len(COUNTRIES) + 1})
    twice = [
        holder.country for holder in more.holders if holder.sector == "foreign_official" and holder.name.endswith(" 2")
    ]
    assert twice == ["Japan"]
    rows = [i for i, holder in enumerate(more.holders) if holder.country == "Japan"]
    before = [i for i, holder in enumerate(default.holders) if holder.country == "Japan"]
    assert np.array_equal(more.face[rows].sum(axis=0), default.face[before].sum(axis=0))


@pytest.mark.parametrize("day", start_prices.PRICE_DAYS, ids=lambda day: str(np.datetime64(day, "D")))
def test_prices_of_the_price_days_are_the_published_ones(day):
    current = listing(day)
    price = start_prices.prices_e8(current, day) / 1e8
    frame = table(f"fedinvest_prices_{np.datetime64(day, 'D')}")
    place = current.securities.places(list(frame.cusip))
    assert np.abs(price[place] - frame.end_of_day_price).max() <= 1e-8
    bills = np.flatnonzero(current.securities.of(Kind.BILL))
    assert np.all(np.diff(price[bills]) < 0.05) and np.all((price[bills] > 94) & (price[bills] <= 100))


def test_prices_of_other_days_follow_the_curve_of_the_day(monkeypatch):
    """Predicted from the pattern three months before, yields of 28 May are right within a few basis points."""
    current, settle = listing(DEFAULT), int(next_business_day(DEFAULT))
    marked = start_prices.prices_e8(current, DEFAULT) / 1e8
    monkeypatch.setattr(start_prices, "PRICE_DAYS", start_prices.PRICE_DAYS[:1])
    guessed = start_prices.prices_e8(current, DEFAULT) / 1e8
    chosen = current.securities.of(Kind.NOTE, Kind.BOND) & (current.securities.maturity_day > settle + 365)
    apart = np.subtract(
        *(bond_arithmetic.yields(current.securities, price, settle)[chosen] for price in (guessed, marked))
    )
    assert np.sqrt(np.mean(apart**2)) < 4.0


def test_tips_yield_the_real_curve(default):
    settle = int(next_business_day(DEFAULT))
    real = bond_arithmetic.yields(default.securities, default.price_e8 / 1e8, settle)
    years = (default.securities.maturity_day - settle) / 365.25
    tips = default.securities.of(Kind.TIPS)
    published = table("tips_real_yields_daily_2019-2024").set_index("date").loc[DEFAULT]
    long = tips & (years > 10)
    assert np.all((real[long] >= 100 * published.DFII10 - 0.5) & (real[long] <= 100 * published.DFII30 + 0.5))


def test_value_is_exact_where_the_product_would_overflow():
    face, price = np.array([2_400_000_000, 3]), np.array([17_999_999_999, 10_000_500_000])
    expected = [round(2_400_000_000 * 17_999_999_999 / 10**6), 30_002]
    assert value_cents(face, price).tolist() == expected


def test_face_can_be_laid_out_on_a_longer_list(default):
    from experiments.inputs.calendars import auctions
    from experiments.start.security_list import with_future

    later = with_future(listing(DEFAULT), auctions(DEFAULT, day_number("2024-08-30"), by="issue_day"))
    wide = default.face_on(later.securities)
    assert np.array_equal(wide[TREASURY], -later.outstanding)
    assert wide.sum() == 0


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2024-05-27", "2024-05-27 is no business day, nearest 2024-05-24 or 2024-05-28"),
        ("2023-12-29", "2023-12-29 is not in 2024, nearest 2024-01-02"),
        ("2025-03-03", "2025-03-03 is not in 2024, nearest 2024-12-31"),
    ],
)
def test_days_without_a_state_are_refused(day, words):
    with pytest.raises(UserError, match=words):
        starting_state(day_number(day))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"banks": 3}, "population.banks: unknown sector; did you mean 'bank'?"),
        ({"bank": 0}, "population.bank is 0, expected at least 1"),
        ({"foreign_private": 3}, "population.foreign_private is 3, expected at least 18"),
    ],
)
def test_impossible_populations_are_refused(change, words):
    with pytest.raises(UserError) as caught:
        starting_state(DEFAULT, {**DEFAULT_POPULATION, **change})
    assert str(caught.value) == words


def test_a_missing_sector_is_refused():
    with pytest.raises(UserError, match=r"population\.insurer is missing"):
        starting_state(DEFAULT, {name: n for name, n in DEFAULT_POPULATION.items() if name != "insurer"})


def test_the_reconciliation_shows_every_difference(state):
    text = reconcile(state)
    assert "owners less outstanding, all securities" in text and "published" in text
    exact = [line for line in lines(state) if line.note in ("exact", "SOMA") or line.note.startswith("H.4.1")]
    assert len(exact) >= 11
    assert all(line.state_musd == pytest.approx(line.published_musd, abs=0.001) for line in exact)
    (households,) = (line for line in lines(state) if line.what.startswith("household"))
    assert 0 < households.state_musd / households.published_musd - 1 < 0.3


def test_the_roster_names_everybody_and_adds_to_what_the_state_holds(state):
    said = roster(state, "foreign_official").splitlines()
    rows = state.rows("foreign_official")
    assert all(any(state.holders[row].name in line for line in said) for row in rows)
    assert said[-1].split()[1] == f"{state.value()[rows].sum() / 1e8:,.0f}"
    assert len(roster(state).splitlines()) == len(state.holders) - 3 + 4
