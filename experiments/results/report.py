"""The report of an experiment: a page of sentences, tables as CSV and LaTeX, figures as PDF and PNG, all in its folder.

    report.md            what was asked, what was expected, one sentence an effect, seeds, versions, the command
    effects.tex          the table of effects for booktabs
    effects.png, .pdf    points and intervals by outcome
    path.png, .pdf       the primary outcome's effects by day
    intervals.png, .pdf  effects over seeds and over worlds, once ``offtherun robust`` was there
    *.csv                ``experiments.results.effects``

Every file follows from the runs alone: the same runs give the same bytes (figures: on one version of matplotlib).
"""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.robustness import placebos, uncertainty
from experiments.experiment import EXPECTATIONS, names
from experiments.experiment import load as bundled
from experiments.figures import effect_path, effects, style, three_intervals
from experiments.results import liquidity
from experiments.results.effects import Results, load
from experiments.results.effects_page import number, verdict
from experiments.results.readable import places, readable, shortened
from experiments.store import write_whole
from experiments.sweeps.sweep import read_sweep

ESCAPED = str.maketrans({"&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#", "$": r"\$"})
MINUS = "\N{MINUS SIGN}"


def save(folder: Path) -> list[Path]:
    """Write the report of the folder of an experiment; return its files, the page first."""
    found = load(folder)
    texts = {"report.md": page(found), "effects.tex": latex(found)}
    for name, text in texts.items():
        write_whole(folder / name, text)
    figures = [
        *style.save(effects.draw_wide(found), folder, "effects"),
        *style.save(effect_path.draw_wide(found), folder, "path"),
    ]
    if (folder / "intervals.csv").is_file():
        figures += style.save(three_intervals.draw(pd.read_csv(folder / "intervals.csv")), folder, "intervals")
    return [*(folder / name for name in texts), *found.save(), *figures]


def sentence(row: dict[str, Any], floor: str = "") -> str:
    """State an effect in one sentence, the chaos floor beside it if it is known."""
    row = readable(row)
    unit, size = row["unit"], row["mean"]
    if row["seeds"] < 2:
        return f"{row['outcome']}: {row['seeds']} seeds with a value say nothing about it."
    way = "higher by" if size > 0 else "lower by" if size < 0 else "differs by"
    return (
        f"{row['outcome']}: {way} {number(abs(size))} {unit} "
        f"(95 % interval {number(row['t_low'])} to {number(row['t_high'])}, "
        f"bootstrap {number(row['bootstrap_low'])} to {number(row['bootstrap_high'])}, {row['seeds']} paired seeds): "
        f"**{verdict(row)}**; {number(row['smallest'])} {unit} would matter, {number(row['detectable'])} {unit} "
        f"would have been found four times in five, and {_paired(row['gain'])}{floor}."
    )


def _paired(gain: float) -> str:
    """Say what pairing is worth; pairs that all differ by the same number leave nothing to chance."""
    if gain == float("inf"):
        return "pairs differ by the same number: exact"
    return f"pairing divides the standard error by {number(gain)}"


def chaos_floors(folder: Path) -> dict[str, str]:
    """Return by outcome what one quote moved by one tick does, once ``offtherun placebo DIR trivial`` was there."""
    path = placebos.file_of(folder, placebos.TRIVIAL)
    if not path.is_file():
        return {}
    return {
        row["outcome"]: f"; one quote moved by one tick makes a seed differ by {number(row['sd'])} {row['unit']} (s.d.)"
        for row in _rows(pd.read_csv(path))
    }


def page(found: Results) -> str:
    """Return the page as Markdown."""
    parts = (
        _asked(found),
        ["## Headline", "", headline(found), ""],
        _shown(found),
        ["## What pairing is worth", "", horizon(found), ""],
        liquidity.page(found.sectors, found.question.liquidity, list(found.question.all_arms()))
        if found.question.liquidity
        else [],
        _failed(found),
        _made(found),
    )
    return "\n".join(line for part in parts for line in part)


def _asked(found: Results) -> list[str]:
    """Return what was asked, why, what was expected, and of which arms."""
    question = found.question
    lines = [f"# {question.name}", "", question.question, "", f"**Mechanism.** {' '.join(question.mechanism.split())}"]
    lines += ["", f"**Source.** {question.source}", "", f"**Expected.** {expected(found)}", "", "## Arms", ""]
    arms = question.all_arms().items()
    return [*lines, *(f"- `{name}`: {arm.about or arm.scenario or question.scenario}" for name, arm in arms), ""]


def _shown(found: Results) -> list[str]:
    """Return a sentence for each effect, and the figures."""
    floors, lines = chaos_floors(found.folder), ["## Effects", ""]
    for name, rows in found.effects.groupby("effect", sort=False):
        lines += [f"**{name}**", "", *(f"- {sentence(row, floors.get(row['outcome'], ''))}" for row in _rows(rows)), ""]
    tests = "Tests stand alone: nothing corrects for the number of arms and outcomes."
    lines += [f"{tests} Intervals say what seeds leave open.", ""]
    return [*lines, "![effects](effects.png)", "", "![path](path.png)", ""]


