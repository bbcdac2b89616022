"""Commands that ask why anyone should believe it, hooked into ``experiments.cli``: ``calibrate``, ``regress``."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def calibrate(
    points: Annotated[int, typer.Option(help="Simulations that fill the prior; more go on with the same design.")] = 64,
    days: Annotated[int, typer.Option(help="Business days of each; 87 end with September 2024.", min=20)] = 87,
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

    from experiments.calibration import design
    from experiments.calibration.calibrate import calibrate as find
    from experiments.calibration.calibrate import save
    from experiments.calibration.page import page
    from experiments.calibration.parameters import chosen
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

    from experiments.check import RunTables
    from experiments.regressions import PAPERS, fit
    from experiments.store import read_manifest
    from experiments.validate import write

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


def hook(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(calibrate)
    app.command()(regress)
