"""What trades where in a run: by tenor and age of an issue, beside what is published of the ageing of liquidity.

Ages of notes and bonds: on the run, first and second off, older (by the issues of the same original term that are
newer). Tenor is the original term of on-the-run issues, and years to maturity by bucket of older ones. Bills, TIPS and
floating rate notes have a row each.

Published: coupons by age and tenor, daily means of August 2017 to July 2018 from TRACE (Federal Reserve Board and New
York Fed, Breaking Down TRACE Volumes Further, Liberty Street Economics, 29 November 2018; Brainard, The Structure of
the Treasury Market, 3 December 2018). On-the-run issues are 65 % of volume of all kinds, on-the-run bills included
(New York Fed, Liquidity Fades as Treasuries Age, Liberty Street Economics, 30 June 2026; 73 % in 2017-18).
"""

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.store import read, read_manifest

AGES = ("on the run", "first off", "second off", "older")
PUBLISHED_BN = dict(zip(AGES, (362.0, 31.0, 7.7, 64.0), strict=True))
PUBLISHED_TERM_BN = {2: 52.0, 3: 44.0, 5: 115.0, 7: 33.0, 10: 93.0, 30: 25.0}
UNITS = {
    "volume_share": "share of the volume of notes and bonds; of other kinds, of all volume",
    "published": "the same share as published for 2017-18",
    "volume_bn": "face traded a day, billion dollars",
    "trades": "trades a day",
    "spread_bp": "effective spread, bp of yield, weighted by face",
    "unquoted": "share of security-rounds without a firm two-sided quote",
    "by_request": "share of volume by request",
    "in_books": "share of volume in books; the rest is matched in the session",
}
EDGES, BUCKETS = [-1, 2, 3, 5, 7, 10, 20, 31], ["0-2", "2-3", "3-5", "5-7", "7-10", "10-20", "20-30"]


def summary(folder: Path) -> pd.DataFrame:
    """Return the measures of ``UNITS`` by age and tenor, ages in order, and the sum of each age."""
    read_manifest(folder)
    return of_table(read(folder, "securities"))


def of_table(securities: pd.DataFrame) -> pd.DataFrame:
    """Return the same of a table of securities."""
    table = described(securities)
    days = max(table["date"].nunique(), 1)
    coupons = float(table.loc[table["coupon"], "turnover_musd"].sum())
    total = float(table["turnover_musd"].sum())
    rows = {}
    for age in (*AGES, "bill", "tips", "frn"):
        mine = table[table["age"] == age]
        whole = coupons if age in AGES else total
        rows[age, "all"] = measures(
            mine, days, whole, PUBLISHED_BN[age] / sum(PUBLISHED_BN.values()) if age in AGES else np.nan
        )
        if age in AGES:
            for tenor, part in mine.groupby("tenor", sort=True):
                name = str(tenor)[3:]
                rows[age, f"{name} years"] = measures(part, days, whole, _published(age, name))
    return pd.DataFrame(rows.values(), pd.MultiIndex.from_tuples(rows, names=["age", "tenor"]), list(UNITS))


def by_maturity(securities: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of notes and bonds by age and years to maturity, of on-the-run issues too."""
    table = described(securities)
    days, coupons = max(table["date"].nunique(), 1), table[table["coupon"]]
    whole = float(coupons["turnover_musd"].sum())
    rows = {
        (age, bucket): measures(part, days, whole, np.nan)
        for (age, bucket), part in coupons.groupby(["age", "bucket"], observed=True)
    }
    index = pd.MultiIndex.from_tuples(list(rows), names=["age", "tenor"])
    return pd.DataFrame(list(rows.values()), index, list(UNITS))


def _published(age: str, tenor: str) -> float:
    """Return the published share of an on-the-run term in the volume of notes and bonds; NaN if there is none."""
    known = PUBLISHED_TERM_BN.get(int(tenor)) if age == AGES[0] else None
    return np.nan if known is None else known / sum(PUBLISHED_BN.values())


def described(securities: pd.DataFrame) -> pd.DataFrame:
    """Return securities by day with their age and tenor, the latter numbered so that it sorts."""
    days = pd.to_datetime(securities["date"])
    years = (pd.to_datetime(securities["maturity"]) - days).dt.days / 365.25
    coupon, rank = securities["kind"].isin(["note", "bond"]), securities["age_rank"]
    age = np.select([~coupon, rank == 0, rank == 1, rank == 2], [securities["kind"].astype(str), *AGES[:3]], AGES[3])
    bucket = pd.cut(years, EDGES, labels=BUCKETS)
    term = years.round().astype(int)
    tenor = np.where(rank == 0, _numbered(term, term.astype(str)), _numbered(bucket.cat.codes, bucket.astype(str)))
    return securities.assign(age=age, tenor=tenor, coupon=coupon, bucket=bucket)


def _numbered(number: pd.Series, text: pd.Series) -> pd.Series:
    return number.astype(str).str.zfill(2) + " " + text


def measures(part: pd.DataFrame, days: int, whole: float, published: float) -> dict[str, float]:
    """Return the measures of some securities; ``whole`` is the volume, in million dollars, that shares are of."""
    volume, face = float(part["turnover_musd"].sum()), part["spread_face"]
    paid = float(face.sum())
    request, session = float(part["request_musd"].sum()), float(part["session_musd"].sum())
    return {
        "volume_share": volume / whole if whole else np.nan,
        "published": published,
        "volume_bn": volume / days / 1000.0,
        "trades": float(part["trades"].sum()) / days,
        "spread_bp": float((part["spread_bp"] * face).sum()) / paid if paid else np.nan,
        "unquoted": float(part["unquoted_share"].mean()),
        "by_request": request / volume if volume else np.nan,
        "in_books": (volume - request - session) / volume if volume else np.nan,
    }


def shares(folder: Path) -> pd.DataFrame:
    """Return the on-the-run share of volume by what is counted, beside the published ones."""
    read_manifest(folder)
    return shares_of(read(folder, "securities"))


def shares_of(securities: pd.DataFrame) -> pd.DataFrame:
    """Return the same of a table of securities."""
    table = described(securities)
    new = table["age"] == AGES[0]
    with_bills = new | newest_bills(table)
    by_clients = table["turnover_musd"] - table["session_musd"]
    sums = {
        "notes and bonds": (new, table["coupon"], table["turnover_musd"], 0.78),
        "notes and bonds, with clients": (new, table["coupon"], by_clients, np.nan),
        "all kinds, on-the-run bills included": (with_bills, new | True, table["turnover_musd"], 0.65),
    }
    rows = {
        name: {"on_the_run_share": float(volume[which].sum() / max(float(volume[of].sum()), 1e-9)), "published": known}
        for name, (which, of, volume, known) in sums.items()
    }
    return pd.DataFrame(rows).T


def newest_bills(table: pd.DataFrame) -> pd.Series:
    """Return which bills are the latest of their term: of those alive, the longest within each term."""
    weeks = (pd.to_datetime(table["maturity"]) - pd.to_datetime(table["date"])).dt.days / 7.0
    bill, newest = (table["kind"] == "bill").to_numpy(), np.zeros(len(table), bool)
    for term in (4, 6, 8, 13, 17, 26, 52):
        near = weeks.where(bill & (weeks <= term + 0.5) & (weeks > term - (4 if term == 52 else 1) - 0.5).to_numpy())
        newest |= (near == near.groupby(table["date"]).transform("max")).to_numpy()
    return pd.Series(newest, table.index)
