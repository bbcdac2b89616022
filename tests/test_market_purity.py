"""Nobody assigns reserves, yields or spreads: they are posted, traded, streamed and measured; the source says so."""

import ast
import pickle
from pathlib import Path

import numpy as np
import pytest
from small_market import live, small_market

from market.tables import measures
from market.tables.measures import spread_off_bp

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(path for package in ("market", "agents", "experiments") for path in (ROOT / package).rglob("*.py"))
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in FILES}

# Outcomes, and the only acts that may write them; the model gives each its empty start.
WRITERS = {
    "composite_bp": {"announcing._strike", "rounds.stream_prices"},
    "middle": {"announcing._strike", "rounds.stream_prices", "rounds.refresh_quotes"},
    "sofr_bp": {"funding.lend_overnight"},
    "withdrawn_cents": {"overnight._note_withdrawn"},
    "special_bp": {"securities_lending.charge_for_securities"},
    "noise_bp": {"closing.mark"},
    "residual_bp": {"closing.mark"},
    "bought_face": {"announcing.set_rates", "operations.hold_buyback", "standing._note_for_the_treasury"},
    "spread_sum": {"tape.clear"},
    "spread_weight": {"tape.clear"},
    "depth_sum": {"tape.clear", "tape.look"},
    "quoted_rounds": {"tape.clear", "tape.look"},
    "refused": {"tape.clear", "tape.ask"},
}
STARTS = {f"model.{start}" for start in ("__init__", "_no_prices_yet", "_no_money_yet", "_no_business_yet")}
READS_OF_THE_LEDGER = {"position", "position_in", "cash", "cash_due", "money", "row_of", "names"}  # copies all
POSTINGS = {"transfer", "owe", "pay"}


def written(tree):
    """Yield (function, attribute) for what code assigns, adds to, sets by name or writes an element of."""
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        for node in ast.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.AugAssign | ast.AnnAssign):
                targets = [node.target]
            for target in targets:
                for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                    inner = part.value if isinstance(part, ast.Subscript) else part
                    if isinstance(inner, ast.Attribute):
                        yield function.name, inner.attr
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
                "setattr",
                "__setattr__",
            ):
                yield from ((function.name, arg.value) for arg in node.args if isinstance(arg, ast.Constant))


@pytest.mark.parametrize("outcome", WRITERS)
def test_an_outcome_is_written_only_where_it_is_streamed_or_measured(outcome):
    found = {
        f"{Path(name).stem}.{function}"
        for name, tree in TREES.items()
        for function, attribute in written(tree)
        if attribute == outcome
    }
    assert found - STARTS == WRITERS[outcome]


def test_only_the_ledger_touches_its_books_and_agents_only_read_it():
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute):
                continue
            if name != "market/accounts/ledger.py":
                private = node.attr in ("_balance", "_due", "_lent") and getattr(node.value, "attr", "") == "ledger"
                assert not private, f"{name}, line {node.lineno} reaches into the ledger"
            if name.startswith("agents/"):
                assert node.attr not in POSTINGS, f"{name}, line {node.lineno} posts"
                if getattr(node.value, "attr", "") == "ledger":
                    assert node.attr in READS_OF_THE_LEDGER, f"{name}, line {node.lineno}: ledger.{node.attr}"


def test_postings_are_made_by_the_market_and_the_endowment_of_the_start_only():
    posting = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in POSTINGS
        if "ledger" in ast.unparse(node.func.value)
    }
    assert {name for name in posting if not name.startswith("market/")} == {"experiments/start/endowment.py"}
    kernels = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "market.accounts.ledger_kernels"
    }
    assert kernels == {"market/accounts/ledger.py"}


@pytest.mark.parametrize("name", ["market/tables/measures.py", "market/tables/recording.py"])
def test_measures_and_records_only_read(name):
    assert not set(written(TREES[name]))


def test_a_measure_is_of_the_market_alone_and_says_what_it_means():
    for measure in measures.DAILY:
        assert measure.__doc__ and measure.__code__.co_argcount == 1


# ---- and what happens if somebody tries --------------------------------------------------------------
@pytest.fixture(scope="module")
def twins():
    """Pickled bytes of a market after its burn-in, from which to start as many worlds as needed."""
    return pickle.dumps(live(small_market("steady"), 2))


def test_a_forged_yield_is_gone_with_the_next_stream(twins):
    honest, forged = pickle.loads(twins), pickle.loads(twins)
    for market in (honest, forged):
        moments = market.moments()
        next(act for act in moments if act == "hear_news" and market.round == 2)
        if market is forged:
            market.composite_bp = market.composite_bp + 5.0
        next(act for act in moments if act == "stream_prices")
    moved = forged.composite_bp - honest.composite_bp
    follow = 0.04 / honest.rounds  # what a dealer learns from the composite in a round
    assert np.nanmax(np.abs(moved)) < 5.0 * follow * 1.01 < 0.1


def test_dealers_with_other_costs_show_other_spreads(twins):
    """Off the run, where dealers alone make prices; on the run trading firms do."""
    spread = {}
    for cost in (0.3, 3.0):
        market = pickle.loads(twins)
        for dealer in market.agents:
            if dealer.sector == "dealers":
                dealer.cost_share = cost
        spread[cost] = np.mean([spread_off_bp(live(market, 1)) for _ in range(3)])
    assert spread[3.0] > spread[0.3] + 0.05


def test_yields_rise_where_holders_sell(twins):
    calm, sold = pickle.loads(twins), pickle.loads(twins)
    old = calm.securities.term_months == 120
    for agent in sold.agents:
        if agent.sector in ("foreign official", "foreign private"):
            agent.forced = agent.forced - np.where(old & sold.tradable, np.maximum(agent.position, 0) // 10, 0)
    for market in (calm, sold):
        live(market, 2)
    inside = old & calm.tradable & (calm.years > 5)
    move = float(np.mean((sold.composite_bp - calm.composite_bp)[inside]))
    assert move > 0.5, f"yields moved by {move} bp"
