"""Do the published figures agree with each other? Sums, class totals, CUSIPs, dates: one check each.

``check_data`` runs them all and returns a line for each; nothing is repaired. Tolerances are what ``data/SOURCES.md``
says was found when the data were collected.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.inputs.published import DataError, check_digit, nearest_row, table
from experiments.inputs.published_columns import TABLES
from experiments.inputs.tips_index import index_ratios
from experiments.start.issuance import LIST_DAY
from experiments.start.security_list import listing
from market.bonds.securities import Kind
from market.calendar import is_business_day
from market.units import FACE_PER_MUSD, day_number, to_date

CLASSES = {"BILLS": Kind.BILL, "NOTES": Kind.NOTE, "BONDS": Kind.BOND, "TIPS": Kind.TIPS, "FRN": Kind.FRN}
CLASS_TOLERANCE_BN = 0.7
FED_TOTAL_MUSD = 7_284_319.0


class Check(NamedTuple):
    """What was held against what, whether it agrees, and the largest difference or the first offender."""

    name: str
    passed: bool
    detail: str


def check_data() -> tuple[Check, ...]:
    """Return the result of every check; an unreadable file fails those that need it with its own line."""
    return tuple(_run(check) for check in CHECKS)


def _run(check: Callable[[], tuple[bool, str]]) -> Check:
    """Run one check; its docstring is its name."""
    name = (check.__doc__ or check.__name__).rstrip(".")
    try:
        passed, detail = check()
    except DataError as error:
        passed, detail = False, str(error)
    return Check(name, passed, detail)


def _within(difference: pd.Series | np.ndarray, tolerance: float, unit: str) -> tuple[bool, str]:
    """Compare the largest absolute difference with a tolerance."""
    largest = float(np.nanmax(np.abs(np.asarray(difference, np.float64))))
    return largest <= tolerance, f"largest difference {largest:.6g} {unit}, allowed {tolerance:g}"


def _readable() -> tuple[bool, str]:
    """Every file has its declared columns, rows and types."""
    cells = sum(table(name).size for name in TABLES)
    return True, f"{len(TABLES)} files, {cells} cells"


def _check_digits() -> tuple[bool, str]:
    """Every CUSIP has nine characters and the right check digit."""
    cusips = sorted({c for name in TABLES if "cusip" in TABLES[name].texts for c in table(name).cusip})
    wrong = [c for c in cusips if len(c) != 9 or not c.isalnum() or check_digit(c) != c[8]]
    return not wrong, f"{len(cusips)} CUSIPs" + (f", wrong {wrong[0]}" if wrong else "")


def _month_ends() -> Iterator[tuple[int, pd.Series]]:
    """Yield the month-ends of 2024 that are business days, with their MSPD rows."""
    mspd = table("mspd_class_totals_monthly_2019-2024")
    for _, row in mspd.loc[mspd.observation_date >= day_number("2024-01-01")].iterrows():
        if is_business_day(int(row["observation_date"])):
            yield int(row["observation_date"]), row


def _class_totals() -> tuple[bool, str]:
    """Securities rebuilt from auctions add to the published class totals at month-ends of 2024 (TIPS indexed)."""
    apart = dict.fromkeys(CLASSES, 0.0)
    for day, row in _month_ends():
        current = listing(day)
        face = current.outstanding * index_ratios(current.securities, day) / FACE_PER_MUSD / 1000
        for name, kind in CLASSES.items():
            difference = float(face[current.securities.of(kind)].sum()) - float(row[name])
            apart[name] = max(apart[name], abs(difference))
    passed = all(apart[name] <= CLASS_TOLERANCE_BN for name in CLASSES)
    return passed, ", ".join(
        f"{name} {difference:.2f} of {CLASS_TOLERANCE_BN} bn" for name, difference in apart.items()
    )


def _list() -> tuple[bool, str]:
    """The list of 2024-05-28 follows from issuance, old bonds and buybacks."""
    known = table("securities_outstanding_2024-05-28").set_index("cusip").outstanding_par_musd
    current = listing(LIST_DAY)
    if set(known.index) != set(current.securities.cusip):
        return False, f"CUSIPs differ: {sorted(set(known.index) ^ set(current.securities.cusip))[:3]}"
    return _within(
        current.outstanding / FACE_PER_MUSD - known.reindex(list(current.securities.cusip)).to_numpy(), 0.002, "musd"
    )


def _prices() -> tuple[bool, str]:
    """Coupons and maturities of the price files are those of the securities."""
    wrong = []
    for name in sorted(name for name in TABLES if name.startswith("fedinvest")):
        frame = table(name)
        securities = listing(int(frame.date.iloc[0])).securities
        for cusip, coupon, maturity in zip(frame.cusip, frame.coupon_pct.fillna(0.0), frame.maturity_date, strict=True):
            place = securities.place(cusip)
            if securities.maturity_day[place] != maturity or abs(securities.coupon_e3[place] - 1000 * coupon) > 0.5:
                wrong.append(f"{name} {cusip}")
    return not wrong, f"wrong {wrong[0]}" if wrong else "all agree"


def _dealer_buckets() -> tuple[bool, str]:
    """Dealers' buckets add to their total."""
    frame = table("dealer_net_positions_weekly_2024").drop(columns="asof_date")
    return _within(frame.drop(columns="total").sum(axis=1) - frame.total, 0.5, "musd")


