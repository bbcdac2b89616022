"""What the evening writes into the tables of the record; ``record_columns`` says what each column means."""

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import FED_NAME, N_MONEY, PUBLIC_NAME, TREASURY, TREASURY_NAME, Money
from market.auctions.buyback import OUTSIDE, Listing
from market.bonds.securities import Kind
from market.books.messages import TRADES, Buyback, LimitUse, Venue
from market.exposure import exposure
from market.futures.recording import write_futures
from market.money.repo_collateral import worth_of_face
from market.requests.request_for_quote import Interest
from market.roles import Constrained, Delevered, Limited, LimitReporter, Obliged, OpenEnded
from market.tables.record import Labels
from market.tables.sector_flows import sector_flows
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD, FACE_PER_MUSD, Float, Int

Table = NDArray[Any]
KINDS = tuple(kind.name.lower() for kind in Kind)
LISTINGS = tuple(listing.name.lower() for listing in Listing)
VENUES = tuple(venue.name.lower() for venue in Venue)
UNITS = ("cents", "face")


def write_day(market: Any) -> None:
    """Write the tables of a day that are kept."""
    for table, write in DAYS.items():
        if market.record.keeps(table):
            write(market)
    write_futures(market)


def instruments(market: Any) -> tuple[str, ...]:
    """Return the names of the ledger's columns."""
    return (*(money.name for money in Money), *market.securities.cusip)


def _securities(market: Any) -> None:
    s = market.securities
    places = np.flatnonzero((market.outstanding > 0) | (market.tape.trades > 0))  # when-issued trades too
    view, tape = market.view(), market.tape
    looks = np.maximum(tape.seen_rounds[places], 1)
    market.record.add(
        "securities",
        date=market.date,
        cusip=Labels(s.cusip, places),
        kind=Labels(KINDS, s.kind[places].astype(np.int64)),
        maturity=s.maturity_day[places],
        coupon_percent=s.coupon_e3[places] / 1000.0,
        price=market.middle[places],
        yield_bp=market.composite_bp[places],
        outstanding_musd=market.outstanding[places] / FACE_PER_MUSD,
        soma_musd=market.soma[places] / FACE_PER_MUSD,
        trades=tape.trades[places],
        turnover_musd=tape.face[places] / FACE_PER_MUSD,
        bid=view.bid[places],
        ask=view.ask[places],
        residual_bp=market.residual_bp[places],
        unquoted_share=1.0 - tape.quoted_rounds[places] / looks,
        depth_musd=tape.depth_sum[places] / looks / FACE_PER_MUSD,
        on_the_run=market.on_the_run[places],
        age_rank=market.rank[places],
        request_musd=tape.request_face[places] / FACE_PER_MUSD,
        session_musd=tape.session_face[places] / FACE_PER_MUSD,
        spread_face=tape.spread_weight[places].astype(np.int64),
        spread_bp=tape.spread_sum[places]
        / np.where(tape.spread_weight[places] > 0, tape.spread_weight[places], np.nan),
    )


def _institutions(market: Any) -> None:
    rows = np.flatnonzero(market.sectors != "")
    position = market.ledger.position(rows)
    use = np.full(len(market.ledger), np.nan)
    view = market.view()
    for limited in market.playing(Constrained):
        use[limited.rows] = np.atleast_1d(limited.utilisation(view)).ravel()
    market.record.add(
        "institutions",
        date=market.date,
        name=Labels(market.ledger.names, rows),
        kind=list(market.sectors[rows]),
        net_musd=position.sum(axis=1) / FACE_PER_MUSD,
        gross_musd=np.abs(position).sum(axis=1) / FACE_PER_MUSD,
        cash_musd=market.ledger.cash(rows) / CENTS_PER_MUSD,
        utilisation=use[rows],
        **{name: column[rows] for name, column in _strains(market, view).items()},
        value_musd=_value_musd(market, rows, position),
    )


