"""The command line ``offtherun``: runs and what is read from one of them; groups of commands are in ``commands``.

What the user can mend is one line on standard error, ``offtherun: what, where, what was expected, the nearest``,
and status 2; a check that finds something is status 1; an interrupt is status 130. Nothing is left half-written in
any of these. Heavy libraries are imported by the command that needs them, so that ``--help`` answers at once.
"""

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands import belief as cli_belief
from experiments.commands import experiments as cli_experiments
from experiments.commands import forecast as cli_forecast
from experiments.commands.options import Data

FOUND, MISTAKEN, INTERRUPTED = 1, 2, 130  # exit statuses
app = typer.Typer(
    help="Off the Run: an agent-based simulation of the United States Treasury market.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="Bundled scenario, or the path of a .toml file.")] = "baseline",
    seed: Annotated[int, typer.Option(help="Seed of all random draws.", min=0)] = 1,
    days: Annotated[int | None, typer.Option(help="Business days after the burn-in; default: to the end.")] = None,
    out: Annotated[Path | None, typer.Option(help="New run folder; default: runs/SCENARIO-seedSEED.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but the name of the run folder.")] = False,
    data: Data = None,
) -> None:
    """Simulate a scenario into a run folder, with a summary and a page of figures."""
    from experiments.experiment import days_of
    from experiments.kinds import traits_by_kind
    from experiments.progress import Watch
    from experiments.scenario import load
    from experiments.store import refuse_existing

    world = load(scenario, traits_by_kind())
    days_of({world.name: world}, days)
    folder = out or Path("runs") / f"{world.name}-seed{seed}"
    refuse_existing(folder)

    from experiments.run import run as simulate

    with Watch(f"{world.name}, seed {seed}", quiet) as watch:
        simulate(world, seed, days, folder, watch.on_day)
    _show(folder, quiet)


@app.command()
def check(folder: Annotated[Path, typer.Argument(help="Run folder.")]) -> None:
    """Re-derive every identity of a run from its stored tables alone."""
    from rich.console import Console
    from rich.table import Table

    from experiments.check import check as find

    findings = find(folder)
    table = Table(box=None, pad_edge=False)
    table.add_column("law")
    table.add_column("compared", justify="right")
    table.add_column("result", overflow="fold")
    for finding in findings:
        table.add_row(finding.law, f"{finding.compared:,}", "holds" if finding.passed else f"BROKEN: {finding.detail}")
    Console().print(table, markup=False)
    failed = sum(not finding.passed for finding in findings)
    compared = sum(finding.compared for finding in findings)
    print(f"{folder}: {compared:,} comparisons, {len(findings) - failed} of {len(findings)} laws hold")
    if failed:
        raise typer.Exit(FOUND)


@app.command()
def validate(
    folders: Annotated[list[Path] | None, typer.Argument(help="Run folders, one a seed; others are nulls.")] = None,
    scenario: Annotated[str, typer.Option(help="Scenario that is the model; runs of others are nulls.")] = "baseline",
    self_test: Annotated[bool, typer.Option("--self-test", help="Send the published series through instead.")] = False,
    out: Annotated[Path | None, typer.Option(help="New file for the table, .csv.")] = None,
) -> None:
    """Hold the moments of runs against the published ones and against nulls; see what counts as evidence."""
    from rich.console import Console

    from experiments.belief import validate as validation
    from experiments.belief.validation_page import page

    judged = validation.self_test() if self_test else validation.of_folders(folders or [], scenario)
    table = judged.table
    Console(width=None if sys.stdout.isatty() else 200).print(page(judged), markup=False)
    if out is not None:
        validation.write(table, out)
        print(f"table    {out}")
    if self_test and not table["inside"].all():
        raise typer.Exit(FOUND)


@app.command()
def costs(
    folders: Annotated[
        list[Path],
        typer.Argument(help="A run folder and one of its seed and days without buybacks; further such pairs."),
    ],
    by_day: Annotated[bool, typer.Option("--by-day", help="Of a standing facility show days, not months.")] = False,
) -> None:
    """Say what the buybacks of a run cost and bring beside another run of its seed: by month; of what is listed, before
    anything is bought (ex ante) apart from after; given several pairs, across seeds with intervals.
    """
    from rich.console import Console

    from experiments.results.costs_page import page

    Console(width=max(200, Console().width)).print(page(folders, by_day), markup=False, highlight=False)