def _tic() -> tuple[bool, str]:
    """TIC's bills and bonds add to the official total; named countries stay below the grand total."""
    frame = table("tic_foreign_holders_monthly_2019-2024")
    parts = frame["Treasury Bills"] + frame["T-Bonds & Notes"] - frame["For. Official"]
    named = frame.drop(columns=["date", "Grand Total", "For. Official", "Treasury Bills", "T-Bonds & Notes"]).sum(
        axis=1
    )
    passed, detail = _within(parts, 0.2, "bn")
    return passed and bool((named < frame["Grand Total"]).all()), detail


def _soma() -> tuple[bool, str]:
    """SOMA by type adds to the Treasuries of the H.4.1 on common days."""
    soma = table("soma_by_type_weekly_2019-2024").set_index("date")
    total = soma[["bills", "notes_bonds_nominal", "frn", "tips_par", "tips_inflation_compensation"]].sum(axis=1)
    h41 = table("h41_wednesday_levels_weekly_2019-2024").set_index("date").soma_treasuries
    return _within((total - h41).dropna(), 1.0, "musd")


def _soma_by_cusip() -> tuple[bool, str]:
    """SOMA by CUSIP on 2024-05-22 adds to the published type total."""
    by_cusip = table("soma_nominal_notes_bonds_2024-05-22").par_musd.sum()
    row = nearest_row(table("soma_by_type_weekly_2019-2024"), day_number("2024-05-22"))
    return _within(np.array([by_cusip - row["notes_bonds_nominal"]]), 0.001, "musd")


def _fed_sheet() -> tuple[bool, str]:
    """The Fed's balance sheet of 2024-05-29 closes at 7,284,319 on both sides."""
    frame = table("fed_balance_sheet_2024-05-29")
    sides = [frame.loc[frame.side == side].musd.sum() - FED_TOTAL_MUSD for side in ("asset", "liability")]
    totals = (frame.loc[frame.side == "total"].musd - FED_TOTAL_MUSD).tolist()
    return _within(np.array(sides + totals), 0.001, "musd")


def _treasury_cash() -> tuple[bool, str]:
    """Treasury cash of the daily statement is that of the H.4.1 on common Wednesdays."""
    daily = table("tga_daily_2019-2024").set_index("date").tga_musd
    h41 = table("h41_wednesday_levels_weekly_2019-2024").set_index("date").tga
    return _within((daily - h41).dropna(), 1.0, "musd")


def _reverse_repo() -> tuple[bool, str]:
    """ON RRP by counterparty adds to its total."""
    frame = table("onrrp_by_counterparty_daily_2022-2024")
    parts = frame[["mmf_musd", "gse_musd", "primary_dealer_musd", "bank_musd"]].sum(axis=1, skipna=False)
    return _within(parts - frame.total_musd, 1.5, "musd")


def _z1() -> tuple[bool, str]:
    """Z.1 groups add to the market value of all holdings."""
    frame = table("z1_treasury_holders_with_hedge_funds_quarterly_2019-2024")
    groups = [
        "rest_of_world",
        "federal_reserve",
        "money_market_funds",
        "households_nonprofits",
        "mutual_closed_end_etf_funds",
    ]
    groups += ["banks", "insurers_and_pensions", "other_incl_dealers_state_local_corporates_hedge_funds"]
    return _within(frame[groups].sum(axis=1) - frame.total_holdings_market_value, 5.0, "musd")


def _buybacks() -> tuple[bool, str]:
    """Buybacks by CUSIP add to what each operation accepted, and no operation passes its maximum."""
    held = table("buyback_operations_2024").dropna(subset="par_accepted_musd").set_index("operation_date")
    parts = table("buyback_security_details_2024").groupby("operation_date").par_accepted_musd.sum().reindex(held.index)
    passed, detail = _within(parts - held.par_accepted_musd, 0.5, "musd")
    return passed and bool((held.par_accepted_musd <= held.max_par_amt_redeemed_musd).all()), detail


def _business_days() -> tuple[bool, str]:
    """Auctions, issues, buybacks, curves and Treasury cash are dated on business days."""
    dated = {
        "auctions_2019-2024": ["auction_date", "issue_date"],
        "auction_schedule_2025": ["auction_date", "issue_date"],
        "buyback_operations_2024": ["operation_date", "settlement_date"],
        "buyback_schedule_2025": ["operation_date", "settlement_date"],
        "par_yield_curve_daily_2019-2024": ["Date"],
    }
    days = [
        (name, int(day))
        for name, columns in dated.items()
        for column in columns
        for day in table(name)[column].unique()
    ]
    wrong = [f"{name} {to_date(day)}" for name, day in days if not is_business_day(day)]
    return not wrong, f"{len(days)} dates" + (f", {len(wrong)} are not, first {wrong[0]}" if wrong else "")


CHECKS = (
    _readable,
    _check_digits,
    _business_days,
    _class_totals,
    _list,
    _prices,
    _dealer_buckets,
    _tic,
    _soma,
    _soma_by_cusip,
    _fed_sheet,
    _treasury_cash,
    _reverse_repo,
    _z1,
    _buybacks,
)
