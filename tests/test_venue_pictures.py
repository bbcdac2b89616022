"""Pictures of the venues show what the market did: trades on the ladder, answers to a request, a new note, sessions."""

import numpy as np
import pytest
from figure_audit import complaints
from small_market import small_market

from experiments.figures import ladder, request_life, session, when_issued
from market.units import FACE_PER_MUSD


def test_the_ladder_of_a_day_shows_every_round_and_every_trade_in_the_book():
    market = small_market(days=3, rounds=6)
    note = int(np.flatnonzero(market.on_the_run & (market.securities.term_months == 120))[0])
    seen = ladder.watch(market, note)
    assert seen.bids.shape == seen.asks.shape == (6, len(seen.price)) and len(seen.trades) > 5
    assert ((seen.bids == 0) | (seen.asks == 0)).all() and seen.bids.sum() > 0 and seen.asks.sum() > 0
    prices = seen.trades["price_e8"] / 1e8
    assert np.isclose(prices[:, None], seen.price, atol=1e-8).any(axis=1).all()
    axes = ladder.draw(seen).axes[0]
    drawn = sum(len(dots.get_offsets()) for dots in axes.collections if dots.get_label().endswith("took"))
    assert drawn == len(seen.trades)


def test_a_request_on_the_picture_has_the_answers_it_got_and_its_best_price_wins():
    lives = request_life.watch(small_market(days=3, rounds=6), 2, traded=5, refused=2)
    done = [life for life in lives if life.winner]
    assert len(done) == 5 and all(len(life.answers_bp) == 4 for life in lives)
    for life in done:
        assert np.nanmin(life.answers_bp) <= life.limit_bp or np.isnan(life.limit_bp)
    said = [tick.get_text() for tick in request_life.draw(lives).axes[0].get_yticklabels()]
    assert sum("trades with" in text for text in said) == len(done)


def test_the_life_of_a_new_note_goes_from_its_announcement_to_its_issue_and_shows_its_auction():
    market = small_market(days=3, rounds=6)
    life = when_issued.watch(market, 36)
    at = life.days.tolist().index(life.auction.auction_day)
    assert life.days[0] == life.auction.announced_day < life.auction.auction_day < life.days[-1] == market.date
    assert life.stop_bp - life.yield_bp[at, life.auction.round] == pytest.approx(life.tail_bp)
    ahead = life.dealers.ravel()[: at * 6 + life.auction.round]
    assert (ahead <= 0).all() and ahead[-1] < 0 < life.dealers[at, -1]  # sold short, then awarded
    assert (
        life.short_before >= -ahead[-1] and life.traded[:at].sum() <= life.traded_before <= life.traded[: at + 1].sum()
    )
    assert np.isfinite(life.yield_bp).all() and life.traded[at + 1 :].sum(axis=1).min() > life.traded_before
    assert complaints(when_issued.draw(life)) == []


def test_in_a_session_the_shorter_side_is_met_but_for_parts_of_a_million():
    market = small_market(days=3, rounds=6)
    note = int(np.flatnonzero(market.on_the_run & (market.securities.term_months == 120))[0])
    seen = session.watch(market, note)
    shorter, members = seen.wished.min(axis=1), len(market.ledger)
    assert (seen.met <= shorter).all() and (seen.met > shorter - members * FACE_PER_MUSD).all() and seen.met.sum() > 0
    assert seen.matched.sum() == market.tape.session_face.sum() and seen.met.sum() == market.tape.session_face[note]
    assert complaints(session.draw(seen)) == []
