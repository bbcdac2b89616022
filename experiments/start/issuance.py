"""Everything that was issued and bought back: the history from which any day's list of securities follows.

Sources: ``issuance_2008-2024`` (dollars accepted, SOMA add-ons included), ``pre_2008_bonds``, two old TIPS that only
the list of 2024-05-28 has (rounded to 0.1 bn), ``buyback_security_details_2024``. Face is in hundreds of dollars,
TIPS un-indexed. Buybacks before 2024 (2000-02, small tests since 2014) are not shipped: their sum by security is what
the list of 2024-05-28 lacks.
"""

import numpy as np
import pandas as pd

from experiments.inputs.auction_calendar import KINDS, term_months
from experiments.inputs.published import exact_face, remembered, table
from market.bonds.securities import Kind
from market.units import FACE_PER_MUSD, Int, day_number

FIRST_DAY, LAST_DAY = day_number("2019-01-01"), day_number("2024-12-31")
LIST, LIST_DAY = "securities_outstanding_2024-05-28", day_number("2024-05-28")
STATIC = ("kind", "term_months", "coupon_e3", "first_issue_day", "maturity_day")


@remembered()
def issues() -> pd.DataFrame:
    """Return every issue: cusip, security_class, issue_day, maturity_day, coupon_pct, face."""
    old, auctions, listed = table("pre_2008_bonds"), table("issuance_2008-2024"), table(LIST)
    auctions = auctions.loc[~auctions.cusip.isin(old.cusip)]  # the old bonds' amounts include later auctions
    tips = listed.loc[listed.outstanding_source.str.startswith("bureau_of_public_debt")]
    parts = [
        _part(auctions, "issue_date", exact_face(auctions.total_accepted_usd.to_numpy())),
        _part(old, "first_issue_date", exact_face(old.par_usd_before_buybacks.to_numpy())),
        _part(tips, "first_issue_date", exact_face(tips.outstanding_par_musd.to_numpy() * 1e6)),
    ]
    return pd.concat(parts, ignore_index=True)


def _part(frame: pd.DataFrame, issue_column: str, face: Int) -> pd.DataFrame:
    """Bring a source to the columns of ``issues``."""
    kept = frame[["cusip", "security_class", issue_column, "maturity_date", "coupon_pct"]]
    named = kept.rename(columns={issue_column: "issue_day", "maturity_date": "maturity_day"})
    return named.assign(face=face)


@remembered()
def bought_back() -> pd.DataFrame:
    """Return what was bought back: cusip, settlement_day, face; operations without a result were postponed or void."""
    operations = table("buyback_operations_2024").dropna(subset="par_accepted_musd")
    details = table("buyback_security_details_2024")
    merged = details.merge(operations[["operation_date", "settlement_date"]], on="operation_date")
    face = exact_face(merged.par_accepted_musd.fillna(0).to_numpy() * 1e6)
    of_2024 = pd.DataFrame({"cusip": merged.cusip, "settlement_day": merged.settlement_date, "face": face})
    of_2024 = of_2024.loc[of_2024.face > 0]
    return pd.concat([of_2024, _bought_back_before(of_2024)], ignore_index=True)


def _bought_back_before(of_2024: pd.DataFrame) -> pd.DataFrame:
    """Return what was bought back before 2024, dated 2019-01-01 because only its sum is known; in whole millions."""
    known = table(LIST).set_index("cusip").outstanding_par_musd
    rebuilt = issues().loc[issues().issue_day <= LIST_DAY].groupby("cusip").face.sum()
    taken = of_2024.loc[of_2024.settlement_day <= LIST_DAY].groupby("cusip").face.sum()
    left = rebuilt.reindex(known.index).to_numpy() - taken.reindex(known.index).fillna(0).to_numpy()
    missing = np.rint(left / FACE_PER_MUSD - known.to_numpy()).astype(np.int64)
    some = missing != 0
    face = missing[some] * FACE_PER_MUSD
    return pd.DataFrame({"cusip": known.index[some], "settlement_day": FIRST_DAY, "face": face})


@remembered()
def static_facts() -> pd.DataFrame:
    """Return one row per security ever issued: cusip and the columns of ``STATIC``."""
    grouped = issues().sort_values("issue_day", kind="stable").groupby("cusip", sort=True)
    first, coupon = grouped.first(), grouped.coupon_pct.first().to_numpy(np.float64)
    kind = np.array([KINDS[name] for name in first.security_class], np.int64)
    issue, maturity = (np.asarray(first[name], np.int64) for name in ("issue_day", "maturity_day"))
    pays = ~np.isin(kind, (Kind.BILL, Kind.FRN))
    coupon_e3 = np.rint(np.where(pays, coupon, 0.0) * 1000).astype(np.int64)
    columns = (kind, term_months(kind, issue, maturity), coupon_e3, issue, maturity)
    return pd.DataFrame({"cusip": first.index.to_numpy(), **dict(zip(STATIC, columns, strict=True))})
