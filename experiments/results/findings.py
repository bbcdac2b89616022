"""What experiments showed beside what was registered before they were run: a page from the folders of sweeps.

First where the two disagree, then for each folder the question, what was expected and why, what differs from the
registered design (seeds, horizon), and every effect with its interval, held against the number that was registered
where there is one (``registered``). Two seeds have intervals of one degree of freedom; the page says how many there
are. Versions are in the folders, and on the page where folders differ in them.
"""

from collections.abc import Sequence
from pathlib import Path

from experiments.errors import StoreError
from experiments.results.effects import Results, load
from experiments.results.effects_page import number, verdict
from experiments.results.readable import readable
from experiments.results.registered import INSIDE, NEAR, OPEN, OUTSIDE, judged
from experiments.results.report import command, expected
from experiments.store import read_manifest
from experiments.sweeps.sweep import read_sweep

HEAD = """# What the experiments showed

Written by `offtherun findings DIR ...` from the folders of the experiments, beside what was registered in
`experiments/expectations.toml`: before the first paired run of each, but for a few sentences that were added when runs
had been made and before their own figure was looked at; comments in that file say which. `make experiments SEEDS=2`
makes folders and page. An interval is of Student's t over paired seeds and says what seeds leave open, not what
parameters and structure do; it is not corrected for how many there are: of {tested} rows {called} are called an effect
here, and {chance} would be if there were none. Where the horizon is short, slow effects have hardly begun. What the
words mean that compare with what was registered: *as registered*, the whole interval lies in the registered range
(rows that can hardly come out otherwise, as of a placebo that nobody prices, count too, and say nothing);
*mean inside*, only the mean does; *mean outside*, the interval still reaches in; *otherwise*, no point of the interval
lies in it, or what was to be higher or lower did not move in any seed; *run cut short*, fewer days than the design
has, which registered numbers are not held against. How numbers were read from the registered sentences stands in
`experiments/registered_ranges.toml`; what was registered in words alone is for the reader to judge. With
two seeds an interval can be narrow by luck: a row *otherwise* by much less than what would matter refutes little.
"""
BY_CHANCE = 0.05  # of rows in which nothing is, a 95 % interval leaves zero out
COLUMNS = "| effect | outcome | mean | 95 % interval | would matter | verdict | registered | beside it |"


def page(folders: Sequence[Path]) -> str:
    """Return the page as Markdown, an experiment after the other by name; StoreError if a folder has no whole run."""
    found = sorted((load(folder) for folder in folders), key=lambda results: results.question.name)
    empty = next((results.folder for results in found if not results.runs), None)
    if empty is not None:
        raise StoreError(f"{empty} has no whole run, expected at least one; go on with: offtherun experiment")
    verdicts = [verdict(row) for results in found for row in results.effects.to_dict("records")]
    called = sum(said.startswith("effect") for said in verdicts)
    head = HEAD.format(tested=len(verdicts), called=called, chance=f"{BY_CHANCE * len(verdicts):.0f}")
    parts = [head, *_overview(found), *_disagreements(found)]
    return "\n".join([*parts, *(line for results in found for line in _experiment(results))])


def _overview(found: Sequence[Results]) -> list[str]:
    """Return a row for each experiment: how much was run, and how it stands to what was registered."""
    head = "| experiment | runs | days | minutes | ranges | as registered | mean inside | mean outside | otherwise |"
    lines = [head, "|---|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for results in found:
        said = [stands for _, stands in judged(results).values()]
        counts = [len(said), *(said.count(which) for which in (INSIDE, NEAR, OPEN, OUTSIDE))]
        seconds = sum(read_manifest(path).wall_seconds for _, _, path in results.runs)
        name = results.question.name
        cells = (f"[{name}](#{name})", len(results.runs), results.days, f"{seconds / 60:.1f}", *counts)
        lines += [f"| {' | '.join(map(str, cells))} |"]
    sources = sorted({read_sweep(results.folder)["versions"].get("sources", "unknown") for results in found})
    return [
        *lines,
        "",
        f"Sources {', '.join(sources)}. Minutes are of the runs one after another, shared burn-ins left out.",
        "",
    ]


def _disagreements(found: Sequence[Results]) -> list[str]:
    """Return what was found to be otherwise than registered."""
    lines = []
    for results in found:
        rows = {(row["effect"], row["outcome"]): row for row in results.effects.to_dict("records")}
        for key, (one, stands) in judged(results).items():
            row = readable(rows[key])
            if stands == OUTSIDE:
                shown = f"{number(row['mean'])} {row['unit']} ({number(row['t_low'])} to {number(row['t_high'])})"
                lines += [f"- {results.question.name}, {one.effect}, {one.outcome}: {shown}; registered: {one.words}"]
    return [
        "## Where it came out otherwise",
        "",
        *(lines or ["No registered range is missed by a whole interval of a whole horizon."]),
        "",
    ]


def _experiment(found: Results) -> list[str]:
    """Return the lines of one experiment."""
    question, seeds, beside = found.question, found.outcomes["seed"].nunique(), judged(found)
    mechanism = " ".join(question.mechanism.split())
    lines = [f"## {question.name}", "", question.question, "", f"*{mechanism}*", ""]
    lines += [f"**Registered.** {expected(found)}", ""]
    lines += [f"**Shown**, with {seeds} seeds and {found.days} business days (`{command(found, seeds)}`):", ""]
    lines += [COLUMNS, "|---|---|---:|---:|---:|---|---|---|"]
    for row in map(readable, found.effects.to_dict("records")):
        interval = f"{number(row['t_low'])} to {number(row['t_high'])}"
        cells = [str(row["effect"]), f"{row['outcome']}, {row['unit']}", number(row["mean"]), interval]
        one, stands = beside.get((row["effect"], row["outcome"]), (None, ""))
        cells += [number(row["smallest"]), verdict(row), one.words if one else "", stands]
        lines += [f"| {' | '.join(cells)} |"]
    if len(found.failures):
        lines += ["", f"{len(found.failures)} runs failed and are left out."]
    return [*lines, ""]
