"""A run folder of four days made by hand: two securities, one auction, one buyback, every identity in it true."""

from pathlib import Path

import numpy as np

from experiments.scenario import load
from experiments.store import new_folder, write_manifest
from market.tables.record import COLUMNS, Record
from market.units import day_number

DAYS = [day_number(day) for day in ("2024-05-29", "2024-05-30", "2024-05-31", "2024-06-03")]
OPENING = day_number("2024-05-28")
OLD, NEW = "912828XX1", "91282CXX9"
MUSD, FACE = 10**8, 10**4  # cents, hundreds of dollars
SECTORS = ("Federal Reserve", "Treasury", "Public", "banks", "dealers", "money funds")


def opening_sheet() -> dict[tuple[str, str], int]:
    """Return balances by sector and instrument: the Fed owns 100 and owes 100, the dealer has 60, the funds 40."""
    return {
        ("Federal Reserve", OLD): 100 * FACE,
        ("dealers", OLD): 60 * FACE,
        ("money funds", OLD): 40 * FACE,
        ("Treasury", OLD): -200 * FACE,
        ("Federal Reserve", "RESERVES"): -70 * MUSD,
        ("banks", "RESERVES"): 70 * MUSD,
        ("Federal Reserve", "TREASURY_CASH"): -30 * MUSD,
        ("Treasury", "TREASURY_CASH"): 30 * MUSD,
        ("banks", "DEPOSITS"): -70 * MUSD,
        ("money funds", "DEPOSITS"): 50 * MUSD,
        ("dealers", "DEPOSITS"): 20 * MUSD,
    }


def move(sheet: dict[tuple[str, str], int], instrument: str, giver: str, taker: str, amount: int) -> None:
    sheet[giver, instrument] = sheet.get((giver, instrument), 0) - amount
    sheet[taker, instrument] = sheet.get((taker, instrument), 0) + amount


def pay_treasury(sheet: dict[tuple[str, str], int], payer: str, cents: int) -> None:
    """Post what the ledger's ``pay`` posts from a depositor to the Treasury; negative for a payment by it."""
    move(sheet, "DEPOSITS", payer, "banks", cents)
    move(sheet, "RESERVES", "banks", "Federal Reserve", cents)
    move(sheet, "TREASURY_CASH", "Federal Reserve", "Treasury", cents)


def write_sheet(record: Record, table: str, day: int, sheet: dict[tuple[str, str], int]) -> None:
    keys = sorted(key for key, amount in sheet.items() if amount)
    sectors, instruments = [list(column) for column in zip(*keys, strict=True)]
    more = {"account": sectors} if table == "opening" else {}
    units = ["cents" if name.isupper() and not name[0].isdigit() else "face" for name in instruments]
    amounts = [sheet[key] for key in keys]
    record.add(
        table, date=day, sector=sectors, instrument=instruments, unit=units, amount=amounts, due=0, lent=0, **more
    )


def write_day(record: Record, day: int, sheet: dict[tuple[str, str], int], bought: int) -> None:
    """Write the tables by day; ``bought`` is what the day's buyback accepted, at par."""
    write_sheet(record, "balance_sheets", day, sheet)
    outstanding = [-sheet.get(("Treasury", cusip), 0) / FACE for cusip in (OLD, NEW)]
    soma = [sheet.get(("Federal Reserve", cusip), 0) / FACE for cusip in (OLD, NEW)]
    dealer = sum(sheet.get(("dealers", cusip), 0) for cusip in (OLD, NEW)) / FACE
    record.add(
        "securities",
        date=day,
        cusip=[OLD, NEW],
        kind="note",
        maturity=[day_number("2030-05-15"), day_number("2034-05-15")],
        coupon_percent=[0.625, 4.375],
        price=[80.0, 99.0],
        yield_bp=[450.0 + (day - DAYS[0]), 455.0],
        outstanding_musd=outstanding,
        soma_musd=soma,
        trades=[3, 4],
        turnover_musd=[30.0, 40.0],
        bid=[np.nan, 98.9],
        ask=[np.nan, 99.1],
        residual_bp=[0.5, -2.0],
        unquoted_share=[1.0, 0.0],
        depth_musd=[0.0, 50.0],
        on_the_run=[False, True],
        age_rank=[7, 0],
        request_musd=[30.0, 10.0],
        session_musd=[0.0, 5.0],
        spread_face=[300_000, 350_000],
        spread_bp=[1.0, 0.2],
    )
    record.add(
        "institutions",
        date=day,
        name=["Dealer.0", "MoneyFund.0"],
        kind=["dealers", "money funds"],
        net_musd=[dealer, 40.0],
        gross_musd=[dealer, 40.0],
        cash_musd=[sheet["dealers", "DEPOSITS"] / MUSD, 1.0],
        utilisation=[0.6, np.nan],
        leverage_use=[0.6, np.nan],
        risk_use=[0.4, np.nan],
        leverage_price_bp=[0.0, np.nan],
        risk_price=[1.0, np.nan],
        declined_leverage=[0, 0],
        declined_risk=[0, 0],
        refused_requests=[0, 2],
        refused_face=[0, 2 * FACE],
        funding_withdrawn_cents=[0, 0],
        margin_sales_face=[0, 0],
        must_trade_musd=[0.0, 0.0],
        redeemed_musd=[0.0, 0.0],
        redemption_sales_musd=[0.0, 0.0],
        value_musd=[80.0, 90.0],
    )
    fixed = {name: 1 if unit == "count" else 1.0 for name, (unit, _) in COLUMNS["daily"].items()} | {
        "messages": 100,
        "rfq_requests": 50,
        "rfq_refused": 2,
    }
    summed = {
        "date": day,
        "trades": 7,
        "turnover_musd": 70.0,
        "yield_10y_bp": 455.0,
        "dealer_net_musd": dealer,
        "dealer_gross_musd": dealer,
        "reserves_musd": sheet["banks", "RESERVES"] / MUSD,
        "tga_musd": sheet["Treasury", "TREASURY_CASH"] / MUSD,
        "on_rrp_musd": 0.0,
        "foreign_rrp_musd": 0.0,
        "soma_musd": sum(soma),
        "debt_musd": sum(outstanding),
        "buyback_face_musd": bought / FACE,
        "buyback_cost_musd": bought / FACE,
    }
    record.add("daily", **fixed | summed)


