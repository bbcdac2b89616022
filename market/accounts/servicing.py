"""The morning's payments: trades settle, interest and principal are paid, the Treasury spends, outside factors move.

Everything is posted through the ledger, under the memo that says why; nothing matures or accrues in the burn-in, whose
days are all lived on one date.
"""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.clearing import settle_cleared, unofficial
from market.accounts.instruments import FED, N_MONEY, PUBLIC, TREASURY, Money
from market.accounts.settlement import close_out, return_borrowed, settle
from market.auctions.apportion import apportion
from market.auctions.rollover import note_rollovers
from market.bonds import bond_arithmetic
from market.bonds.price_index import index_ratio_e5
from market.books.messages import TRADES, stacked
from market.roles import FactorReporter, Spender
from market.tables.record import Labels
from market.tables.record_columns import MEMO_BUYBACK, MEMO_ISSUE, MEMO_OUTRIGHT, MEMO_REDEEM
from market.tables.recording import VENUES
from market.units import CENTS_PER_FACE, Int, cash_cents, half_even


def settle_trades(market: Any) -> None:
    """Deliver against payment what is due: new issues and what the Fed sells first, then trades, then what the Fed
    buys outright and the Treasury buys back.
    """
    pending = stacked(market.unsettled, TRADES)
    day = market.settle_date if market.burning_in else market.date
    sold, bought = pending["seller"] == TREASURY, pending["buyer"] == TREASURY
    outright = np.logical_not(sold | bought)
    fed_buys, fed_sells = outright & (pending["buyer"] == FED), outright & (pending["seller"] == FED)
    groups = (
        (MEMO_ISSUE, sold, settle),
        (MEMO_OUTRIGHT, fed_sells, settle),
        ("settlement", unofficial(pending), partial(settle_cleared, market)),
        (MEMO_OUTRIGHT, fed_buys, settle),
        (MEMO_BUYBACK, bought, settle),
    )
    left = []
    for memo, mine, way in groups:
        with market.flows.under(memo):
            waiting, fails = way(market.ledger, pending.take(np.flatnonzero(mine)), day, market.may_short)
        left.append(waiting)
        note_fails(market, fails)
    return_borrowed(market.ledger)
    market.unsettled = [table for table in left if len(table)]


def note_fails(market: Any, fails: NDArray[Any]) -> None:
    """Record what was due and not delivered."""
    if not len(fails) or market.burning_in:
        return
    names = market.ledger.names
    market.record.add(
        "fails",
        date=market.date,
        cusip=Labels(market.securities.cusip, fails["security"].astype(np.int64)),
        seller=Labels(names, fails["seller"].astype(np.int64)),
        buyer=Labels(names, fails["buyer"].astype(np.int64)),
        venue=Labels(VENUES, fails["venue"].astype(np.int64)),
        face=fails["face"],
    )


def pay_interest(market: Any) -> None:
    """Pay coupons that fell due since yesterday to who had the security last evening or lent it; who borrowed it pays.

    Trades that settle today do so afterwards: their accrued interest begins with the coupon day. Whoever waits for a
    security that failed has no claim on a coupon that its seller received.
    """
    if market.date == market.last_date:
        return
    s = market.securities
    due_e8 = bond_arithmetic.coupons_due_e8(s, market.last_date, market.date, market.floating_rate_bp)
    paying = np.flatnonzero((due_e8 > 0) & (market.outstanding > 0))
    if not len(paying):
        return
    fell_due = bond_arithmetic.coupon_schedule(s.maturity_day[paying], market.last_date).following
    ratio = index_ratio_e5(market.premises.index.reference_e5(fell_due), s.index_base_e5[paying])
    amount_e8 = half_even(due_e8[paying] * ratio, 10**5)
    columns = N_MONEY + paying
    held = market.ledger.balance[:, columns] + market.ledger.lent[:, columns]
    held[TREASURY] = 0
    cents = cash_cents(held, amount_e8).sum(axis=1)
    with market.flows.under("interest"):
        _pay_out(market, "interest", cents)


