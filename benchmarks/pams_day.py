"""The reduced day in PAMS 0.3, run by an interpreter that has it: ``reduced_day`` says what it is and starts this.

Dealers and investors are agents of PAMS with orders of PAMS: limit orders that live for a step, and market orders. PAMS
asks all agents of a step in a drawn order, so that orders may come before quotes: dealers quote in a step of their own,
at the end of which nothing ends but what is two steps old. Prints seconds, messages and trades of each day
as JSON, last.
"""

import json
import random
import sys
import warnings
from time import process_time

from pams.agents import Agent
from pams.logs.base import Logger
from pams.order import LIMIT_ORDER, MARKET_ORDER, Order
from pams.runners import SequentialRunner

BOOKS, DEALERS, INVESTORS, ROUNDS, SHOWN, SHADE, TICK, DAYS = json.loads(sys.argv[1])
WARM_UP = 1


class Counted(Agent):
    """Counts what all agents sent, and what they were told of executions: each trade twice."""

    sent = told = 0

    def sending(self, orders):
        Counted.sent += len(orders)
        return orders

    def executed_order(self, log):
        Counted.told += 1


class QuotingDealer(Counted):
    """Quotes every book a tick around its value, in even steps."""

    def submit_orders(self, markets):
        if markets[0].get_time() % 2:
            return []
        return self.sending([order for market in markets for order in self.both_sides(market)])

    def both_sides(self, market):
        value = 100.0 - SHADE * TICK * self.asset_volumes[market.market_id]
        for is_buy, price in ((True, value - TICK), (False, value + TICK)):
            yield Order(self.agent_id, market.market_id, is_buy, LIMIT_ORDER, SHOWN, price=price, ttl=1)


class RandomInvestor(Counted):
    """Buys or sells one unit of one book at any price, in odd steps."""

    def submit_orders(self, markets):
        if not markets[0].get_time() % 2:
            return []
        market = markets[self.prng.randrange(BOOKS)]
        is_buy = self.prng.random() < 0.5
        return self.sending([Order(self.agent_id, market.market_id, is_buy, MARKET_ORDER, 1, ttl=1)])


class DayEnds(Logger):
    """Notes what each day took; a day ends with the last of its steps."""

    def __init__(self):
        super().__init__()
        self.steps, self.days, self.before = 0, [], process_time()

    def process_market_step_end_log(self, log):
        self.steps += 1
        if self.steps == 2 * ROUNDS * BOOKS:
            self.days.append((process_time() - self.before, Counted.sent, Counted.told // 2))
            self.steps = Counted.sent = Counted.told = 0
            self.before = process_time()


def main():
    warnings.simplefilter("ignore")
    agents = {"cashAmount": 10**9, "assetVolume": 0, "markets": ["Book"]}
    session = {"sessionName": "days", "iterationSteps": 2 * ROUNDS * (DAYS + WARM_UP), "withOrderPlacement": True}
    session |= {"withOrderExecution": True, "withPrint": False, "maxNormalOrders": DEALERS + INVESTORS}
    settings = {
        "simulation": {"markets": ["Book"], "agents": ["Dealer", "Investor"], "sessions": [session]},
        "Book": {"class": "Market", "numMarkets": BOOKS, "tickSize": TICK / 100, "marketPrice": 100.0},
        "Dealer": {"class": "QuotingDealer", "numAgents": DEALERS, **agents},
        "Investor": {"class": "RandomInvestor", "numAgents": INVESTORS, **agents},
    }
    ends = DayEnds()
    runner = SequentialRunner(settings=settings, prng=random.Random(1), logger=ends)
    runner.class_register(QuotingDealer)
    runner.class_register(RandomInvestor)
    runner.main()
    print(json.dumps(ends.days[WARM_UP:]))


if __name__ == "__main__":
    main()
