"""A replay: what was published is at no distance from itself, and rules, tolerances and refusals are what they say."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import fake_run
import numpy as np
import pandas as pd
import pytest

from experiments.belief import replay_judgement as judgement
from experiments.belief.replay import ITEMS, bookkeeping, replay, verdicts
from experiments.belief.replay_rates import REPO, SOFR, SPREAD, SPREADS, moments, rates
from experiments.cli import main
from experiments.errors import UserError
from experiments.inputs.published import nearest_row, table
from experiments.scenario import load
from experiments.start.security_list import listing
from experiments.store import new_folder, write_manifest
from market.bonds.securities import Kind
from market.calendar import business_days, is_business_day, previous_business_day
from market.tables.record import COLUMNS
from market.units import FACE_PER_MUSD, POINT_E8, day_number

FIRST, LAST = judgement.FIRST_REGULAR, judgement.LAST_PUBLISHED
SOMA_COLUMN = {"bill": "bills", "note": "notes_bonds_nominal", "frn": "frn", "tips": "tips_par"}
SOLD = 10.0  # millions


def _dates(days: Any) -> Any:
    return np.asarray(days, np.int64).astype("datetime64[D]").astype("datetime64[s]")


def _securities(day: int) -> pd.DataFrame:
    """Return the rows of one close: the published list, and SOMA put into one security of each kind."""
    listed = listing(day)
    s = listed.securities
    kinds = np.array([Kind(kind).name.lower() for kind in s.kind])
    soma, row = np.zeros(len(s)), nearest_row(table("soma_by_type_weekly_2019-2024"), day)
    for kind, column in SOMA_COLUMN.items():
        soma[np.flatnonzero(kinds == kind)[0]] = row[column]
    columns = {
        "date": _dates(np.full(len(s), day)),
        "cusip": s.cusip,
        "kind": kinds,
        "maturity": _dates(s.maturity_day),
    }
    return pd.DataFrame(
        columns | {"outstanding_musd": listed.outstanding / FACE_PER_MUSD, "soma_musd": soma, "price": 99.0}
    )


def _daily(days: np.ndarray) -> pd.DataFrame:
    """Return published money on each day; reserves and reverse repo are those of the nearest Wednesday."""
    h41, cash = table("h41_wednesday_levels_weekly_2019-2024"), table("tga_daily_2019-2024")
    near = [nearest_row(h41, int(day)) for day in days]
    columns = {"reserves_musd": "reserve_balances", "on_rrp_musd": "rrp_others_onrrp"}
    money = {own: [row[published] for row in near] for own, published in columns.items()}
    tga = [nearest_row(cash, int(day))["tga_musd"] for day in days]
    return pd.DataFrame({"date": _dates(days), **money, "tga_musd": tga})


def _buybacks() -> pd.DataFrame:
    operations = judgement._published_operations()
    faces = {f"{name}_face": operations[f"{name}_published"] * FACE_PER_MUSD for name in ("offered", "accepted")}
    return operations[["bucket"]].assign(date=_dates(operations["day"]), **faces)


def _offers() -> pd.DataFrame:
    """Return an offer of every listed security: accepted at the published price what was bought, else refused."""
    listed = judgement._published_securities()
    face, price = listed["face_published"] * FACE_PER_MUSD, listed["price_published"].fillna(90.0) * POINT_E8
    score = np.where(listed["face_published"] > 0, 1.0, -1.0)
    return listed[["bucket", "cusip"]].assign(
        date=_dates(listed["day"]), accepted_face=face, price_e8=price, score_bp=score
    )


def _auctions() -> pd.DataFrame:
    frame = judgement._published_auctions()
    share = frame["noncompetitive_share_published"] / 100
    without_rate = 1_000 * share / (1 - share)
    return pd.DataFrame(
        {
            "date": _dates(frame["day"]),
            "cusip": frame["cusip"],
            "kind": "note",
            "awarded_face": 1_000 + without_rate,
            "noncompetitive_face": without_rate,
            **{f"{name}_face": 10 * frame[f"{name}_share_published"] for name in judgement.COMPETITIVE},
            "stop_percent": 4 + frame["high_less_median_published"].fillna(0) / 100,
            "median_percent": 4.0,
            "tail_bp": 0.2,
            "bid_to_cover": frame["bid_to_cover_published"],
        }
    )


@pytest.fixture(scope="module")
def as_published() -> dict[str, pd.DataFrame]:
    """Return the tables of a run in which everything went as published."""
    days = business_days(FIRST, LAST)
    month_ends = [int(day) for day in table("mspd_wam_monthly_2015-2024")["observation_date"] if FIRST <= day <= LAST]
    soma_days = table("soma_by_type_weekly_2019-2024")["date"]
    wanted = {*month_ends, *soma_days[soma_days.between(FIRST, LAST)].tolist()}
    closes = sorted({day if is_business_day(day) else int(previous_business_day(day)) for day in wanted})
    securities = pd.concat([_securities(day) for day in closes], ignore_index=True)
    own = {"daily": _daily(days), "securities": securities, "auctions": _auctions()}
    return {**own, "buybacks": _buybacks(), "offers": _offers()}


def test_the_published_list_of_securities_replays_itself_within_every_tolerance(as_published) -> None:
    found = verdicts(bookkeeping(as_published)).set_index("item")
    assert (found["number"] >= 7).all()
    assert found["within"].dropna().all() and found["within"].notna().sum() == 8
    assert found.loc["average maturity", "largest_error"] < 0.002  # weekends at month-ends included
    assert found.filter(like="debt", axis=0)["largest_error"].max() < 0.15  # TIPS at their index ratio
    exact = found.loc[["reserves", "reverse repo", "SOMA", "Treasury cash by day", "SOMA redemptions by month"]]
    assert exact["largest_error"].max() < 1e-9


def test_redemptions_run_from_the_first_published_day_of_a_month_to_that_of_the_next(as_published) -> None:
    compared = bookkeeping(as_published)
    rows = compared[compared["item"] == "SOMA redemptions by month"].set_index("day")["published"]
    soma = table("soma_by_type_weekly_2019-2024").set_index("date")[list(SOMA_COLUMN.values())].sum(axis=1) / 1000
    august = soma[day_number("2024-08-07")] - soma[day_number("2024-09-04")]
    assert rows[day_number("2024-09-04")] == pytest.approx(august)
    assert rows.sum() == pytest.approx(soma[day_number("2024-06-05")] - soma[LAST])


def test_a_mean_and_a_largest_tolerance_are_told_apart_and_no_comparison_is_no_verdict() -> None:
    days = [FIRST, FIRST + 7]
    money = pd.DataFrame(
        {"item": "reserves + reverse repo", "unit": "bn", "day": days, "model": [40.0, 0.0], "published": 0.0}
    )
    years = money.assign(item="average maturity", model=[0.06, 0.0])
    bills = money.assign(item="debt: bills", model=[202.0, 199.0], published=200.0)
    found = verdicts(pd.concat([money, years, bills])).set_index("item")
    assert found.loc["reserves + reverse repo", "within"] is True  # 20 on average
    assert found.loc["average maturity", "within"] is False  # 0.03 on average
    assert found.loc["average maturity", "largest_day"] == FIRST
    assert found.loc["debt: bills", "within"] is True and found.loc["debt: bills", "largest_error"] == pytest.approx(
        1.0
    )
    assert found.loc["SOMA redemptions by month", "within"] is None and len(found) == len(ITEMS)


def test_what_was_published_is_at_no_distance_from_itself(as_published) -> None:
    frames = judgement.auctions(as_published), judgement.buybacks(as_published), judgement.securities(as_published)
    found = judgement.distances(*frames)
    model = found[found["predictor"].str.startswith("model") & ~found["predictor"].str.contains("close")]
    assert model["root_mean_squared_error"].max() < 1e-6
    assert (model["auc"].dropna() == 1.0).all() and model["auc"].notna().sum() == 8
    assert len(frames[0]) == frames[0]["bid_to_cover_model"].notna().sum() == 263
    assert (len(frames[1]), len(frames[2])) == (36, 1055)


def test_the_rules_miss_by_what_the_issue_says_in_the_last_quarter(as_published) -> None:
    found = judgement.distances(
        *(f(as_published) for f in (judgement.auctions, judgement.buybacks, judgement.securities))
    )
    last = found[(found["period"] == "fourth quarter") & (found["measure"] == "buyback accepted")]
    rules = last[last["group"] == judgement.SEEN].set_index("predictor")
    assert (rules["number"] == 15).all()
    errors = rules["mean_absolute_error"].round()
    assert errors["null: the maximum"] == 774
    assert errors["null: smaller of maximum and offered"] == 738
    assert errors["null: the bucket's last fill"] == 548


def test_a_run_without_offers_tells_nothing_of_which_securities_were_bought(as_published) -> None:
    silent = {**as_published, "offers": as_published["offers"].iloc[:0]}
    listed = judgement.securities(silent)
    found = judgement.distances(judgement.auctions(silent), judgement.buybacks(silent), listed)
    auc = found[(found["unit"] == "AUC") & found["predictor"].str.startswith("model")]["auc"]
    assert (listed["face_model"] == 0).all() and np.allclose(auc, 0.5)


def test_fills_by_bucket_are_over_the_maxima_of_what_both_held() -> None:
    columns = ["bucket", "maximum", "offered_model", "offered_published", "accepted_model", "accepted_published"]
    rows = [
        ["a", 100, 300, 200, 100, 50],
        ["a", 300, 500, 600, 300, 150],
        ["b", 50, 10, 20, 5, 0],
        ["b", 50, np.nan, 9, np.nan, 9],
    ]
    table = judgement.fills_by_bucket(pd.DataFrame(rows, columns=columns))
    assert table.loc["a"].tolist() == [2.0, 2.0, 1.0, 0.5, 2.0] and table.loc["b"].tolist() == [0.2, 0.4, 0.1, 0.0, 1.0]


def test_the_last_fill_knows_only_the_past_of_its_bucket() -> None:
    held = judgement._published_operations().set_index("day")
    before, after = held.loc[day_number("2024-06-20")], held.loc[day_number("2024-10-10")]
    assert np.isnan(before["last_fill"]) and after["maximum"] == 4000.0  # not the misprinted 4,963
    assert after["last_fill"] == pytest.approx(4000 * 1864 / 2000)


def test_overnight_rates_are_held_beside_the_published_ones_by_kind_of_day() -> None:
    known = table(SOFR).set_index("date").join(table(REPO).set_index("date"), how="inner").dropna()
    known = known[(known.index >= FIRST) & (known.index <= LAST)]
    own = {name: 100 * known[column] for name, column in SPREADS.values()} | {"iorb_bp": 100 * known["iorb"]}
    found = moments(rates({"daily": pd.DataFrame(own | {"date": _dates(known.index)}).reset_index(drop=True)}))
    found = found.set_index("series")
    assert (found["mean_absolute_error"] < 1e-9).all() and len(found) == 7
    ends, others = (f"{SPREAD}, {name}" for name in ("ends of quarters", "other days"))
    assert found.loc[ends, "number"] == 3 and found.loc[ends, "mean_published"] > found.loc[others, "mean_published"]
    dear = {"daily": pd.DataFrame(own | {"date": _dates(known.index), "sofr_bp": 100 * known["sofr"] + 2.0})}
    assert moments(rates(dear)).set_index("series").loc[SPREAD, "mean_absolute_error"] == pytest.approx(2.0)


def test_a_run_without_rates_is_compared_with_none(as_published) -> None:
    assert rates(as_published).empty and moments(rates(as_published)).empty


def test_concordance_counts_pairs_and_half_of_ties() -> None:
    bought = np.array([True, False, True, False])
    assert judgement.concordance(bought, np.array([4.0, 1.0, 3.0, 2.0])) == (4.0, 4)
    assert judgement.concordance(bought, np.array([1.0, 4.0, 2.0, 3.0])) == (0.0, 4)
    assert judgement.concordance(bought, np.array([-np.inf, -np.inf, 1.0, 2.0])) == (1.5, 4)


# ---- the command --------------------------------------------------------------------------------


def _status(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(caught.value.code or 0)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, int]]:
    """Stand in for ``experiments.run`` with a fake run of four days; return what is asked of it."""
    asked: list[tuple[str, int]] = []

    def run(scenario: Any, seed: int, days: int | None, out: Path, on_day: Any) -> None:
        asked.append((scenario.name, seed))
        _write(out, scenario.name, seed)

    module = ModuleType("experiments.run")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "experiments.run", module)
    monkeypatch.chdir(tmp_path)
    return asked


def _write(out: Path, scenario: str, seed: int = 1) -> Path:
    with new_folder(out) as folder:
        fake_run.write_tables(folder)
        write_manifest(folder, load(scenario), seed, days=4, identities_passed=9, wall_seconds=1.0)
    return out


FILES = {
    f"replay_{name}.csv"
    for name in ("verdicts", "bookkeeping", "distances", "auctions", "buybacks", "securities", "rates")
}


def test_replay_runs_the_baseline_and_leaves_tables_and_a_picture_in_its_folder(stand_in, capsys) -> None:
    assert _status("replay", "--seed", "3") == 1  # a market of 200 million is not the published one
    folder = Path("runs/baseline-seed3")
    assert stand_in == [("baseline", 3)]
    assert FILES | {"replay.png", "replay.pdf", "replay_money.png"} <= {path.name for path in folder.iterdir()}
    said = capsys.readouterr().out
    assert "not validation of behaviour" in " ".join(said.split()) and "BEYOND" in said
    kept = pd.read_csv(folder / "replay_bookkeeping.csv")
    assert list(kept) == ["item", "unit", "day", "model", "published", "difference"] and "2024-05-31" in set(
        kept["day"]
    )
    assert _status("check", str(folder)) == 0  # the comparison is no part of the run


def test_replay_of_a_folder_runs_nothing_and_writes_where_it_is_told(stand_in, tmp_path: Path) -> None:
    folder = _write(tmp_path / "mine", "baseline")
    before = {path.name for path in folder.iterdir()}
    assert _status("replay", str(folder), "--out", "beside") == 1
    assert stand_in == [] and {path.name for path in folder.iterdir()} == before
    assert {path.name for path in Path("beside").iterdir()} >= FILES


def test_a_folder_and_a_seed_together_are_refused(stand_in, tmp_path: Path, capsys) -> None:
    folder = _write(tmp_path / "mine", "baseline")
    assert _status("replay", str(folder), "--seed", "2") == 2
    assert "expected a folder or a seed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("scenario", "named"),
    [("no-buybacks", "policy.buybacks.mode"), ("steady", "policy.supply"), ("sale-100bn", "shocks")],
)
def test_a_run_of_another_calendar_is_refused(tmp_path: Path, scenario: str, named: str) -> None:
    folder = _write(tmp_path / "other", scenario)
    with pytest.raises(UserError, match=named):
        replay(folder)


def test_the_tables_that_are_read_are_recorded() -> None:
    assert {"bid_to_cover", "dealer_face", "stop_percent", "median_percent"} <= COLUMNS["auctions"].keys()
    assert {"price_e8", "accepted_face", "score_bp"} <= COLUMNS["offers"].keys()
