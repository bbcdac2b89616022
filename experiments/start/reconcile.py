"""A starting state's sums beside the published ones, in billions of dollars, as text.

Lines without a published figure are stated as such; the note says what the comparison is with and why it may differ.
"""

from typing import NamedTuple

import numpy as np

from experiments.inputs.published import interpolated, nearest_row, table
from experiments.inputs.tips_index import index_ratios
from experiments.start.dealer_holdings import BUCKETS, bucket_mask
from experiments.start.sector_totals import CAYMAN, COUNTRIES, MMF, OTHERS, TIC, published_households_musd
from experiments.start.security_list import Listing, listing
from experiments.start.state import StartingState
from experiments.start.valuation import value_cents
from market.accounts.instruments import FED, PUBLIC, TREASURY, Money
from market.bonds.securities import Kind
from market.calendar import is_business_day, previous_business_day
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD, Int, to_date

MSPD_CLASSES = {"BILLS": Kind.BILL, "NOTES": Kind.NOTE, "BONDS": Kind.BOND, "TIPS": Kind.TIPS, "FRN": Kind.FRN}


class Line(NamedTuple):
    """One sum of the state and its published counterpart in millions (None where there is none)."""

    what: str
    state_musd: float
    published_musd: float | None
    note: str = ""


def reconcile(state: StartingState) -> str:
    """Return the table of sums of a state beside the published ones."""
    head = f"Starting state of {to_date(state.day)}: {len(state.securities)} securities, {len(state.holders)} holders"
    columns = f"{'bn':46s}{'state':>12s}{'published':>12s}{'difference':>12s}  "
    return "\n".join([head, "", columns, *(_text(line) for line in lines(state))])


def _text(line: Line) -> str:
    """Return a line of the table."""
    if line.published_musd is None:
        return f"{line.what:46s}{line.state_musd / 1000:12,.3f}{'-':>12s}{'-':>12s}  {line.note}"
    difference = (line.state_musd - line.published_musd) / 1000
    figures = f"{line.state_musd / 1000:12,.3f}{line.published_musd / 1000:12,.3f}{difference:12,.3f}"
    return f"{line.what:46s}{figures}  {line.note}"


def lines(state: StartingState) -> list[Line]:
    """Return every comparison: debt, the Fed, dealers, sectors, countries."""
    return [*_debt(state), *_fed(state), *_dealers(state), *_sectors(state), *_countries(state)]


def _debt(state: StartingState) -> list[Line]:
    """Compare outstanding face by class (TIPS indexed) with MSPD at its own month-end, and with what owners have."""
    mspd = nearest_row(table("mspd_class_totals_monthly_2019-2024"), state.day, "observation_date")
    month_end = int(mspd["observation_date"])
    last = month_end if is_business_day(month_end) else int(previous_business_day(month_end))
    own = _classes_musd(Listing(state.securities, state.outstanding, state.otr_rank), state.day)
    rebuilt = _classes_musd(listing(last), month_end)
    listed = (
        [] if last == state.day else [Line(f"outstanding {name.lower()}", own[name], None) for name in MSPD_CLASSES]
    )
    listed += [
        Line(
            f"{name.lower()} rebuilt to {to_date(last)}",
            rebuilt[name],
            float(mspd[name]) * 1000,
            f"MSPD {to_date(month_end)}",
        )
        for name in MSPD_CLASSES
    ]
    apart = int(np.abs(np.delete(state.face, TREASURY, axis=0).sum(axis=0) - state.outstanding).sum())
    return [*listed, Line("owners less outstanding, all securities", apart / FACE_PER_MUSD, 0.0, "exact")]


def _classes_musd(current: Listing, day: int) -> dict[str, float]:
    """Return outstanding millions by class, TIPS times the index ratio of a day."""
    face = current.outstanding * index_ratios(current.securities, day) / FACE_PER_MUSD
    return {name: float(face[current.securities.of(kind)].sum()) for name, kind in MSPD_CLASSES.items()}


