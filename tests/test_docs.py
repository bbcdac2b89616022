"""The pages say what is so: their code runs, their commands exist, their files are read, their links lead somewhere."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from fake_run import write_run
from typer.main import get_command

import experiments.experiment
import experiments.scenario
from experiments.cli import app, main
from experiments.kinds import traits_by_kind
from experiments.population import CountedKind
from experiments.scenario import load
from experiments.small_world import COUNTS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MADE = ("_build", "made", "notebooks", "reference")  # when the site is built
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if page.relative_to(DOCS).parts[0] not in MADE]
TEXTS = [*PAGES, *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"))]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
COMMANDS = get_command(app).commands
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!`)\[[^\]`]*(?:`[^`]*`[^\]`]*)*\]\(([^)\s]+)\)")


def named(paths):
    return pytest.mark.parametrize("page", paths, ids=lambda path: str(path.relative_to(ROOT)))


def blocks(page, *languages):
    """Return the blocks of a page in order: language and text."""
    return [found for found in BLOCK.findall(page.read_text("utf-8")) if found[0] in languages]


def called(text):
    """Return what a text says of a command: lines in blocks, and code in a sentence."""
    lines = re.findall(r"^(?: {4}|)((?:\.venv/bin/)?offtherun .*)$", text, re.MULTILINE)
    return [line.split("    ")[0] for line in lines] + re.findall(r"`((?:\.venv/bin/)?offtherun [^`]+)`", text)


def options(command):
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}


@named(TEXTS)
def test_every_command_that_a_page_names_exists_with_its_options(page):
    for line in called(page.read_text("utf-8")):
        name, *rest = line.removeprefix(".venv/bin/").replace("\n", " ").split(";")[0].split("#")[0].split()[1:]
        if name.isupper() or name == "--help":
            continue
        assert name in COMMANDS, f"{page.name}: {line}"
        wanted = {word.strip("[]").split("=")[0] for word in rest if word.strip("[").startswith("--")}
        assert wanted <= options(COMMANDS[name]), f"{page.name}: {line}"


@named(TEXTS)
def test_every_target_that_a_page_names_is_in_the_makefile(page):
    targets = set(re.findall(r"^([\w-]+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"(?:^ {4}|`)make ([\w-]+)", page.read_text("utf-8"), re.MULTILINE)) <= targets


def slugs(page):
    """Return the anchors of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@named(TEXTS)
def test_every_link_leads_somewhere(page):
    for target in LINK.findall(page.read_text("utf-8")):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = page.parent / path if path else page
        if any(made in Path(path).parts for made in MADE[1:]):
            continue  # checked by the build, in which a warning is an error
        assert found.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in slugs(found), f"{page.name} links to {target}"


def test_every_command_is_on_the_page_of_commands():
    assert set(re.findall(r"`offtherun ([a-z-]+)", (DOCS / "commands.md").read_text("utf-8"))) == set(COMMANDS)


def test_every_page_is_in_the_contents():
    listed = re.findall(r"^[\w/-]+$", (DOCS / "index.md").read_text("utf-8"), re.MULTILINE)
    pages = {str(page.relative_to(DOCS).with_suffix("")) for page in PAGES} - {
        "index",
        "model/odd.template",
        "validation.template",
    }
    assert pages <= set(listed)


def shrunk(world):
    """Return a world with few institutions, few rounds and a short burn-in."""
    counts = {kind: CountedKind(count=number) for kind, number in COUNTS.items()}
    run = world.run.model_copy(update={"rounds": 4, "burn_in_days": 1})
    return world.model_copy(update={"population": world.population.model_copy(update=counts), "run": run})


@pytest.fixture
def small_worlds(tmp_path, monkeypatch):
    """An empty folder, in which every scenario is a small one."""
    whole = experiments.scenario.load
    monkeypatch.setattr(experiments.scenario, "load", lambda name, traits=None: shrunk(whole(name, traits)))
    monkeypatch.chdir(tmp_path)


def follow(page):
    """Do what a page says, from its first block to its last; nothing that it says fails."""
    world = {"__name__": page.stem}
    for language, text in blocks(page, "python", "toml", "shell"):
        if language == "python":
            exec(compile(text, str(page), "exec"), world)
        elif language == "toml":
            Path(re.match(r"# (\S+\.toml)\n", text)[1]).write_text(text, "utf-8")
        else:
            for line in text.splitlines():
                typed(line)


def typed(line):
    """Do what a line typed into a shell does; `make run` of a given length is a run and its check."""
    if line.startswith("make run DAYS="):
        typed(f"offtherun run baseline --days {line.partition('=')[2]}")
        typed("offtherun check runs/baseline-seed1")
    elif line != ". .venv/bin/activate":
        program, *arguments = shlex.split(line)
        with pytest.raises(SystemExit) as ended:
            main([{"150": "6"}.get(word, word) for word in arguments])
        assert program == "offtherun" and ended.value.code == 0, line


@named([DOCS / name for name in ("units.md", "venues/books.md", "howto/data.md", "howto/institution.md")])
def test_a_page_can_be_followed(page, small_worlds):
    follow(page)


def test_the_page_on_figures_can_be_followed_beside_a_run(small_worlds):
    write_run(Path("runs/baseline-seed1"))
    follow(DOCS / "howto" / "figure.md")


def test_the_page_on_calibration_can_be_followed_and_goes_on_where_it_was_stopped(small_worlds, monkeypatch):
    optuna = pytest.importorskip("optuna")
    from experiments.belief.calibration import simulator  # where the name is bound already

    monkeypatch.setattr(simulator, "load", experiments.scenario.load)
    page = DOCS / "howto" / "calibrate.md"
    [(_, text)] = blocks(page, "python")
    for trials in (1, 3):  # the second time is a start after a stop
        shorter = text.replace("TRIALS, DAYS = 30, 87", f"TRIALS, DAYS = {trials}, 12")
        assert shorter != text
        exec(compile(shorter, str(page), "exec"), {"__name__": "calibrate"})
    log = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend("trials.log"))
    study = optuna.load_study(study_name="off-the-run", storage=log)
    values = [trial.value for trial in study.trials]
    assert len(values) == 3 and len(set(values)) == 3 and all(0 < value < 1e6 for value in values)
    assert {trial.params["dealers' hedge"] for trial in study.trials} != {study.trials[0].params["dealers' hedge"]}


@pytest.mark.slow
@named([DOCS / name for name in ("start.md", "howto/scenario.md", "howto/experiment.md", "validation.md")])
def test_a_page_that_takes_longer_can_be_followed(page, small_worlds):
    follow(page)
    if page.stem == "experiment":
        follow(DOCS / "howto" / "publish.md")


def test_no_other_page_has_code_that_is_not_run():
    followed = re.findall(r"[\w-]+\.md", Path(__file__).read_text("utf-8"))
    assert {page.name for page in PAGES if blocks(page, "python", "shell")} <= set(followed)


@named([page for page in PAGES if blocks(page, "toml")])
def test_files_on_a_page_are_read(page, small_worlds):
    for _, text in blocks(page, "toml"):
        path = Path("block.toml")
        path.write_text(text, "utf-8")
        if "question" in tomllib.loads(text):
            assert experiments.experiment.load(str(path)).worlds()
        else:
            assert load(str(path), traits_by_kind()).digest()


def test_the_example_for_a_cluster_compiles():
    """It needs a cluster to run."""
    for _, text in blocks(DOCS / "howto-cluster.md", "python"):
        compile(text, "howto-cluster.md", "exec")
