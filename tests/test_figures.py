"""Figures: a machine audits every one of a small run; the audit itself fails on figures planted to be bad."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from figure_audit import UNITS, complaints
from matplotlib.figure import Figure
from small_market import small
from tiny_experiment import tiny

from experiments.belief.validate import targets
from experiments.check import RunTables
from experiments.errors import UserError
from experiments.experiment import DAILY_COLUMNS, Outcome
from experiments.figures import buckets, effect_path, effects, events, moments, owners, stacks, three_intervals, tornado
from experiments.figures.gallery import EXPERIMENT, FIGURES, REQUESTS, RUN, names, save
from experiments.figures.style import ORANGE, SETTINGS, SKY, area, in_words
from experiments.results import inference
from experiments.results.readable import scale
from experiments.run import run

SALE = {"type": "sale", "date": "2024-05-30", "holder": "bond_fund", "bucket_years": (2.0, 10.0), "amount_musd": 5_000}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of three days with an event, which keeps its requests."""
    out = tmp_path_factory.mktemp("figures") / "run"
    run(small(run__keep=("requests",), shocks=(SALE,)), 1, 3, out)
    return out


class Invented:
    """Results of an experiment of three arms and six seeds that nobody ran."""

    OUTCOMES = (
        {"name": "noise of the fitted curve", "column": "noise_bp", "smallest": 0.1},
        {"name": "turnover", "column": "turnover_musd", "smallest": 500},
    )
    ARMS = {"without": {"scenario": "no-buybacks"}, "with": {}, "twice": {"scenario": "buybacks-doubled"}}
    question = tiny(arms=ARMS, outcomes=list(OUTCOMES))

    def paths(self, arms):
        rng = np.random.default_rng(7)
        common = rng.normal(size=(6, 20))
        return {arm: common + 0.4 * len(arm) + rng.normal(0, 0.3, (6, 20)) for arm in arms}

    @property
    def effects(self):
        rows = []
        for name, weights in self.question.contrasts().items():
            for outcome in self.question.outcomes:
                values = {arm: path.mean(axis=1) for arm, path in self.paths(list(weights)).items()}
                head = {"effect": name, "outcome": outcome.name, "unit": outcome.unit, "smallest": outcome.smallest}
                rows.append(head | inference.as_row(inference.effect(values, weights, outcome.smallest)))
        return pd.DataFrame(rows)


@pytest.mark.parametrize("name", names([RUN, REQUESTS]))
def test_a_figure_of_a_run_passes_the_audit(name, folder):
    assert complaints(FIGURES[name].draw(RunTables(folder))) == []


@pytest.mark.parametrize("name", names([EXPERIMENT]))
def test_a_figure_of_an_experiment_passes_the_audit(name):
    assert complaints(FIGURES[name].draw(Invented())) == []


def test_wide_figures_of_an_experiment_pass_the_audit():
    assert complaints(effects.draw_wide(Invented()), effects.WIDE_INCHES) == []
    assert complaints(effect_path.draw_wide(Invented()), effect_path.WIDE_INCHES) == []


class OfShares(Invented):
    """The same, of a share that may exceed 1: the use of dealers' limits."""

    question = tiny(arms=Invented.ARMS, outcomes=[{"name": "limits", "column": "dealer_utilisation", "smallest": 0.02}])


def test_effects_on_shares_are_drawn_in_percentage_points():
    (axes,), (wide, *_) = effect_path.draw(OfShares()).axes, effects.draw_wide(OfShares()).axes
    assert axes.get_ylabel() == wide.get_xlabel() == "percentage points"
    paths = OfShares().paths(list(OfShares.question.contrasts()["with less without"]))
    assert axes.lines[0].get_ydata() == pytest.approx(100 * (paths["with"] - paths["without"]).mean(axis=0))
    row = {
        "outcome": "limits",
        "unit": "share",
        "source": "seeds",
        "mean": 0.1,
        "low": -0.2,
        "high": 1.65,
        "share": 1.0,
    }
    (alone,) = three_intervals.draw(pd.DataFrame([row])).axes
    assert alone.get_xlabel() == "percentage points" and alone.lines[-1].get_xdata() == pytest.approx([10.0])
    hangs = pd.DataFrame({"parameter": ["hedge"], "at_low": [0.5], "at_high": [1.5], "effect": "a less b"})
    (bars,) = tornado.draw(hangs.assign(outcome="limits", unit="share"), 1.0).axes
    assert bars.get_xlabel() == "limits, percentage points" and [bar.get_width() for bar in bars.patches] == [-50, 50]


