"""Everybody's money on the starting day, in cents: columns of ``market.instruments.Money`` that each sum to zero.

Published to the cent: reserves, Treasury cash, reverse repo (domestic and foreign), currency, the Fed's other lines
(``fed_factors``); money funds' share of ON RRP (New York Fed) and their assets (OFR). Assumed, because nothing finer
is shipped:

- Dealers borrow 95 % of their net position in general collateral, hedge funds 80 % of their holdings; money funds
  lend it all. Only net positions are financed here: published repo books are several times larger.
- Whatever else money funds own (agency paper, private repo, certificates) is deposits.
- Other non-banks keep a share of their holdings as deposits (``DEPOSIT_SHARE``), principal traders a fixed sum.
- Banks: reserves, loans and equity of 9 % of assets; loans of 12,300 bn owed by the public (H.8 of May 2024, from
  memory); deposits are the rest, and the public holds those that nobody else does.
- Other counterparties of ON RRP (mostly housing agencies), currency and the Fed's other lines face the public.
- Shares of money and bond funds are their net assets at market value, owned by the public: their net worth is zero.
"""

from typing import NamedTuple

import numpy as np

from experiments.errors import UserError
from experiments.inputs.fed_factors import FedLevels
from experiments.inputs.published import interpolated, nearest_row, table
from experiments.start.holders import Holder
from experiments.start.sector_totals import MMF
from market.accounts.instruments import FED, N_MONEY, PUBLIC, TREASURY, Money
from market.auctions.apportion import apportion
from market.units import CENTS_PER_MUSD, Int

DEALER_FINANCED, HEDGE_FUND_FINANCED = 0.95, 0.80
BANK_LOANS_MUSD, BANK_EQUITY = 12_300_000, 0.09
PRINCIPAL_TRADER_MUSD = 200
DEPOSIT_SHARE = {
    "primary_dealer": 0.06,
    "bond_fund": 0.03,
    "insurer": 0.02,
    "pension": 0.02,
    "state_local": 0.04,
    "household": 0.05,
    "hedge_fund": 0.25,
    "foreign_official": 0.01,
    "foreign_private": 0.02,
}
WEIGHT_STEPS = 10**9  # sizes as integers, so that cents are split exactly


class Sheet(NamedTuple):
    """What the money table is built from: holders, their securities' value in cents, the Fed's levels, the day."""

    holders: tuple[Holder, ...]
    value: Int
    levels: FedLevels
    day: int

    def rows(self, *sectors: str) -> Int:
        """Return the rows of the institutions of some sectors."""
        return np.array([row for row, holder in enumerate(self.holders) if holder.sector in sectors], np.int64)

    def split(self, cents: int, rows: Int) -> Int:
        """Share cents among rows by the value of their securities (by size where they have none)."""
        weights = self.value[rows]
        if not weights.any():
            weights = np.array([round(self.holders[row].size * WEIGHT_STEPS) for row in rows], np.int64)
        return apportion(cents, weights)


def starting_money(holders: tuple[Holder, ...], value: Int, levels: FedLevels, day: int) -> Int:
    """Return money (H, N_MONEY) in cents, issuers negative; ``value`` (H,) are securities at market value in cents."""
    sheet = Sheet(holders, value, levels, day)
    money = np.zeros((len(holders), N_MONEY), np.int64)
    _owed_by_the_fed(money, sheet)
    _repo(money, sheet)
    _deposits_of_nonbanks(money, sheet)
    _banks(money, sheet)
    _fund_shares(money, sheet)
    return money


def _give(money: Int, column: Money, issuer: int, rows: Int, cents: Int) -> None:
    """Let rows own what one issuer owes."""
    money[rows, column] += cents
    money[issuer, column] -= cents.sum()


