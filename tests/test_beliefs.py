"""Beliefs about the path of the policy rate: keyed by name, read with error, moved by flow, back to their anchor."""

import math
from copy import copy
from types import SimpleNamespace

import numpy as np
import pytest
from small_market import digest, lone, small_market

from agents.beliefs import CLIENTS_MUSD_PER_BP, SLOPE, Anchor, flow_of_clients, flow_of_investor, next_belief
from agents.buyers.insurer import Insurer
from agents.buyers.investor import Investor
from agents.dealers.primary_dealer import PrimaryDealer
from market.bonds.securities import Kind
from market.books.messages import TRADES, Venue

BURN_IN, WIDE = 2, 25.0


def test_a_view_returns_to_its_anchor_and_moves_with_what_is_read():
    assert [anchor.name for anchor in sorted(Anchor)] == ["GUIDANCE", "OWN", "NONE"]
    keep = math.exp(-1 / 10)
    assert next_belief(20.0, 8.0, 1.0, 10.0, 0.0) == pytest.approx(8.0 + keep * 12.0)
    assert next_belief(20.0, 8.0, 0.0, 10.0, 0.0) == pytest.approx(keep * 20.0)
    assert next_belief(20.0, 8.0, 2.0, 10.0, 0.0) == 20.0
    assert next_belief(20.0, 8.0, 2.0, 10.0, -1.5) == 18.5


def views(market):
    """Return the view of each institution that has one, by name."""
    return {a.name: float(a.belief[0]) for a in market.agents if isinstance(a, Investor | PrimaryDealer)}


@pytest.fixture(scope="module")
def parted():
    return small_market(days=BURN_IN + 2, rounds=6, beliefs__disagreement_bp=WIDE, beliefs__learning=0.0)


def test_nobody_has_a_view_where_beliefs_are_off():
    market = small_market(days=BURN_IN + 1)
    assert set(views(market).values()) == {0.0}


def test_views_lie_apart_by_the_level_of_disagreement_and_each_belongs_to_a_name():
    few, more = (small_market(days=1, beliefs__disagreement_bp=WIDE, population__insurer__count=n) for n in (3, 5))
    small, large = views(few), views(more)
    assert all(large[name] == value for name, value in small.items()) and len(large) == len(small) + 2
    apart = np.array(list(large.values()))
    assert 0.75 * WIDE < apart.std() < 1.25 * WIDE


def test_news_parts_views_and_the_market_starts_from_published_yields(parted):
    firsts = np.array([float(a.first_belief[0]) for a in parted.agents if isinstance(a, Investor)])
    now = np.array([float(a.belief[0]) for a in parted.agents if isinstance(a, Investor)])
    assert (now != firsts).all() and np.abs(now - firsts).max() < WIDE
    for agent in parted.agents:
        if isinstance(agent, Investor):
            assert agent.news - agent.heard() == pytest.approx(float(agent.belief[0]) * SLOPE)


def test_under_guidance_disagreement_fades_and_without_an_anchor_it_does_not():
    kept = []
    for anchor in ("guidance", "none"):
        given = {"beliefs__anchor": anchor, "beliefs__days": 2.0, "beliefs__learning": 0.0, "news__scale": 0.01}
        kept.append(
            np.std(list(views(small_market(days=BURN_IN + 4, beliefs__disagreement_bp=WIDE, **given)).values()))
        )
    assert kept[0] < 0.3 * kept[1]


def test_a_dealer_whose_clients_buy_expects_a_lower_path():
    given = {"rounds": 6, "beliefs__disagreement_bp": WIDE, "beliefs__anchor": "none", "beliefs__reading_error": 0.0}
    market = small_market(days=BURN_IN, beliefs__learning=1.0, **given)
    moved, seen, before = [], [], beliefs(market)
    for act in market.moments():
        if act == "hear_news" and market.round > 0:
            seen.append(flows(market))
            moved.append(beliefs(market) - before)
        before = beliefs(market)
    assert np.concatenate(moved) == pytest.approx(-np.concatenate(seen), abs=1e-9)
    assert np.abs(np.concatenate(seen)).max() > 0.01


def beliefs(market):
    return np.array([float(a.belief[0]) for a in market.agents if isinstance(a, PrimaryDealer)])


def flows(market):
    """Return what each dealer's clients bought from it in the last round, $m a bp, from the tape alone."""
    trades, worth = market.tape.everything(), market.outlook.on(market.view()).face_dv01
    last = trades[(trades["round"] == market.round - 1) & (trades["venue"] == Venue.REQUEST)]
    duration = last["face"] * worth[last["security"]]
    rows = [a.row for a in market.agents if isinstance(a, PrimaryDealer)]
    return np.array([duration[last["seller"] == row].sum() - duration[last["buyer"] == row].sum() for row in rows])


