"""A record stores exactly what it is given, says what it means, and gives the same bytes for the same numbers."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_market import digest, live, small

from experiments.build import build
from experiments.sweeps.jobs import READ
from market.tables import measures
from market.tables import record as record_module
from market.tables.record import COLUMNS, ON_DEMAND, Labels, Record

DAY = 19_871  # 2024-05-28


def test_every_column_says_its_unit_and_its_meaning() -> None:
    for table, columns in COLUMNS.items():
        for name, (unit, meaning) in columns.items():
            assert unit and meaning, f"{table}.{name}"
            ending = name.rsplit("_", 1)[-1]
            if ending in ("bp", "musd", "years", "share", "face", "cents", "percent"):
                assert unit == ending, f"{table}.{name} is in {unit}"


def test_daily_has_the_columns_that_were_promised() -> None:
    promised = (
        "date yield_2y_bp yield_5y_bp yield_10y_bp yield_30y_bp noise_bp on_off_gap_10y_bp spread_on_bp spread_off_bp "
        "depth_on_musd unquoted_off_share rfq_requests rfq_refused answered_off_bp declined_off_share trades "
        "turnover_musd messages dealer_net_musd "
        "dealer_gross_musd dealer_utilisation reserves_musd tga_musd on_rrp_musd foreign_rrp_musd soma_musd debt_musd "
        "wam_years sofr_bp triparty_rate_bp cleared_rate_bp bilateral_rate_bp triparty_musd cleared_musd "
        "bilateral_musd zero_haircut_share repo_pressure overdrafts_musd standing_repo_musd discount_credit_musd "
        "fima_repo_musd federal_funds_musd special_10y_bp borrowed_musd soma_lent_musd lending_fees_musd "
        "fails_charges_musd delivered_musd failed_musd cured_musd dealer_obligations_musd known_dealers "
        "client_concentration dealer_concentration core_share core_fit iorb_bp buyback_face_musd buyback_cost_musd "
        "futures_spread_bp open_interest leveraged_musd leveraged_forced_musd"
    )
    assert list(COLUMNS["daily"]) == promised.split()


@given(
    faces=st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=20),
    names=st.lists(st.text(st.characters(codec="ascii", categories=["L"]), min_size=1), min_size=1, max_size=5),
    streamed=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory, faces: list[int], names: list[str], streamed: bool
) -> None:
    folder = tmp_path_factory.mktemp("record") if streamed else None
    sectors = [names[i % len(names)] for i in range(len(faces))]
    with Record(folder) as record:
        for day in range(3):
            record.add(
                "balance_sheets",
                date=DAY + day,
                sector=sectors,
                instrument="X",
                unit="face",
                amount=faces,
                due=0,
                lent=0,
            )
    table = record.to_pandas("balance_sheets")
    assert table["amount"].tolist() == faces * 3 and table["amount"].dtype == np.int64
    assert table["sector"].tolist() == sectors * 3
    assert table["date"].iloc[-1].isoformat().startswith("2024-05-30")
    assert record.rows["balance_sheets"] == len(table)


def test_labels_are_the_names_that_they_point_to() -> None:
    record = Record()
    for names, codes in ((("a", "b"), [0, 1, 1]), (("c", "b"), [0, 0, 1])):  # the list of names may grow and change
        record.add("postings", date=DAY, memo=Labels(names, np.array(codes)), instrument="X", unit="face", amount=1)
    assert record.to_pandas("postings")["memo"].tolist() == list("abbccb")


def _write(folder: Path) -> Path:
    folder.mkdir()
    with Record(folder) as record:
        for day in range(30):
            prices = np.random.default_rng(day).normal(100, 1, 40)
            record.add("securities", date=DAY + day, cusip=[f"C{i}" for i in range(40)], price=prices)
            record.add("daily", date=DAY + day, noise_bp=prices.std())
    return folder


def test_the_same_numbers_give_the_same_bytes_in_many_row_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "CELLS_PER_GROUP", 100)
    one, two = _write(tmp_path / "one"), _write(tmp_path / "two")
    for table in ("securities", "daily"):
        assert (one / f"{table}.parquet").read_bytes() == (two / f"{table}.parquet").read_bytes()


def test_less_than_a_row_group_waits_in_memory_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "CELLS_PER_GROUP", 1000)
    names = [f"C{i}" for i in range(40)]
    with Record(tmp_path) as streamed, Record() as kept:
        for day in range(30):
            for record in (streamed, kept):
                record.add("securities", date=DAY + day, cusip=names, price=np.arange(40.0) + day)
            assert sum(batch.num_rows * 3 for batch in streamed._waiting["securities"]) < 1000
    assert (streamed.to_pandas("securities").price == kept.to_pandas("securities").price).all()
    assert streamed.rows["securities"] == 1200


def test_units_and_meanings_are_in_the_file(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    _write(tmp_path / "run")
    field = pq.read_schema(tmp_path / "run" / "securities.parquet").field("price")
    assert field.metadata == {b"unit": b"points", b"meaning": b"clean price at the close"}


@pytest.mark.parametrize(
    ("table", "columns", "complaint"),
    [
        ("dialy", {"date": DAY}, "unknown table 'dialy'"),
        ("daily", {"date": DAY, "yield_3y_bp": 1.0}, "unknown column of daily 'yield_3y_bp'"),
        ("daily", {"date": [DAY, DAY], "noise_bp": [1.0, 2.0, 3.0]}, "expected equal lengths"),
        ("daily", {"date": DAY, "trades": 1.5}, "trades is not in count"),
        ("daily", {"date": "2024-05-28", "trades": 1}, "date is not in date"),
        ("postings", {"date": DAY, "memo": [3]}, "memo is not in name"),
    ],
)
def test_what_is_not_declared_is_refused(table: str, columns: dict[str, object], complaint: str) -> None:
    record = Record()
    with pytest.raises(ValueError, match=complaint) as caught:
        record.add(table, **columns)
    assert "\n" not in str(caught.value)
    assert record.rows == {}


def test_a_table_keeps_the_columns_that_it_was_born_with() -> None:
    record = Record()
    record.add("daily", date=DAY, noise_bp=1.0)
    with pytest.raises(ValueError, match="noise_bp"):
        record.add("daily", date=DAY)


def test_large_tables_are_kept_on_demand_only() -> None:
    assert {"trades", "requests", "quotes"} == ON_DEMAND
    silent, asked = Record(), Record(keep=["trades"])
    for record in (silent, asked):
        record.add("trades", date=DAY, face=5)
    assert not silent.keeps("trades") and silent.rows == {}
    assert asked.keeps("trades") and asked.rows == {"trades": 1}
    with pytest.raises(ValueError, match="unknown table 'trade'"):
        Record(keep=["trade"])


def test_a_researcher_adds_a_column() -> None:
    record = Record(more={"daily": {"basis_bp": ("bp", "difference between two yields")}})
    record.add("daily", date=DAY, basis_bp=1.0)
    assert record.columns["daily"]["basis_bp"] == ("bp", "difference between two yields")
    assert "basis_bp" not in COLUMNS["daily"]


def test_what_a_measure_says_of_itself_is_what_its_column_says() -> None:
    said = {measure.__name__: " ".join((measure.__doc__ or "").split()).rstrip(".") for measure in measures.DAILY}
    columns = {name: meaning for name, (_, meaning) in COLUMNS["daily"].items() if name != "date"}
    assert {name: text[0].lower() + text[1:] for name, text in said.items()} == {
        name: text[0].lower() + text[1:] for name, text in columns.items()
    }


def test_abort_removes_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_module, "CELLS_PER_GROUP", 1)
    with pytest.raises(RuntimeError), Record(tmp_path) as record:
        record.add("daily", date=DAY, noise_bp=1.0)
        assert (tmp_path / "daily.parquet").exists()
        with pytest.raises(ValueError, match="still being written"):
            record.to_pandas("daily")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_record_of_some_tables_keeps_those_alone_and_changes_no_bit_of_a_run() -> None:
    whole, part = (live(build(small(), 1, Record(only=only)), 4) for only in (None, READ))
    assert digest(part) == digest(whole) and set(part.record.rows) == set(READ) < set(whole.record.rows)
    for table in READ:
        assert part.record.to_pandas(table).equals(whole.record.to_pandas(table))
    with pytest.raises(ValueError, match="unknown table 'dialy'"):
        Record(only=("dialy",))
