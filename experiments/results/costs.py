"""What buybacks cost and bring: a run beside one of the same seed without them, by month, from their tables alone.

    interest    coupons accrue by days over 365.25; bills their discount in equal parts from the first price recorded;
                floating rate notes the yield of 13-week bills and their margin, over 360
    premium     (price paid - value) / 100 x index ratio x face, summed over what was accepted; the value is that of the
                fitted curve that offers are judged against, or the middle of the market when the operation closed, of a
                standing facility the fitted curve of the evening before and the day's close (table ``offers``);
                in bp: over dv01 / 100 x index ratio x face, summed likewise. The score by which offers are ranked mixes
                the two (``market.auctions.buyback``)
    duration    face x dv01 / dv01 of the on-the-run 10-year note
    liquidity   what off-the-run spreads are lower by, in bp, summed over business days, over 252

Left out: inflation compensation of TIPS, premiums and discounts of coupon issues at auction, and the Fed's remittances,
which return to the Treasury what it pays on the Fed's holdings. One pair of runs is one draw: its differences have the
noise of everything that chance changes between them; take many seeds for a result. Millions of dollars; 10-year
equivalents are millions of face.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.check import RunTables
from experiments.errors import UserError
from experiments.store import read_manifest
from market.bonds import bond_arithmetic
from market.bonds.securities import Kind, Securities
from market.calendar import next_business_day
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD, POINT_E8, Float, day_number

DAYS_A_YEAR, BUSINESS_DAYS_A_YEAR, MONEY_MARKET_YEAR = 365.25, 252, 360
INDEX_YEARS = (0.2, 0.28)  # of bills: the index of floating rate notes
MUSD_PER_BN = 1_000
ALL = "all"  # the row of the whole run
VALUES = {"fitted": "fitted_price_e8", "market": "market_price_e8"}  # that premiums are over: columns of offers
BOUGHT = (  # sums over what was bought back
    "bought_face_musd",
    "paid_musd",
    *(f"premium_{name}_musd" for name in VALUES),
    "removed_10y_musd",
    "bought_bp_musd",
)
UNITS = {  # of the columns, and what they say
    "wam_years": "average maturity of the marketable debt at the close of the month",
    "wam_without_years": "the same in the other run",
    "interest_musd": "interest accrued",
    "interest_without_musd": "the same in the other run",
    "interest_saved_musd": "interest of the other run less that of this one",
    "interest_sd_bp": "standard deviation over days of the interest rate on the debt, in bp a year",
    "interest_sd_without_bp": "the same in the other run",
    "bought_face_musd": "face bought back",
    "paid_musd": "paid for it, accrued interest included",
    "premium_fitted_musd": "paid over its value on the fitted curve",
    "premium_market_musd": "paid over its value in the middle of the market at the close of the operation",
    "premium_fitted_bp": "over the fitted curve, by what a basis point of yield is worth; NaN if nothing was bought",
    "premium_market_bp": "over the middle of the market, likewise",
    "removed_10y_musd": "duration bought back, in 10-year equivalents",
    "private_10y_change_musd": "duration in private hands less that of the other run, at the close of the month",
    "liquidity_bp_years": "lower spreads off the run",
    "liquidity_bp_years_per_bn": "the same by billion dollars paid, NaN if nothing was",
}


def costs(with_dir: Path, without_dir: Path) -> pd.DataFrame:
    """Return the columns of ``UNITS`` by month ("2024-06") and of the whole run ("all"); UserError if no such pair."""
    _refuse_unlike(with_dir, without_dir)
    run, other = RunTables(with_dir), RunTables(without_dir)
    _refuse_buybacks(without_dir, other)
    daily, daily_without = (tables["daily"].set_index("date") for tables in (run, other))
    bought = _bought(run)
    sums = {
        "interest_musd": interest_by_day(run["securities"]),
        "interest_without_musd": interest_by_day(other["securities"]),
        **{name: bought[name] for name in BOUGHT},
        "liquidity_bp_years": (daily_without["spread_off_bp"] - daily["spread_off_bp"]) / BUSINESS_DAYS_A_YEAR,
    }
    duration = _private_10y_musd(run) - _private_10y_musd(other)
    levels = {
        "wam_years": daily["wam_years"],
        "wam_without_years": daily_without["wam_years"],
        "private_10y_change_musd": duration.reindex(daily.index).ffill(),
    }
    rates = {
        "interest_sd_bp": interest_rate_bp(run["securities"], daily["debt_musd"]),
        "interest_sd_without_bp": interest_rate_bp(other["securities"], daily_without["debt_musd"]),
    }
    parts = [_by_month(part, daily.index, how) for part, how in ((sums, "sum"), (levels, "last"), (rates, "std"))]
    table = pd.DataFrame({name: column for part in parts for name, column in part.items()})
    table["interest_saved_musd"] = table["interest_without_musd"] - table["interest_musd"]
    table["liquidity_bp_years_per_bn"] = _ratio(table["liquidity_bp_years"], table["paid_musd"] / MUSD_PER_BN)
    for name in VALUES:
        table[f"premium_{name}_bp"] = _ratio(table[f"premium_{name}_musd"], table["bought_bp_musd"])
    return table[list(UNITS)]


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Return the one over the other, NaN where there is nothing to divide by."""
    return (part / whole).where(whole > 0)


