"""A user's own tables stand in for the shipped ones, are checked at the door, and are part of what a run says it is."""

import os
import shutil
from pathlib import Path

import pytest
from small_market import small

from experiments.cli import main
from experiments.errors import StoreError, UserError
from experiments.inputs.fiscal_flows import cash_account
from experiments.inputs.own_data import data_digest, own_files, use
from experiments.inputs.published import DATA, OWN, table
from experiments.run import run
from experiments.store import read_manifest, refuse_other_data, versions

CASH, HELD, SOLD = "tga_daily_2019-2024", "buyback_operations_2024", "auctions_2019-2024"
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def shipped_again():
    """Let no test leave its data in use."""
    os.environ.pop(OWN, None)
    yield
    use(None)


def own(folder, name=CASH, change=lambda text: text):
    """Write a changed copy of a shipped table; return the folder."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_text(change((DATA / f"{name}.csv").read_text("utf-8")), "utf-8")
    return folder


def richer(text):
    """Give the Treasury a billion more at the close of 2024-07-10 than was published."""
    line = next(line for line in text.splitlines() if line.startswith("2024-07-10"))
    return text.replace(line, f"2024-07-10,{float(line.split(',')[1]) + 1000}")


def test_a_table_of_ones_own_is_read_where_the_shipped_one_was_and_no_longer_than_asked(tmp_path):
    before, shipped = cash_account().tga.copy(), data_digest()
    assert list(use(own(tmp_path / "mine", change=richer))) == [CASH]
    apart = cash_account().tga - before
    assert apart[apart != 0].tolist() == [1000 * 10**8] and data_digest() != shipped
    use(None)
    assert (cash_account().tga == before).all() and data_digest() == shipped and own_files() == {}


def test_the_same_figures_in_a_folder_of_ones_own_are_the_same_data(tmp_path):
    shipped = data_digest()
    use(own(tmp_path / "mine"))
    assert data_digest() == shipped and list(own_files()) == [CASH]


def test_rows_are_free_where_columns_are_not(tmp_path):
    use(own(tmp_path / "mine", change=lambda text: text.replace("2019-01-03,352175.0\n", "")))
    assert len(table(CASH)) == 1506 and len(table(CASH, DATA)) == 1507


def test_a_run_says_which_files_were_not_the_shipped_ones_and_a_sweep_does_not_go_on_with_others(tmp_path):
    made_with = versions()
    use(own(tmp_path / "mine", change=richer))
    folder = run(small(burn_in=0), days=1, out=tmp_path / "run").folder
    manifest = read_manifest(folder)
    assert manifest.data == own_files() and manifest.versions["data"] == data_digest() != made_with["data"]
    refuse_other_data(folder, manifest.versions)
    with pytest.raises(StoreError, match=f"other data \\({made_with['data']}\\)"):
        refuse_other_data(folder, made_with)


def cut_short(text):
    return "\n".join(text.splitlines()[:900])


def swapped(text):
    lines = text.splitlines()
    return "\n".join([lines[0], lines[2], lines[1], *lines[3:]])


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (CASH, lambda text: text.replace("tga_musd", "tga_mus"), r"line 1.*did you mean 'tga_musd'"),
        (CASH, lambda text: text.replace("352175.0", "x"), "line 3, column tga_musd is 'x', expected a number"),
        (CASH, lambda text: text.replace("352175.0", "inf"), "line 3, column tga_musd is 'inf', expected a number"),
        (CASH, lambda text: text.replace("352175.0", "-1"), "line 3, column tga_musd is -1, expected 0 or more"),
        (CASH, lambda text: text.replace("2019-01-03", "3.1.19"), "line 3, column date is '3.1.19', expected a date"),
        (CASH, swapped, "line 3, column date is '2019-01-02', expected a day after that of the line above"),
        (CASH, cut_short, "2019-01-02 to 2022-07-27, expected to cover 2023-12-29 to 2024-12-31"),
        (CASH, lambda text: text.splitlines()[0], "0 rows, expected one or more"),
        (HELD, lambda text: text.replace("COUPONS", "COUPON", 1), "line 2, column security_class.*mean 'COUPONS'"),
        (
            HELD,
            lambda text: text.replace("2024-07-10,", "2024-07-04,", 1),
            "line 11, column operation_date is '2024-07-04', expected a business day; .*2024-07-03 and 2024-07-05",
        ),
        (HELD, lambda text: text.replace(",7Y to 10Y,", ",7Y to 11Y,", 1), "column maturity_bucket.*mean '7Y to 10Y'"),
        (SOLD, lambda text: text.replace("912796UM9", "912796UM8", 1), "line 2, column cusip.*912796UM has 9"),
        (SOLD, lambda text: text.replace(",26W,", ",26 weeks,", 1), "column term is '26 weeks', expected a term such"),
        (
            "fedinvest_prices_2024-05-28",
            lambda text: text.replace("2024-05-28", "2024-05-29", 1),
            "expected 2024-05-28",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_file_line_and_column_and_the_shipped_stays(tmp_path, name, change, said):
    with pytest.raises(UserError, match=said) as error:
        use(own(tmp_path / "mine", name, change))
    assert str(error.value).startswith(f"{name}.csv: ") and own_files() == {}


def test_a_folder_without_tables_or_with_unknown_ones_is_refused(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        use(tmp_path / "none")
    with pytest.raises(UserError, match=r"no \.csv file"):
        use(tmp_path)
    shutil.copy(DATA / f"{CASH}.csv", tmp_path / "tga_dayly_2019-2024.csv")
    with pytest.raises(UserError, match=f"did you mean '{CASH}'"):
        use(tmp_path)


@pytest.mark.parametrize("by", ["option", "environment"])
def test_commands_check_at_the_door_and_end_with_one_line(tmp_path, capsys, monkeypatch, by):
    wrong = str(own(tmp_path / "mine", change=lambda text: text.replace("352175.0", "x")))
    if by == "environment":
        monkeypatch.setenv(OWN, wrong)
    with pytest.raises(SystemExit) as end:
        main(["snapshot", *(["--data", wrong] if by == "option" else [])])
    said = capsys.readouterr()
    assert end.value.code == 2 and said.out == "" and "line 3, column tga_musd" in said.err


def test_a_command_puts_its_data_out_of_use_when_it_is_done(tmp_path, capsys):
    mine, shipped = own(tmp_path / "mine", change=richer), data_digest()
    with pytest.raises(SystemExit):
        main(["version"])
    assert f"data        {shipped}" in capsys.readouterr().out
    with pytest.raises(SystemExit) as end:
        main(["snapshot", "--data", str(mine), "--date", "2024-07-10"])
    assert end.value.code == 0 and own_files() == {} and data_digest() == shipped


def test_whatever_is_made_of_tables_is_forgotten_with_them():
    places = [*(ROOT / "experiments" / "inputs").glob("*.py"), *(ROOT / "experiments" / "start").glob("*.py")]
    assert len(places) > 30
    assert [path.name for path in places if "lru_cache" in path.read_text("utf-8")] == ["published.py"]