def _strains(market: Any, view: Any) -> dict[str, NDArray[Any]]:
    """Return what limits and obligations do to each account, a column each (accounts,)."""
    accounts = len(market.ledger)
    columns = {field.name: np.full(accounts, np.nan) for field in fields(LimitUse)}
    columns |= _refused(market, accounts)
    columns["funding_withdrawn_cents"] = market.withdrawn_cents
    columns["margin_sales_face"] = np.zeros(accounts, np.int64)
    for fund in market.playing(Delevered):
        columns["margin_sales_face"][fund.rows] = fund.margin_sales()
    columns["must_trade_musd"] = np.zeros(accounts)
    for limited in market.playing(Limited):
        found = limited.limits(view)
        for field in fields(LimitUse):
            columns[field.name][limited.rows] = getattr(found, field.name)
    for obliged in market.playing(Obliged):
        columns["must_trade_musd"][obliged.rows] = obliged.must_trade() / FACE_PER_MUSD
    columns |= {name: np.zeros(accounts) for name in ("redeemed_musd", "redemption_sales_musd")}
    for fund in market.playing(OpenEnded):
        asked, ordered = fund.redemptions()
        columns["redeemed_musd"][fund.rows], columns["redemption_sales_musd"][fund.rows] = (
            asked,
            ordered / FACE_PER_MUSD,
        )
    for name in ("declined_leverage", "declined_risk"):
        columns[name] = np.nan_to_num(columns[name]).astype(np.int64)
    return columns


def _refused(market: Any, accounts: int) -> dict[str, Int]:
    """Return number and face of the requests of the day that found no price, by who asked (accounts,)."""
    owner, face = market.tape.refused_requests()
    faces = np.zeros(accounts, np.int64)
    np.add.at(faces, owner, face)
    return {"refused_requests": np.bincount(owner, minlength=accounts), "refused_face": faces}


def _value_musd(market: Any, rows: Int, position: Int) -> Float:
    """Return securities at the close, accrued interest and indexation included, plus money less money owed."""
    worth = worth_of_face(market)
    money = market.ledger.balance[rows, :N_MONEY].sum(axis=1) + market.ledger.cash_due(rows)
    return np.asarray(exposure(position, worth)[:, 0] * (CENTS_PER_FACE / CENTS_PER_MUSD) + money / CENTS_PER_MUSD)


def _labels(market: Any) -> tuple[list[str], Int]:
    """Return the names of the sectors, officials by their own, and the place among them by account."""
    label = market.sectors.copy()
    label[:3] = (FED_NAME, TREASURY_NAME, PUBLIC_NAME)
    names, place = np.unique(label.astype(str), return_inverse=True)
    return names.tolist(), place


def _by_sector(market: Any) -> tuple[list[str], list[NDArray[np.int64]]]:
    """Return the sectors and their balance, due and lent (sectors, instruments)."""
    names, place = _labels(market)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(names)))
    books = market.ledger.balance, market.ledger.due, market.ledger.lent
    return names, [np.add.reduceat(book[order], starts, axis=0) for book in books]


def _sectors(market: Any) -> None:
    market.record.add("sectors", date=market.date, **sector_flows(market, *_labels(market)))


def _balance_sheets(market: Any) -> None:
    names, (balance, due, lent) = _by_sector(market)
    row, column = np.nonzero((balance != 0) | (due != 0) | (lent != 0))
    market.record.add(
        "balance_sheets",
        date=market.date,
        sector=Labels(tuple(names), row),
        instrument=Labels(instruments(market), column),
        unit=Labels(UNITS, (column >= N_MONEY).astype(np.int64)),
        amount=balance[row, column],
        due=due[row, column],
        lent=lent[row, column],
    )


def note_list(market: Any, buyback: Buyback) -> None:
    """Write of each security of an announced operation's bucket whether it is listed, or why not."""
    if buyback.why is None:
        return
    places = np.flatnonzero(buyback.why != OUTSIDE)
    market.record.add(
        "lists",
        announced=market.date,
        date=buyback.day,
        bucket=buyback.bucket,
        cusip=Labels(market.securities.cusip, places),
        reason=Labels(LISTINGS, buyback.why[places]),
    )


def write_opening(market: Any) -> None:
    """Write what every account owned, was due and had lent when the clock of the run started."""
    if not market.record.keeps("opening"):
        return
    ledger = market.ledger
    row, column = np.nonzero((ledger.balance != 0) | (ledger.due != 0) | (ledger.lent != 0))
    sectors, place = _labels(market)
    market.record.add(
        "opening",
        date=market.date,
        account=Labels(ledger.names, row),
        sector=Labels(tuple(sectors), place[row]),
        instrument=Labels(instruments(market), column),
        unit=Labels(UNITS, (column >= N_MONEY).astype(np.int64)),
        amount=ledger.balance[row, column],
        due=ledger.due[row, column],
        lent=ledger.lent[row, column],
    )


