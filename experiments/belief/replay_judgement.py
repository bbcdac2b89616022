"""The behavioural side of a replay: auctions and buybacks of a run beside what came out, and simple rules beside both.

Calendars, sizes, maxima and lists of eligible securities are inputs; what is judged is what institutions did. Auctions
are matched by day and CUSIP, operations by day and bucket; published results are read here, after the run, and by
nothing that the run knows. All published operations and CUSIPs that were in the run's days are judged: nothing is
selected by what the model did, except where a row says ``bought by both``.

Shares are percent of the competitive award, the non-competitive one of all that the public is awarded; yields bp, face
millions of dollars (TIPS un-indexed), price errors bp of the published price. Rules (``null``) know the past of the
published figures only; the smaller of maximum and offered also knows the day's published offers. Two periods: the whole
run within 2024, and October to December 2024.
Sources: ``auctions_2019-2024``, ``buyback_operations_2024``, ``buyback_security_details_2024``,
``fedinvest_prices_2024-05-28``.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from experiments.inputs.buyback_calendar import buyback_results
from experiments.inputs.buyback_calendar import buybacks as scheduled
from experiments.inputs.published import table
from market.units import FACE_PER_MUSD, POINT_E8, Bool, Float, Int, day_number

FIRST_REGULAR, LAST_PUBLISHED = day_number("2024-05-29"), day_number("2024-12-31")
PERIODS = {"all": FIRST_REGULAR, "fourth quarter": day_number("2024-10-01")}  # each to the last published day
MEASURES = {
    "bid_to_cover": "ratio",
    "dealer_share": "percent",
    "direct_share": "percent",
    "indirect_share": "percent",
    "noncompetitive_share": "percent",
    "high_less_median": "bp",
}
COMPETITIVE = ("dealer", "direct", "indirect")  # classes that share the competitive award
PREVIOUS = "null: the tenor's last auction"
KEY = ["day", "bucket"]
FILLS = ("offered_model", "offered_published", "accepted_model", "accepted_published")
ALL, SEEN = "all operations", "bucket seen before"
ACCEPTED = {  # predictor of the face accepted, and its column
    "model": "accepted_model",
    "null: the maximum": "maximum",
    "null: smaller of maximum and offered": "smaller_of_both",
    "null: the bucket's last fill": "last_fill",
}
CHOSEN = {  # predictor of which listed securities are bought, and its column
    "model: face accepted": "face_model",
    "model: best score offered": "score_model",
    "null: face bought last time": "face_last_time",
}
UNCHANGED = "null: price of 2024-05-28"
START_PRICES = "fedinvest_prices_2024-05-28"


def days_of(dates: pd.Series) -> Int:
    """Return dates as day numbers (N,)."""
    return np.asarray(dates.to_numpy("datetime64[D]").astype(np.int64))


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of a run with day numbers and plain names."""
    names = {name: frame[name].astype(str) for name in ("cusip", "bucket", "kind") if name in frame}
    return frame.drop(columns="date").assign(day=days_of(frame["date"]), **names)


def _span(run: Any) -> tuple[int, int]:
    """Return the first and the last day of a run that can be judged."""
    days = days_of(run["daily"]["date"])
    return max(int(days.min()), FIRST_REGULAR), min(int(days.max()), LAST_PUBLISHED)


# ---- auctions -----------------------------------------------------------------------------------


def auctions(run: Any) -> pd.DataFrame:
    """Return one row per published auction in the run's days; the model's columns are NaN where it held none.

    Columns: day, cusip, tenor and, for each of ``MEASURES``, ``_model``, ``_published`` and ``_previous`` (published,
    of the tenor's last auction). High less median yield is published for notes, bonds and TIPS only; ``tail_model``,
    the stop less the when-issued yield in bp, has no published counterpart here.
    """
    first, last = _span(run)
    own = _dated(run["auctions"])
    competitive = (own["awarded_face"] - own["noncompetitive_face"]).astype(float)
    own = own.assign(
        bid_to_cover_model=own["bid_to_cover"].astype(float),
        **{f"{name}_share_model": _percent(own[f"{name}_face"], competitive) for name in COMPETITIVE},
        noncompetitive_share_model=_percent(own["noncompetitive_face"], own["awarded_face"]),
        high_less_median_model=100 * (own["stop_percent"] - own["median_percent"]).astype(float),
        tail_model=own["tail_bp"].astype(float),
    )
    published = _published_auctions()
    published = published[published["day"].between(first, last)]
    columns = ["day", "cusip", *(f"{measure}_model" for measure in MEASURES), "tail_model"]
    return published.merge(own[columns], on=["day", "cusip"], how="left").reset_index(drop=True)