def test_what_a_dealer_sees_is_its_own_clients_flow_and_not_anothers(parted):
    dealers = next(who for who in parted.participants if isinstance(who, PrimaryDealer))
    trades = parted.tape.everything()
    mine = np.isin(trades["seller"], dealers.rows) | np.isin(trades["buyer"], dealers.rows)
    assert mine[trades["venue"] == Venue.REQUEST].any()
    assert flow_of_clients(dealers, parted.view()).shape == (len(dealers.rows), 1)


def test_together_and_one_by_one_have_the_same_bits():
    both = (small_market(days=BURN_IN + 2, one_by_one=alone, beliefs__disagreement_bp=WIDE) for alone in (False, True))
    assert len({digest(market) for market in both}) == 1


def test_who_expects_a_higher_path_wants_less_most_of_all_at_the_short_end(parted):
    holder = max((a for a in parted.agents if isinstance(a, Insurer)), key=lambda a: a.position.sum())
    view, wanted = parted.view(), []
    for path_bp in (0.0, 20.0):
        one = copy(holder)
        one._columns = {name: column.copy() for name, column in holder._columns.items()}
        one.news = one.news + path_bp * SLOPE
        wanted.append(one.wanted(view))
    notes = view.securities.of(Kind.NOTE, Kind.BOND) & view.tradable & (wanted[0] > 0)
    change = wanted[1][notes] / wanted[0][notes] - 1.0
    short, long = change[view.years[notes] < 3].mean(), change[view.years[notes] > 20].mean()
    assert short < -0.02 and abs(long) < 0.25 * abs(short)


# ---- by hand ---------------------------------------------------------------------------------------
def believer(**traits):
    """Return an investor outside any market, all of whose draws are minus a half."""
    streams = SimpleNamespace(normal=lambda *_: np.full((1, 1), -0.5))
    one = lone(Investor, SimpleNamespace(streams=streams, day=0, clock=0), **traits)
    one._identity = np.zeros(1, np.uint64)
    return one


def test_a_first_view_moves_the_valuation_and_is_no_news_that_it_heard():
    one = believer(disagreement=20.0)
    one.form_view()
    assert one.belief.tolist() == one.first_belief.tolist() == [-10.0]
    assert one.news.tolist() == [0.0, -10.0, 0.0] and one.heard().tolist() == [0.0, 0.0, 0.0]


def test_what_a_view_is_revised_by_moves_the_valuation():
    one = believer(belief_anchor=float(Anchor.NONE), path_learning=0.02)
    one.hold_views(np.zeros(3), np.array([5.0]), SimpleNamespace(rounds=10))
    assert one.belief == pytest.approx([-0.1]) and one.news == pytest.approx([0.0, -0.1, 0.0])


def test_a_view_moves_by_the_error_of_reading_the_short_end_less_what_the_flow_tells():
    one = believer(belief_anchor=float(Anchor.NONE), reading_error=0.1, path_learning=0.02, belief=np.array([4.0]))
    one.hold_views(np.array([3.0, -1.0, 9.0]), np.array([5.0]), SimpleNamespace(rounds=10))
    # the short end moved by 3 - 1 = 2: an error of 0.1 x 2 x (-0.5), and 0.02 x 5 of flow
    assert one.belief == pytest.approx([4.0 - 0.1 - 0.1])


def test_a_dealer_counts_what_clients_bought_by_request_in_the_round_before():
    trades = np.zeros(5, TRADES)
    trades["venue"] = [Venue.REQUEST, Venue.REQUEST, Venue.BOOK, Venue.REQUEST, Venue.REQUEST]
    trades["round"], trades["security"] = [1, 1, 1, 2, 1], [0, 1, 0, 0, 0]
    trades["seller"], trades["buyer"], trades["face"] = [1, 0, 1, 1, 0], [0, 1, 0, 0, 2], [10, 3, 100, 100, 100]
    model = SimpleNamespace(
        identities=range(3),
        tape=SimpleNamespace(everything=lambda: trades),
        outlook=SimpleNamespace(on=lambda view: SimpleNamespace(face_dv01=np.array([0.5, 2.0]))),
    )
    dealer, view = (
        SimpleNamespace(_market=model, rows=np.array([1]), alone=True),
        SimpleNamespace(round=2, securities="ab"),
    )
    assert flow_of_clients(dealer, view).tolist() == [10 * 0.5 - 3 * 2.0]


def test_an_investor_sees_the_books_and_a_rounds_part_of_what_its_clients_bring():
    outlook = SimpleNamespace(book_pressure=lambda view: np.array([0.7, 9.0, 9.0]))
    one = SimpleNamespace(_market=SimpleNamespace(outlook=outlook), inflow=np.array([10.0, 30.0]))
    seen = flow_of_investor(one, SimpleNamespace(rounds=4))
    assert seen == pytest.approx([0.7 + CLIENTS_MUSD_PER_BP * 40.0 / 4])