@app.command()
def not_qe(
    scenario: Annotated[str, typer.Argument(help="Bundled scenario, or the path of a .toml file.")] = "baseline",
    seed: Annotated[int, typer.Option(help="Seed of all random draws, shared by all arms.", min=0)] = 1,
    days: Annotated[int, typer.Option(help="Business days of each of the eighteen runs.")] = 25,
) -> None:
    """Hold buybacks by what finances them beside easing of equal cash: what each does to money, flows held fixed."""
    from rich.console import Console
    from rich.table import Table

    from experiments.experiment import days_of
    from experiments.kinds import traits_by_kind
    from experiments.results.not_qe import UNITS
    from experiments.results.not_qe import not_qe as find
    from experiments.scenario import load

    world = load(scenario, traits_by_kind())
    days_of({world.name: world}, days)
    found = find(world, seed, days, on_arm=lambda arm: print(arm, file=sys.stderr))
    table = Table(box=None, pad_edge=False)
    for name in (*found.index.names, *UNITS):
        table.add_column(str(name), justify="right" if name in UNITS else "left")
    for row in found.reset_index().to_dict("records"):
        names = [str(row[name]) for name in found.index.names]
        table.add_row(*names, *(f"{row[name]:,.{0 if name == 'rest_cents' else 2}f}" for name in UNITS))
    Console(width=max(220, Console().width)).print(table, markup=False, highlight=False)
    print("\n".join(f"{name:24}{meaning}" for name, meaning in UNITS.items()))


@app.command()
def replay(
    folder: Annotated[Path | None, typer.Argument(help="Run folder of the baseline; default: run it first.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the run to be made; default: 1.", min=0)] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the comparison; default: the run folder.")] = None,
    data: Data = None,
) -> None:
    """Hold a run of the baseline beside the published figures of 2024; status 1 if the accounts miss a tolerance."""
    from experiments.errors import UserError

    if folder is None:
        out = folder = out or Path("runs") / f"baseline-seed{1 if seed is None else seed}"
        run("baseline", 1 if seed is None else seed, None, folder, quiet=True)
    elif seed is not None:
        raise UserError(f"--seed {seed}: {folder} has its seed already, expected a folder or a seed")
    from rich.console import Console

    from experiments.belief import replay as comparison
    from experiments.belief.replay_summary import WIDTH, page
    from experiments.figures import replay_money, replay_page

    found = comparison.replay(folder)
    files = comparison.save(found, out or folder)
    files += [file for page_of in (replay_page, replay_money) for file in page_of.save(found, out or folder)]
    Console(width=max(WIDTH, Console().width)).print(page(found), markup=False, highlight=False)
    print("\nwritten  " + " ".join(map(str, files)))
    if not found.passed:
        raise typer.Exit(FOUND)


@app.command()
def requests(folder: Annotated[Path, typer.Argument(help="Run folder that kept its requests.")]) -> None:
    """Say what became of requests for quote, by tenor and age: response, hit rate, cover, refusals."""
    from rich.console import Console

    from experiments.results.request_evidence import evidence
    from experiments.results.request_summary import UNITS, summary

    Console(width=max(120, Console().width)).print(summary(folder).round(3).to_string(), markup=False, highlight=False)
    print("\n" + "\n".join(f"{name:10}{meaning}" for name, meaning in UNITS.items()))
    print("\n" + "\n".join(f"{name:34}{value:8.3f}" for name, value in evidence(folder).items()))


@app.command()
def venues(
    folder: Annotated[Path, typer.Argument(help="Run folder.")],
    picture: Annotated[bool, typer.Option(help="Draw ageing and ageing-map into its figures too.")] = True,
) -> None:
    """Say what trades where, by tenor and age: volume, trades, spreads, quotes, books against requests."""
    from rich.console import Console

    from experiments.figures import gallery
    from experiments.results.venue_summary import UNITS, shares, summary

    wide = Console(width=max(130, Console().width))
    for table in (summary(folder), shares(folder)):
        wide.print(table.round(3).to_string(na_rep=""), "\n", markup=False, highlight=False)
    print("\n".join(f"{name:16}{meaning}" for name, meaning in UNITS.items()))
    if picture:
        print("\n" + "\n".join(map(str, gallery.save(folder, ["ageing", "ageing-map"]))))


@app.command()
def snapshot(
    date: Annotated[str, typer.Option(help="A business day of 2024.")] = "2024-05-28",
    tilt: Annotated[float, typer.Option(help="Random tilt of who holds what, in log points.", min=0, max=2)] = 0.0,
    institutions: Annotated[str | None, typer.Option(help="List those of a kind by name instead, or 'all'.")] = None,
    data: Data = None,
) -> None:
    """Build the starting state of a date, and print its sums beside the published ones, or who is in it."""
    from experiments.population import Population
    from experiments.sections.world import start_day_of
    from market.units import day_number

    day = start_day_of(date)

    from experiments.start.reconcile import reconcile
    from experiments.start.roster import roster
    from experiments.start.state import starting_state

    state = starting_state(day_number(day), Population().counts, tilt)
    print(reconcile(state) if institutions is None else roster(state, institutions))


