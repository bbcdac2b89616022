"""Figures that are not a column wide: pages, pictures of the documentation and of speed, each audited at its own width.

That none is forgotten is a test too: whoever adds a function that returns a figure has to have it audited.
"""

import ast
import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from figure_audit import complaints
from matplotlib.figure import Figure
from small_market import small

from experiments.belief.replay import CASH_DAILY, DEBT, MATURITY, MONEY, RESERVES, REVERSE_REPO, SOMA_TOTAL, Replay
from experiments.figures import ladder, netting, page, profiles, replay_money, replay_page, request_life
from experiments.figures.gallery import FIGURES
from experiments.figures.style import COLUMN_INCHES, PAGE_INCHES, SETTINGS, headline
from experiments.results.not_qe import PARTS
from experiments.run import run
from experiments.scenario import load, names
from experiments.store import read_manifest
from market.calendar import business_days
from market.units import day_number

ROOT = Path(__file__).parents[1]
PAGE = PAGE_INCHES[0]
TENORS = tuple(f"Bill {weeks}W" for weeks in (2, 4, 6, 8, 13, 17, 26, 52)) + (
    "FRN 2Y",
    "TIPS 5Y",
    "TIPS 10Y",
    "TIPS 30Y",
)
TENORS += tuple(f"Note {years}Y" for years in (2, 3, 5, 7, 10)) + ("Bond 20Y", "Bond 30Y")
EMPTY = {"style.column", "style.alone", "style.stacked"}  # to be drawn into
DRAWING = ("experiments/figures/*.py", "docs/*/*.py", "dashboard/*.py", "benchmarks/*.py")


def script(name):
    """Return a module that is no part of a package, from its path without the ending."""
    path = ROOT / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name.replace("/", "_"), path)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent))
    return module


concepts, venues, scaling = (
    script("docs/concepts/pictures"),
    script("docs/venues/pictures"),
    script("benchmarks/scaling"),
)


def functions():
    """Return each public function that returns a figure: file (a folder of docs for its pictures) and name."""
    found = set()
    for path in (path for pattern in DRAWING for path in ROOT.glob(pattern)):
        stem = path.parent.name if path.is_relative_to(ROOT / "docs") else path.stem
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "Figure":
                found |= set() if node.name.startswith("_") else {f"{stem}.{node.name}"}
    return found


def audited():
    """Return what tests hand to the audit, and the figures of the gallery, all of which are."""
    found = {f"{drawing.draw.__module__.split('.')[-1]}.{drawing.draw.__name__}" for drawing in FIGURES.values()}
    for path in Path(__file__).parent.glob("test_*.py"):
        calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
        of_audit = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id == complaints.__name__)
        drawn = (inner for call in of_audit for inner in ast.walk(call.args[0]) if isinstance(inner, ast.Call))
        found |= {ast.unparse(inner.func) for inner in drawn}
    return found


