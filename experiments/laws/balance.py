"""The identities of balance sheets, re-derived from the tables (I1 to I5).

What is outstanding of an instrument is what its issuer owes: the Treasury of securities, the Fed of its
liabilities. For the Fed's own assets (other assets, standing repo) it is what the Fed holds.
"""

from typing import Any

import numpy as np
import pandas as pd

from experiments.laws.law import TOLERANCE_MUSD, Finding, Law, broken, day, differing, musd
from market.accounts.instruments import FED_NAME, TREASURY_NAME, Money
from market.tables.record_columns import DEALERS, DEBT_MEMOS, MEMO_ISSUE
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD

BOOKS = ["amount", "due", "lent"]
FED_LIABILITIES = ("RESERVES", "TREASURY_CASH", "REVERSE_REPO", "FOREIGN_REPO", "CURRENCY", "FED_OTHER_LIABILITIES")
FED_ASSETS = ("STANDING_REPO", "DISCOUNT_CREDIT", "FIMA_REPO", "FED_OTHER_ASSETS")
DAILY_MONEY = {
    "reserves_musd": "RESERVES",
    "tga_musd": "TREASURY_CASH",
    "on_rrp_musd": "REVERSE_REPO",
    "foreign_rrp_musd": "FOREIGN_REPO",
}


def instruments_sum_to_zero(run: Any) -> Finding:
    """Every instrument is somebody's asset and somebody's debt: owned, due and lent sum to zero on every day."""
    wrong, compared = [], 0
    for table in ("opening", "balance_sheets"):
        sums = run[table].groupby(["date", "instrument"], observed=True)[BOOKS].sum()
        compared += sums.size
        for book in BOOKS:
            wrong += differing(f"{table}.{book}", sums[book], sums[book] * 0)
    return broken("instruments sum to zero", wrong, compared)


def owners_hold_what_is_outstanding(run: Any) -> Finding:
    """The owners of each security, the Fed too, hold what is outstanding; nobody but the Treasury owes it."""
    faces = _securities(run["balance_sheets"])
    owners = faces[faces["sector"] != TREASURY_NAME]
    held = owners.groupby(["date", "instrument"], observed=True)["amount"].sum()
    stated = run["securities"].set_index(["date", "cusip"])
    wrong = differing("owners of", musd(held), stated["outstanding_musd"], TOLERANCE_MUSD)
    fed = faces[faces["sector"] == FED_NAME].set_index(["date", "instrument"])
    wrong += differing("the Fed's holding of", musd(fed["amount"] + fed["lent"]), stated["soma_musd"], TOLERANCE_MUSD)
    owing = owners[owners["amount"] < 0]
    wrong += [f"{row.sector} owes {row.instrument} on {day(row.date)}" for row in owing.itertuples()]
    return broken("owners hold what is outstanding", wrong, len(held) + len(fed))


def fed_balance_sheet_closes(run: Any) -> Finding:
    """The Fed's assets, securities at par, equal its liabilities to the cent."""
    wrong, compared = [], 0
    for table in ("opening", "balance_sheets"):
        fed = run[table][run[table]["sector"] == FED_NAME]
        at_par = np.where(fed["unit"] == "face", CENTS_PER_FACE, 1)
        owned = fed["amount"] + fed["lent"].where(fed["unit"] == "face", 0)
        net = (owned * at_par).groupby(fed["date"]).sum()
        compared += len(net)
        wrong += differing("assets less liabilities on", net, net * 0)
    return broken("the Fed's balance sheet closes", wrong, compared)


def postings_move_what_is_outstanding(run: Any) -> Finding:
    """What is outstanding changes by the postings of the day: reserves, each item of the Fed, each CUSIP."""
    levels = pd.concat([_outstanding(run["opening"]), _outstanding(run["balance_sheets"])])
    table = levels.unstack("instrument", fill_value=0).sort_index()
    moved = table.diff().iloc[1:].stack()
    known = run["postings"][run["postings"]["instrument"].isin(table.columns)]
    posted = known.groupby(["date", "instrument"], observed=True)["amount"].sum()
    wrong = differing("change of", moved, posted.astype("float64"))
    lost = set(run["postings"]["instrument"]) - set(table.columns) - {money.name for money in Money}
    wrong += [f"{cusip} has postings and no balance" for cusip in sorted(lost)]
    return broken("postings move what is outstanding", wrong, len(moved))