def _fed(state: StartingState) -> list[Line]:
    """Compare the Fed's sheet with the H.4.1 and SOMA by type."""
    levels, when = state.levels, f"H.4.1 of {to_date(state.levels.day)}"
    held, money = state.face[FED], -state.money[FED] / CENTS_PER_MUSD
    kinds = {"bills": (Kind.BILL,), "notes_bonds": (Kind.NOTE, Kind.BOND), "frn": (Kind.FRN,), "tips": (Kind.TIPS,)}
    listed = [
        Line(
            f"Fed {name}",
            float(held[state.securities.of(*kind)].sum()) / FACE_PER_MUSD,
            _musd(getattr(levels, name)),
            "SOMA",
        )
        for name, kind in kinds.items()
    ]
    columns = {
        "reserves": Money.RESERVES,
        "treasury_cash": Money.TREASURY_CASH,
        "on_rrp": Money.REVERSE_REPO,
        "foreign_repo": Money.FOREIGN_REPO,
        "currency": Money.CURRENCY,
    }
    listed += [
        Line(f"Fed {name}", float(money[column]), _musd(getattr(levels, name)), when)
        for name, column in columns.items()
    ]
    assets = int(held.sum()) * 10_000 + int(state.money[FED, Money.FED_OTHER_ASSETS])
    owed = assets - int(held.sum()) * 10_000 - int(state.money[FED].sum())
    row = nearest_row(table("h41_wednesday_levels_weekly_2019-2024"), levels.day)
    return [
        *listed,
        Line("Fed assets less deferred asset", _musd(assets - levels.deferred_asset), float(row["total_assets"]), when),
        Line("Fed assets less liabilities", _musd(assets - owed), 0.0, "exact"),
    ]


def _musd(cents: int) -> float:
    """Return cents in millions."""
    return cents / CENTS_PER_MUSD


def _market_musd(state: StartingState, rows: Int) -> float:
    """Return the market value of some holders' securities in millions."""
    return _musd(int(value_cents(state.face[rows], state.indexed_e8).sum()))


def _dealers(state: StartingState) -> list[Line]:
    """Compare dealers' positions by bucket with FR 2004."""
    value = value_cents(state.face[state.rows("primary_dealer")], state.indexed_e8).sum(axis=0)
    listed = []
    for bucket in BUCKETS:
        published = state.published_musd[f"dealers.{bucket}"]
        note = "published short, starts at zero" if published < 0 else "FR 2004"
        held = int(value[bucket_mask(state.securities, state.day, bucket)].sum())
        listed.append(Line(f"dealers {bucket}", _musd(held), published, note))
    return listed


def _sectors(state: StartingState) -> list[Line]:
    """Compare sectors at market value with their sources."""
    day, published = state.day, state.published_musd
    sources = {"money_fund": "OFR, N-MFP", "hedge_fund": "Z.1 memo and TIC Cayman Islands", "foreign_official": "TIC"}
    names = ("money_fund", "bank", "bond_fund", "insurer", "pension", "state_local", "hedge_fund", "foreign_official")
    listed = [
        Line(name, _market_musd(state, state.rows(name)), published[name], sources.get(name, "Z.1")) for name in names
    ]
    households = _market_musd(state, state.rows("household"))
    foreign = _market_musd(state, np.concatenate([state.rows("foreign_official"), state.rows("foreign_private")]))
    funds = -float(state.money[state.rows("money_fund"), Money.FUND_SHARES].sum()) / CENTS_PER_MUSD
    public = float(state.money[PUBLIC, Money.DEPOSITS]) / CENTS_PER_MUSD
    return [
        *listed,
        Line(
            "household, the rest",
            households,
            published_households_musd(day),
            "Z.1 households, corporates, other financial",
        ),
        Line("foreign without Cayman Islands", foreign, published["foreign"], "TIC"),
        Line(
            "money funds' assets", funds, interpolated(table(MMF), day, "month_end", "total_investments"), "OFR, N-MFP"
        ),
        Line("deposits of the public", public, None, "assumed: what banks owe and nobody else has"),
    ]


def _countries(state: StartingState) -> list[Line]:
    """Compare foreign holdings by country with TIC."""
    listed = []
    for country in COUNTRIES:
        rows = np.array([row for row, holder in enumerate(state.holders) if holder.country == country], np.int64)
        if country == OTHERS:
            named = sum(interpolated(table(TIC), state.day, "date", c) for c in (*COUNTRIES[:-1], CAYMAN))
            published = interpolated(table(TIC), state.day, "date", "Grand Total") - named
        else:
            published = interpolated(table(TIC), state.day, "date", country)
        listed.append(Line(f"held in {country}", _market_musd(state, rows), 1000 * published, "TIC"))
    return listed
