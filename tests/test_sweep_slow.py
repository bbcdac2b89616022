"""Sweeps that are killed, and many runs in one process. Linux: processes are found by ps, memory by /proc."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_market import COUNTS
from tiny_experiment import bytes_of, tiny_jobs

import experiments
from experiments.experiment import load, names
from experiments.jobs import execute
from experiments.scenario import overlaid
from experiments.sweep import jobs, open_sweep, sweep

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")]
ROOT = Path(__file__).parents[1]
KILLS, SEEDS = 6, 4
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


def start(out, path, workers):
    command = [sys.executable, "-m", "experiments.cli", "experiment", str(path), "--seeds", str(SEEDS)]
    return subprocess.Popen(
        [*command, "--workers", str(workers), "--out", str(out)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def workers_of(parent):
    """Return the processes of a sweep that are no parent and no resource tracker."""
    listed = subprocess.run(["ps", "-eo", "pid,pgid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    return [
        int(pid) for pid, group, args in rows if int(group) == parent and int(pid) != parent and "forkserver" in args
    ]


def test_a_sweep_killed_at_random_moments_ends_in_the_tables_of_an_undisturbed_one(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(FILE + "".join(f"{kind}.count = {number}\n" for kind, number in COUNTS.items()), "utf-8")
    assert start(tmp_path / "calm", path, 1).wait() == 0
    chance, out = random.Random(20240528), tmp_path / "killed"
    for kill in range(KILLS):
        running = start(out, path, 2)
        time.sleep(chance.uniform(4, 20))
        victims = workers_of(running.pid) if kill % 2 else [running.pid]
        for victim in victims[-1:]:
            os.kill(victim, signal.SIGKILL)
        if running.pid in victims:
            running.wait()
        elif running.wait() == 0:
            break
    assert start(out, path, 2).wait() == 0
    assert bytes_of(out) == bytes_of(tmp_path / "calm")
    time.sleep(2)
    assert workers_of(running.pid) == []


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
    for job in tiny_jobs(tmp_path, seeds=range(1, 13))[:24]:
        assert [done.error for done in execute((job,))] == [None]
        pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
        grown.append(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)
    print(f"resident after 4, 14 and 24 runs: {grown[3]:.0f}, {grown[13]:.0f}, {grown[23]:.0f} MB")
    assert grown[23] - grown[3] < 60