@pytest.mark.parametrize("statistic", ["mean", "area", "half-life"])
def test_the_unit_of_every_outcome_can_stand_on_an_axis(statistic):
    for column in DAILY_COLUMNS:
        outcome = Outcome(name="any", column=column, statistic=statistic, smallest=1.0)
        words = in_words(scale(outcome.unit, [1.0])[1])
        assert any(unit in words for unit in UNITS), words


def rows_of(**columns):
    """Return the published column of a validation with other columns beside it."""
    table = targets()
    middle, half = (table["low"] + table["high"]) / 2, (table["high"] - table["low"]) / 2
    table = table.assign(**{name: middle + place * half for name, place in columns.items()}, model_sd=half / 3)
    inside = table["model"].between(table["low"], table["high"])
    return table.assign(inside=inside, evidence=inside & (np.arange(len(table)) % 2 == 0), consistent=inside)


def test_figures_of_belief_pass_the_audit():
    places = np.linspace(-12, 2, len(targets()))
    four = {name: place * places for name, place in zip("abcd", (-1, 0.5, 2, -3), strict=True)}
    assert complaints(moments.draw(rows_of(model=places)), moments.WIDE_INCHES) == []
    assert complaints(moments.draw(rows_of(model=places, **four), tuple(four)), moments.WIDE_INCHES) == []
    sources = [("seeds", -0.4, 0.6), ("parameters", -0.9, 1.1), ("structure", -0.2, 0.3)]
    rows = [
        {"outcome": name, "unit": "bp", "source": source, "mean": 0.1, "low": low, "high": high, "share": 1 / 3}
        for name in ("noise of the fitted curve", "off-the-run spread")
        for source, low, high in sources
    ]
    assert complaints(three_intervals.draw(pd.DataFrame(rows))) == []
    hangs = pd.DataFrame({"parameter": ["elasticity", "hedge"], "at_low": [0.5, 0.9], "at_high": [1.5, 1.2]})
    assert complaints(tornado.draw(hangs.assign(effect="a less b", outcome="noise", unit="bp"), 1.0)) == []


def places_of(figure, name):
    """Return the places of a series of the picture of moments, panel by panel."""
    return [x for axes in figure.axes for line in axes.lines if line.get_label() == name for x in line.get_xdata()]


def test_a_free_moment_is_drawn_where_its_interval_puts_it_and_in_the_group_of_what_it_shows():
    free = int((targets()["role"] == "free").sum())
    places = np.resize([0.5, -0.5, 3.0], len(targets()))
    table = rows_of(model=places, null=2 * places)
    figure = moments.draw(table, ("null",))
    ours = places_of(figure, "model (line: one s.d. over seeds)")
    assert len(ours) == free and sorted(ours) == pytest.approx(sorted(places[table["role"] == "free"]))
    assert np.abs(places_of(figure, "null")) == pytest.approx(2 * np.abs(ours))
    counts = [len(rows) for rows in moments.groups(table).values()]
    assert [len(axes.get_yticks()) for axes in figure.axes] == counts and sum(counts) == free


def test_a_null_that_is_far_outside_is_drawn_at_the_cut_with_an_arrow():
    figure = moments.draw(rows_of(model=0.0, far=-40.0), ("far",))
    assert set(places_of(figure, "far")) == {-moments.CUT}
    arrows = [line for axes in figure.axes for line in axes.lines if line.get_marker() == "<"]
    assert sum(len(line.get_xdata()) for line in arrows) == len(places_of(figure, "far"))
    assert all(-moments.CUT - moments.ROOM < x < -moments.CUT for line in arrows for x in line.get_xdata())


def test_the_name_of_a_layer_stands_where_no_border_crosses_it():
    level = np.full(10, 2.0)
    assert stacks.free_place(0 * level, level) == (0, 1.0)  # nothing in the way: at the left, in the middle
    dips = np.array([2.0, 0.5, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0])
    assert stacks.free_place(0 * level, dips) == (2, 1.0)
    day, middle = stacks.free_place(np.linspace(0, 1, 10), np.linspace(2, 3, 10))
    assert day == 0 and 1 / 3 < middle < 2.0


