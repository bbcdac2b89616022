"""Clearing changes what is delivered and carried; what each account owns, and pays in all, stays to the cent."""

import numpy as np
import pytest
from small_market import live, small_market

from agents.dealers.dealer_inventory import inventory_of
from agents.dealers.primary_dealer import PrimaryDealer
from experiments.kinds import KINDS
from experiments.sections.venues import SECTORS
from market.accounts.clearing import LARGEST_DELIVERY, net, settle_cleared, unofficial
from market.accounts.instruments import N_MONEY
from market.accounts.netting import gross
from market.accounts.settlement import book
from market.books.messages import TRADES, Venue, stacked

RULES = [("bilateral", "dealers"), ("multilateral", "dealers"), ("multilateral", "all")]


def cleared(netting, members, days=3):
    return small_market(days=days, market__clearing__netting=netting, market__clearing__members=members)


def due_of(market):
    """Return the trades that clear, and leave the others waiting."""
    pending = stacked(market.unsettled, TRADES)
    mine = unofficial(pending)
    market.unsettled = [pending[~mine]]
    return pending[mine]


def standing(market):
    """Return what each account owns, and its cash, once all that is due is done."""
    ledger, rows = (
        market.ledger,
        np.flatnonzero(market.sectors != "banks"),
    )  # whose reserves move with their clients' cash
    return ledger.position_all(), ledger.cash(rows) + ledger.cash_due(rows)


def test_all_are_all():
    ruled = {kind.sector for kind in KINDS.values()} - {"dealers"}
    some, more, most = (set(SECTORS[members]) for members in ("dealers", "dealers-and-funds", "all"))
    assert ruled < most and some < more < most


@pytest.mark.parametrize(("netting", "members"), RULES)
def test_netting_moves_no_bond_and_no_cent_and_delivers_less(netting, members):
    market = cleared(netting, members)
    before, due = standing(market), due_of(market)
    deliveries = net(market, due)
    for was, now in zip(before, standing(market), strict=True):
        assert np.array_equal(was, now)
    assert 0 < deliveries["face"].sum() < due["face"].sum()
    assert deliveries["face"].max() <= LARGEST_DELIVERY and deliveries["face"].min() > 0
    assert (deliveries["venue"] == Venue.CLEARING).all()
    assert len(set((deliveries["cash_cents"] // deliveries["face"]).tolist())) <= len(np.unique(deliveries["security"]))
    market.unsettled.append(deliveries)
    assert (stacked(market.unsettled, TRADES)["face"] > 0).all()
    live(market, 1)  # checks that what is due is the sum of what is pending, and every other identity


def test_a_member_of_clearing_by_all_either_gives_or_takes_a_security():
    market = cleared("multilateral", "all")
    deliveries = net(market, due_of(market))
    sides = [
        set(zip(deliveries[side].tolist(), deliveries["security"].tolist(), strict=True)) for side in TRADES.names[2:4]
    ]
    assert not sides[0] & sides[1]


def test_the_more_clear_the_less_dealers_carry():
    carried = [
        float(market.clearing.of(np.flatnonzero(market.sectors == "dealers")).sum())
        for market in (cleared("bilateral", "dealers"), *(cleared("multilateral", m) for m in SECTORS))
    ]
    assert carried == sorted(carried, reverse=True) and carried[-1] < 0.6 * carried[0]


def test_who_is_no_member_nets_by_pair_and_nothing_is_netted_by_default():
    market = small_market(days=3)
    due = due_of(market)
    waiting, fails = settle_cleared(market, market.ledger, due, 10**6, market.may_short)
    assert np.array_equal(waiting, fails)
    face = gross(due).receivable(len(market.ledger))
    assert market.clearing.delivered_face + market.clearing.failed_face == due["face"].sum() == face.sum()
    assert market.clearing.failed_face == fails["face"].sum()


def test_what_failed_is_tried_again_and_counted_as_cured_when_it_is_delivered():
    market, ledger = (made := small_market(days=3)), made.ledger
    one = due_of(market)[:1].copy()
    poor, rich = (next(p for p in market.participants if p.sector == s).rows[0] for s in ("pensions", "insurers"))
    column = int(np.argmax(ledger.balance[rich, N_MONEY:])) + N_MONEY
    lacks = int(ledger.balance[poor, column] + ledger.lent[poor, column]) + 5
    one["seller"], one["buyer"], one["security"], one["face"], one["cash_cents"] = (
        poor,
        rich,
        column - N_MONEY,
        lacks,
        1,
    )
    book(ledger, one)
    day = int(one["settle_day"][0])
    stays, fails = settle_cleared(market, ledger, one, day, market.may_short)
    assert (len(fails), market.clearing.failed_face, market.clearing.cured_face) == (1, lacks, 0)
    ledger.transfer("gift", column, rich, poor, 5)
    stays, fails = settle_cleared(market, ledger, stays, day + 1, market.may_short)
    assert (len(stays), len(fails), market.clearing.cured_face) == (0, 0, lacks)


def test_a_dealer_that_counts_obligations_uses_more_of_its_limit():
    market = small_market(days=3)
    dealers = next(p for p in market.participants if isinstance(p, PrimaryDealer))
    view, today = market.view(), market.outlook.on(market.view())
    without = inventory_of(dealers, view, today).utilisation
    dealers.obligation_weight = 1.0
    assert (inventory_of(dealers, view, today).utilisation >= without).all()
    assert (inventory_of(dealers, view, today).utilisation > without).any()
