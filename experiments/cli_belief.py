"""Commands that ask why anyone should believe it, hooked into ``experiments.cli``: ``calibrate``."""

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


def hook(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(calibrate)