def debt_is_issued_redeemed_or_bought(run: Any) -> Finding:
    """A security's face outstanding rises by issues and falls by redemptions and buybacks, and for no other reason."""
    faces = run["postings"][run["postings"]["unit"] == "face"]
    wrong = [f"{memo!r} changed securities outstanding" for memo in sorted(set(faces["memo"]) - set(DEBT_MEMOS))]
    rises = faces["memo"] == MEMO_ISSUE
    odd = faces[(rises & (faces["amount"] < 0)) | (~rises & (faces["amount"] > 0))]
    wrong += [f"{row.memo} of {row.instrument} on {day(row.date)} is {row.amount}" for row in odd.itertuples()]
    return broken("debt is issued, redeemed or bought", wrong, len(faces))


def daily_agrees_with_balance_sheets(run: Any) -> Finding:
    """Reserves, Treasury cash, reverse repo, the Fed's portfolio and the debt of ``daily`` are re-derived."""
    daily = run["daily"].set_index("date")
    levels = _outstanding(run["balance_sheets"]).unstack("instrument", fill_value=0)
    wrong = []
    for column, money in DAILY_MONEY.items():
        level = levels[money] if money in levels else levels.iloc[:, 0] * 0
        wrong += differing(f"daily.{column}", daily[column], level / CENTS_PER_MUSD, TOLERANCE_MUSD)
    securities = run["securities"].groupby("date")[["outstanding_musd", "soma_musd"]].sum()
    wrong += differing(
        "daily.debt_musd", daily["debt_musd"], securities["outstanding_musd"], len(securities) * TOLERANCE_MUSD
    )
    wrong += differing("daily.soma_musd", daily["soma_musd"], securities["soma_musd"], len(securities) * TOLERANCE_MUSD)
    return broken("daily agrees with the balance sheets", wrong, 6 * len(daily))


def daily_agrees_with_securities_and_dealers(run: Any) -> Finding:
    """Trades and turnover of ``daily`` are the sums over securities, dealers' positions those over primary dealers."""
    daily = run["daily"].set_index("date")
    by_security = run["securities"].groupby("date")[["trades", "turnover_musd"]].sum()
    institutions = run["institutions"]
    dealers = institutions[institutions["kind"] == DEALERS].groupby("date")[["net_musd", "gross_musd"]].sum()
    pairs = {
        "trades": by_security["trades"],
        "turnover_musd": by_security["turnover_musd"],
        "dealer_net_musd": dealers["net_musd"],
        "dealer_gross_musd": dealers["gross_musd"],
    }
    wrong = [line for name, sums in pairs.items() for line in differing(f"daily.{name}", daily[name], sums, 1e-3)]
    return broken("daily agrees with securities and dealers", wrong, len(pairs) * len(daily))


def _securities(sheet: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a balance sheet that are securities."""
    return sheet[sheet["unit"] == "face"]


def _outstanding(sheet: pd.DataFrame) -> pd.Series:
    """Return what is outstanding by date and instrument, of securities and of what is on the Fed's balance sheet."""
    name, sector = sheet["instrument"], sheet["sector"]
    owed = ((sheet["unit"] == "face") & (sector == TREASURY_NAME)) | (name.isin(FED_LIABILITIES) & (sector == FED_NAME))
    held = name.isin(FED_ASSETS) & (sector == FED_NAME)
    signed = sheet["amount"].where(held, -sheet["amount"])[owed | held]
    kept = sheet[owed | held].assign(amount=signed)
    return kept.groupby(["date", kept["instrument"].astype(str)])["amount"].sum()


LAWS: tuple[Law, ...] = (
    instruments_sum_to_zero,
    owners_hold_what_is_outstanding,
    fed_balance_sheet_closes,
    postings_move_what_is_outstanding,
    debt_is_issued_redeemed_or_bought,
    daily_agrees_with_balance_sheets,
    daily_agrees_with_securities_and_dealers,
)