def _failed(found: Results) -> list[str]:
    """Return the runs that failed, and why."""
    rows = [f"- {one['arm']}, seed {one['seed']}: {one['error']}" for one in _rows(found.failures)]
    return ["## Failed runs", "", *rows, ""] if rows else []


def _made(found: Results) -> list[str]:
    """Return how it is made again, and of what it was made."""
    sweep, seeds = read_sweep(found.folder), found.outcomes["seed"].nunique()
    versions = ", ".join(f"{name} {version}" for name, version in sweep["versions"].items())
    number = f"{seeds} seeds, {found.days} business days after the burn-in"
    lines = ["## To make it again", "", f"    {command(found, seeds)}", ""]
    return [*lines, f"{number}. {versions}. Question {sweep['digest'][:12]}.", ""]


def headline(found: Results) -> str:
    """Return the primary outcome's effect with its three intervals; without those over worlds there is no headline.

    Nor is there one where the intervals are older than the seeds: they would contradict the table of effects.
    """
    path, primary = found.folder / "intervals.csv", found.question.outcomes[0]
    rows = _rows(pd.read_csv(path).query("outcome == @primary.name")) if path.is_file() else []
    known = {row["source"]: row for row in rows if row["mean"] == row["mean"]}
    if set(known) != set(uncertainty.SOURCES):
        missing = ", ".join(source for source in uncertainty.SOURCES[1:] if source not in known)
        return (
            f"No headline: an interval over seeds alone says nothing of what the model leaves open. "
            f"Missing: {missing}. `offtherun robust DIR --plausible plausible.csv` makes them."
        )
    weights = found.question.contrasts()[rows[0]["effect"]]
    seeds, own = len(found.by_seed(primary.name, list(weights))), known.pop(uncertainty.SEEDS)
    if own["worlds"] != seeds:
        return (
            f"No headline: intervals.csv was made of {own['worlds']} seeds, and there are {seeds} now. "
            f"`offtherun robust DIR --plausible plausible.csv` makes it again."
        )
    digits = places(own["low"], own["high"])
    mean, low, high = (shortened(own[key], digits) for key in ("mean", "low", "high"))
    spreads = [
        f"{source} {_between(row['low'], row['high'])} ({row['worlds']} worlds, {row['share']:.0%} of the "
        f"variance; {row['noise']:.0%} of the spread is sampling noise)"
        for source, row in known.items()
    ]
    effect = f"{rows[0]['effect']}: {primary.name} {number(mean)} {primary.unit}"
    return (
        f"**{effect}**, 95 % interval over seeds {number(low)} to {number(high)} ({seeds} seeds, "
        f"{own['share']:.0%} of the variance). Where one more world would lie, 19 times in 20: "
        f"{'; '.join(f'over {spread}' for spread in spreads)}."
    )


def _between(low: float, high: float) -> str:
    """Return an interval in the digits that its width lets stand."""
    digits = places(low, high)
    return " to ".join(number(shortened(end, digits)) for end in (low, high))


def expected(found: Results) -> str:
    """Return what was registered."""
    key = found.question.expectation
    known = tomllib.loads(EXPECTATIONS.read_text("utf-8"))
    if key is None or key not in known:
        return "Nothing was registered."
    return f"{known[key]['expected']} ({known[key]['why']})"


def horizon(found: Results) -> str:
    """Say how the gain of pairing of the primary outcome decays with the days."""
    table = found.horizon[np.isfinite(found.horizon["gain"])]
    if table.empty:
        return "Too few seeds to tell."
    shown = sorted({1, *(day for day in (5, 20, 60, 120) if day <= found.days), found.days})
    middle = table.groupby("day")["gain"].median()
    parts = [f"{number(middle[day])} on day {day}" for day in shown if day in middle.index]
    name = found.question.outcomes[0].name
    what = f"Standard error of {name} with independent seeds over that with paired ones, median over effects"
    return f"{what}: {', '.join(parts)}."


def command(found: Results, seeds: int) -> str:
    """Return the command that makes the folder again; from the folder DIR, if the question is not a bundled one."""
    name = found.question.name
    if name not in names() or bundled(name).digest() != found.question.digest():
        return "offtherun rerun DIR"
    return f"offtherun experiment {name} --seeds {seeds} --days {found.days}"


def latex(found: Results) -> str:
    """Return the table of effects for LaTeX with booktabs."""
    lines = [
        r"\begin{tabular}{llrrrrl}",
        r"\toprule",
        r"Effect & Outcome & Mean & \multicolumn{2}{c}{95\,\% interval} & ",
    ]
    lines[-1] += r"Detectable & Verdict \\"
    last = None
    for row in map(readable, _rows(found.effects)):
        lines += [r"\midrule"] if row["effect"] != last else []
        numbers = (number(row[key]).replace("-", MINUS) for key in ("mean", "t_low", "t_high", "detectable"))
        shown = [
            row["effect"] if row["effect"] != last else "",
            f"{row['outcome']} ({row['unit']})",
            *numbers,
            verdict(row),
        ]
        lines.append(" & ".join(cell.translate(ESCAPED).replace(MINUS, "$-$") for cell in shown) + r" \\")
        last = row["effect"]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _rows(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    rows: list[dict[str, Any]] = frame.to_dict("records")
    return rows
