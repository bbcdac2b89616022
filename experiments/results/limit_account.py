"""The account of a debt limit from its reinstatement to the rebuild, to the cent, from the tables of a run alone.

Two phases: the run-down, from the close of the day of reinstatement to the close before the limit is raised or
suspended, and the rebuild, to the first close at which cash is at its target, else to the end of the run. Two accounts:
what the Treasury's cash came from and went to, by memo of ``postings``; and what moved the debt subject to the limit:
face sold, repaid and bought back, inflation accrued less what was repaid with TIPS, and measures, which move no cash.
"""

from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from experiments.check import RunTables
from experiments.laws.law import day
from experiments.store import read_manifest
from market.tables.record_columns import MEMO_BUYBACK, MEMO_ISSUE, MEMO_REDEEM
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD

CASH, DEBT = "cash", "subject debt"
RUN_DOWN, REBUILD = "run-down", "rebuild"
CASH_STEPS = {
    MEMO_ISSUE: "debt sold",
    MEMO_REDEEM: "debt repaid",
    MEMO_BUYBACK: "buybacks",
    "interest": "interest paid",
    "fiscal": "receipts less outlays",
}
DEBT_STEPS = {MEMO_ISSUE: "sold", MEMO_REDEEM: "repaid", MEMO_BUYBACK: "bought back"}


class Phase(NamedTuple):
    """A phase: after the close of one row of the table ``debt_limit``, to the close of another."""

    name: str
    first: "pd.Series"
    last: "pd.Series"


def phases(run: RunTables) -> list[Phase]:
    """Return the phases that a run went through; none if it had no limit, one if the limit was not resolved."""
    rows = run["debt_limit"]
    if rows.empty:
        return []
    limited = rows["limit_musd"] == rows["limit_musd"].iloc[0]
    resolved = int(limited.argmin()) if not limited.all() else len(rows)
    out = [Phase(RUN_DOWN, rows.iloc[0], rows.iloc[resolved - 1])]
    if resolved < len(rows):
        target = read_manifest(run.folder).scenario["policy"]["debt_limit"]["cash_target_musd"]
        there = rows["cash_musd"].iloc[resolved:] >= target
        end = resolved + int(there.argmax()) if there.any() else len(rows) - 1
        out.append(Phase(REBUILD, rows.iloc[resolved - 1], rows.iloc[end]))
    return out


def account(run: RunTables) -> pd.DataFrame:
    """Return the steps of both accounts: phase, account, step, cents; first and last row of each are its levels."""
    rows: list[tuple[str, str, str, int]] = []
    for phase in phases(run):
        for name, column, steps in ((CASH, "cash_musd", _cash), (DEBT, "subject_debt_musd", _debt)):
            rows.append((phase.name, name, f"close of {day(phase.first['date'])}", _cents(phase.first[column])))
            rows += [(phase.name, name, step, cents) for step, cents in steps(run, phase)]
            rows.append((phase.name, name, f"close of {day(phase.last['date'])}", _cents(phase.last[column])))
    return pd.DataFrame(rows, columns=["phase", "account", "step", "cents"])


def _cash(run: RunTables, phase: Phase) -> list[tuple[str, int]]:
    moved = _moved(run, phase).query("instrument == 'TREASURY_CASH'")
    sums = moved.groupby(moved["memo"].astype(str))["amount"].sum()
    known = [(CASH_STEPS[memo], int(sums.get(memo, 0))) for memo in CASH_STEPS]
    return [*known, *((str(memo), int(cents)) for memo, cents in sums.items() if memo not in CASH_STEPS)]


def _debt(run: RunTables, phase: Phase) -> list[tuple[str, int]]:
    moved = _moved(run, phase).query("unit == 'face'")
    kinds = run["securities"].drop_duplicates("cusip").set_index("cusip")["kind"].astype(str)
    bill = moved["instrument"].astype(str).map(kinds) == "bill"
    out = []
    for name, mine in (("bills", bill), ("notes and bonds", ~bill)):
        sums = moved[mine].groupby(moved["memo"].astype(str))["amount"].sum() * CENTS_PER_FACE
        out += [(f"{name} {step}", int(sums.get(memo, 0))) for memo, step in DEBT_STEPS.items()]
    out = [step for step in out if step[0] != "bills bought back"]
    change = {column: _cents(phase.last[column]) - _cents(phase.first[column]) for column in CHANGES}
    return [*out, *((step, sign * change[column]) for column, (step, sign) in CHANGES.items())]


CHANGES = {"inflation_musd": ("inflation accrued less repaid", 1), "measures_used_musd": ("measures", -1)}


def _moved(run: RunTables, phase: Phase) -> pd.DataFrame:
    """Return the postings of a phase."""
    postings: pd.DataFrame = run["postings"]
    inside: pd.DataFrame = postings[
        postings["date"].between(phase.first["date"], phase.last["date"], inclusive="right")
    ]
    return inside


def _cents(musd: float) -> int:
    """Return millions of dollars as the cents that they were made of: exact below 67 trillion dollars."""
    return round(Fraction(musd) * CENTS_PER_MUSD)
