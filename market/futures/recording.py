"""What the evening writes of futures: prices and spreads, open interest by sector, margin by account."""

from typing import Any

import numpy as np

from market.accounts.instruments import PUBLIC, PUBLIC_NAME, Money
from market.futures.cycle import NAMES
from market.futures.reasons import Reason
from market.roles import Leveraged
from market.tables.record import Labels

REASONS = tuple(reason.name.lower() for reason in Reason)


def write_futures(market: Any) -> None:
    """Write the day's tables of futures, nothing where they are not traded, and that of leveraged funds."""
    _leveraged(market)
    futures = market.futures
    if futures is None:
        return
    board, names, cusips = futures.board, Labels(NAMES, np.arange(len(NAMES))), market.securities.cusip
    market.record.add(
        "futures",
        date=market.date,
        contract=names,
        delivery=board.cycle.delivery_day,
        price=board.price,
        fair_price=futures.fair,
        spread_bp=board.spread_bp,
        repo_bp=board.repo_bp,
        cheapest=Labels((*cusips, ""), np.where(board.cheapest >= 0, board.cheapest, len(cusips))),
        open_interest=np.maximum(futures.position, 0).sum(axis=0),
        volume=futures.volume,
        margin_rate=futures.margin_rate,
    )
    _positions(market)
    rows = np.flatnonzero(futures.position.any(axis=1) | (futures.variation != 0))
    market.record.add(
        "clearing",
        date=market.date,
        account=Labels(market.ledger.names, rows),
        variation_cents=futures.variation[rows],
        margin_cents=market.ledger.balance[rows, Money.MARGIN],
    )


def _positions(market: Any) -> None:
    label = market.sectors.astype(str)
    label[PUBLIC] = PUBLIC_NAME
    sectors, place = np.unique(label, return_inverse=True)
    held = market.futures.position
    sums = np.zeros((2, len(sectors), held.shape[1]), np.int64)
    np.add.at(sums[0], place, np.maximum(held, 0))
    np.add.at(sums[1], place, np.maximum(-held, 0))
    sector, contract = np.nonzero(sums.any(axis=0))
    market.record.add(
        "futures_positions",
        date=market.date,
        sector=Labels(tuple(sectors.tolist()), sector),
        contract=Labels(NAMES, contract),
        long_contracts=sums[0][sector, contract],
        short_contracts=sums[1][sector, contract],
    )


def _leveraged(market: Any) -> None:
    for fund in market.playing(Leveraged):
        told = dict(fund.leverage())
        why = told.pop("reason").astype(np.int64)
        names = Labels(market.ledger.names, fund.rows)
        market.record.add("leveraged", date=market.date, fund=names, reason=Labels(REASONS, why), **told)