@app.command()
def check_data(data: Data = None) -> None:
    """Hold the published figures against each other, your own among them if they stand in for some."""
    from experiments.inputs.own_data import named
    from experiments.inputs.published_checks import check_data as find

    print(f"data     {named()}")
    findings = find()
    for finding in findings:
        print(f"{'agrees ' if finding.passed else 'DIFFERS'}  {finding.name}: {finding.detail}")
    if not all(finding.passed for finding in findings):
        raise typer.Exit(FOUND)


@app.command()
def scenarios() -> None:
    """List the bundled scenarios."""
    from experiments.scenario import load, names

    width = max(map(len, names())) + 2
    for name in names():
        print(f"{name:{width}}{load(name).about}")


@app.command()
def schema() -> None:
    """Print the JSON schema of scenario files: every field and trait with unit, default, bounds and source."""
    import json

    from experiments.schema import json_schema

    print(json.dumps(json_schema(), indent=2))


@app.command()
def dashboard(
    scenario: Annotated[str, typer.Argument(help="Bundled scenario, or the path of a .toml file.")] = "baseline",
    seed: Annotated[int, typer.Option(help="Seed of all random draws.", min=0)] = 1,
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8765,
) -> None:
    """Play a scenario in a browser, and change policy and behaviour while it runs; needs the extra dashboard."""
    import subprocess

    from experiments.errors import UserError
    from experiments.kinds import traits_by_kind
    from experiments.scenario import load

    load(scenario, traits_by_kind())
    if find_spec("solara") is None:
        needed = "pip install -c constraints.txt '.[dashboard]'"
        raise UserError(f"dashboard: Solara is not installed, expected the extra: {needed}")
    served = subprocess.call([sys.executable, "-m", "dashboard", scenario, str(seed), str(port)])
    raise typer.Exit(INTERRUPTED if served < 0 else served)


@app.command()
def version() -> None:
    """Print the version of this program and of what its bits depend on."""
    from experiments.store import versions

    for name, number in versions().items():
        print(f"{name:12}{number}")


cli_experiments.hook(app)
cli_belief.hook(app)
cli_forecast.hook(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    sys.exit(_status(list(sys.argv[1:] if arguments is None else arguments)))


def _status(arguments: list[str]) -> int:
    """Run a command; turn what a user can mend into one line, and an interrupt into another."""
    command = typer.main.get_command(app)
    try:
        _use_named_data()
        status = int(command.main(arguments or ["--help"], "offtherun", standalone_mode=False) or 0)
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except Exception as error:
        line = _mendable(error, arguments)
        if line is None:
            raise
        print(f"offtherun: {line}", file=sys.stderr)
        return MISTAKEN
    if status == INTERRUPTED:
        print("offtherun: interrupted, nothing half-written is kept", file=sys.stderr)
    return status


def _use_named_data() -> None:
    """Check the user's own data at the door, if the environment names any."""
    if named := os.environ.get("OFFTHERUN_DATA"):
        from experiments.inputs.own_data import use

        use(Path(named))


def _mendable(error: Exception, arguments: Sequence[str]) -> str | None:
    """Return the one line of an error that the user can mend, None of a fault of the program."""
    if hasattr(error, "format_message"):  # a usage error of the command line
        command = getattr(getattr(error, "ctx", None), "command_path", "offtherun")
        return " ".join(error.format_message().split()) + _given(error, arguments) + f"; see: {command} --help"
    from experiments.errors import UserError

    return str(error) if isinstance(error, UserError) else None


def _given(error: Exception, arguments: Sequence[str]) -> str:
    """Return what was given to the option that an error is about, to be added to its message."""
    for option in getattr(getattr(error, "param", None), "opts", ()):
        for word, following in zip(arguments, [*arguments[1:], None], strict=True):
            name, equals, value = word.partition("=")
            if name == option and (equals or following is not None):
                return f", not {value if equals else following}"
    return ""


def _show(folder: Path, quiet: bool) -> None:
    """Draw the page of a run; print its summary and where its files are."""
    from experiments.figures import waterfall
    from experiments.figures.page import save

    pages = [*save(folder), *(waterfall.save(folder) if waterfall.has_limit(folder) else ())]
    if quiet:
        print(folder)
        return
    from rich.console import Console

    from experiments.results.summary import page

    Console().print(page(folder), markup=False, highlight=False)
    print(f"\ntables   {folder}\nfigures  {' '.join(map(str, pages))}\ncheck    offtherun check {folder}")


if __name__ == "__main__":
    main()