def _pay_out(market: Any, memo: str, cents: Int) -> None:
    """Let the Treasury pay each account (accounts,), and receive from those that owe."""
    receivers, payers = np.flatnonzero(cents > 0), np.flatnonzero(cents < 0)
    market.ledger.pay(memo, TREASURY, receivers, cents[receivers])
    market.ledger.pay(memo, payers, TREASURY, -cents[payers])


def redeem_maturities(market: Any) -> None:
    """Repay what has matured: TIPS indexed, never below par; loans and trades in it end first."""
    s = market.securities
    maturing = (s.maturity_day <= market.date) & (market.outstanding > 0)
    if market.burning_in or not maturing.any():
        return
    note_rollovers(market)
    pending = stacked(market.unsettled, TRADES)
    market.unsettled = [close_out(market.ledger, pending, maturing)]
    places = np.flatnonzero(maturing)
    ratio = index_ratio_e5(market.premises.index.reference_e5(s.maturity_day[places]), s.index_base_e5[places])
    held = market.ledger.balance[:, N_MONEY + places].copy()
    held[TREASURY] = 0
    cents = half_even(held * CENTS_PER_FACE * np.maximum(ratio, 10**5), 10**5).sum(axis=1)
    with market.flows.under(MEMO_REDEEM):
        row, k = np.nonzero(held > 0)
        market.ledger.transfer("redemption", N_MONEY + places[k], row, TREASURY, held[row, k])
        row, k = np.nonzero(held < 0)
        market.ledger.transfer("redemption", N_MONEY + places[k], TREASURY, row, -held[row, k])
        _pay_out(market, "principal", cents)


def spend_and_tax(market: Any) -> None:
    """Let the Treasury receive and spend, apart from its debt: the public is the other side."""
    if market.burning_in:
        return
    for spender in market.playing(Spender):
        cash = int(market.ledger.balance[TREASURY, Money.TREASURY_CASH])
        cents = spender.net_receipts(market.view(), cash)
        with market.flows.under("fiscal"):
            payer, payee = (PUBLIC, TREASURY) if cents > 0 else (TREASURY, PUBLIC)
            market.ledger.pay("fiscal", payer, payee, abs(cents))


def post_factors(market: Any) -> None:
    """Move the Fed's other assets and liabilities to their dated levels: exchanges with the public at par."""
    if market.burning_in:
        return
    for reporter in market.playing(FactorReporter):
        levels = reporter.factors(market.date)
        if levels is None:
            continue
        with market.flows.under("factors"):
            _move_liability(market, Money.CURRENCY, levels.currency)
            _move_liability(market, Money.FED_OTHER_LIABILITIES, levels.other_liabilities)
            _move_liability(market, Money.FOREIGN_REPO, levels.foreign_repo)
            _move_asset(market, levels.other_assets)


def _move_liability(market: Any, money: Money, level: int) -> None:
    """Let holders pay for more of a liability of the Fed, or be paid for less of it; by what each has."""
    held = np.maximum(market.ledger.balance[:, money], 0)
    change = level - int(held.sum())
    holders = np.flatnonzero(held)
    if not len(holders):
        holders, held = np.array([PUBLIC]), np.ones(PUBLIC + 1, np.int64)
    parts = apportion(abs(change), held[holders])
    if change > 0:
        market.ledger.pay("factors", holders, FED, parts)
        market.ledger.transfer("factors", money, FED, holders, parts)
    else:
        market.ledger.transfer("factors", money, holders, FED, parts)
        market.ledger.pay("factors", FED, holders, parts)


def _move_asset(market: Any, level: int) -> None:
    """Let the Fed buy other assets from the public, or be repaid."""
    change = level - int(market.ledger.balance[FED, Money.FED_OTHER_ASSETS])
    if change > 0:
        market.ledger.transfer("factors", Money.FED_OTHER_ASSETS, PUBLIC, FED, change)
        market.ledger.pay("factors", FED, PUBLIC, change)
    else:
        market.ledger.pay("factors", PUBLIC, FED, -change)
        market.ledger.transfer("factors", Money.FED_OTHER_ASSETS, FED, PUBLIC, -change)
