"""Is the model better than a simple rule? Paired loss tests of October to December 2024, model against each named null.

Calibration uses moments to 30 September 2024, and nulls know what a forecaster knew; guesses set by hand before there
was a calibration may have been made with the later months in view. By series:

    buyback accepted           absolute error by operation, million; nulls of ``experiments.belief.replay_judgement``
    auctions                   absolute error by auction; null: the tenor's last auction
    reserves' share            of reserves and reverse repo, percent, by Wednesday; nulls: September's last, and the
                               Wednesday before
    dealers' bucket positions  mean absolute error over the buckets of the FR 2004, billion, by week; nulls: the last
                               positions published in September, and the week before (market value, the model's are
                               face)

The loss difference is the null's less the model's: positive where the model is better. Cases of one day share its
market, so that a case of the test is the mean of a day. Test: Diebold and Mariano (1995, J. Bus. Econ. Stat. 13) with a
long-run variance of the first B cosines of the differences, B the cube root of n, Student t of B (Coroneo and Iacone
2020, J. Appl. Econom. 35; Lazarus et al. 2018, J. Bus. Econ. Stat. 36): with 15 cases that follow each other with 0 to
0.5 it rejects where nothing is 5 to 6 times in a hundred, with 0.8 12 times. A null that stands still from September on
is one forecast, whose errors grow together: it has no p-value, and the verdict "one origin". ``detectable`` is the mean
loss difference that so many cases would have found four times in five: with 15 operations it is large, and what is
smaller is not shown to be nothing. The AUC of which securities were bought weighs operations by their pairs of a bought
and an unbought security, counts those that have one, and has a percentile interval over them, drawn with replacement
(Efron 1979).
"""

from collections.abc import Iterator
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from experiments.belief.replay_judgement import ACCEPTED, CHOSEN, KEY, MEASURES, PERIODS, PREVIOUS, concordance, days_of
from experiments.inputs.published import table
from experiments.results.inference import detectable_in_errors
from experiments.start.dealer_holdings import BUCKETS
from market.bonds.securities import Kind
from market.tables.record_columns import DEALERS
from market.units import FACE_PER_MUSD, Float, day_number

FIRST = PERIODS["fourth quarter"]
FITTED_TO = day_number("2024-09-30")
UNCHANGED = "null: as at the end of September"
WEEK_BEFORE = "null: as the week before"
ONE_ORIGIN = "one origin"
FEWEST = 8  # cases: below it there is one cosine, and no test worth the name
DRAWS, SEED = 2_000, 20240930
POSITIONS = "dealer_net_positions_weekly_2024"
MUSD_PER_BN = 1_000


class Compared(NamedTuple):
    """A test of loss differences: statistic, two-sided p-value, and the mean that would have been found."""

    statistic: float
    p_value: float
    detectable: float


UNKNOWN = Compared(*(float("nan"),) * 3)


def diebold_mariano(differences: Float) -> Compared:
    """Test that loss differences (n,), evenly in order of time, have mean zero; they may follow each other.

    The variance of the mean is the mean square of the first B cosine transforms over n, t has B degrees of freedom. NaN
    with fewer than ``FEWEST`` cases, or without variance.
    """
    n = len(differences)
    if n < FEWEST:
        return UNKNOWN
    order = np.arange(1, int(np.cbrt(n)) + 1)
    cosines = sqrt(2 / n) * np.cos(np.pi * order[:, None] * (np.arange(n) + 0.5) / n)
    error = sqrt(float(np.mean((cosines @ differences) ** 2)) / n)
    if error <= 1e-12 * float(np.abs(differences).max()):
        return UNKNOWN
    statistic = float(differences.mean()) / error
    p_value = float(2 * stats.t.sf(abs(statistic), len(order)))
    return Compared(statistic, p_value, error * detectable_in_errors(len(order) + 1))


def tests(
    bookkeeping: pd.DataFrame, auctions: pd.DataFrame, buybacks: pd.DataFrame, positions: pd.DataFrame
) -> pd.DataFrame:
    """Return a row for each series and null: cases, days, mean losses, difference, its test, detectable, verdict."""
    rows = [*_buybacks(buybacks), *_auctions(auctions), *_split(bookkeeping), *_positions(positions)]
    return pd.DataFrame(rows)


