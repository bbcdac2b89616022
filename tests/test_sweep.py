"""Sweeps: what is there is never made twice, a fault is a row, and nothing depends on who made a run or when."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_experiment import DAYS, bytes_of, tiny, tiny_jobs

import experiments
from experiments.cli import main
from experiments.errors import StoreError
from experiments.results import report
from experiments.results.effects import load
from experiments.store import digest, partial_name, read, versions
from experiments.sweeps import jobs as making
from experiments.sweeps.sweep import open_sweep, sweep

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Return the folder of the tiny experiment, made in this process without a hitch."""
    out = tmp_path_factory.mktemp("sweep") / "tiny"
    question = tiny()
    open_sweep(question, question.worlds(), DAYS, out)
    assert [done.error for done in sweep(tiny_jobs(out))] == [None] * 4
    load(out).save()
    return out


def test_a_sweep_goes_on_with_what_is_missing_and_ends_in_the_same_bytes(undisturbed, tmp_path):
    out = shutil.copytree(undisturbed, tmp_path / "tiny")
    shutil.rmtree(out / "runs" / "with-seed2")
    (out / "runs" / ".with-seed2.partial-1").mkdir()
    question = tiny()
    open_sweep(question, question.worlds(), DAYS, out)
    assert [done.job.name for done in sweep(tiny_jobs(out))] == ["with-seed2"]
    load(out).save()
    assert bytes_of(out) == bytes_of(undisturbed)


def test_what_another_process_is_writing_is_left_alone_and_what_a_dead_one_left_is_removed(undisturbed, tmp_path):
    out = shutil.copytree(undisturbed, tmp_path / "tiny")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    mine = out / "runs" / partial_name("with-seed3")
    left = mine.with_name(mine.name.replace(f"-{os.getpid()}-", f"-{dead.pid}-"))
    elsewhere = out / ".effects.csv.partial-0badcafe-1-0000"
    mine.mkdir(), left.mkdir(), elsewhere.write_text("half")
    open_sweep(tiny(), tiny().worlds(), DAYS, out)
    assert mine.is_dir() and not left.exists() and elsewhere.is_file()
    os.utime(elsewhere, (1, 1))
    open_sweep(tiny(), tiny().worlds(), DAYS, out)
    assert mine.is_dir() and not elsewhere.exists()


def test_a_folder_of_another_question_is_refused(undisturbed):
    for other, days in ((tiny(question="Another?"), DAYS), (tiny(), DAYS + 1)):
        with pytest.raises(StoreError, match="choose another --out"):
            open_sweep(other, other.worlds(), days, undisturbed)
    with pytest.raises(StoreError, match="no folder of an experiment"):
        open_sweep(tiny(), tiny().worlds(), DAYS, undisturbed / "runs")


def test_a_place_where_no_folder_can_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("here")
    for out in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        with pytest.raises(StoreError, match=r"cannot write .*, expected a place for a folder"):
            open_sweep(tiny(), tiny().worlds(), DAYS, out)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_of_another_version_is_not_gone_on_with(undisturbed, tmp_path):
    out = shutil.copytree(undisturbed, tmp_path / "tiny")
    path = out / "experiment.json"
    path.write_text(path.read_text().replace(versions()["sources"], "0123456789ab"))
    with pytest.raises(StoreError, match=r"another version \(sources 0123456789ab\), expected sources \w{12};"):
        open_sweep(tiny(), tiny().worlds(), DAYS, out)


def test_a_failed_run_is_a_row_and_is_tried_again(undisturbed, tmp_path, monkeypatch):
    out = shutil.copytree(undisturbed, tmp_path / "tiny")
    shutil.rmtree(out / "runs" / "with-seed1")
    shutil.rmtree(out / "runs" / "with-seed2")
    whole = making.simulate

    def fragile(scenario, seed, days, record):
        if seed == 1:
            raise ZeroDivisionError("a planted\nfault")
        return whole(scenario, seed, days, record)

    monkeypatch.setattr(making, "simulate", fragile)
    assert [done.error is None for done in sweep(tiny_jobs(out))] == [False, True]
    found = load(out)
    assert found.failures.to_dict("records") == [
        {"arm": "with", "seed": 1, "error": "ZeroDivisionError: a planted fault"}
    ]
    assert "fragile" in json.loads((out / "failures" / "with-seed1.json").read_text("utf-8"))["traceback"]
    assert set(found.effects["seeds"]) == {1} and not list(out.glob("runs/.*"))
    monkeypatch.undo()
    sweep(tiny_jobs(out))
    load(out).save()
    assert bytes_of(out) == bytes_of(undisturbed)


def test_a_policy_off_arm_has_the_same_bits_in_every_experiment(undisturbed, tmp_path):
    other = {"arms": {"nothing": {"scenario": "no-buybacks"}, "twice": {"scenario": "buybacks-doubled"}}}
    sweep(tiny_jobs(tmp_path, seeds=(2,), control="nothing", **other)[:1])
    assert digest(tmp_path / "runs" / "nothing-seed2") == digest(undisturbed / "runs" / "without-seed2")
    assert digest(undisturbed / "runs" / "without-seed1") != digest(undisturbed / "runs" / "without-seed2")


def test_results_are_tidy_and_no_pickle_lies_about(undisturbed):
    found = load(undisturbed)
    assert list(found.outcomes.columns) == ["arm", "seed", "outcome", "unit", "value"] and len(found.outcomes) == 4
    assert len(found.daily) == 4 * DAYS and list(found.daily.columns[:3]) == ["arm", "seed", "day"]
    assert {path.suffix for path in undisturbed.rglob("*") if path.is_file()} == {".csv", ".json", ".parquet"}
    held = read(undisturbed / "runs" / "with-seed1", "auctions")
    assert set(held["kind"]) >= {"bill", "note"} and held["dealer_share"].between(0, 1).all()


def test_the_report_states_each_effect_and_follows_from_the_runs_alone(undisturbed, tmp_path):
    pages = []
    for name in ("one", "two"):
        out = shutil.copytree(undisturbed, tmp_path / name)
        files = report.save(out)
        assert [path for path in files if not path.stat().st_size] == []
        pages.append({path.name: path.read_bytes() for path in files})
    assert pages[0] == pages[1]
    said, table = pages[0]["report.md"].decode(), pages[0]["effects.tex"].decode()
    assert "**with less without**" in said and "2 paired seeds" in said and "offtherun rerun DIR" in said
    assert "Who asked for liquidity" in said and "| dealers |" in said
    assert r"\toprule" in table and r"\bottomrule" in table and "noise (bp)" in table
    assert {path.suffix for path in out.iterdir()} >= {".md", ".tex", ".csv", ".png", ".pdf"}


def test_what_was_shown_stands_beside_what_was_registered(undisturbed, tmp_path, capsys):
    out = tmp_path / "page.md"
    with pytest.raises(SystemExit) as end:
        main(["findings", str(undisturbed), "--out", str(out)])
    said = out.read_text("utf-8")
    assert end.value.code == 0 and "## tiny" in said and "**Registered.** Nothing was registered." in said
    assert "| with less without | noise, bp |" in said and f"2 seeds and {DAYS} business days" in said


def test_a_folder_alone_is_enough_to_make_it_again(undisturbed, tmp_path, capsys):
    out = shutil.copytree(undisturbed, tmp_path / "tiny")
    with pytest.raises(SystemExit) as end:
        main(["rerun", str(out)])
    assert end.value.code == 0 and "4 of 4 runs have the same bytes" in capsys.readouterr().out
    assert experiments.load(out).effects.equals(experiments.load(tmp_path / "tiny-rerun").effects)
