"""The command that writes what the model says of days to come, hooked into ``experiments.cli``: ``forecast``."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def forecast(
    seeds: Annotated[int, typer.Option(help="Seeds 1 to N.", min=2, max=1000)] = 8,
    workers: Annotated[int, typer.Option(help="Processes; 1 is this one.", min=1, max=256)] = 1,
    days: Annotated[int | None, typer.Option(help="Business days; default: to the end of March 2025.", min=1)] = None,
    scenario: Annotated[str, typer.Option(help="Bundled scenario, or the path of a .toml file.")] = "baseline",
    out: Annotated[Path, typer.Option(help="Folder; one of the same world is gone on with.")] = Path("runs/forecast"),
) -> None:
    """Write blind forecasts of the first quarter of 2025, with densities over seeds, from the end of 2024."""
    from experiments.belief import forecast as of
    from experiments.experiment import days_of

    world = of.world(scenario)
    days_of({scenario: world}, days)
    path = of.forecast(
        world,
        range(1, seeds + 1),
        out,
        workers,
        days,
        lambda done, total: print(f"forecast: {done} of {total} seeds done", file=sys.stderr),
    )
    print(f"{path}  {len(of.read(path))} forecasts")


def hook(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(forecast)
