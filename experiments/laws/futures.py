"""The laws of futures, re-derived from the tables of a run; without futures nothing can break."""

from typing import Any

from experiments.laws.law import Finding, Law, broken, differing
from market.accounts.instruments import Money


def futures_long_are_short(run: Any) -> Finding:
    """Every contract that somebody is long, somebody is short; what is long is the open interest."""
    held = run["futures_positions"].groupby(["date", "contract"], observed=True)
    long, short = held["long_contracts"].sum(), held["short_contracts"].sum()
    stated = run["futures"].set_index(["date", "contract"])["open_interest"]
    wrong = differing("contracts long and short", long, short)
    wrong += differing("contracts long and open interest", long, stated.astype("int64"))
    return broken("futures long are short", wrong, 2 * len(stated))


def margin_paid_is_received(run: Any) -> Finding:
    """Variation margin sums to zero on every day; initial margin is what the clearing house owes."""
    by_day = run["clearing"].groupby("date")[["variation_cents", "margin_cents"]].sum()
    wrong = differing("variation margin on", by_day["variation_cents"], by_day["variation_cents"] * 0)
    sheets = run["balance_sheets"]
    owed = sheets[(sheets["instrument"] == Money.MARGIN.name) & (sheets["amount"] < 0)]
    wrong += differing("margin on", by_day["margin_cents"], -owed.groupby("date")["amount"].sum())
    return broken("margin paid is received", wrong, 2 * len(by_day))


LAWS: tuple[Law, ...] = (futures_long_are_short, margin_paid_is_received)
