"""Is the model better than a simple rule? Paired loss tests of October to December 2024, model against each named null.

Calibration uses moments to 30 September 2024, and nulls know what a forecaster knew; guesses set by hand before there
was a calibration may have been made with the later months in view. By series:

    buyback accepted           absolute error by operation, million; nulls of ``experiments.belief.replay_judgement``
    auctions                   absolute error by auction; null: the tenor's last auction
    reserves' share            of reserves and reverse repo, percent, by Wednesday; null: September's last
    dealers' bucket positions  mean absolute error over the buckets of the FR 2004, billion, by week; null: the last
                               positions published in September (market value, the model's are face)

The loss difference is the null's less the model's: positive where the model is better. Test: Diebold and Mariano (1995,
J. Bus. Econ. Stat. 13) with the small-sample correction of Harvey, Leybourne and Newbold (1997, Int. J. Forecast. 13),
Student t of n - 1. ``detectable`` is the smallest mean loss difference that so many cases would have found four times
in five: with 15 operations it is large, and what is smaller is not shown to be nothing. The AUC of which securities
were bought has a percentile interval over operations, drawn with replacement (Efron 1979).
"""

from collections.abc import Iterator
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from experiments.belief.replay_judgement import ACCEPTED, CHOSEN, KEY, MEASURES, PERIODS, PREVIOUS, concordance, days_of
from experiments.inputs.published import table
from experiments.results.inference import detectable
from experiments.start.dealer_holdings import BUCKETS
from market.bonds.securities import Kind
from market.tables.record_columns import DEALERS
from market.units import FACE_PER_MUSD, Float, day_number

FIRST = PERIODS["fourth quarter"]
FITTED_TO = day_number("2024-09-30")
UNCHANGED = "null: as at the end of September"
DRAWS, SEED = 2_000, 20240930
POSITIONS = "dealer_net_positions_weekly_2024"
MUSD_PER_BN = 1_000


def diebold_mariano(differences: Float, horizon: int = 1) -> tuple[float, float]:
    """Return the corrected statistic of loss differences (n,) in order of time, and its two-sided p-value.

    Variance of the mean with ``horizon`` - 1 autocovariances; NaN with fewer than three cases, or without variance.
    """
    n = len(differences)
    if n < 3:
        return float("nan"), float("nan")
    away = differences - differences.mean()
    lags = [float(away[lag:] @ away[: n - lag]) / n for lag in range(horizon)]
    variance = (lags[0] + 2 * sum(lags[1:])) / n
    if variance <= 0:
        return float("nan"), float("nan")
    corrected = sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = corrected * float(differences.mean()) / sqrt(variance)
    return statistic, float(2 * stats.t.sf(abs(statistic), n - 1))


def tests(
    bookkeeping: pd.DataFrame, auctions: pd.DataFrame, buybacks: pd.DataFrame, positions: pd.DataFrame
) -> pd.DataFrame:
    """Return a row for each series and null: number, mean losses, their difference, its test, detectable, verdict."""
    rows = [*_buybacks(buybacks), *_auctions(auctions), *_split(bookkeeping), *_positions(positions)]
    return pd.DataFrame(rows)


def _test(series: str, unit: str, null: str, model_loss: Float, null_loss: Float) -> dict[str, Any]:
    """Return the row of one pair of losses, in order of time; cases without either are left out."""
    known = np.isfinite(model_loss) & np.isfinite(null_loss)
    mine, other = model_loss[known], null_loss[known]
    differences = other - mine
    statistic, p_value = diebold_mariano(differences)
    some = len(differences) > 0
    better = "model better" if some and differences.mean() > 0 else "null better"
    return {
        "series": series,
        "unit": unit,
        "null": null,
        "number": len(differences),
        "model_loss": float(mine.mean()) if some else float("nan"),
        "null_loss": float(other.mean()) if some else float("nan"),
        "difference": float(differences.mean()) if some else float("nan"),
        "statistic": statistic,
        "p_value": p_value,
        "detectable": detectable(differences),
        "verdict": "too few" if p_value != p_value else better if p_value < 0.05 else "undecided",
    }