def _postings(market: Any) -> None:
    names = instruments(market)
    for memo, change in market.flows.by_memo.items():
        moved = np.flatnonzero(change)
        if len(moved):
            market.record.add(
                "postings",
                date=market.date,
                memo=memo,
                instrument=Labels(names, moved),
                unit=Labels(UNITS, (moved >= N_MONEY).astype(np.int64)),
                amount=change[moved],
            )


def _debt_limit(market: Any) -> None:
    """Write where the Treasury stands under the debt limit, from its reinstatement on."""
    for office in market.playing(LimitReporter):
        now = office.limit_levels(market.view(), int(market.ledger.balance[TREASURY, Money.TREASURY_CASH]))
        if now is None:
            continue
        limit = np.nan if now.limit_cents is None else now.limit_cents / CENTS_PER_MUSD
        room = np.nan if now.limit_cents is None else (now.limit_cents - now.subject_cents) / CENTS_PER_MUSD
        market.record.add(
            "debt_limit",
            date=market.date,
            subject_debt_musd=now.subject_cents / CENTS_PER_MUSD,
            other_debt_musd=now.other_cents / CENTS_PER_MUSD,
            inflation_musd=now.inflation_cents / CENTS_PER_MUSD,
            limit_musd=limit,
            headroom_musd=room,
            measures_used_musd=now.used_cents / CENTS_PER_MUSD,
            measures_left_musd=now.left_cents / CENTS_PER_MUSD,
            cash_musd=now.cash_cents / CENTS_PER_MUSD,
            unpaid_musd=now.unpaid_cents / CENTS_PER_MUSD,
            x_date=np.datetime64("NaT" if now.x_day is None else now.x_day, "D"),
            default=now.default,
        )


def _trades(market: Any) -> None:
    trades = market.tape.everything()
    if not len(trades):
        trades = np.zeros(0, TRADES)
    names = market.ledger.names
    market.record.add(
        "trades",
        date=np.full(len(trades), market.date),
        round=trades["round"],
        buyer=Labels(names, trades["buyer"].astype(np.int64)),
        seller=Labels(names, trades["seller"].astype(np.int64)),
        cusip=Labels(market.securities.cusip, trades["security"].astype(np.int64)),
        venue=Labels(VENUES, trades["venue"].astype(np.int64)),
        aggressor=trades["aggressor"],
        settle_date=trades["settle_day"],
        price_e8=trades["price_e8"],
        face=trades["face"],
        cash_cents=trades["cash_cents"],
    )


def note_requests(market: Any, requests: Table, found: Interest, dealer: Int, asked: Int, attempt: int) -> None:
    """Write the requests of a turn; ``dealer`` (R,) is the winner's row, -1 where there is none."""
    if market.burning_in:
        return
    done = found.winner >= 0
    names, security = market.ledger.names, requests["security"].astype(np.int64)
    market.record.add(
        "requests",
        date=market.date,
        round=market.round,
        attempt=np.full(len(requests), attempt),
        client=Labels(names, requests["owner"].astype(np.int64)),
        cusip=Labels(market.securities.cusip, security),
        face=requests["face"],
        limit=requests["limit"],
        asked=asked,
        answered=found.answered,
        dealer=Labels((*names, ""), np.where(done, dealer, len(names))),
        price=np.where(done, found.best, np.nan),
        best=found.best,
        cover=found.cover,
        middle=market.middle[security],
        dv01=market.dv01[security],
    )


def note_quotes(market: Any, rows: Int, levels: tuple[Int, Int], faces: tuple[Int, Int]) -> None:
    """Write the firm quotes of a round: levels and faces of bids and offers, (quoters, S) each, by ``rows``."""
    if market.burning_in:
        return
    member, security = np.nonzero((faces[0] > 0) | (faces[1] > 0))
    ladder = market.ladder
    shown = [face[member, security] for face in faces]
    price = [ladder.base[security] + ladder.tick[security] * level[member, security] for level in levels]
    market.record.add(
        "quotes",
        date=np.full(len(member), market.date),
        round=np.full(len(member), market.round),
        dealer=Labels(market.ledger.names, rows[member]),
        cusip=Labels(market.securities.cusip, security),
        bid=np.where(shown[0] > 0, price[0], np.nan),
        ask=np.where(shown[1] > 0, price[1], np.nan),
        bid_face=shown[0],
        ask_face=shown[1],
    )


DAYS = {
    "securities": _securities,
    "institutions": _institutions,
    "balance_sheets": _balance_sheets,
    "sectors": _sectors,
    "postings": _postings,
    "debt_limit": _debt_limit,
    "trades": _trades,
}
