"""What experiments showed beside what was registered before they were run: a page from the folders of sweeps.

For each folder the question, what was expected and why, what differs from the registered design (seeds, horizon), and
every effect with its interval. Nothing is judged here: who reads sees where the two disagree. Two seeds have intervals
of one degree of freedom; the page says how many there are.
"""

from collections.abc import Sequence
from pathlib import Path

from experiments.errors import StoreError
from experiments.results.effects import Results, load
from experiments.results.effects_page import number, verdict
from experiments.results.report import command, expected

HEAD = """# What the experiments showed

Written by `offtherun findings DIR ...` from the folders of the experiments, beside what was registered in
`experiments/expectations.toml` before any of them was run. An interval is of Student's t over paired seeds and says
what seeds leave open, not what parameters and structure do. Where the horizon is short, slow effects have hardly begun.
"""


def page(folders: Sequence[Path]) -> str:
    """Return the page as Markdown, an experiment after the other by name; StoreError if a folder has no whole run."""
    found = sorted((load(folder) for folder in folders), key=lambda results: results.question.name)
    empty = next((results.folder for results in found if not results.runs), None)
    if empty is not None:
        raise StoreError(f"{empty} has no whole run, expected at least one; go on with: offtherun experiment")
    return "\n".join([HEAD, *(line for results in found for line in _experiment(results))])


def _experiment(found: Results) -> list[str]:
    """Return the lines of one experiment."""
    question, seeds = found.question, found.outcomes["seed"].nunique()
    mechanism = " ".join(question.mechanism.split())
    lines = [f"## {question.name}", "", question.question, "", f"*{mechanism}*", ""]
    lines += [f"**Registered.** {expected(found)}", ""]
    lines += [f"**Shown**, with {seeds} seeds and {found.days} business days (`{command(found, seeds)}`):", ""]
    lines += ["| effect | outcome | mean | 95 % interval | would matter | verdict |", "|---|---|---:|---:|---:|---|"]
    for row in found.effects.to_dict("records"):
        interval = f"{number(row['t_low'])} to {number(row['t_high'])}"
        cells = (str(row["effect"]), f"{row['outcome']}, {row['unit']}", number(row["mean"]), interval)
        lines += [f"| {' | '.join((*cells, number(row['smallest']), verdict(row)))} |"]
    return [*lines, ""]
