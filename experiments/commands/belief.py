"""Commands that ask why anyone should believe it, hooked into ``experiments.cli``: ``calibrate``, ``regress``,
``facts``, ``robust``, ``ablate``, ``sensitivity``, ``attribute``, ``placebo``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from experiments.sweeps.sweep import Done

FAILED = 1


def calibrate(
    points: Annotated[int, typer.Option(help="Simulations that fill the prior; more go on with the same design.")] = 64,
    days: Annotated[int, typer.Option(help="Business days of each; 87 end with September 2024.", min=60)] = 87,
    workers: Annotated[int, typer.Option(help="Processes; 1 is this one.", min=1, max=256)] = 1,
    parameter: Annotated[
        list[str] | None, typer.Option(help="Calibrate this one, and others so named; default all.")
    ] = None,
    scenario: Annotated[str, typer.Option(help="Bundled scenario, or the path of a .toml file.")] = "baseline",
    out: Annotated[Path, typer.Option(help="Folder; a design of the same question is gone on with.")] = Path(
        "runs/calibration"
    ),
) -> None:
    """Find which values of the declared parameters the published moments to September leave plausible."""
    from rich.console import Console

    from experiments.belief.calibration import design
    from experiments.belief.calibration.calibrate import calibrate as find
    from experiments.belief.calibration.calibrate import save
    from experiments.belief.calibration.page import page
    from experiments.belief.calibration.parameters import chosen
    from experiments.figures import profiles

    parameters = chosen(tuple(parameter or ()))
    wanted = design.open_design(parameters, points, days, scenario, out)
    missing = sum(not point.file.is_file() for point in wanted)
    print(f"calibrate: {points} points, {points - missing} there already", file=sys.stderr)
    done = points - missing

    def on_done(number: int) -> None:
        nonlocal done
        done += 1
        print(f"calibrate: point {number} done, {done} of {points}", file=sys.stderr)

    design.run(wanted, workers, on_done)
    found = find(parameters, wanted)
    files = [*save(found, out), *profiles.save(found.profiles, found.parameters, out)]
    Console(width=None if sys.stdout.isatty() else 180).print(page(found), markup=False, highlight=False)
    print("\nwritten  " + " ".join(map(str, files)))


def regress(
    folder: Annotated[Path, typer.Argument(help="Run folder.")],
    paper: Annotated[list[str] | None, typer.Option(help="This paper, and others so named; default: all.")] = None,
    out: Annotated[Path | None, typer.Option(help="New file for the table, .csv.")] = None,
) -> None:
    """Run published regressions on the tables of a run, what the papers found beside."""
    import pandas as pd
    from rich.console import Console

    from experiments.belief.regressions import PAPERS, fit
    from experiments.belief.validate import write
    from experiments.check import RunTables
    from experiments.store import read_manifest

    read_manifest(folder)
    tables = {name: fit(name, RunTables(folder)) for name in paper or PAPERS}
    console = Console(width=max(140, Console().width))
    for name, table in tables.items():
        console.print(f"{PAPERS[name].citation}\n{PAPERS[name].question}", markup=False, highlight=False)
        shown = (
            table.drop(columns="published").round(3).to_string(index=False) if len(table) else "too few observations"
        )
        console.print(shown, markup=False, highlight=False)
        console.print(f"found    {'; '.join(sorted(set(table['published'])))}\n" if len(table) else "", markup=False)
    if out is not None:
        write(pd.concat([table.assign(paper=name) for name, table in tables.items()], ignore_index=True), out)


def facts(
    folder: Annotated[Path, typer.Argument(help="Run folder; of one that kept its trades, rounds and trades too.")],
    out: Annotated[Path | None, typer.Option(help="New file for the table, .csv.")] = None,
) -> None:
    """Say how order flow, prices and volume go together: impact, autocorrelations, volume and volatility."""
    from rich.console import Console

    from experiments.belief.validate import write
    from experiments.check import RunTables
    from experiments.results import trading_facts
    from experiments.store import read_manifest

    read_manifest(folder)
    table = trading_facts.facts(RunTables(folder))
    console = Console(width=max(160, Console().width))
    console.print(table.round(3).to_string(index=False, na_rep=""), markup=False, highlight=False)
    if out is not None:
        write(table, out)


Sweep = Annotated[Path, typer.Argument(help="Folder of a finished experiment.")]
Contrast = Annotated[
    str | None, typer.Option(help="Effect looked at, as the table of effects names it; default: first.")
]
Workers = Annotated[int, typer.Option(help="Processes; 1 is this one.", min=1, max=256)]
Seeds = Annotated[int, typer.Option(help="Seeds of each world.", min=1, max=1000)]


def robust(
    folder: Sweep,
    plausible: Annotated[Path | None, typer.Option(help="plausible.csv of offtherun calibrate: parameters.")] = None,
    draws: Annotated[int, typer.Option(help="Draws from the plausible set.", min=2, max=1000)] = 16,
    structures: Annotated[int, typer.Option(help="Structural variants.", min=2, max=1000)] = 24,
    seeds: Seeds = 1,
    contrast: Contrast = None,
    workers: Workers = 1,
) -> None:
    """Give an effect its interval over seeds, and its spread over plausible parameters and over structures."""
    from experiments.belief.robustness import start_dates, structure, uncertainty
    from experiments.belief.robustness.parameters import draws_of
    from experiments.belief.robustness.variants import ask, run

    asked = ask(folder, contrast)
    starts = start_dates.possible(asked.question, asked.base.days, asked.worlds, structure.STARTS)
    for start, reason in starts.items():
        if reason:
            print(f"robust: no start on {start}: {reason}", file=sys.stderr)
    kept = [start for start, reason in starts.items() if not reason]
    worlds = [*(draws_of(plausible, draws) if plausible else []), *structure.variants(structures, kept)]
    failed = run(asked, worlds, lambda number: range(1 + seeds * number, 1 + seeds * (number + 1)), workers, _told)
    _written(folder, "intervals", uncertainty.table(asked, worlds))
    _end_failed(failed)


def ablate(
    folder: Sweep,
    mechanism: Annotated[
        list[str] | None, typer.Option(help="Switch this one off, and others so named; default: each.")
    ] = None,
    contrast: Contrast = None,
    workers: Workers = 1,
) -> None:
    """Say what part of an effect each mechanism carries: the experiment again without it, same seeds."""
    from experiments.belief.robustness import mechanisms
    from experiments.belief.robustness.variants import ask, run

    asked = ask(folder, contrast)
    worlds = mechanisms.variants(tuple(mechanism or mechanisms.MECHANISMS))
    seeds = sorted({seed for _, seed, _ in asked.base.runs})
    failed = run(asked, worlds, lambda number: seeds, workers, _told)
    table = mechanisms.table(asked, worlds)
    _written(folder, "ablation", table)
    if table["dropped"].any():
        print(f"ablate: up to {table['dropped'].max()} seeds left out, known with or without only", file=sys.stderr)
    _end_failed(failed)


def sensitivity(
    folder: Sweep,
    method: Annotated[str, typer.Option(help="oat (one at a time), morris or sobol.")] = "oat",
    size: Annotated[int, typer.Option(help="Trajectories of Morris, base of Sobol (a power of two).", min=2)] = 4,
    parameter: Annotated[list[str] | None, typer.Option(help="This one, and others so named; default: all.")] = None,
    seeds: Seeds = 1,
    contrast: Contrast = None,
    workers: Workers = 1,
) -> None:
    """Say which parameters an effect hangs on; draw the tornado of one at a time."""
    from experiments.belief.calibration.parameters import chosen
    from experiments.belief.robustness import sensitivity as of
    from experiments.belief.robustness.variants import ask, run
    from experiments.errors import UserError, nearest
    from experiments.figures import tornado

    if method not in of.METHODS:
        raise UserError(f"--method {method}: expected one of {', '.join(of.METHODS)}{nearest(method, of.METHODS)}")
    asked, parameters = ask(folder, contrast), chosen(tuple(parameter or ()))
    worlds = of.variants(asked, method, parameters, size)
    failed = run(asked, worlds, lambda number: range(1, seeds + 1), workers, _told)
    table = of.table(asked, method, parameters, size)
    _written(folder, f"sensitivity-{method}", table)
    if method == "oat":
        for path in tornado.save(table, asked, folder):
            print(path)
    _end_failed(failed)


def attribute(
    scenario: Annotated[str, typer.Argument(help="Bundled scenario, or the path of a .toml file.")] = "baseline",
    days: Annotated[int, typer.Option(help="Daily changes of each run.", min=2)] = 20,
    seeds: Annotated[int, typer.Option(help="Seeds; eight runs each.", min=1, max=1000)] = 2,
    out: Annotated[Path | None, typer.Option(help="New file for the table, .csv.")] = None,
) -> None:
    """Split the variance of daily yield changes into news, order flow and dealers' state, by paired kill-switches."""
    from rich.console import Console

    from experiments.belief.robustness import attribution
    from experiments.belief.validate import refuse_file, write
    from experiments.experiment import days_of
    from experiments.kinds import traits_by_kind
    from experiments.scenario import load

    world = load(scenario, traits_by_kind())
    days_of({world.name: world}, days + 1)
    if out is not None:
        refuse_file(out)
    worlds = range(1, seeds + 1)
    found = attribution.attribute(world, days, worlds, lambda done, of: _told(world.name, done, of))
    Console(width=max(100, Console().width)).print(found.round(3).to_string(index=False), markup=False, highlight=False)
    print("\n" + "\n".join(f"{name:8}{meaning}" for name, meaning in attribution.UNITS.items()))
    if out is not None:
        write(found, out)
        print(f"table    {out}")


