"""Sweeps that are killed, and many runs in one process. Linux: processes are found by ps, memory by /proc."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_experiment import bytes_of, tiny_jobs

import experiments
from experiments.cli import main
from experiments.commands import experiments as cli_experiments
from experiments.experiment import load, names
from experiments.scenario import overlaid
from experiments.small_world import COUNTS
from experiments.sweeps.jobs import execute
from experiments.sweeps.sweep import jobs, open_sweep, sweep

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")]
ROOT = Path(__file__).parents[1]
KILLS, SEEDS = 20, 6
MANY = 200  # seeds of a sweep that is interrupted after its first run: minutes before its end
FILE = """
question = "Does a small market notice its buybacks?"
mechanism = "as in the large one"
source = "a test"
control = "without"
days = 3
set.run = { rounds = 4, burn_in_days = 1 }
arms.without.scenario = "no-buybacks"
arms.with.about = "as it was"
outcomes = [{ name = "noise", column = "noise_bp", smallest = 0.1 }]
[set.population]
"""


def start(out, path, workers, seeds=SEEDS):
    """Start a sweep that hears interrupts, though whoever runs the tests in the background may have them ignored."""
    command = [sys.executable, "-m", "experiments.cli", "experiment", str(path), "--seeds", str(seeds)]
    return subprocess.Popen(
        [*command, "--workers", str(workers), "--out", str(out)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def workers_of(parent):
    """Return the processes of a sweep that are no parent and no resource tracker."""
    listed = subprocess.run(["ps", "-eo", "pid,pgid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    return [
        int(pid) for pid, group, args in rows if int(group) == parent and int(pid) != parent and "forkserver" in args
    ]


def nobody_left(parent):
    """Tell whether all processes of a sweep have ended, some seconds given."""
    for _ in range(20):
        if not workers_of(parent):
            return True
        time.sleep(0.5)
    return False


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Return the file of the tiny experiment, and its folder made in one process without a hitch."""
    place = tmp_path_factory.mktemp("asked")
    path = place / "tiny.toml"
    path.write_text(FILE + "".join(f"{kind}.count = {number}\n" for kind, number in COUNTS.items()), "utf-8")
    assert start(place / "calm", path, 1).wait() == 0
    return path, place / "calm"


def test_a_sweep_killed_at_random_moments_ends_in_the_tables_of_an_undisturbed_one(asked, tmp_path):
    (path, calm), chance, out = asked, random.Random(20240528), tmp_path / "killed"
    for kill in range(KILLS):
        running = start(out, path, 2)
        time.sleep(chance.uniform(2, 10))
        if kill % 2:  # a worker first: the sweep goes on in a new pool, sometimes to its end
            for victim in workers_of(running.pid)[-1:]:
                os.kill(victim, signal.SIGKILL)
            time.sleep(chance.uniform(0, 5))
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    assert start(out, path, 2).wait() == 0
    assert bytes_of(out) == bytes_of(calm)
    assert nobody_left(running.pid)


def test_an_interrupt_leaves_whole_runs_and_nobody_behind(asked, tmp_path):
    (path, calm), out = asked, tmp_path / "interrupted"
    running = start(out, path, 2, seeds=MANY)
    while not list(out.glob("runs/w*")):
        assert running.poll() is None
        time.sleep(0.1)
    os.kill(running.pid, signal.SIGINT)
    assert running.wait() == 130 and nobody_left(running.pid)
    runs, whole, there = len(list(out.glob("runs/w*"))), bytes_of(calm), bytes_of(out)
    assert 0 < runs < 2 * MANY
    both = [name for name in whole if name.startswith("runs/w") and name in there]
    assert both and [name for name in both if there[name] != whole[name]] == []


def test_seeds_are_added_until_the_interval_is_narrow_and_fewer_are_just_those(asked, monkeypatch, capsys):
    path, calm = asked
    monkeypatch.setattr(cli_experiments, "MOST_SEEDS", 8)
    for width, seeds in (("1000bp", 2), ("0.000001", 10)):
        with pytest.raises(SystemExit) as end:
            main(["experiment", str(path), "--seeds", "2", "--until-ci", width, "--out", str(calm)])
        assert end.value.code == 0 and f"{seeds} seeds, 3 days" in capsys.readouterr().out
    effects = experiments.load(calm, seeds=4).effects
    assert set(effects["seeds"]) == {4} and set(experiments.load(calm).effects["seeds"]) == {10}


@pytest.mark.parametrize("name", names())
def test_every_arm_of_every_bundled_experiment_lives(name, tmp_path):
    """In a small market, up to the first day of the latest window; what it shows is asserted nowhere."""
    question = load(name)
    few = {kind: {"count": number} for kind, number in COUNTS.items() if kind != "primary_dealer"}
    tables = {"run": {"rounds": 4, "burn_in_days": 1}, "population": few}
    worlds = {arm: overlaid(world, tables, arm) for arm, world in question.worlds().items()}
    days = max(outcome.from_day for outcome in question.outcomes) + 2
    open_sweep(question, worlds, days, tmp_path / name)
    done = sweep(jobs(worlds, (1, 2), days, tmp_path / name))
    assert [one.error for one in done if one.error] == []
    effects = experiments.load(tmp_path / name).effects
    print(effects[["effect", "outcome", "mean", "t_low", "t_high", "verdict"]].to_string())
    always = [outcome.name for outcome in question.outcomes if outcome.statistic != "half-life"]
    without = effects[effects["outcome"].isin(always) & (effects["seeds"] < 2)]
    assert sorted(set(without["outcome"])) == []  # an outcome that never has a value measures nothing


def test_memory_does_not_grow_with_the_number_of_runs(tmp_path):
    grown = []
    for job in tiny_jobs(tmp_path, seeds=range(1, 13)):
        assert [done.error for done in execute((job,))] == [None]
        pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
        grown.append(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)
    print(f"resident after 4, 14 and 24 runs: {grown[3]:.0f}, {grown[13]:.0f}, {grown[23]:.0f} MB")
    assert grown[23] - grown[3] < 60
