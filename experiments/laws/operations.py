"""The laws of auctions and buybacks, re-derived from the tables (I7 and I8)."""

from typing import Any

import numpy as np
import pandas as pd

from experiments.laws.law import TOLERANCE_MUSD, Finding, Law, broken, day, differing, musd
from market.accounts.instruments import TREASURY_NAME
from market.auctions.buyback import BUCKETS, INDEXED, NOMINAL, STANDING
from market.tables.record_columns import MEMO_BUYBACK, MEMO_ISSUE, STANDING_SALE
from market.units import CENTS_PER_MUSD

ROUNDING = 1_000  # awards exceed a covered offering by less than one part in this many: 31 CFR 356.20 rounds up
CALENDAR = pd.Timedelta(days=14)  # longest time from an auction to its issue
OPERATION = ["date", "bucket"]
RANGES = {**BUCKETS, STANDING: ((*NOMINAL, *INDEXED), 1, 360)}  # kinds and months to maturity


def auctions_award_their_offering(run: Any) -> Finding:
    """A covered auction awards its offering, up to the rounding of awards, another less; classes add up to it."""
    auctions = run["auctions"]
    wrong = []
    for row in auctions.itertuples():
        excess = row.awarded_face - row.offering_face
        most = row.offering_face // ROUNDING
        classes = row.dealer_face + row.direct_face + row.indirect_face + row.noncompetitive_face
        if not (0 <= excess <= most if row.covered else excess < 0) or classes != row.awarded_face:
            wrong.append(f"{row.cusip} on {day(row.date)}: {row.awarded_face} awarded of {row.offering_face}")
    return broken("auctions award their offering", wrong, len(auctions))


def issues_are_what_was_auctioned(run: Any) -> Finding:
    """What is issued of a security on a day was awarded or added on at auctions, or sold the day before by the standing
    facility; so is all that was.
    """
    auctions, postings = run["auctions"], run["postings"]
    first, last = run["daily"]["date"].min(), run["daily"]["date"].max()
    due = auctions[auctions["issue_date"] <= last]
    awarded = (due["awarded_face"] + due["addon_face"]).groupby([due["issue_date"], due["cusip"].astype(str)]).sum()
    awarded = pd.concat([awarded, _standing_sales(run)]).groupby(level=[0, 1]).sum()
    issued = postings[(postings["memo"] == MEMO_ISSUE) & (postings["unit"] == "face")]
    posted = issued.groupby(["date", issued["instrument"].astype(str)])["amount"].sum()
    before = posted.index.get_level_values(0) <= first + CALENDAR  # may have been auctioned before the record began
    known = posted[~before | posted.index.isin(awarded.index)]
    return broken("issues are what was auctioned", differing("issue of", known, awarded), len(awarded))


def _standing_sales(run: Any) -> pd.Series:
    """Return the face that the standing facility sold, by day of settlement (the next of the run) and security."""
    days, rows = run["daily"]["date"], run["operations"]
    sold = rows[(rows["operation"].astype(str) == STANDING_SALE) & (rows["unit"].astype(str) == "face")]
    settled = sold["date"].map(dict(zip(days, days.shift(-1), strict=True)))
    return pd.Series((-sold["amount"]).groupby([settled, sold["instrument"].astype(str)]).sum())


def buybacks_keep_their_limits(run: Any) -> Finding:
    """No operation accepts more than its maximum or than was offered; its offers add up to it, to the cent."""
    operations = run["buybacks"].set_index(OPERATION)
    offers = run["offers"].groupby(OPERATION, observed=True)[["face", "accepted_face", "cost_cents"]].sum()
    wrong = []
    for row in run["buybacks"].itertuples():
        if not 0 <= row.accepted_face <= min(row.maximum_face, row.offered_face):
            wrong.append(f"{row.bucket} on {day(row.date)}: {row.accepted_face} of at most {row.maximum_face}")
    for stated, summed in (("offered_face", "face"), ("accepted_face", "accepted_face"), ("cost_cents", "cost_cents")):
        wrong += differing(f"buybacks.{stated}", operations[stated], offers[summed])
    return broken("buybacks keep their limits", wrong, 4 * len(operations))