def post(record: Record, day: int, memo: str, face: tuple[str, int], cents: int) -> None:
    """Record the flow table of one act between the Treasury and a depositor."""
    record.add(
        "postings",
        date=day,
        memo=memo,
        instrument=[face[0], "RESERVES", "TREASURY_CASH"],
        unit=["face", "cents", "cents"],
        amount=[face[1], -cents, cents],
    )


def write_operations(record: Record) -> None:
    """Write an auction of 20 million, and a buyback of 10 of 25 million offered, maximum 15, both on the first day."""
    record.add(
        "auctions",
        date=DAYS[0],
        issue_date=DAYS[2],
        cusip=NEW,
        kind="note",
        term_months=120,
        reopening=False,
        offering_face=20 * FACE,
        awarded_face=20 * FACE,
        noncompetitive_face=FACE,
        direct_face=2 * FACE,
        indirect_face=5 * FACE,
        addon_face=0,
        dealer_face=12 * FACE,
        stop_percent=4.5,
        median_percent=4.45,
        when_issued_percent=4.497,
        when_issued_face=0,
        when_issued_short_face=0,
        tail_bp=0.3,
        bid_to_cover=2.5,
        covered=True,
        cost_cents=20 * MUSD,
    )
    record.add(
        "buybacks",
        date=DAYS[0],
        settle_date=DAYS[1],
        bucket="5Y to 7Y",
        purpose="liquidity support",
        maximum_face=15 * FACE,
        offered_face=25 * FACE,
        accepted_face=10 * FACE,
        cost_cents=10 * MUSD,
        eligible_securities=1,
        accepted_securities=1,
    )
    record.add(
        "offers",
        date=DAYS[0],
        bucket="5Y to 7Y",
        dealer="Dealer.0",
        cusip=OLD,
        price_e8=[100 * 10**8, 101 * 10**8],
        fitted_price_e8=[10_005 * 10**6, 10_010 * 10**6],
        market_price_e8=[10_010 * 10**6, 10_015 * 10**6],
        index_ratio=1.0,
        face=[10 * FACE, 15 * FACE],
        accepted_face=[10 * FACE, 0],
        cost_cents=[10 * MUSD, 0],
        score_bp=[1.0, -3.0],
        eligible=True,
    )


def write_tables(folder: Path) -> None:
    """Write every table of the fake run."""
    sheet = opening_sheet()
    with Record(folder) as record:
        write_sheet(record, "opening", OPENING, sheet)
        write_operations(record)
        for day in DAYS:
            if day == DAYS[1]:
                move(sheet, OLD, "dealers", "Treasury", 10 * FACE)
                pay_treasury(sheet, "dealers", -10 * MUSD)
                post(record, day, "buyback", (OLD, -10 * FACE), -10 * MUSD)
            if day == DAYS[2]:
                move(sheet, NEW, "Treasury", "dealers", 20 * FACE)
                pay_treasury(sheet, "dealers", 20 * MUSD)
                post(record, day, "issue", (NEW, 20 * FACE), 20 * MUSD)
            write_day(record, day, sheet, 10 * FACE if day == DAYS[0] else 0)


def write_run(out: Path) -> Path:
    """Write the fake run as a whole run folder."""
    with new_folder(out) as folder:
        write_tables(folder)
        write_manifest(folder, load("baseline"), seed=1, days=4, identities_passed=1234, wall_seconds=1.5)
    return out
