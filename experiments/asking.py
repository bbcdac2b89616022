"""A question asked and answered in one call, for notebooks and scripts: arms are run, their tables read.

What ``offtherun experiment`` does, without a word in a terminal. The folder can be gone on with, by either.
"""

from pathlib import Path

from experiments.experiment import BUNDLED, Experiment, length_of
from experiments.results.effects import Results, load
from experiments.sweeps.sweep import jobs, open_sweep, sweep


def answer(
    question: Experiment, seeds: int, out: Path | str, days: int | None = None, workers: int = 1, beside: Path = BUNDLED
) -> Results:
    """Run every arm of a question with seeds 1 to ``seeds``, what is there already apart; return the results.

    ``days`` business days after the burn-in, by default those of the question; ``workers`` processes; paths of
    scenarios are relative to ``beside``. Failed runs are in ``Results.failures``.
    """
    worlds, folder = question.worlds(beside), Path(out)
    length = length_of(question, worlds, days)
    open_sweep(question, worlds, length, folder)
    sweep(jobs(worlds, range(1, seeds + 1), length, folder), workers)
    return load(folder, seeds)