def bought_securities_were_eligible(run: Any) -> Finding:
    """What is accepted was offered, was on the list, is off the run, and of the kinds and maturities of its bucket."""
    offers = run["offers"]
    facts = run["securities"][["date", "cusip", "kind", "maturity", "on_the_run"]].astype({"cusip": str})
    bought = offers[offers["accepted_face"] != 0].astype({"cusip": str}).merge(facts, on=["date", "cusip"], how="left")
    wrong = []
    for row in bought.itertuples():
        kinds, low, high = RANGES.get(row.bucket, ((), 0, 0))
        years = (row.maturity - row.date).days / 365.25
        right = row.kind in {kind.name.lower() for kind in kinds} and low / 12 - 0.02 <= years <= high / 12 + 0.02
        if not (right and row.eligible and row.on_the_run == np.False_ and 0 < row.accepted_face <= row.face):
            wrong.append(f"{row.cusip} in {row.bucket} on {day(row.date)}: {row.accepted_face} of {row.face}")
    return broken("bought securities were eligible", wrong, len(bought))


def bought_securities_vanish(run: Any) -> Finding:
    """What was accepted is extinguished on a later settlement day, but for deliveries that failed."""
    offers, postings, fails = run["offers"], run["postings"], run["fails"]
    days = run["buybacks"].set_index(OPERATION)["settle_date"]
    settle = pd.Series(
        [days[key] for key in zip(offers["date"], offers["bucket"], strict=True)], offers.index, dtype="M8[ms]"
    )
    ends = run["daily"]["date"]
    bought = _by_day(offers["accepted_face"], settle, offers["cusip"], ends)
    gone = postings[(postings["memo"] == MEMO_BUYBACK) & (postings["unit"] == "face")]
    vanished = _by_day(-gone["amount"], gone["date"], gone["instrument"], ends)
    late = fails[fails["buyer"].astype(str) == TREASURY_NAME]
    failed = _by_day(late["face"], late["date"], late["cusip"], ends)
    columns = bought.columns.union(vanished.columns).union(failed.columns)
    expected, got, owing = (
        t.reindex(columns=columns, fill_value=0) for t in (bought.cumsum(), vanished.cumsum(), failed)
    )
    missing = pd.Series((expected - got - owing).stack())
    wrong = differing("bought and still outstanding", missing, missing * 0)
    early = run["buybacks"].query("settle_date <= date")["date"]
    wrong += [f"settled at once on {day(when)}" for when in early]
    return broken("bought securities vanish", wrong, missing.size)


def daily_agrees_with_buybacks(run: Any) -> Finding:
    """Face and cost of the day's buybacks in ``daily`` are the sums over operations."""
    daily = run["daily"].set_index("date")
    sums = run["buybacks"].groupby("date")[["accepted_face", "cost_cents"]].sum()
    wrong = differing(
        "daily.buyback_face_musd", daily["buyback_face_musd"], musd(sums["accepted_face"]), TOLERANCE_MUSD
    )
    cost = sums["cost_cents"] / CENTS_PER_MUSD
    wrong += differing("daily.buyback_cost_musd", daily["buyback_cost_musd"], cost, TOLERANCE_MUSD)
    return broken("daily agrees with the buybacks", wrong, 2 * len(daily))


def _by_day(amounts: Any, days: Any, names: Any, ends: Any) -> pd.DataFrame:
    """Return sums of amounts by day (rows, every one of ``ends``) and name (columns)."""
    sums = amounts.astype("int64").groupby([pd.DatetimeIndex(days), names.astype(str)]).sum()
    table: pd.DataFrame = sums.unstack(fill_value=0).reindex(pd.DatetimeIndex(ends), fill_value=0)
    return table


LAWS: tuple[Law, ...] = (
    auctions_award_their_offering,
    issues_are_what_was_auctioned,
    buybacks_keep_their_limits,
    bought_securities_were_eligible,
    bought_securities_vanish,
    daily_agrees_with_buybacks,
)
