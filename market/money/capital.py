"""Capital of an institution that joins a running market: its owners, the public, pay in cash for shares in it.

A payment against a claim, as a subscription of a fund's owners is: deposits change their owner, reserves perhaps their
bank, and what the institution owes is worth what it got. Units: cents.
"""

from typing import Any

from market.accounts.instruments import PUBLIC, Money

MEMO = "capital paid in"


def pay_in(market: Any, row: int, cents: int) -> None:
    """Let the public pay cash into an account, for shares in what the account's holder is worth."""
    with market.flows.under(MEMO):
        market.ledger.pay(MEMO, PUBLIC, row, cents)
        market.ledger.transfer(MEMO, Money.FUND_SHARES, row, PUBLIC, cents)
