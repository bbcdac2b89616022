"""A run folder appears whole or not at all, and a checker who has only the tables finds what is wrong with them."""

from pathlib import Path
from typing import Any

import fake_run
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from experiments.check import check
from experiments.errors import StoreError
from experiments.results.summary import summary
from experiments.store import digest, new_folder, read, read_manifest, tables


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return fake_run.write_run(tmp_path / "run")


def _damage(folder: Path, table: str, column: str, change: Any, row: int = 0) -> None:
    """Change one number of a table, leaving everything else, and the manifest, as it was."""
    path = folder / f"{table}.parquet"
    stored = pq.read_table(path)
    values = stored[column].to_numpy().copy()
    values[row] = values[row] + change
    place = stored.column_names.index(column)
    pq.write_table(stored.set_column(place, stored.schema.field(column), [values]), path)


def _broken(folder: Path) -> set[str]:
    """Return the laws that are broken, but for the one that only compares bytes."""
    return {finding.law for finding in check(folder) if not finding.passed} - {"bytes are as written"}


def test_a_true_run_passes_every_law_and_every_law_compares_something(run: Path) -> None:
    findings = check(run)
    assert [f for f in findings if not f.passed] == []
    assert all(f.compared > 0 for f in findings), findings


@pytest.mark.parametrize(
    ("table", "column", "change", "law"),
    [
        ("balance_sheets", "amount", 1, "instruments sum to zero"),
        ("balance_sheets", "due", 1, "instruments sum to zero"),
        ("balance_sheets", "lent", 1, "instruments sum to zero"),
        ("opening", "amount", -1, "instruments sum to zero"),
        ("securities", "outstanding_musd", 1e-4, "owners hold what is outstanding"),
        ("securities", "soma_musd", 1e-4, "owners hold what is outstanding"),
        ("securities", "trades", 1, "daily agrees with securities and dealers"),
        ("postings", "amount", 1, "postings move what is outstanding"),
        ("daily", "reserves_musd", 0.01, "daily agrees with the balance sheets"),
        ("daily", "debt_musd", -0.01, "daily agrees with the balance sheets"),
        ("daily", "buyback_cost_musd", 0.01, "daily agrees with the buybacks"),
        ("institutions", "net_musd", 1, "daily agrees with securities and dealers"),
        ("auctions", "awarded_face", -1, "auctions award their offering"),
        ("auctions", "addon_face", 1, "issues are what was auctioned"),
        ("buybacks", "maximum_face", -60_000, "buybacks keep their limits"),
        ("buybacks", "cost_cents", 1, "buybacks keep their limits"),
        ("offers", "accepted_face", 1, "bought securities vanish"),
        ("offers", "eligible", True, "bought securities were eligible"),
        ("securities", "maturity", np.timedelta64(900, "D"), "bought securities were eligible"),
    ],
)
def test_one_changed_number_is_found(run: Path, table: str, column: str, change: Any, law: str) -> None:
    if column == "eligible":
        _replace(run, table, column, lambda frame: frame[column] * False)
    else:
        _damage(run, table, column, change)
    assert law in _broken(run)


def _replace(folder: Path, table: str, column: str, of: object) -> None:
    path = folder / f"{table}.parquet"
    stored = pq.read_table(path)
    values = of(stored.to_pandas()).to_numpy()  # type: ignore[operator]
    pq.write_table(stored.set_column(stored.column_names.index(column), stored.schema.field(column), [values]), path)


def test_a_number_without_an_identity_is_found_by_its_bytes(run: Path) -> None:
    _damage(run, "daily", "noise_bp", 1e-9)
    assert [f.law for f in check(run) if not f.passed] == ["bytes are as written"]


def test_a_missing_column_and_a_missing_day_are_found(run: Path) -> None:
    stored = pq.read_table(run / "daily.parquet")
    pq.write_table(stored.slice(0, 3), run / "daily.parquet")
    assert "days are complete" in _broken(run)
    pq.write_table(stored.drop_columns("sofr_bp"), run / "daily.parquet")
    assert _broken(run) == {"tables are whole"}


def test_reserves_created_from_nothing_are_found_though_every_column_still_sums_to_zero(run: Path) -> None:
    path = run / "balance_sheets.parquet"
    frame = pq.read_table(path).to_pandas()
    of_last_day = (frame["date"] == frame["date"].max()) & (frame["instrument"] == "RESERVES")
    frame.loc[of_last_day & (frame["sector"] == "banks"), "amount"] += 5
    frame.loc[of_last_day & (frame["sector"] == "Federal Reserve"), "amount"] -= 5
    schema = pq.read_schema(path)
    pq.write_table(pq.read_table(path).from_pandas(frame, schema, preserve_index=False), path)
    assert _broken(run) == {"the Fed's balance sheet closes", "postings move what is outstanding"}


def test_a_damaged_file_is_one_line_of_what_and_where(run: Path) -> None:
    (run / "daily.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(StoreError, match=r"daily\.parquet is damaged") as caught:
        check(run)
    assert "\n" not in str(caught.value)
    (run / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match=r"manifest\.json is damaged"):
        read_manifest(run)


def test_a_failed_run_leaves_nothing_behind(tmp_path: Path) -> None:
    for error in (RuntimeError, KeyboardInterrupt):
        with pytest.raises(error), new_folder(tmp_path / "runs" / "a") as folder:
            (folder / "half.parquet").write_text("half")
            raise error
        assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_there_before_it_is_whole_and_is_never_written_over(tmp_path: Path) -> None:
    out = tmp_path / "runs" / "a"
    with new_folder(out) as folder:
        (folder / "x.parquet").write_text("x")
        assert not out.exists()
    assert (out / "x.parquet").read_text() == "x"
    with pytest.raises(StoreError, match=r"exists.*a-2"), new_folder(out):
        raise AssertionError("entered")
    with pytest.raises(StoreError, match="exists"), new_folder(tmp_path / "late"):
        (tmp_path / "late").mkdir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["late", "runs"]


def test_equal_runs_have_equal_digests_whatever_the_clock_says(tmp_path: Path) -> None:
    one, two = (fake_run.write_run(tmp_path / name) for name in ("one", "two"))
    (two / "manifest.json").write_text("{}")
    (two / "page.png").write_bytes(b"")
    assert digest(one) == digest(two)
    _damage(two, "daily", "noise_bp", 1e-9)
    assert digest(one) != digest(two)


def test_names_that_are_not_there_are_answered_with_the_nearest(run: Path) -> None:
    assert "daily" in tables(run) and isinstance(read(run, "daily"), pd.DataFrame)
    with pytest.raises(StoreError, match="did you mean 'auctions'"):
        read(run, "auction")
    with pytest.raises(StoreError, match="did you mean 'run'"):
        read_manifest(run.with_name("rum"))


def test_the_summary_says_in_words_what_the_tables_say(run: Path) -> None:
    text = summary(run)
    assert "10-year" in text and "4.55" in text
    assert "4.0 %" in text  # refused: 2 of 50 requests
    assert "1,234" in text  # identities
    assert "nan" not in text.lower()
