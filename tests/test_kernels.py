"""Rules broadcast like numpy functions, compiled or not, and a second process compiles none of them again."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agents.buyers.demand import tilt, wanted_face
from agents.dealers.quoting import face_shown, half_spread, refused
from market.kernels import rule

ROOT = Path(__file__).parents[1]
CALLED = """
import numpy as np
from agents.dealers.quoting import face_shown, refused
from agents.buyers.demand import tilt, wanted_face
column, row = np.array([[0.5], [2.0]]), np.arange(3.0)
print(tilt(column, row, 0.01, 0.03, 0.02).tolist())
print(wanted_face(column, 100.0, row, 0.0, 0.01, 0.03, 0.5).tolist())
print(refused(True, [True, False], False, True).tolist(), face_shown(True, 5e9, 1.0, 0.5, False).tolist())
"""


def called(**environment):
    """Return what a process of its own says of some rules."""
    told = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-c", CALLED], check=True, capture_output=True, text=True, cwd=ROOT, env=told
    )


def test_a_rule_says_of_each_element_what_its_equation_says():
    level, residual, slope = (
        np.array([[-40.0], [0.0], [3.0]]),
        np.linspace(-5.0, 5.0, 4),
        np.array([0.01, 0.02, 0.03, 0.04]),
    )
    got = tilt(level, residual, slope, 0.03, 0.3)
    said = [[min(max(e * a + 0.03 * r, -0.3), 0.3) for r, e in zip(residual, slope, strict=True)] for (a,) in level]
    assert got.shape == (3, 4) and got.tolist() == said


def test_a_rule_takes_any_number_of_dimensions_and_scalars():
    many = tilt(np.ones((2, 3, 4)), np.ones(4), 0.01, np.full((3, 1), 0.02), 1.0)
    assert many.shape == (2, 3, 4) and np.all(many == 0.03)
    assert tilt(np.empty((0, 3)), 1.0, 1.0, 1.0, 1.0).shape == (0, 3)
    one = tilt(1, 2, 0.01, 0.02, 1)
    assert isinstance(one, float) and one == 0.05
    with pytest.raises(ValueError, match="broadcast"):
        tilt(np.ones(3), np.ones(4), 1.0, 1.0, 1.0)


def test_a_rule_returns_what_its_annotation_says():
    assert half_spread(*np.ones(7)).dtype == np.float64
    assert refused(np.array([True, False]), True, True, False).dtype == np.bool_
    assert face_shown(np.array([True, False]), 5e9, 1.0, 0.5, False).tolist() == [2_500_000_000, 0]


def test_a_rule_within_a_rule_has_the_same_bits():
    draw = np.random.default_rng(3)
    share, supply, level, residual = draw.uniform(0.0, 1e6, (4, 50))
    inner = tilt(level, residual, 0.01, 0.03, 0.5)
    assert np.array_equal(wanted_face(share, supply, level, residual, 0.01, 0.03, 0.5), share * supply * (1.0 + inner))


def test_what_is_no_rule_of_ours_may_be_one():
    doubled = rule(lambda x: 2.0 * x)
    assert doubled([1.0, 2.0]).tolist() == [2.0, 4.0] and "<lambda>" in repr(doubled)


def test_a_rule_in_a_pickle_is_the_rule():
    assert pickle.loads(pickle.dumps(tilt)) is tilt


def test_a_second_process_finds_rules_and_their_loops_in_the_cache(tmp_path):
    first = called(OFFTHERUN_CACHE=str(tmp_path))
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb*")}
    again = called(OFFTHERUN_CACHE=str(tmp_path))
    assert sum("loop" in path.name for path in files) >= 4
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb*")} == files
    assert again.stdout == first.stdout


def test_two_processes_that_compile_at_once_leave_a_cache_that_a_third_can_use(tmp_path):
    environment = {**os.environ, "OFFTHERUN_CACHE": str(tmp_path)}
    start = [sys.executable, "-c", CALLED]
    both = [subprocess.Popen(start, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate()[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert said == [called(OFFTHERUN_CACHE=str(tmp_path)).stdout] * 2


def test_uncompiled_rules_say_the_same():
    assert called(NUMBA_DISABLE_JIT="1").stdout == called().stdout