def _percent(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Return percent, NaN of nothing."""
    return 100 * part.astype(float) / whole.astype(float).where(whole > 0)


def _published_auctions() -> pd.DataFrame:
    """Return published results with those of the tenor's auction before, whole history."""
    frame = table("auctions_2019-2024")
    public = frame["amount_accepted_musd"] - frame["soma_add_on_musd"]
    weeks = ((frame["maturity_date"] - frame["issue_date"]) / 7).round().astype(int).astype(str) + "W"
    term = weeks.where(frame["security_class"] == "Bill", frame["term"])
    results = pd.DataFrame(
        {
            "day": frame["auction_date"],
            "cusip": frame["cusip"],
            "tenor": frame["security_class"] + " " + term,
            "bid_to_cover_published": frame["bid_to_cover"],
            "dealer_share_published": 100 * frame["primary_dealer_pct"],
            "direct_share_published": 100 * frame["direct_pct"],
            "indirect_share_published": 100 * frame["indirect_pct"],
            "noncompetitive_share_published": _percent(public - frame["amount_accepted_competitive_musd"], public),
            "high_less_median_published": 100 * (frame["high_yield"] - frame["median_yield"]),
        }
    ).sort_values(["day", "cusip"], kind="stable")
    for measure in MEASURES:
        results[f"{measure}_previous"] = results.groupby("tenor")[f"{measure}_published"].shift()
    return results


def auction_distances(frame: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield distances of auctions by period, measure and tenor, of the model and of the tenor's last auction."""
    for period, rows in _periods(frame):
        tenors = [("all tenors", rows), *((str(name), group) for name, group in rows.groupby("tenor"))]
        for measure, unit in MEASURES.items():
            for tenor, group in tenors:
                published = group[f"{measure}_published"].to_numpy(np.float64)
                for predictor, column in (("model", "model"), (PREVIOUS, "previous")):
                    predicted = group[f"{measure}_{column}"].to_numpy(np.float64)
                    yield _distance((period, f"auction {measure}", tenor, predictor, unit), predicted, published)


# ---- buybacks -----------------------------------------------------------------------------------


def buybacks(run: Any) -> pd.DataFrame:
    """Return one row per regular operation held in the run's days; the model's columns are NaN where it held none.

    Columns: day, bucket, maximum, offered and accepted of the model and published, what the rules say of accepted
    (``smaller_of_both``, ``last_fill``), all in millions of dollars. A fill is the published share of the maximum.
    """
    first, last = _span(run)
    held = _published_operations()
    held = held[held["day"].between(first, last)]
    own = _dated(run["buybacks"])
    for column in ("offered", "accepted"):
        own[f"{column}_model"] = own[f"{column}_face"].astype(float) / FACE_PER_MUSD
    return held.merge(own[[*KEY, "offered_model", "accepted_model"]], on=KEY, how="left").reset_index(drop=True)


def _published_operations() -> pd.DataFrame:
    """Return every regular operation of 2024 that was held, with what the rules say of it."""
    maxima = {(a.operation_day, a.bucket): a.maximum / FACE_PER_MUSD for a in scheduled(FIRST_REGULAR, LAST_PUBLISHED)}
    frame = table("buyback_operations_2024").dropna(subset="par_accepted_musd")
    frame = frame[frame["operation_date"] >= FIRST_REGULAR]
    pairs = zip(frame["operation_date"], frame["maturity_bucket"], strict=True)
    held = pd.DataFrame(
        {
            "day": frame["operation_date"],
            "bucket": frame["maturity_bucket"],
            "maximum": [maxima[pair] for pair in pairs],
            "offered_published": frame["total_par_amt_offered_musd"],
            "accepted_published": frame["par_accepted_musd"],
        }
    ).sort_values("day", kind="stable")
    fill = (held["accepted_published"] / held["maximum"]).groupby(held["bucket"]).shift()
    smaller = np.minimum(held["maximum"], held["offered_published"])
    return held.assign(smaller_of_both=smaller, last_fill=fill * held["maximum"])


def fills_by_bucket(frame: pd.DataFrame) -> pd.DataFrame:
    """Return by bucket: operations, and what was offered and accepted, over the maxima, in the model and as published.

    ``frame`` is that of ``buybacks``; operations that the model did not hold are left out of both sides.
    """
    held = frame.dropna(subset=["offered_model", "accepted_model"])
    sums = held.groupby("bucket")[["maximum", *FILLS]].sum()
    return sums[list(FILLS)].div(sums["maximum"], axis=0).assign(operations=held.groupby("bucket").size())


def buyback_distances(frame: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield distances of offered and accepted face, of the model and of the rules, over the same operations."""
    predictors = {"offered": {"model": "offered_model"}, "accepted": ACCEPTED}
    for period, rows in _periods(frame):
        for group, cases in ((ALL, rows), (SEEN, rows[rows["last_fill"].notna()])):
            for measure, columns in predictors.items():
                published = cases[f"{measure}_published"].to_numpy(np.float64)
                for predictor, column in columns.items():
                    if group == SEEN or column != "last_fill":
                        label = (period, f"buyback {measure}", group, predictor, "musd")
                        yield _distance(label, cases[column].to_numpy(np.float64), published)


# ---- securities bought back ---------------------------------------------------------------------


def securities(run: Any) -> pd.DataFrame:
    """Return one row per CUSIP listed in an operation in the run's days, bought or not.

    Columns: day, bucket, cusip, face (millions) and price (clean) published and of the model's acceptances, the best
    score of the model's offers (minus infinity without one), the model's close, the face bought of it in the bucket's
    last published operation (NaN in a first one), the price of 2024-05-28 (notes and bonds).
    """
    first, last = _span(run)
    listed = _published_securities()
    listed = listed[listed["day"].between(first, last)]
    closes = _dated(run["securities"][["date", "cusip", "price"]]).rename(columns={"price": "close_model"})
    joined = listed.merge(_model_securities(run), on=[*KEY, "cusip"], how="left")
    joined = joined.merge(closes, on=["day", "cusip"], how="left")
    start = table(START_PRICES).set_index("cusip")["end_of_day_price"]
    blanks = {"face_model": 0.0, "score_model": -np.inf}
    return joined.fillna(blanks).assign(price_unchanged=joined["cusip"].map(start[start > 0]))


def _published_securities() -> pd.DataFrame:
    """Return every CUSIP listed in a regular operation of 2024, with the face bought of it in the bucket's last one."""
    operations = _published_operations()
    previous = operations.assign(previous=operations.groupby("bucket")["day"].shift())[[*KEY, "previous"]]
    results = buyback_results(FIRST_REGULAR, LAST_PUBLISHED).dropna(subset="par_accepted_musd")
    names = {
        "operation_date": "day",
        "par_accepted_musd": "face_published",
        "weighted_avg_accepted_price": "price_published",
    }
    listed = results.rename(columns=names).merge(previous, on="day")
    listed = listed[[*KEY, "cusip", "face_published", "price_published", "previous"]]
    before = listed[[*KEY, "cusip", "face_published"]].rename(
        columns={"day": "previous", "face_published": "face_last_time"}
    )
    joined = listed.merge(before, on=["previous", "bucket", "cusip"], how="left")
    last_time = joined["face_last_time"].where(joined["previous"].isna() | joined["face_last_time"].notna(), 0.0)
    return joined.drop(columns="previous").assign(face_last_time=last_time)


def _model_securities(run: Any) -> pd.DataFrame:
    """Return by operation and CUSIP what the run's dealers offered at best and what was accepted at which price."""
    offers = _dated(run["offers"])
    points, face = offers["price_e8"].astype(float) / POINT_E8, offers["accepted_face"].astype(float) / FACE_PER_MUSD
    grouped = offers.assign(face_model=face, paid=points * face, score_model=offers["score_bp"].astype(float))
    found = grouped.groupby([*KEY, "cusip"]).agg({"face_model": "sum", "paid": "sum", "score_model": "max"})
    price = found["paid"] / found["face_model"].where(found["face_model"] > 0)
    return found.drop(columns="paid").assign(price_model=price).reset_index()


def concordance(bought: Bool, score: Float) -> tuple[float, int]:
    """Return how many pairs of a bought and an unbought security a score orders right (ties: half), and of how many."""
    yes, no = score[bought][:, None], score[~bought][None, :]
    return float((yes > no).sum() + 0.5 * (yes == no).sum()), len(yes) * no.size


def selection_distances(frame: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield the AUC of which listed securities were bought: pairs within an operation, all operations pooled."""
    for period, rows in _periods(frame):
        for group, cases in ((ALL, rows), (SEEN, rows[rows["face_last_time"].notna()])):
            for predictor, column in CHOSEN.items():
                if group == SEEN or column != "face_last_time":
                    label = (period, "buyback which securities", group, predictor, "AUC")
                    yield _labelled(label, len(cases), auc=_pooled_auc(cases, column))


def _pooled_auc(cases: pd.DataFrame, column: str) -> float:
    """Return the share of pairs ordered right, NaN where every operation bought all or nothing."""
    found = [
        concordance(group["face_published"].to_numpy() > 0, group[column].to_numpy(np.float64))
        for _, group in cases.groupby(KEY)
    ]
    pairs = sum(number for _, number in found)
    return sum(right for right, _ in found) / pairs if pairs else float("nan")


def price_distances(frame: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield price errors by CUSIP and operation in bp of the published average price, of all that was bought."""
    bought = frame[(frame["face_published"] > 0) & frame["price_published"].notna()]
    both, known = bought[bought["face_model"] > 0], bought[bought["price_unchanged"].notna()]
    choices = (
        ("bought by both", both, {"model: price accepted": "price_model"}),
        ("all bought", bought, {"model: close": "close_model"}),
        ("bought, quoted on 2024-05-28", known, {"model: close": "close_model", UNCHANGED: "price_unchanged"}),
    )
    for group, cases, predictors in choices:
        for period, rows in _periods(cases):
            for predictor, column in predictors.items():
                yield from _price_rows((period, "buyback price", group, predictor, "bp of price"), rows, column)


def _price_rows(label: tuple[str, str, str, str, str], rows: pd.DataFrame, column: str) -> Iterator[dict[str, object]]:
    """Yield the error of a price, and what is left of it when each operation's mean error is taken out."""
    published, predicted = (rows[name].to_numpy(np.float64) for name in ("price_published", column))
    error = 10_000 * (predicted / published - 1)
    yield _distance(label, predicted, published, error)
    period, measure, group, predictor, unit = label
    within = error - pd.Series(error).groupby(rows["day"].to_numpy()).transform("mean").to_numpy()
    yield _distance((period, f"{measure} within operations", group, predictor, unit), predicted, published, within)


# ---- distances ----------------------------------------------------------------------------------


def distances(auctioned: pd.DataFrame, operations: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Return all distances: period, measure, group, predictor, unit, number, mean, published_mean, bias, mean absolute
    error, root mean squared error, auc. Cases without a prediction or a published figure are not counted.
    """
    rows = [
        *auction_distances(auctioned),
        *buyback_distances(operations),
        *selection_distances(listed),
        *price_distances(listed),
    ]
    return pd.DataFrame(rows)


def _periods(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each period with its rows."""
    for period, first in PERIODS.items():
        yield period, frame[frame["day"] >= first]


def _distance(
    label: tuple[str, str, str, str, str], predicted: Float, published: Float, error: Float | None = None
) -> dict[str, object]:
    """Return the distance of predictions from what was published."""
    miss = predicted - published if error is None else error
    known = np.isfinite(miss)
    if not known.any():
        return _labelled(label, 0)
    miss = miss[known]
    return _labelled(
        label,
        len(miss),
        mean=float(predicted[known].mean()),
        published_mean=float(published[known].mean()),
        bias=float(miss.mean()),
        mean_absolute_error=float(np.abs(miss).mean()),
        root_mean_squared_error=float(np.sqrt((miss**2).mean())),
    )


def _labelled(label: tuple[str, str, str, str, str], number: int, **figures: float) -> dict[str, object]:
    """Return a row of distances; what is not given is NaN."""
    names = ("period", "measure", "group", "predictor", "unit")
    kinds = ("mean", "published_mean", "bias", "mean_absolute_error", "root_mean_squared_error", "auc")
    return {**dict(zip(names, label, strict=True)), "number": number, **dict.fromkeys(kinds, float("nan")), **figures}
