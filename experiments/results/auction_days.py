"""Auctions as outcomes see them: each auction of a run with its tail, its cover, and who was awarded what share.

Shares are of what was awarded to the public; what non-competitive bids got is the rest. ``sold_share`` is of the
offering, below 1 where bids did not meet it. Values are NaN where nothing was sold, but for that one. By day they are
plain means over the auctions that an outcome selects.
"""

import numpy as np
import pandas as pd

from experiments.experiment import AUCTION_COLUMNS, Auctions

BIDDERS = ("dealer", "direct", "indirect")


def by_auction(auctions: pd.DataFrame) -> pd.DataFrame:
    """Return date, kind, term and ``AUCTION_COLUMNS`` of each auction, from the table of auctions."""
    held = auctions.reset_index(drop=True)
    awarded = held["awarded_face"].astype(np.float64)
    sold = awarded.where(awarded > 0)
    kept = held[["date", "kind", "term_months", "tail_bp"]].astype({"kind": str})
    shares = {f"{who}_share": held[f"{who}_face"] / sold for who in BIDDERS}
    found = kept.assign(bid_to_cover=held["bid_to_cover"].where(awarded > 0), **shares)
    found["sold_share"] = awarded / held["offering_face"]
    return found[["date", "kind", "term_months", *AUCTION_COLUMNS]]


def of_auctions(auctions: pd.DataFrame, chosen: Auctions, column: str) -> "pd.Series[float]":
    """Return the mean of a column by date, over the auctions that are chosen of the table of ``by_auction``."""
    mine = auctions["kind"].isin(chosen.kinds)
    if chosen.term_months is not None:
        mine &= auctions["term_months"] == chosen.term_months
    return auctions[mine].groupby("date")[column].mean()