def planted(**changes):
    """Return a figure that is sound but for what is changed."""
    drawn = {"one": {"color": "#0072B2"}, "two": {"color": "#B84E00", "linestyle": "--"}} | changes.pop("lines", {})
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(changes.pop("width", 3.4), 2.5), layout="constrained")
        axes = figure.subplots()
        for place, (name, how) in enumerate(drawn.items()):
            axes.plot([0, 1], [place, place + 1], **{"label": name} | how)
        axes.set_xlabel(changes.pop("x", "years"))
        axes.set_ylabel("percent")
        for kind, how in changes.pop("drawn", {}).items():
            getattr(axes, kind)([0.3, 0.6], [0.4, 0.5], label=kind, **how)
        axes.set_xlim(*changes.pop("shown", (None, None)))
        for text in map(dict, changes.pop("texts", ())):
            axes.text(text.pop("x", 0.5), 0.1, "planted", **text)
        axes.legend()
    return figure


PLANTED = {
    "inches wide": {"width": 6.0},
    "points": {"texts": [{"fontsize": 6}]},
    "overlaps": {"texts": [{}, {}]},
    "leaves the figure": {"texts": [{"x": -3, "in_layout": False}]},
    "stands out from what is behind": {"texts": [{"color": "#AAAAAA"}]},
    "line 'one' of '' hardly stands out from the paper": {"lines": {"one": {"color": "#E69F00"}}},
    "line 'faint' of": {"lines": {"one": {"color": "#0072B2", "alpha": 0.3, "label": "faint"}}},
    "points 'scatter' of '' hardly stands out": {"drawn": {"scatter": {"color": "#E69F00"}}},
    "points 'dots' of": {"lines": {"one": {"color": "#56B4E9", "marker": "o", "linestyle": "", "label": "dots"}}},
    "bars 'bar' of '' hardly stands out": {"drawn": {"bar": {"color": "#56B4E9"}}},
    "area 'fill_between' of '' hardly stands out": {"drawn": {"fill_between": {"color": "#E69F00"}}},
    "cuts points of 'scatter'": {"drawn": {"scatter": {"color": "#0072B2"}}, "shown": (0.3, 1.0)},
    "alike in grey": {"lines": {"two": {"color": "#B84E00"}}},
    "alike to a deuteranope": {"lines": {"one": {"color": "#77702B"}, "two": {"color": "#8A6E2B"}}},
    "no unit": {"x": "how far"},
}


def test_the_audit_has_nothing_against_a_sound_figure():
    assert complaints(planted()) == []
    assert complaints(planted(width=6.0), 6.0) == []


def test_light_points_and_bars_stand_out_by_their_outline_and_bands_may_lie_behind():
    outlined = {"bar": area(SKY), "scatter": area(ORANGE)}
    assert complaints(planted(drawn=outlined | {"fill_between": {"color": SKY, "alpha": 0.5, "linewidth": 0}})) == []


def test_powers_of_ten_are_numbers_that_want_a_unit():
    figure = planted(x="how far")
    figure.axes[0].set_xscale("log")
    assert any("no unit" in complaint for complaint in complaints(figure))


@pytest.mark.parametrize("fault", PLANTED)
def test_the_audit_finds_a_planted_fault(fault):
    assert any(fault in complaint for complaint in complaints(planted(**PLANTED[fault])))


def test_events_of_a_scenario_are_spans_of_its_days(folder):
    found = events.events(RunTables(folder).scenario)
    assert [(str(e.first.date()), str(e.last.date()), e.name) for e in found] == [
        ("2024-05-30", "2024-05-30", "sale of 5 bn")
    ]
    limited = small("debt-limit-autumn").model_dump(mode="json")
    assert [e.name for e in events.events(limited)] == ["debt limit in force"]


def test_what_owners_hold_is_what_the_treasury_owes(folder):
    tables = RunTables(folder)
    before, after = owners.holdings(tables)
    sheet = buckets.positions(tables, "balance_sheets", lambda frame: frame["sector"] == owners.ISSUER)
    owed = sheet[sheet["date"] == sheet["date"].max()].groupby("bucket", observed=False)["bn"].sum()
    assert after.sum().to_numpy() == pytest.approx(-owed.to_numpy(), abs=1e-6)
    assert list(after.columns) == list(before.columns) == list(buckets.NAMES) and after.sum().min() > 0


def test_figures_are_saved_by_name_and_a_wrong_name_says_which_there_are(folder):
    saved = save(folder, ["yields"])
    assert [path.name for path in saved] == ["yields.png", "yields.pdf"]
    with pytest.raises(UserError, match=r"unknown figure 'yield'.*did you mean 'yields'"):
        save(folder, ["yield"])
    with pytest.raises(UserError, match=r"figure effects is of an experiment, expected"):
        save(folder, ["effects"])