def test_every_function_that_returns_a_figure_is_audited():
    drawing = functions()
    assert {"page.figure", "concepts.day", "scaling.draw", "pictures.book", "curve.draw"} <= drawing
    assert drawing - audited() == EMPTY


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A run of three days: its folder, and its market on the evening of the third."""
    return run(small(), 1, 3, tmp_path_factory.mktemp("wide") / "run")


@pytest.fixture(scope="module")
def replayed(done):
    """Eight months beside what was published, which nobody ran and nobody published."""
    days = business_days(day_number("2024-05-29"), day_number("2025-01-31"))
    rng = np.random.default_rng(3)
    levels = {RESERVES: (days[::5], 3300.0), REVERSE_REPO: (days[::5], 400.0), MONEY: (days[::5], 3700.0)}
    levels |= {CASH_DAILY: (days, 750.0), SOMA_TOTAL: (days[::5], 4300.0), MATURITY: (days[::21], 5.9)}
    levels |= {item: (days[::21], 2000.0 + 500.0 * place) for place, item in enumerate(DEBT.values())}
    rows = [
        pd.DataFrame({"item": item.name, "day": when, "published": level * (1 + 0.05 * rng.random(len(when)))})
        for item, (when, level) in levels.items()
    ]
    compared = pd.concat(rows).assign(model=lambda frame: frame["published"] * 1.002)
    auctions = pd.DataFrame({"tenor": TENORS}).assign(bid_to_cover_model=2.5, dealer_share_model=20.0)
    auctions["bid_to_cover_published"] = np.linspace(3.1, 2.3, len(TENORS))
    auctions["dealer_share_published"] = np.linspace(65.0, 0.0, len(TENORS))
    bought = pd.DataFrame({"day": days[::7]}).assign(maximum=2_000.0, accepted_model=1_500.0, offered_model=40_000.0)
    bought = bought.assign(accepted_published=np.linspace(0, 5_000, len(bought)), offered_published=20_000.0)
    none = pd.DataFrame()
    return Replay(read_manifest(done.folder), compared, auctions, bought, none, none, none)


def test_the_page_of_a_run(done):
    assert complaints(page.figure(done.folder), PAGE) == []


def test_a_page_has_room_for_what_any_scenario_says_of_itself():
    longest = max((load(name) for name in names()), key=lambda scenario: len(scenario.about))
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=PAGE_INCHES, layout="constrained")
        figure.subplots().set_axis_off()
        headline(figure, f"{longest.name}, seed 1000. {longest.about}")
    assert complaints(figure, PAGE) == []


def test_the_pages_of_a_replay(replayed):
    assert complaints(replay_page.figure(replayed), PAGE) == []
    assert complaints(replay_money.figure(replayed), PAGE) == []


def test_the_ladder_of_a_book_with_quotes_and_without(done):
    note = int(np.flatnonzero(done.market.on_the_run & (done.market.securities.term_months == 120))[0])
    seen = ladder.watch(done.market, note)
    assert complaints(ladder.draw(seen), 9.0) == []
    nothing = np.zeros_like(seen.bids)
    empty = ladder.draw(replace(seen, bids=nothing, asks=nothing, trades=seen.trades[:0]))
    assert complaints(empty, 9.0) == []
    assert [text.get_text() for text in empty.axes[0].texts] == [ladder.NOBODY] and len(empty.axes) == 1
    one_sided = ladder.draw(replace(seen, bids=nothing))
    assert [text.get_text() for text in one_sided.axes[0].texts] == ["no firm bids in any round"]
    assert [axes.get_ylabel() for axes in one_sided.axes[1:]] == ["offers, million dollars"]


def test_requests(done):
    assert complaints(request_life.draw(request_life.watch(done.market, 2)), 9.0) == []


def test_netting_with_clearing_and_without_anybody_who_clears(done):
    sectors = done.market.sectors
    trades = venues.example(done.market)
    assert complaints(netting.draw(trades, sectors == "dealers"), 7.0) == []
    assert complaints(netting.draw(trades, np.zeros(len(sectors), bool)), 7.0) == []


def test_the_pictures_of_the_concepts(done):
    composite = concepts.watch(done.market)
    assert complaints(concepts.day(done.market), 7.0) == []
    assert complaints(concepts.price(done.market, composite), 7.0) == []
    arms = ["reserves only", "bills sold", "old bonds"]
    rows = pd.DataFrame({name: [10_000.0 * (place - 1), -5_000.0, 0.0] for place, name in enumerate(PARTS)}, arms)
    assert complaints(concepts.not_easing(rows.assign(sum_musd=rows.sum(axis=1))), 7.0) == []


def test_the_intervals_of_the_readme():
    sources = [("seeds", 4, -0.04, 0.06), ("parameters", 16, -0.09, 0.11), ("structure", 24, -0.02, 0.03)]
    rows = [
        {"effect": effect, "outcome": name, "unit": unit, "source": source, "worlds": worlds}
        | {"mean": 0.01, "low": low, "high": high, "noise": 1.0, "share": 1 / 3}
        for effect in ("baseline less no-buybacks", "small-buybacks less no-buybacks")
        for name, unit in (*((shown, "bp") for shown in concepts.SHOWN), ("years to maturity", "years"))
        for source, worlds, low, high in sources
    ]
    assert len(concepts.intervals(pd.DataFrame(rows)).axes) == len(concepts.SHOWN)
    assert complaints(concepts.intervals(pd.DataFrame(rows)), COLUMN_INCHES) == []


def test_how_cost_grows():
    unknown = [float("nan")] * 4
    found = {
        "rounds": scaling.Curve([5, 10, 20, 50], [0.11, 0.15, 0.19, 0.40], [510, 505, 533, 510]),
        "dealers": scaling.Curve([5, 24, 80, 200], [0.13, 0.19, 0.32, 0.49], [495, 533, 520, 555]),
        "institutions": scaling.Curve([116, 279, 1_707, 9_867], [0.19, 0.19, 0.44, 2.04], [483, 533, 657, 1_507]),
        "securities": scaling.Curve([587, 1_000, 2_000, 5_900], [0.19, 0.22, 0.35, 0.68], [533, 744, 742, 1_308]),
        "days": scaling.Curve([4, 10, 20, 40], [0.8, 2.0, 4.0, 8.4], unknown),
    }
    assert complaints(scaling.draw(found), scaling.WIDE_INCHES) == []


def test_profiles_of_a_calibration():
    parameters = pd.DataFrame(
        {"parameter": list("abcde"), "unit": ["bp", "share", "musd", "ratio", "years"], "shipped": 1.0}
    )
    held = [
        pd.DataFrame({"parameter": name, "value": [0.5, 1.0, 2.0], "implausibility": [4, 1, 6]}) for name in "abcde"
    ]
    assert complaints(profiles.draw(pd.concat(held), parameters), PAGE) == []
