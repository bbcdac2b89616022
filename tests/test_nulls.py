"""The nulls of a validation: dealers at the news value, and investors whose traits were dealt out anew."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from small_market import digest, live, small_market

from agents.buyers.investor import Investor
from agents.dealers.primary_dealer import PrimaryDealer
from agents.nulls.news_value import NewsDealer
from agents.nulls.shuffled import DEALT
from market.books.messages import ASKED
from market.exposure import along
from market.units import FACE_PER_MUSD


@pytest.fixture(scope="module")
def news_value():
    return small_market("news-value", days=5)


@pytest.fixture(scope="module")
def shuffled():
    return small_market("shuffled", days=3)


def investors(market):
    return [agent for agent in market.agents if isinstance(agent, Investor)]


def test_every_dealer_streams_the_news_value_whatever_it_holds(news_value):
    dealers = news_value.playing(NewsDealer)[0]
    today = news_value.outlook.on(replace(dealers._market.view(), day=news_value.day - 1))  # as it was streamed
    expected = today.prior_bp + along(dealers.news, today.loadings)
    assert dealers.news.any() and np.array_equal(dealers.centre, expected)
    assert not dealers.premium.any() and not dealers.flow.any()
    assert np.ptp(dealers.position, axis=0).max() > 0  # they do differ in what they hold
    assert np.ptp(dealers.centre[:, news_value.tradable], axis=0).max() == 0


@pytest.mark.parametrize("name", ["news-value", "shuffled"])
def test_nulls_decide_together_what_they_decide_one_by_one(name, news_value, shuffled):
    market, days = {"news-value": (news_value, 5), "shuffled": (shuffled, 3)}[name]
    assert digest(small_market(name, days=days, one_by_one=True)) == digest(market)


def test_shuffling_keeps_every_value_and_moves_them_between_classes(shuffled):
    plain = small_market(days=0)
    for trait in DEALT:
        before = {agent.name: float(getattr(agent, trait)) for agent in investors(plain)}
        after = {agent.name: float(getattr(agent, trait)) for agent in investors(shuffled)}
        assert sorted(before.values()) == sorted(after.values())
    speeds = {agent.sector: set() for agent in investors(shuffled)}
    for agent in investors(shuffled):
        speeds[agent.sector].add(float(agent.speed))
    assert max(map(len, speeds.values())) > 1


def test_another_seed_deals_otherwise(shuffled):
    other = small_market("shuffled", seed=2)
    assert [float(a.speed) for a in investors(other)] != [float(a.speed) for a in investors(shuffled)]


@pytest.mark.parametrize("name", ["baseline", "news-value", "zero-intelligence"])
def test_requests_declined_are_those_of_the_day(name):
    market = small_market(name, days=2)
    dealers = market.playing(PrimaryDealer)[0]
    dealers.declined = np.full_like(dealers.declined, 1e6)  # as if yesterday
    live(market, 1)
    assert dealers.declined.max() < 1e5


def test_no_price_of_a_news_dealer_reads_its_book(news_value):
    market = pickle.loads(pickle.dumps(news_value))
    dealers, view = market.playing(NewsDealer)[0], market.view()

    def said():
        dealers.stream(view)
        quotes = dealers.quote(view)
        asked = np.zeros(3, ASKED)
        asked["security"] = np.flatnonzero(view.tradable)[[0, 50, 200]]
        asked["face"], asked["pending"] = 50 * FACE_PER_MUSD, 900 * FACE_PER_MUSD
        shown = quotes.bid, quotes.ask, quotes.bid_face, quotes.ask_face, dealers.answer(asked, view)
        return [array.copy() for array in shown]

    before = said()
    dealers.burden, dealers.hedge = dealers.burden + 50.0, dealers.hedge - 5_000.0
    dealers.gross_limit, dealers.benchmark = 1e3, dealers.benchmark - 0.1
    assert np.atleast_2d(dealers.utilisation(view)).min() > 1.0  # its limits are more than full
    for old, new in zip(before, said(), strict=True):
        assert np.array_equal(old, new, equal_nan=True)
    assert np.isfinite(before[4]).all() and before[2].any()
