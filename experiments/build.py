"""The composition root: a scenario and a seed become a market with everybody in it.

``stage`` gathers what is given before anybody joins, ``populate`` lets the institutions join and hands out every
bond and every dollar of the starting state, ``build`` does both. An institution's accustomed share of a security is
its share at the start of what the Fed does not hold; of an issue to come, its share of the maturity node that the
issue falls into.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from agents.bill_growth import BillGrowth, given_up
from agents.buyback_outlook import BuybackOutlook
from agents.buyers.activity import customer_turnover, pace_of_day
from agents.buyers.award_habits import keep
from agents.buyers.crowd import convene
from agents.buyers.investor import Investor
from agents.institution import Institution
from agents.officials.buyback_desk import BuybackDesk
from agents.officials.central_bank import CentralBank, FedPlan
from agents.officials.debt_office import DebtOffice, DebtPlan
from agents.officials.fed_standing_desk import FedStandingDesk
from agents.officials.hedged_desk import open_desk
from agents.officials.open_market_desk import DeskPlan
from agents.officials.standing_desk import StandingDesk
from agents.outlook import Outlook, StartPattern, node_weights
from agents.supply_outlook import SupplyOutlook, elasticity_of
from experiments.behaviours import deal_out, kinds_of
from experiments.errors import UserError, nearest
from experiments.inputs.announcements import announced_supply, enlarged, known_buybacks, known_facility, unforeseen
from experiments.inputs.desk_plan import desk_plan, refuse_caps_above_holdings, refuse_short_sales
from experiments.inputs.plans import debt_plan, fed_plan, market_auctions, next_settlement, scheduled_auctions
from experiments.inputs.tips_index import consumer_prices
from experiments.kinds import traits_by_kind
from experiments.population import Trait
from experiments.sections.buyers import money_abroad
from experiments.sections.entries import entry_of
from experiments.sections.exits import exit_of
from experiments.sections.lending import fed_lending
from experiments.sections.news import dated_news
from experiments.sections.nudges import nudging
from experiments.sections.requests import request_rules
from experiments.sections.shocks import flow_of, named_holders, sale_of
from experiments.sections.swaps import swap_quotes
from experiments.sections.venues import clearing_rules
from experiments.sections.withdrawals import withdrawal_of
from experiments.sections.world import Scenario
from experiments.start.endowment import endow
from experiments.start.futures import open_futures
from experiments.start.holders import Holder
from experiments.start.pattern import FirstDay, news_covariance, pattern_of
from experiments.start.security_list import Listing, with_future
from experiments.start.state import StartingState, starting_state
from experiments.start.swap_funds import open_swap_funds
from market.accounts.instruments import FED, Money
from market.bonds.securities import Kind
from market.calendar import business_days
from market.draws.streams import Streams, fingerprint
from market.exposure import along, exposure
from market.model import TreasuryMarket
from market.premises import Premises
from market.tables.record import Record
from market.units import CENTS_PER_MUSD, Bool, Float, Int, day_number

FIRST_NON_OFFICIAL = 3
SPARE_SLOTS = 28  # in books and ledger, for who joins besides those that a scenario counts
Reshape = Callable[[StartingState], StartingState]


@dataclass(frozen=True, eq=False)
class Stage:
    """Everything that is given before anybody joins."""

    premises: Premises
    state: StartingState
    face: Int  # (H, S) in the market's columns
    pattern: StartPattern
    debt: DebtPlan
    fed: FedPlan
    desk: DeskPlan


def stage(scenario: Scenario, one_by_one: bool = False, reshape: Reshape | None = None) -> Stage:
    """Gather securities, calendar, starting state and plans; ``reshape`` may change the state before all else."""
    day, last = day_number(scenario.run.start), day_number(scenario.run.end)
    counts = dict(scenario.population.counts)
    state = starting_state(day, counts, scenario.start.tilt, scenario.start.tilt_seed)
    state = state if reshape is None else reshape(state)
    current = Listing(state.securities, state.outstanding, state.otr_rank)
    calendar_of_start = scheduled_auctions(scenario, current, state.face[FED])
    scheduled, extra = enlarged(calendar_of_start, scenario.policy.larger_auctions)
    wide = with_future(current, scheduled)
    securities = wide.securities
    price = np.zeros(len(securities), np.int64)
    price[securities.places(current.securities.cusip)] = state.price_e8
    face = state.face_on(securities)
    calendar = market_auctions(
        scheduled, securities, current.securities, int(business_days(day + 1, last)[0]), scenario.run.rounds
    )
    fed = fed_plan(scenario, calendar, state.levels.day)
    settle = next_settlement(day)
    years = np.maximum(securities.maturity_day - settle, 0) / 365.25
    premises = _premises(scenario, wide, face[FED], price, one_by_one)
    first = FirstDay(securities, price, wide.otr_rank, years, settle)
    pattern = pattern_of(first, fed.expected[day])
    refuse_short_sales(scenario, securities, face[FED])
    refuse_caps_above_holdings(scenario, face[FED])
    debt, desk = debt_plan(scenario, securities, calendar), desk_plan(scenario)
    told = announced_supply(scenario, calendar_of_start, debt.buybacks)
    rows = max(len(state.holders) + SPARE_SLOTS, Premises.accounts)
    calendar_known = known_buybacks(scenario, debt.buybacks)
    premises = replace(premises, unforeseen=unforeseen(extra, securities), announced=told, accounts=rows)
    premises = replace(premises, known_buybacks=calendar_known, known_facility=known_facility(scenario))
    return Stage(premises, state, face, pattern, debt, fed, desk)


def _premises(scenario: Scenario, wide: Listing, soma: Int, price: Int, one_by_one: bool) -> Premises:
    """Return what a market is told of the world; what the Fed holds and prices (S,) in the order of the listing."""
    day = day_number(scenario.run.start)
    dates = business_days(day + 1, day_number(scenario.run.end))
    return Premises(
        securities=wide.securities,
        outstanding=wide.outstanding,
        soma=soma,
        price_e8=price,
        start_date=day,
        dates=dates,
        covariance_bp=news_covariance(day, scenario.news.decay),
        index=consumer_prices(),
        burn_in=scenario.run.burn_in_days,
        rounds=scenario.run.rounds,
        quoters=_quoters(scenario.population.counts),
        dealers_asked=scenario.market.dealers_asked,
        when_issued=scenario.market.when_issued,
        requests=request_rules(scenario.market.requests),
        all_to_all=scenario.market.all_to_all,
        clearing=clearing_rules(scenario.market.clearing),
        fed_lending=fed_lending(scenario.policy.securities_lending),
        news_scale=scenario.news.scale,
        private_share=scenario.news.private_share,
        degrees_of_freedom=scenario.news.degrees_of_freedom,
        dated_news=dated_news(scenario.news, dates),
        one_by_one=one_by_one,
        noise_curve=scenario.market.noise_curve,
        reverse_repo_limit=scenario.policy.on_rrp_limit_musd * CENTS_PER_MUSD,
        anchored=scenario.start.anchored,
        foresight=scenario.buyers.foresight,
        fed_buys_back=scenario.policy.qe_like_buybacks,
    )


def _quoters(counts: Mapping[str, int]) -> int:
    """Return for how many who quote firmly the books keep places; never fewer than a market has by itself."""
    return max(counts["primary_dealer"] + counts["principal_trader"] + SPARE_SLOTS, Premises.quoters)


def populate(market: TreasuryMarket, scenario: Scenario, given: Stage) -> None:
    """Let the institutions join, and hand out every bond and every dollar."""
    shares = accustomed_shares(given, scenario.start.wanted_bills)
    kinds = kinds_of(scenario.behaviour)
    appoint(market, given)
    customers, investors, response = np.zeros(len(market.securities)), [], np.zeros(len(shares))
    numbers = _numbers(given.state.holders)
    for row, holder in enumerate(given.state.holders[FIRST_NON_OFFICIAL:], FIRST_NON_OFFICIAL):
        agent = kinds[holder.sector](market, holder.name)
        _endow_traits(agent, holder, numbers[holder.sector], given.state.money[row])
        form(agent, holder.sector, scenario, market.seed)
        if agent.declares("benchmark"):
            agent.benchmark = shares[row]
        if isinstance(agent, Investor):
            investors.append((row, agent))
            if scenario.policy.buybacks.client_offers:
                agent.client_share = scenario.policy.buybacks.client_share
                agent.client_reluctance = scenario.policy.buybacks.client_reluctance_bp
    deal_out(scenario.behaviour, [agent for _, agent in investors], market.seed)
    for row, agent in investors:
        customers += shares[row] * float(agent.activity)
        response[row] = float(getattr(agent, "bill_response", 0.0))
    pace = partial(pace_of_day, market.streams)
    bills = BillGrowth(market.securities.of(Kind.BILL), given_up(shares, response))
    market.convene, market.after_auction = convene, (keep,)
    known = given.pattern, customer_turnover, customers, given.premises.covariance_bp, pace, bills
    market.outlook = Outlook(*known, scenario.buyers.pattern_days)
    market.outlook.elasticity = elasticity_of([agent for _, agent in investors], [shares[row] for row, _ in investors])
    market.outlook.dealers_share = shares[given.state.rows("primary_dealer")].sum(axis=0)
    market.loans = endow(market.ledger, given.state, given.face)
    market.loans["rate_e4"] = round(given.fed.rates[0][1].on_rrp * 100)
    open_futures(market, scenario.futures)
    open_swap_funds(market, scenario.swaps)
    befall(market, scenario)


def appoint(market: TreasuryMarket, given: Stage) -> None:
    """Let the officials join with their plans."""
    office = DebtOffice(market, given.debt)
    desk = _desk_kind(given)(market, given.debt.buybacks, given.debt.rules)
    if type(desk) is StandingDesk:
        desk.room = office.room_to_reopen
    CentralBank(market, given.fed)
    open_desk(market, given.desk)


def _desk_kind(given: Stage) -> type[BuybackDesk]:
    """Return the class of desk that holds operations for the Treasury, or rests the bids of whoever pays."""
    if given.debt.rules.mode != "standing":
        return BuybackDesk
    return FedStandingDesk if given.premises.fed_buys_back else StandingDesk


def instruct(market: TreasuryMarket, given: Stage) -> None:
    """Give other plans to officials who have carried out nothing yet: after a burn-in lived without them."""
    for official in [agent for agent in market.agents if agent.official]:
        match official:
            case DebtOffice():
                official.carry_out(given.debt)
            case BuybackDesk():
                official.carry_out(given.debt.buybacks, given.debt.rules)
            case CentralBank():
                official.plan = given.fed
            case _:
                raise TypeError(f"{official.name} is an official of whom nobody knows what to tell it")
    open_desk(market, given.desk)


def form(agent: Institution, kind: str, scenario: Scenario, seed: int) -> None:
    """Give a member of a kind the traits and habits that a scenario says."""
    _draw_traits(agent, kind, scenario.population.traits.get(kind, {}), seed)
    scenario.money_market.set_habits(agent)
    scenario.buyers.set_habits(agent)
    scenario.beliefs.set_habits(agent)


def befall(market: TreasuryMarket, scenario: Scenario) -> None:
    """Put the shocks of a scenario in place, entries and exits after others, and what will be announced of supply."""
    told = market.premises
    outlook = market.outlook
    outlook.foresee(SupplyOutlook(told.announced, outlook.elasticity, told.foresight))
    outlook.buybacks = BuybackOutlook(told.known_buybacks, told.known_facility, outlook.dealers_share)
    sales = tuple(sale_of(sale, f"shocks[{number}]") for number, sale in enumerate(scenario.shocks))
    flows = tuple(flow_of(flow, f"flows[{number}]") for number, flow in enumerate(scenario.flows))
    market.shocks = (*sales, *flows)
    formed = partial(form, kind="primary_dealer", scenario=scenario, seed=market.seed)
    entries = tuple(
        entry_of(entry, f"entries[{number}]", market, formed) for number, entry in enumerate(scenario.entries)
    )
    exits = tuple(exit_of(leaving) for leaving in scenario.exits)
    for leaving in exits:
        if leaving.dealer not in {entry.name for entry in scenario.entries}:
            leaving.who(market)  # refuses an unknown dealer before anything runs
    for shock in (*sales, *flows):
        named_holders(market, shock.holder, shock.place)  # refuses an unknown holder before anything runs
    market.shocks += (*entries, *exits)
    market.shocks += tuple(withdrawal_of(plan) for plan in scenario.withdrawals)
    market.shocks += (*map(nudging, scenario.nudges), money_abroad(scenario.buyers))
    if scenario.swaps.enabled:
        market.shocks += (swap_quotes(scenario.swaps),)


def _numbers(holders: tuple[Holder, ...]) -> dict[str, int]:
    out: dict[str, int] = {}
    for holder in holders:
        out[holder.sector] = out.get(holder.sector, 0) + 1
    return out


def _endow_traits(agent: Institution, holder: Holder, number: int, money: Int) -> None:
    """Set what the starting state says of an institution: its size and its cash."""
    cash = float(money[agent.money]) / CENTS_PER_MUSD
    values = {
        "capital_share": holder.size,
        "arbitrage_share": holder.size,
        "size": holder.size * number,
        "cash_buffer": max(cash, 0.0),
        "starting_reserves": max(float(money[Money.RESERVES]) / CENTS_PER_MUSD, 0.0),
    }
    for name, value in values.items():
        if agent.declares(name):
            setattr(agent, name, value)


def _draw_traits(agent: Institution, kind: str, spreads: Mapping[str, Trait], seed: int) -> None:
    """Draw what the scenario says of the traits of a kind, each member by its own name."""
    if not spreads:
        return
    owner = np.array([fingerprint(agent.name)], np.uint64)
    declared = traits_by_kind()[kind]
    for name, spread in spreads.items():
        if name not in declared:
            raise UserError(f"population.{kind}.{name} is no trait of this kind{nearest(name, declared)}")
        normal = float(Streams(seed).normal(f"trait {name}", owner, 0, 1)[0, 0])
        setattr(agent, name, spread.median * float(np.exp(spread.spread * normal)))


def accustomed_shares(given: Stage, wanted_bills: float) -> Float:
    """Return each holder's accustomed share of each security (H, S); columns sum to one over all but the Fed."""
    s, face = given.premises.securities, given.face[FIRST_NON_OFFICIAL:].astype(np.float64)
    private = face.sum(axis=0)
    years = np.maximum(s.maturity_day - np.maximum(given.premises.start_date, s.first_issue_day), 0) / 365.25
    nodes = node_weights(s, years)
    by_node = exposure(face, nodes) / np.maximum(exposure(private, nodes), 1.0)
    coming = along(by_node, nodes)
    coming[np.ix_(_rows(given, "money_fund"), np.flatnonzero(~s.of(Kind.BILL, Kind.FRN)))] = 0.0
    coming /= np.maximum(coming.sum(axis=0), 1e-12)
    shares = np.zeros(given.face.shape)
    shares[FIRST_NON_OFFICIAL:] = np.where(private > 0, face / np.maximum(private, 1.0), coming)
    _leave_bills_to_auctions(shares, given.state.rows("primary_dealer"), s.of(Kind.BILL), wanted_bills)
    return shares


def _leave_bills_to_auctions(shares: Float, dealers: Int, bill: Bool, wanted: float) -> None:
    """Lower dealers' accustomed shares of bills to what they want, in favour of all others; columns keep their sums."""
    whole = shares.sum(axis=0)
    shares[np.ix_(dealers, np.flatnonzero(bill))] *= wanted
    kept = shares[dealers].sum(axis=0)
    others = np.setdiff1d(np.arange(len(shares)), dealers)
    shares[others] *= (whole - kept) / np.maximum(shares[others].sum(axis=0), 1e-12)


def _rows(given: Stage, sector: str) -> Int:
    return given.state.rows(sector) - FIRST_NON_OFFICIAL


def build(scenario: Scenario, seed: int, record: Record | None = None, one_by_one: bool = False) -> TreasuryMarket:
    """Return the market of a scenario and a seed, before its burn-in."""
    given = stage(scenario, one_by_one)
    market = TreasuryMarket(given.premises, seed, record)
    populate(market, scenario, given)
    return market