def placebo(
    folder: Sweep,
    kind: Annotated[str, typer.Argument(help="zero, permute-cusips, shift-dates or trivial.")],
    group: Annotated[int, typer.Option(help="Seeds of each experiment whose A/A interval is looked at.", min=2)] = 2,
    contrast: Contrast = None,
    workers: Workers = 1,
) -> None:
    """Run a treatment that must do nothing, with the experiment's seeds, and say what it does."""
    from experiments.belief.robustness import placebos
    from experiments.belief.robustness.variants import ask

    asked = ask(folder, contrast)
    placebos.run(asked, placebos.known(kind), workers)
    table = placebos.table(asked, kind)
    _written(folder, f"placebo-{kind}", table)
    if kind == placebos.TRIVIAL:
        print("\n".join(placebos.covered(asked, group)))


def _end_failed(failed: "Sequence[Done]") -> None:
    """Name the runs that failed and why, and end with status 1, if any did."""
    for done in failed:
        print(f"failed: {done.job.name} of {done.job.sweep.name}: {done.error}; {done.job.failure}", file=sys.stderr)
    if failed:
        raise typer.Exit(FAILED)


def _told(name: str, done: int, of: int) -> None:
    print(f"{name}: {done} of {of} worlds done", file=sys.stderr)


def _written(folder: Path, name: str, table: "pd.DataFrame") -> None:
    """Print a table and write it into the folder."""
    from rich.console import Console

    from experiments.store import write_whole

    path = folder / f"{name}.csv"
    write_whole(path, table.to_csv(index=False, lineterminator="\n"))
    shown = table.map(lambda value: f"{value:.3g}" if isinstance(value, float) else value).to_string(index=False)
    Console(width=max(200, Console().width)).print(shown, markup=False, highlight=False)
    print(path)


def hook(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (calibrate, regress, facts, robust, ablate, sensitivity, attribute, placebo):
        app.command()(command)
