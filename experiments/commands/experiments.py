"""Commands of experiments, hooked into ``experiments.cli``: ``experiments``, ``experiment``, ``report``, ``figures``,
``rerun``, ``paper``, ``findings``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands.options import Data

if TYPE_CHECKING:
    from experiments.results.effects import Results

SEEDS_AT_ONCE, MOST_SEEDS = 4, 400  # of --until-ci: seeds added between two looks, and the end of patience
FAILED = 1


def experiments() -> None:
    """List the bundled experiments: question, arms, seeds, days, minutes of one core from measured seconds a day."""
    from experiments.experiment import days_of, load, names
    from experiments.sweeps.minutes import minutes

    for name in names():
        found = load(name)
        days = days_of(found.worlds(), found.days)
        size = f"{len(found.all_arms())} arms, {found.seeds} seeds, {days} days"
        print(f"{name:22}{found.question}\n{'':22}{size}: about {max(round(minutes(found)), 1)} minutes of one core")


def experiment(  # noqa: PLR0913 - an option each
    name: Annotated[str, typer.Argument(help="Bundled experiment, or the path of a .toml file.")],
    seeds: Annotated[int | None, typer.Option(help="Seeds 1 to N of every arm.", min=2, max=10_000)] = None,
    workers: Annotated[int, typer.Option(help="Processes; 1 is this one.", min=1, max=256)] = 1,
    days: Annotated[int | None, typer.Option(help="Business days of every run; default: to the end.")] = None,
    until_ci: Annotated[
        str | None, typer.Option(help="Add seeds until the interval of the primary outcome is +- this: 0.5bp.")
    ] = None,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler: docs/howto-cluster.md.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; one of the same question is gone on with.")] = None,
    equal_cash: Annotated[
        bool, typer.Option("--equal-cash", help="Beside each arm that buys back, one in which the Fed buys instead.")
    ] = False,
    data: Data = None,
) -> None:
    """Run every arm of an experiment with the same seeds; print the table of effects. Started again, it goes on."""
    from experiments.experiment import find, length_of, load
    from experiments.sweeps.sweep import open_sweep

    question, folder = load(name), out
    if equal_cash:
        from experiments.equal_cash import with_easing

        question = with_easing(question, find(name).parent)
        folder = out or Path("runs") / f"{question.name}-equal-cash"
    width = None if until_ci is None else _width(until_ci, question.outcomes[0].unit)
    worlds = question.worlds(find(name).parent)
    length = length_of(question, worlds, days)
    folder = folder or Path("runs") / question.name
    if cluster is not None:
        from experiments.sweeps.cluster import refuse_unreachable

        refuse_unreachable(cluster)
    open_sweep(question, worlds, length, folder)

    from experiments.results.effects import load as results
    from experiments.sweeps.sweep import jobs, sweep
    from experiments.sweeps.sweep_progress import SweepWatch

    number = seeds or question.seeds
    while True:
        wanted = jobs(worlds, range(1, number + 1), length, folder)
        with SweepWatch(question.name, wanted) as watch:
            sweep(wanted, workers, watch.on_done, cluster)
        found = results(folder, number)
        if width is None or number >= MOST_SEEDS or not widest(found) > width:  # NaN: no seeds can help
            break
        number += SEEDS_AT_ONCE
    _show(found)


def report(folder: Annotated[Path, typer.Argument(help="Folder of an experiment.")]) -> None:
    """Write the report of an experiment: a page of sentences, tables as CSV and LaTeX, figures."""
    from experiments.results.report import save

    for path in save(folder):
        print(path)


def figures(
    folder: Annotated[Path, typer.Argument(help="Folder of a run or of an experiment.")],
    names: Annotated[
        list[str] | None, typer.Argument(help="Figures; default: all that the folder has data for.")
    ] = None,
) -> None:
    """Draw figures of a run or of an experiment, a column of a journal wide, as PNG and PDF; list them."""
    from experiments.figures.gallery import FIGURES, save

    for path in save(folder, names or ()):
        print(path if path.suffix == ".pdf" else f"{path}  {FIGURES[path.stem].shows}")


def paper(
    folder: Annotated[Path, typer.Argument(help="Folder of an experiment.")],
    out: Annotated[Path | None, typer.Option(help="New folder; default: DIR-paper.")] = None,
) -> None:
    """Pack a replication folder: README, code, versions, data with sources, runs, tables, figures, checksums."""
    from experiments.results.paper import pack

    place = pack(folder, out or folder.with_name(f"{folder.name}-paper"))
    print(f"{place}\nto make it again: sh {place / 'reproduce.sh'}")


def findings(
    folders: Annotated[list[Path], typer.Argument(help="Folders of experiments.")],
    out: Annotated[Path | None, typer.Option(help="File for the page, written over; default: printed.")] = None,
) -> None:
    """Write one page of what experiments showed, beside what was registered before they were run."""
    from experiments.results.findings import page
    from experiments.store import write_whole

    text = page(folders)
    if out is None:
        print(text)
    else:
        write_whole(out, text)
        print(out)


def rerun(
    folder: Annotated[Path, typer.Argument(help="Folder of an experiment.")],
    workers: Annotated[int, typer.Option(help="Processes; 1 is this one.", min=1, max=256)] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder of the second sweep; default: DIR-rerun.")] = None,
    data: Data = None,
) -> None:
    """Make every run of an experiment again from its folder alone, and compare; status 1 if a table differs."""
    from experiments.results.effects import load as results
    from experiments.store import digest, refuse_other_data
    from experiments.sweeps.jobs import Job
    from experiments.sweeps.sweep import open_sweep, read_sweep, sweep, worlds_of
    from experiments.sweeps.sweep_progress import SweepWatch

    found, again = results(folder), out or folder.with_name(f"{folder.name}-rerun")
    sweep_was = read_sweep(folder)
    worlds = worlds_of(sweep_was)
    refuse_other_data(folder, sweep_was["versions"])
    open_sweep(found.question, worlds, found.days, again)
    wanted = [Job(arm, worlds[arm], seed, found.days, again) for arm, seed, _ in found.runs]
    with SweepWatch(f"{found.question.name} again", wanted) as watch:
        sweep(wanted, workers, watch.on_done)
    results(again).save()
    differ = [
        job.name
        for job in wanted
        if not job.folder.is_dir() or digest(job.folder) != digest(folder / "runs" / job.name)
    ]
    print(f"{again}: {len(wanted) - len(differ)} of {len(wanted)} runs have the same bytes")
    if differ:
        print(f"different: {', '.join(differ)}", file=sys.stderr)
        raise typer.Exit(FAILED)


def widest(found: "Results") -> float:
    """Return half the width of the widest t interval of the primary outcome."""
    primary = found.effects[found.effects["outcome"] == found.question.outcomes[0].name]
    return float((primary["t_high"] - primary["t_low"]).max() / 2)


def _width(text: str, unit: str) -> float:
    """Return the number of "0.5bp" or "0.5", in the unit of the primary outcome."""
    from experiments.errors import UserError

    bare = text.strip().rstrip("abcdefghijklmnopqrstuvwxyz ")
    try:
        found = float(bare)
    except ValueError:
        found = 0.0
    named = text.strip().removeprefix(bare).strip()
    if not 0 < found < float("inf") or named not in ("", unit):
        raise UserError(f"--until-ci {text}: expected a number above 0 in {unit}, such as 0.5{unit.split()[0]}")
    return found


def _show(found: "Results") -> None:
    """Write the tables, print the effects; status 1 if a run failed."""
    from rich.console import Console

    from experiments.results.effects_page import table

    saved, seeds = found.save(), len({seed for _, seed, _ in found.runs})
    console = Console(width=max(150, Console().width))
    console.print(f"\n{found.question.question}\n{seeds} seeds, {found.days} days\n", markup=False, highlight=False)
    console.print(table(found.effects), markup=False, highlight=False)
    print(f"\ntables   {' '.join(map(str, saved))}\nreport   offtherun report {found.folder}")
    if len(found.failures):
        print(f"{len(found.failures)} runs failed: {found.folder / 'failures'}", file=sys.stderr)
        raise typer.Exit(FAILED)


def hook(app: typer.Typer) -> None:
    """Add the commands of this file to the command line."""
    for command in (experiments, experiment, report, figures, rerun, paper, findings):
        app.command()(command)
