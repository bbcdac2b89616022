"""What became of requests for quote, by tenor and age: response, refusal, hit rate, cover and cost, from a run's table.

A request is one attempt. ``response`` is answers over dealers asked, ``hit_rate`` trades over answers, ``cover_bp`` the
second-best less the best price in yield (where two answered), ``cost_bp`` the distance of the trade from the middle in
yield. Tenor is years to maturity, by bucket of the buybacks; age is on the run or old.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.errors import UserError
from experiments.store import read, read_manifest

UNITS = {
    "requests": "asked, tries again included",
    "musd": "face asked, million dollars",
    "asked": "dealers asked",
    "response": "answers over dealers asked",
    "refused": "share of requests without a price inside the limit",
    "overtaken": "share of requests refused with a limit that the middle had already passed",
    "hit_rate": "trades over answers",
    "cover_bp": "second-best less best price, bp of yield",
    "cost_bp": "trade from the middle, bp of yield, by face",
}


def requests(folder: Path) -> pd.DataFrame:
    """Return the requests of a run folder; UserError if it did not keep them."""
    read_manifest(folder)
    if not (folder / "requests.parquet").is_file():
        raise UserError(f'requests: {folder} kept no requests, expected run.keep = ["requests"] in its scenario')
    return read(folder, "requests")


def summary(folder: Path) -> pd.DataFrame:
    """Return the measures of ``UNITS``, a row for each tenor and age that was asked for, and one for all."""
    table = described(requests(folder), read(folder, "securities"))
    groups = [(("all", ""), table), *table.groupby(["tenor", "age"], sort=True, observed=True)]
    rows = {key: measures(part) for key, part in groups}
    return pd.DataFrame(rows.values(), pd.MultiIndex.from_tuples(rows, names=["tenor", "age"]), list(UNITS))


def described(table: pd.DataFrame, securities: pd.DataFrame) -> pd.DataFrame:
    """Return requests with the tenor and age of their security on the day."""
    known = securities[["date", "cusip", "kind", "maturity", "on_the_run"]]
    known = known.assign(years=(pd.to_datetime(known["maturity"]) - pd.to_datetime(known["date"])).dt.days / 365.25)
    joined = table.astype({"cusip": str}).merge(known.astype({"cusip": str}), on=["date", "cusip"], how="left")
    edges, labels = [-1, 2, 3, 5, 7, 10, 20, 31], ["0-2", "2-3", "3-5", "5-7", "7-10", "10-20", "20-30"]
    years = pd.cut(joined["years"], edges, labels=labels)
    coupon = joined["kind"].isin(["note", "bond"])
    tenor = np.where(coupon, years.astype(str) + " years", joined["kind"].astype(str))
    age = np.where(~coupon, "", np.where(joined["on_the_run"].fillna(value=False).astype(bool), "on the run", "old"))
    return joined.assign(tenor=tenor, age=age)


def measures(part: pd.DataFrame) -> dict[str, float]:
    """Return the measures of some requests."""
    done, face = part["price"].notna(), part["face"].abs()
    answers, dv01 = int(part["answered"].sum()), part["dv01"].where(part["dv01"] > 0)
    cost = (part["price"] - part["middle"]) * np.sign(part["face"]) / dv01
    cover = (part["cover"] - part["best"]).abs() / dv01
    paid = cost.notna()
    return {
        "requests": len(part),
        "musd": face.sum() / 10_000,
        "asked": part["asked"].mean(),
        "response": answers / max(int(part["asked"].sum()), 1),
        "refused": 1.0 - done.mean(),
        "overtaken": float((~done & (np.sign(part["face"]) * (part["limit"] - part["middle"]) < 0)).mean()),
        "hit_rate": done.sum() / max(answers, 1),
        "cover_bp": cover.mean(),
        "cost_bp": float(np.average(cost[paid], weights=face[paid])) if paid.any() else np.nan,
    }
