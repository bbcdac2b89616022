"""The evening: mark and fit, check that every book closes, record the day."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import BORROWED_OVERNIGHT, FED, N_MONEY, PUBLIC, Money
from market.accounts.settlement_kernels import add_promises
from market.bonds.curve import fit_spline, fit_svensson
from market.bonds.securities import Kind
from market.books.messages import TRADES, stacked
from market.futures.exchange import futures_laws
from market.money.repo_collateral import lacking_cents
from market.money.segments import money_of
from market.tables import measures
from market.tables.recording import write_day
from market.units import CENTS_PER_FACE

FIT_YEARS = (1.0, 10.0)


class IdentityError(ValueError):
    """An identity of the market does not hold; the message names it and the amount."""


def mark(market: Any) -> None:
    """Fit the noise curve to the closing composites; let the Fed's income go to its other liabilities.

    The fit takes seasoned notes and bonds of 1 to 10 years, without old 30-year bonds; residuals are of coupon issues
    of half a year to eleven years.
    """
    s, y, years = market.securities, market.composite_bp, market.years
    coupon = s.of(Kind.NOTE, Kind.BOND) & market.tradable & np.isfinite(y)
    inside = coupon & (years >= FIT_YEARS[0]) & (years <= FIT_YEARS[1]) & (s.term_months <= 120)
    fitted = inside & (market.rank > 1)
    fit = fit_svensson if market.premises.noise_curve == "svensson" else fit_spline
    curve = fit(years[fitted], y[fitted])
    near = coupon & (years >= 0.5) & (years <= FIT_YEARS[1] + 1.0)
    market.residual_bp = np.where(near, y - curve.yield_bp(np.maximum(years, 0.25)), np.nan)
    market.noise_bp = float(np.sqrt(np.mean(market.residual_bp[fitted] ** 2)))
    with market.flows.under("income of the Fed"):
        _close_the_fed(market)


def _close_the_fed(market: Any) -> None:
    worth = fed_net_worth_cents(market)
    giver, taker = (FED, PUBLIC) if worth > 0 else (PUBLIC, FED)
    market.ledger.transfer("income of the Fed", Money.FED_OTHER_LIABILITIES, giver, taker, abs(worth))


def fed_net_worth_cents(market: Any) -> int:
    """Return the Fed's assets less its liabilities, securities at par (TIPS un-indexed), in cents."""
    row = market.ledger.balance[FED]
    owned = int((row[N_MONEY:] + market.ledger.lent[FED, N_MONEY:]).sum()) * CENTS_PER_FACE
    return owned + int(row[:N_MONEY].sum())


def check(market: Any) -> None:
    """Check every identity of the day; raise an error that names what does not hold."""
    for law in (market.ledger.check, market.ledger.check_owners, partial(_check_due, market)):
        law()
        market.checks += 1
    _require(market, "the Fed's assets equal its liabilities (I2)", fed_net_worth_cents(market), 0)
    _check_loans(market)
    _check_flows(market)
    for law, (found, expected) in futures_laws(market).items():
        _require(market, law, found, expected)


def _require(market: Any, law: str, found: int, expected: int) -> None:
    """Count a law that was looked at, and raise if it does not hold."""
    market.checks += 1
    if found != expected:
        raise IdentityError(f"check: {law}: found {found}, expected {expected}")


def _check_loans(market: Any) -> None:
    """What stands in the ledger as repo is the sum of the evening's loans, by account and segment (I10)."""
    loans, columns = market.loans, sorted(BORROWED_OVERNIGHT)
    expected = np.zeros((len(market.ledger), N_MONEY), np.int64)
    np.add.at(expected, (loans["lender"], money_of(loans)), loans["cents"])
    np.subtract.at(expected, (loans["borrower"], money_of(loans)), loans["cents"])
    wrong = np.argwhere(market.ledger.balance[:, columns] != expected[:, columns])
    _require(market, "no haircut is negative (I10)", min(int(loans["haircut_e4"].min(initial=0)), 0), 0)
    _require(market, "repo is secured: collateral lacking, in cents (I10)", lacking_cents(market), 0)
    name, found, told = "", 0, 0
    for row, place in wrong[:1]:
        name = f", {Money(columns[place]).name} of {market.ledger.names[row]!r}"
        found, told = (int(table[row, columns[place]]) for table in (market.ledger.balance, expected))
    _require(market, f"cash lent overnight is cash borrowed (I10){name}", found, told)


def _check_due(market: Any) -> None:
    """What is due is the sum of the trades that are not settled."""
    pending: NDArray[Any] = stacked(market.unsettled, TRADES)
    due = np.zeros(market.ledger.due.shape, np.int64)
    add_promises(pending, N_MONEY, int(Money.DEPOSITS), due)
    wrong = due != market.ledger.due
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise IdentityError(
            f"check: due of {market.ledger.names[row]!r} in column {column} is {market.ledger.due[row, column]}, "
            f"expected {due[row, column]}, the sum of its trades"
        )


def _check_flows(market: Any) -> None:
    """Debt moves by issue, redemption and buyback only; reserves by what the flow table says (I3, I5)."""
    now = market.flows.outstanding()
    if market.flows_before is not None:
        change = now - market.flows_before
        told = sum(market.flows.by_memo.values(), np.zeros_like(change))
        wrong = np.flatnonzero((change != told) & (np.arange(len(change)) != Money.DEPOSITS))
        if len(wrong):
            column = int(wrong[0])
            name = Money(column).name if column < N_MONEY else market.securities.cusip[column - N_MONEY]
            raise IdentityError(
                f"check: {name} changed by {change[column]}, expected {told[column]}, what acts that may change it say"
            )
    market.flows_before = now
    market.checks += 1


def record(market: Any) -> None:
    """Write the day, once the clock of the run has started."""
    if market.burning_in:
        return
    daily = {measure.__name__: measure(market) for measure in measures.DAILY}
    market.record.add("daily", date=market.date, **daily)
    write_day(market)