def _refuse_unlike(one: Path, two: Path) -> None:
    """Raise UserError unless two runs have the same seed, days and number of days."""
    first, second = read_manifest(one), read_manifest(two)
    for name, a, b in (
        ("seed", first.seed, second.seed),
        ("days", first.days, second.days),
        ("start", first.scenario["run"]["start"], second.scenario["run"]["start"]),
    ):
        if a != b:
            raise UserError(f"costs: {name} of {one} is {a} and of {two} is {b}, expected a pair that shares it")


def _refuse_buybacks(folder: Path, other: RunTables) -> None:
    """Raise UserError if the run that stands for none has buybacks: a pair in the wrong order, or no such pair."""
    face = int(other["offers"]["accepted_face"].astype("int64").sum())
    if face > 0:
        raise UserError(
            f"costs: {folder} buys back {face / FACE_PER_MUSD:,.0f} musd, expected a run without buybacks as the second"
        )


def _by_month(columns: dict[str, pd.Series], days: pd.Index, how: str) -> dict[str, pd.Series]:
    """Return series by month and for the whole run; a day without a value counts nothing in a sum."""
    out = {}
    for name, values in columns.items():
        by_day = values.reindex(days)
        months = by_day.groupby(pd.DatetimeIndex(days).strftime("%Y-%m")).agg(how)
        whole = by_day.iloc[-1] if how == "last" else by_day.agg(how)
        out[name] = pd.concat([months, pd.Series({ALL: whole})])
    return out


# ---- interest -----------------------------------------------------------------------------------
def interest_by_day(securities: pd.DataFrame) -> pd.Series:
    """Return interest accrued from each day's close to the next, in $m, from the table of securities."""
    alive = securities[securities["outstanding_musd"] > 0].astype({"kind": str, "cusip": str})
    days = pd.Series(sorted(alive["date"].unique()))
    ahead = days.diff().shift(-1).dt.days.fillna(1.0).to_numpy()
    length = alive["date"].map(dict(zip(days, ahead, strict=True)))
    rate = _coupon_rate(alive) + _discount_rate(alive) + _floating_rate(alive)
    interest: pd.Series = (alive["outstanding_musd"] * rate * length).groupby(alive["date"]).sum()
    return interest


def interest_rate_bp(securities: pd.DataFrame, debt_musd: pd.Series) -> pd.Series:
    """Return interest accrued by day per dollar of debt, as a rate of a year in bp; no value on the last day."""
    days = pd.Series(debt_musd.index, debt_musd.index)
    ahead = days.diff().shift(-1).dt.days
    return pd.Series(interest_by_day(securities) / debt_musd / ahead * DAYS_A_YEAR * 1e4)


def _coupon_rate(alive: pd.DataFrame) -> pd.Series:
    """Return coupons a day by dollar of face."""
    return pd.Series(alive["coupon_percent"] / 100 / DAYS_A_YEAR)


def _discount_rate(alive: pd.DataFrame) -> pd.Series:
    """Return the discount of bills a day by dollar of face: from the first price of each, in equal parts."""
    bills = alive[alive["kind"] == "bill"]
    first = bills.sort_values("date").drop_duplicates("cusip").set_index("cusip")
    term = (first["maturity"] - first["date"]).dt.days.clip(lower=1)
    rate = alive["cusip"].map((100 - first["price"]) / 100 / term)
    return rate.where(alive["kind"] == "bill", 0.0).fillna(0.0).astype(float)


