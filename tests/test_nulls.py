"""The nulls of a validation: dealers at the news value, and investors whose traits were dealt out anew."""

import numpy as np
import pytest
from small_market import digest, small_market

from agents.buyers.investor import Investor
from agents.nulls.news_value import NewsDealer
from agents.nulls.shuffled import DEALT
from market.exposure import along


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
    view = dealers.model.view()
    today = news_value.outlook.on(view)
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
