"""One business day, read aloud: a morning, rounds, an evening. Each act is a short function where it belongs."""

from collections.abc import Callable, Iterator
from typing import Any

from market.accounts.clearing import carry
from market.accounts.servicing import pay_interest, post_factors, redeem_maturities, settle_trades, spend_and_tax
from market.announcing import announce, open_market, set_rates
from market.auctions.operations import hold_operations
from market.auctions.standing import review_buybacks
from market.books.all_to_all import publish_costs
from market.closing import check, mark, record
from market.futures.exchange import settle_futures, trade_futures
from market.money.funding import fund, lend_overnight, unwind_funding
from market.money.securities_lending import charge_for_securities
from market.rounds import (
    answer_requests,
    apply_shocks,
    execute_orders,
    hear_news,
    lay_off_risk,
    refresh_quotes,
    stream_prices,
    take_orders,
)

Act = Callable[[Any], None]

MORNING: tuple[Act, ...] = (
    set_rates,
    pay_interest,
    settle_trades,
    redeem_maturities,
    unwind_funding,
    open_market,
    apply_shocks,
    spend_and_tax,
    post_factors,
    announce,
)
ROUND: tuple[Act, ...] = (
    hear_news,
    stream_prices,
    refresh_quotes,
    hold_operations,
    trade_futures,
    take_orders,
    answer_requests,
    execute_orders,
    lay_off_risk,
)
EVENING: tuple[Act, ...] = (
    publish_costs,
    carry,
    review_buybacks,
    charge_for_securities,
    settle_futures,
    fund,
    lend_overnight,
    mark,
    check,
    record,
)


def agenda(rounds: int) -> Iterator[tuple[int, Act]]:
    """List the day: the morning, every round, the evening."""
    yield from ((0, act) for act in MORNING)
    yield from ((number, act) for number in range(rounds) for act in ROUND)
    yield from ((rounds - 1, act) for act in EVENING)