def _owed_by_the_fed(money: Int, sheet: Sheet) -> None:
    """Put the Fed's liabilities and its other assets, as published."""
    levels = sheet.levels
    for column, rows, cents in (
        (Money.RESERVES, sheet.rows("bank"), levels.reserves),
        (Money.FOREIGN_REPO, sheet.rows("foreign_official"), levels.foreign_repo),
        (Money.REVERSE_REPO, sheet.rows("money_fund"), _money_funds_on_rrp(levels)),
    ):
        _give(money, column, FED, rows, sheet.split(cents, rows))
    for column, row, cents in (
        (Money.TREASURY_CASH, TREASURY, levels.treasury_cash),
        (Money.REVERSE_REPO, PUBLIC, levels.on_rrp - _money_funds_on_rrp(levels)),
        (Money.CURRENCY, PUBLIC, levels.currency),
        (Money.FED_OTHER_LIABILITIES, PUBLIC, levels.other_liabilities),
    ):
        _give(money, column, FED, np.array([row]), np.array([cents]))
    _give(money, Money.FED_OTHER_ASSETS, PUBLIC, np.array([FED]), np.array([levels.other_assets]))


def _money_funds_on_rrp(levels: FedLevels) -> int:
    """Return what money funds have in ON RRP, at most all of it."""
    row = nearest_row(table("onrrp_by_counterparty_daily_2022-2024").dropna(subset="mmf_musd"), levels.day)
    return min(round(float(row["mmf_musd"])) * CENTS_PER_MUSD, levels.on_rrp)


def _repo(money: Int, sheet: Sheet) -> None:
    """Let dealers and hedge funds borrow against what they hold, from money funds by size."""
    funds = sheet.rows("money_fund")
    for sector, share in (("primary_dealer", DEALER_FINANCED), ("hedge_fund", HEDGE_FUND_FINANCED)):
        rows = sheet.rows(sector)
        borrowed = _share(sheet.value[rows], share)
        money[rows, Money.TRIPARTY_REPO] -= borrowed
        money[funds, Money.TRIPARTY_REPO] += sheet.split(int(borrowed.sum()), funds)


def _share(cents: Int, share: float) -> Int:
    """Return a share of amounts, in hundredths of a percent, rounded down."""
    return cents * round(share * 10_000) // 10_000


def _deposits_of_nonbanks(money: Int, sheet: Sheet) -> None:
    """Give every non-bank its buffer; a money fund the rest of its published assets."""
    for sector, share in DEPOSIT_SHARE.items():
        rows = sheet.rows(sector)
        money[rows, Money.DEPOSITS] = _share(sheet.value[rows], share)
    traders = sheet.rows("principal_trader")
    if len(traders):
        total = PRINCIPAL_TRADER_MUSD * CENTS_PER_MUSD * len(traders)
        money[traders, Money.DEPOSITS] = sheet.split(total, traders)
    funds = sheet.rows("money_fund")
    assets = round(interpolated(table(MMF), sheet.day, "month_end", "total_investments") * CENTS_PER_MUSD)
    elsewhere = sheet.value[funds] + money[funds][:, [Money.REVERSE_REPO, Money.TRIPARTY_REPO]].sum(axis=1)
    rest = assets - int(elsewhere.sum())
    if rest < 0:
        raise UserError(
            f"money funds own {assets / CENTS_PER_MUSD:,.0f} musd, less than securities, repo and ON RRP together"
        )
    money[funds, Money.DEPOSITS] = sheet.split(rest, funds)


def _banks(money: Int, sheet: Sheet) -> None:
    """Let banks lend to the public and owe deposits for all but their equity; the public holds those of nobody else."""
    banks = sheet.rows("bank")
    loans = sheet.split(BANK_LOANS_MUSD * CENTS_PER_MUSD, banks)
    _give(money, Money.LOANS, PUBLIC, banks, loans)
    assets = sheet.value[banks] + money[banks, Money.RESERVES] + loans
    owed = assets - _share(assets, BANK_EQUITY)
    public = int(owed.sum() - money[:, Money.DEPOSITS].sum())
    if public < 0:
        raise UserError(f"deposits of {owed.sum() / CENTS_PER_MUSD:,.0f} musd are less than what non-banks hold")
    money[banks, Money.DEPOSITS] = -owed
    money[PUBLIC, Money.DEPOSITS] = public


def _fund_shares(money: Int, sheet: Sheet) -> None:
    """Let money and bond funds owe the public their net assets."""
    funds = sheet.rows("money_fund", "bond_fund")
    net_assets = sheet.value[funds] + money[funds].sum(axis=1)
    money[funds, Money.FUND_SHARES] = -net_assets
    money[PUBLIC, Money.FUND_SHARES] = net_assets.sum()