def _buybacks(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    rows = frame[frame["day"] >= FIRST].sort_values("day", kind="stable")
    losses = {
        name: (rows[column] - rows["accepted_published"]).abs().to_numpy(np.float64)
        for name, column in ACCEPTED.items()
    }
    for null in losses:
        if null != "model":
            yield _test("buyback accepted", "musd", null, losses["model"], losses[null])


def _auctions(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    rows = frame[frame["day"] >= FIRST].sort_values("day", kind="stable")
    for measure, unit in MEASURES.items():
        published = rows[f"{measure}_published"]
        losses = [(rows[f"{measure}_{own}"] - published).abs().to_numpy(np.float64) for own in ("model", "previous")]
        yield _test(f"auction {measure.replace('_', ' ')}", unit, PREVIOUS, *losses)


def _split(bookkeeping: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the test of reserves' share of reserves and reverse repo."""
    wide = {
        who: bookkeeping[bookkeeping["item"].isin(["reserves", "reverse repo"])].pivot(
            index="day", columns="item", values=who
        )
        for who in ("model", "published")
    }
    share = {who: 100 * frame["reserves"] / frame.sum(axis=1) for who, frame in wide.items() if len(frame)}
    if not share or not (share["published"].index <= FITTED_TO).any():
        return
    known = share["published"]
    later, last = known[known.index >= FIRST], float(known[known.index <= FITTED_TO].iloc[-1])
    losses = (share["model"].loc[later.index] - later).abs(), (last - later).abs()
    yield _test("reserves' share", "percent", UNCHANGED, *(loss.to_numpy(np.float64) for loss in losses))


def _positions(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the test of dealers' positions by bucket."""
    rows = frame[frame["day"] >= FIRST]
    losses = [
        (rows[own] - rows["published"]).abs().groupby(rows["day"]).mean().to_numpy(np.float64)
        for own in ("model", "unchanged")
    ]
    yield _test("dealers' bucket positions", "bn", UNCHANGED, *losses)


def dealer_buckets(run: Any) -> pd.DataFrame:
    """Return day, bucket, and billions of the model, published, and unchanged since September, by published week."""
    model = _model_buckets(run)
    weekly = table(POSITIONS).set_index("asof_date")[list(BUCKETS)] / MUSD_PER_BN
    days = weekly.index.intersection(model.index)
    known = {"model": model.loc[days], "published": weekly.loc[days]}
    long = pd.DataFrame({who: frame.rename_axis(index="day", columns="bucket").stack() for who, frame in known.items()})
    before = weekly[weekly.index <= FITTED_TO].iloc[-1]
    return long.assign(unchanged=long.index.get_level_values("bucket").map(before.to_dict())).reset_index()


def _model_buckets(run: Any) -> pd.DataFrame:
    """Return dealers' net face in billions by day (rows) and bucket of the FR 2004 (columns), on trade date."""
    frame = run["balance_sheets"]
    face = frame[(frame["unit"] == "face") & (frame["sector"] == DEALERS)]
    facts = run["securities"].drop_duplicates("cusip").astype({"cusip": str, "kind": str}).set_index("cusip")
    cusip, day = face["instrument"].astype(str), days_of(face["date"])
    kind, ends = cusip.map(facts["kind"]), pd.to_datetime(cusip.map(facts["maturity"]))
    years = (ends.to_numpy("datetime64[D]").astype(np.int64) - day) / 365.25
    held = ((face["amount"] + face["due"] + face["lent"]) / (MUSD_PER_BN * FACE_PER_MUSD)).to_numpy(np.float64)
    sums = {}
    for name, (kinds, over, up_to) in BUCKETS.items():
        mine = kind.isin([Kind(one).name.lower() for one in kinds]).to_numpy() & (years > over) & (years <= up_to)
        sums[name] = pd.Series(np.where(mine, held, 0.0)).groupby(day).sum()
    return pd.DataFrame(sums)


def auc_intervals(listed: pd.DataFrame) -> pd.DataFrame:
    """Return for each predictor of which securities were bought: AUC of October to December, with its 95 % interval."""
    rows = []
    groups = [group for _, group in listed[listed["day"] >= FIRST].groupby(KEY)]
    drawn = np.random.default_rng(SEED).integers(0, max(len(groups), 1), (DRAWS, len(groups)))
    for predictor, column in CHOSEN.items():
        known = [group[group[column].notna()] for group in groups]
        found = np.array([concordance(g["face_published"].to_numpy() > 0, g[column].to_numpy(float)) for g in known])
        pairs = found.reshape(-1, 2)
        total = pairs[drawn].sum(axis=1) if len(pairs) else np.zeros((0, 2))
        total = total[total[:, 1] > 0]
        low, high = np.quantile(total[:, 0] / total[:, 1], [0.025, 0.975]) if len(total) else (np.nan, np.nan)
        auc = float(pairs[:, 0].sum() / pairs[:, 1].sum()) if pairs[:, 1].sum() else float("nan")
        rows.append({"predictor": predictor, "operations": len(groups), "auc": auc, "low": low, "high": high})
    return pd.DataFrame(rows)