def _floating_rate(alive: pd.DataFrame) -> pd.Series:
    """Return the interest of floating rate notes a day by dollar of face."""
    years = (alive["maturity"] - alive["date"]).dt.days / DAYS_A_YEAR
    index = alive[(alive["kind"] == "bill") & years.between(*INDEX_YEARS)].groupby("date")["yield_bp"].mean()
    rate = (alive["date"].map(index).fillna(0.0) + alive["yield_bp"]) / 1e4 / MONEY_MARKET_YEAR
    return rate.where(alive["kind"] == "frn", 0.0)


# ---- duration -----------------------------------------------------------------------------------
def _dv01(day_of_table: pd.DataFrame) -> Float:
    """Return the price value of a basis point of the securities of one day, in points."""
    kinds = [Kind[name.upper()] for name in day_of_table["kind"].astype(str)]
    maturity = day_of_table["maturity"].to_numpy("datetime64[D]").astype(np.int64)
    none = np.zeros(len(kinds), np.int64)
    coupon_e3 = np.rint(day_of_table["coupon_percent"].to_numpy(np.float64) * 1000).astype(np.int64)
    cusips = tuple(day_of_table["cusip"].astype(str))
    listed = Securities(cusips, np.array(kinds, np.int8), none, coupon_e3, none, maturity, none)
    settle = int(next_business_day(day_number(day_of_table["date"].iloc[0].date())))
    worth = bond_arithmetic.value(listed, day_of_table["yield_bp"].to_numpy(np.float64), settle)
    return np.nan_to_num(worth.dv01)


def _ten_year(day_of_table: pd.DataFrame, dv01: Float) -> float:
    """Return the dv01 of the on-the-run note that is nearest to ten years."""
    years = (day_of_table["maturity"] - day_of_table["date"]).dt.days.to_numpy() / DAYS_A_YEAR
    liquid = day_of_table["on_the_run"].to_numpy(bool) & (day_of_table["kind"].astype(str) == "note").to_numpy()
    if not liquid.any():
        liquid = np.ones(len(years), bool)
    return float(dv01[np.argmin(np.where(liquid, np.abs(years - 10), np.inf))])


def _private_10y_musd(run: RunTables) -> pd.Series:
    """Return 10-year equivalents outside the Fed on the last recorded day of each month."""
    table = run["securities"]
    month = table["date"].dt.strftime("%Y-%m")
    out = {}
    for day in table.groupby(month)["date"].max():
        today = table[table["date"] == day]
        dv01 = _dv01(today)
        private = (today["outstanding_musd"] - today["soma_musd"]).to_numpy(np.float64)
        out[day] = float((private * dv01).sum() / _ten_year(today, dv01))
    return pd.Series(out)


def _bought(run: RunTables) -> pd.DataFrame:
    """Return what was bought back by day: face, price, premiums, 10-year equivalents and what a basis point is worth.

    Raises UserError if the run was recorded without the values that premiums are over.
    """
    offers = run["offers"][run["offers"]["accepted_face"].astype("int64") > 0]
    if missing := [column for column in VALUES.values() if column not in offers]:
        raise UserError(f"costs: offers of {run.folder} have no column {missing[0]}, expected one: run it anew")
    out = {}
    for day, taken in offers.groupby("date"):
        today = run["securities"][run["securities"]["date"] == day]
        dv01 = _dv01(today)
        by_cusip = dict(zip(today["cusip"].astype(str), dv01, strict=True))
        own = taken["cusip"].astype(str).map(by_cusip).to_numpy(np.float64)
        face = taken["accepted_face"].to_numpy(np.float64) / FACE_PER_MUSD
        out[day] = {
            "bought_face_musd": face.sum(),
            "paid_musd": taken["cost_cents"].sum() / CENTS_PER_MUSD,
            **{f"premium_{name}_musd": _premium_musd(taken, column) for name, column in VALUES.items()},
            "removed_10y_musd": float((face * own).sum() / _ten_year(today, dv01)),
            "bought_bp_musd": float((face * own * taken["index_ratio"].to_numpy(np.float64)).sum() / 100),
        }
    return pd.DataFrame(out.values(), index=pd.DatetimeIndex(out), columns=list(BOUGHT), dtype=np.float64)


def _premium_musd(taken: pd.DataFrame, value: str) -> float:
    """Return what was paid over a column of clean prices, NaN if one of them is not known."""
    known = taken[value].where(taken[value] > 0)
    over = (taken["price_e8"] - known) / POINT_E8 / 100 * taken["index_ratio"]
    return float((over * taken["accepted_face"] / FACE_PER_MUSD).sum(skipna=False))