def _test(head: tuple[str, str, str], days: Any, model_loss: Any, null_loss: Any) -> dict[str, Any]:
    """Return the row of one pair of losses by case, its head being series, unit and null; means of days are compared.

    Cases without either loss are left out.
    """
    losses = pd.DataFrame({"model": np.asarray(model_loss), "null": np.asarray(null_loss)}, np.asarray(days)).dropna()
    by_day = losses.groupby(level=0).mean()
    differences = (by_day["null"] - by_day["model"]).to_numpy(np.float64)
    found = UNKNOWN if head[2] == UNCHANGED else diebold_mariano(differences)
    mean = float(differences.mean()) if len(differences) else float("nan")
    return {
        **dict(zip(("series", "unit", "null"), head, strict=True)),
        "number": len(losses),
        "days": len(by_day),
        "model_loss": float(by_day["model"].mean()),
        "null_loss": float(by_day["null"].mean()),
        "difference": mean,
        **found._asdict(),
        "verdict": ONE_ORIGIN if head[2] == UNCHANGED else _verdict(mean, found.p_value),
    }


def _verdict(mean: float, p_value: float) -> str:
    """Say which is better, or that nothing can be said."""
    if p_value != p_value:
        return "too few"
    return "undecided" if p_value >= 0.05 else "model better" if mean > 0 else "null better"


def _buybacks(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    rows = frame[frame["day"] >= FIRST].sort_values("day", kind="stable")
    losses = {
        name: (rows[column] - rows["accepted_published"]).abs().to_numpy(np.float64)
        for name, column in ACCEPTED.items()
    }
    for null in losses:
        if null != "model":
            yield _test(("buyback accepted", "musd", null), rows["day"], losses["model"], losses[null])


def _auctions(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    rows = frame[frame["day"] >= FIRST].sort_values("day", kind="stable")
    for measure, unit in MEASURES.items():
        published = rows[f"{measure}_published"]
        losses = [(rows[f"{measure}_{own}"] - published).abs() for own in ("model", "previous")]
        yield _test((f"auction {measure.replace('_', ' ')}", unit, PREVIOUS), rows["day"], *losses)


def _split(bookkeeping: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the tests of reserves' share of reserves and reverse repo."""
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
    model = (share["model"].loc[later.index] - later).abs()
    for null, told in ((UNCHANGED, last), (WEEK_BEFORE, known.shift().loc[later.index])):
        yield _test(("reserves' share", "percent", null), later.index, model, (told - later).abs())


def _positions(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the tests of dealers' positions by bucket."""
    rows = frame[frame["day"] >= FIRST]
    loss = {own: (rows[own] - rows["published"]).abs() for own in ("model", "unchanged", "week_before")}
    for null, own in ((UNCHANGED, "unchanged"), (WEEK_BEFORE, "week_before")):
        yield _test(("dealers' bucket positions", "bn", null), rows["day"], loss["model"], loss[own])


def dealer_buckets(run: Any) -> pd.DataFrame:
    """Return by published week day, bucket, and billions: the model's, published, of September, of the week before."""
    model = model_buckets(run)
    weekly = table(POSITIONS).set_index("asof_date")[list(BUCKETS)] / MUSD_PER_BN
    days = weekly.index.intersection(model.index)
    known = {"model": model.loc[days], "published": weekly.loc[days], "week_before": weekly.shift().loc[days]}
    long = pd.DataFrame({who: frame.rename_axis(index="day", columns="bucket").stack() for who, frame in known.items()})
    before = weekly[weekly.index <= FITTED_TO].iloc[-1]
    return long.assign(unchanged=long.index.get_level_values("bucket").map(before.to_dict())).reset_index()


def model_buckets(run: Any) -> pd.DataFrame:
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
        total, having = total[total[:, 1] > 0], int((pairs[:, 1] > 0).sum())
        low, high = np.quantile(total[:, 0] / total[:, 1], [0.025, 0.975]) if len(total) else (np.nan, np.nan)
        auc = float(pairs[:, 0].sum() / pairs[:, 1].sum()) if pairs[:, 1].sum() else float("nan")
        rows.append({"predictor": predictor, "operations": having, "auc": auc, "low": low, "high": high})
    return pd.DataFrame(rows)
