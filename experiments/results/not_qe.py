"""Not QE: what buybacks and their refinancing do to money, beside easing by the same operations.

Paired short runs of one seed, outside flows held fixed. Without news, with the Fed's outside factors held, without
roll-overs at auction prices and with reverse repo that pays nothing, the sum of reserves, reverse repo (domestic and
foreign) and Treasury cash can move only by what the Fed pays and is paid. Buybacks leave it as it is, whatever finances
them; in the arm of easing it rises by the cash that the Fed pays, less the interest and principal that it receives on
what it bought. That is an identity, and ``rest_cents`` is 0. How the sum is split between its parts, and what becomes
of private duration, is behaviour: it differs with the share of money funds' purchases that leaves reverse repo.

An arm is held against one without a programme. The published plan of the Treasury's cash is the same in all arms, so
that its cash differs as its gap to that plan does; where cash pays, it stays below it by what buybacks cost.
10-year equivalents are face x dv01 over the dv01 of the on-the-run 10-year note. Source: the flow table of the
official sector, each event of which is a test (``tests/test_flow_rows.py``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.build import build
from experiments.equal_cash import BUYS
from experiments.errors import UserError
from experiments.run import live
from experiments.sections.world import Scenario
from market.accounts.instruments import FED, LENT_BY_THE_FED, Money
from market.model import TreasuryMarket
from market.tables.measures import coupons
from market.tables.record_columns import MEMO_BUYBACK, MEMO_OUTRIGHT, MEMO_REDEEM
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD, Float, Int

PARTS = {
    "reserves_musd": Money.RESERVES,
    "reverse_repo_musd": Money.REVERSE_REPO,
    "foreign_repo_musd": Money.FOREIGN_REPO,
    "treasury_cash_gap_musd": Money.TREASURY_CASH,
}
EASING = "easing of equal cash"
ARMS: dict[str, dict[str, Any]] = {
    "no programme": {"mode": "off"},
    "buyback, bills": {"financing": "bills"},
    "buyback, coupons": {"financing": "coupons"},
    "buyback, matched coupons": {"financing": "matched-coupons"},
    "buyback, cash": {"financing": "cash"},
    EASING: {"financing": "bills"},
}
BESIDE = "no programme"
SHARES = ("none", "estimated", "all")  # of money funds' purchases paid out of reverse repo
ROUNDS, BURN_IN = 4, 5
LEAST_RATE = [{"since": "2024-01-01", "iorb_bp": 540.0, "on_rrp_bp": 0.0, "standing_repo_bp": 550.0}]
NO_ROLL_OVER = [{"since": "2024-01-01", "treasuries_musd": 10**6, "mbs_musd": 10**6}]
UNITS = {
    **{name: f"change of {money.name.lower().replace('_', ' ')} at the close" for name, money in PARTS.items()},
    "sum_musd": "their sum",
    "treasury_paid_musd": "what the Treasury paid for buybacks",
    "fed_paid_musd": "what the Fed paid for purchases, less for sales: nearly the same, as fills differ",
    "fed_received_musd": "interest and principal it received, less those without a programme",
    "rest_cents": "sum less what the Fed paid, plus what it received: 0 by identity",
    "private_10y_musd": "change of 10-year equivalents in private hands",
}


@dataclass(frozen=True, slots=True)
class Close:
    """Where an arm stands at its last close: cents, and face by security (S,) in private hands."""

    owed: dict[str, int]
    lent: int  # by the standing repo facility and the discount window
    spent: int  # by the Treasury on buybacks
    paid: int
    received: int
    private: Int
    weight: Float  # 10-year equivalents by face


def not_qe(base: Scenario, seed: int, days: int, on_arm: Callable[[str], None] | None = None) -> pd.DataFrame:
    """Return the columns of ``UNITS`` by share and arm, each arm less the one without a programme.

    Raises UserError where the scenario has no flows to hold fixed.
    """
    _refuse(base)
    rows: dict[tuple[str, str], dict[str, float]] = {}
    for share in SHARES:
        closes = {}
        for arm in ARMS:
            if on_arm is not None:
                on_arm(f"{arm}; of money funds' purchases out of reverse repo: {share}")
            closes[arm] = _lived(world(base, share, arm), seed, days)
        rows |= {(share, arm): _beside(closes[arm], closes[BESIDE]) for arm in ARMS if arm != BESIDE}
    index = pd.MultiIndex.from_tuples(list(rows), names=["out of reverse repo", "arm"])
    return pd.DataFrame(list(rows.values()), index=index)


def _refuse(base: Scenario) -> None:
    policy = base.policy
    if policy.debt_limit.enabled or policy.purchases or policy.functioning.per_day_musd:
        raise UserError(
            f"not-qe: {base.name} has a debt limit or outright operations of its own, expected a scenario without; "
            "the nearest is baseline"
        )
    if policy.fiscal != "published":
        raise UserError(
            f'not-qe: policy.fiscal = "{policy.fiscal}" lets receipts pay for buybacks, expected "published"; '
            "the nearest is baseline"
        )


def world(base: Scenario, share: str, arm: str) -> Scenario:
    """Return the scenario of an arm: outside flows held fixed, short rounds, one share for all money funds."""
    tables = base.model_dump(mode="json")
    policy = tables["policy"]
    mode = policy["buybacks"]["mode"] if policy["buybacks"]["mode"] in BUYS else "programme"
    policy["buybacks"] |= {"mode": mode, **ARMS[arm]}
    policy |= {"qe_like_buybacks": arm == EASING, "factors": "held", "caps": NO_ROLL_OVER, "rates": LEAST_RATE}
    tables["news"]["scale"] = 0.0
    tables["run"] |= {"rounds": ROUNDS, "burn_in_days": BURN_IN}
    tables["money_market"] |= {"bills_from_facility": share, "substitution": False}
    return Scenario.model_validate(tables)


def _lived(scenario: Scenario, seed: int, days: int) -> Close:
    """Live through an arm and read its last close."""
    market = live(build(scenario, seed), days)
    owed = {name: -int(market.ledger.balance[FED, money]) for name, money in PARTS.items()}
    lent = int(market.ledger.balance[FED, list(LENT_BY_THE_FED)].sum())
    return Close(owed, lent, *_cash_paid(market), market.outstanding - market.soma, _equivalents(market))


def _cash_paid(market: TreasuryMarket) -> tuple[int, int, int]:
    """Return the cents that the Treasury and the Fed paid for securities, and the interest and principal that the Fed
    was paid.
    """
    postings = market.record.to_pandas("postings").astype({"memo": str, "instrument": str})
    mine = postings[postings["instrument"].isin([money.name for money in PARTS.values()])]
    by_memo = mine.groupby("memo")["amount"].sum()
    received = int(by_memo.get("interest", 0)) + int(by_memo.get(MEMO_REDEEM, 0))
    bought = mine[(mine["memo"] == MEMO_BUYBACK) & (mine["instrument"] == Money.TREASURY_CASH.name)]
    return -int(bought["amount"].sum()), int(by_memo.get(MEMO_OUTRIGHT, 0)), -received


def _equivalents(market: TreasuryMarket) -> Float:
    """Return the weight of each security (S,) in 10-year equivalents; 0 of what does not trade."""
    ten = market.on_the_run & coupons(market) & (market.securities.term_months == 120)
    weight = np.where(market.tradable, market.dv01, 0.0) / market.dv01[np.flatnonzero(ten)[0]]
    return np.asarray(np.nan_to_num(weight))


def _beside(arm: Close, none: Close) -> dict[str, float]:
    """Return a row: an arm less the one without a programme, both weighted by the latter's durations."""
    change = {name: arm.owed[name] - none.owed[name] for name in PARTS}
    total, received = sum(change.values()), arm.received - none.received
    rest = total - (arm.lent - none.lent) - arm.paid + received
    removed = float(np.sum((arm.private - none.private) * none.weight))
    return {
        **{name: cents / CENTS_PER_MUSD for name, cents in change.items()},
        "sum_musd": total / CENTS_PER_MUSD,
        "treasury_paid_musd": arm.spent / CENTS_PER_MUSD,
        "fed_paid_musd": arm.paid / CENTS_PER_MUSD,
        "fed_received_musd": received / CENTS_PER_MUSD,
        "rest_cents": rest,
        "private_10y_musd": removed / FACE_PER_MUSD,
    }
