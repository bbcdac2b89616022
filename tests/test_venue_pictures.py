"""Pictures of the venues show what the market did: every trade on the ladder, every answer to a request."""

import numpy as np
from small_market import small_market

from experiments.figures import ladder, request_life


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
