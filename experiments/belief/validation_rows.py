"""What the model is held against: rows of moments, each marked with what it can prove.

``input``: given to the model, or as good as given; ``fitted``: a parameter was set with this figure in mind; ``free``:
neither, and only such a row can be evidence. ``SCORED`` rows have a published series in the repository and are measured
on both by one estimator; ``experiments.belief.registered`` has more, which were registered before they were computed.
``LITERATURE`` rows have none: a band from papers, with the confidence that the authors have in it (high, medium, low),
shown beside the model and never scored.
"""

from typing import NamedTuple

from experiments.belief.estimators import (
    Estimator,
    correlation,
    deviation,
    kurtosis,
    mean,
    persistence,
    persistence_of_size,
)

INPUT, FITTED, FREE = "input", "fitted", "free"
BLOCK = {
    "day": 10.0,
    "week": 4.0,
    "auction": 8.0,
    "operation": 3.0,
    "security": 8.0,
}  # mean length of a bootstrap block, observations


class Row(NamedTuple):
    """A moment of a series of ``panel``; ``why`` says what makes it input, fitted or free."""

    name: str
    series: str
    estimator: Estimator
    unit: str
    role: str
    why: str
    measure: str = ""  # what is measured, where the name does not say it all
    data: str = ""


class Band(NamedTuple):
    """A range from the literature for the mean of a column of ``daily``."""

    name: str
    column: str
    low: float
    high: float
    unit: str
    confidence: str
    source: str


_NEWS = "news is sized so that days vary as before the start (RiskMetrics weights); its tails are given"
_PATH = "dealers' time to lay off risk was lengthened with it in mind"
_SIZE = "nothing sets how large changes follow each other"
_LADDER = "bids' number and spacing were set with published cover in mind"
_SHARE = "dealers' duty and investors' bids were set near published shares"
_PACE_KEPT = "how long the pace of trading lasts was set to volumes of the weeks to May 2024"
_PACE = "days differ as volumes did before the start"
_DRAWN = "how bids of an institution differ between auctions was set with it in mind"
_ASKING = "what offers ask beyond the market was set by fills of May to September 2024"
_INVENTORY = "clients' flows and what dealers carry were set to weeks before the start, with it in view"
SCORED = (
    Row("s.d. of daily change, 2y", "change of the 2y", deviation, "bp", INPUT, _NEWS),
    Row("s.d. of daily change, 5y", "change of the 5y", deviation, "bp", INPUT, _NEWS),
    Row("s.d. of daily change, 10y", "change of the 10y", deviation, "bp", INPUT, _NEWS),
    Row("s.d. of daily change, 30y", "change of the 30y", deviation, "bp", INPUT, _NEWS),
    Row("kurtosis of daily change, 10y", "change of the 10y", kurtosis, "", INPUT, _NEWS),
    Row("correlation of 2y and 10y", "changes of the 2y and 10y", correlation, "", INPUT, _NEWS),
    Row("autocorrelation of change, 2y", "change of the 2y", persistence, "", FITTED, _PATH),
    Row("autocorrelation of change, 10y", "change of the 10y", persistence, "", FITTED, _PATH),
    Row("autocorrelation of |change|, 10y", "change of the 10y", persistence_of_size, "", FREE, _SIZE),
    Row("mean repo rate less IORB", "repo rate less IORB", mean, "bp", FITTED, "lenders' and borrowers' limits"),
    Row("s.d. of repo rate less IORB", "repo rate less IORB", deviation, "bp", FITTED, "size of month-ends"),
    Row(
        "persistence of repo rate less IORB", "repo rate less IORB", persistence, "", FREE, "how days follow each other"
    ),
    Row("mean cover, coupons", "cover of coupons", mean, "", FITTED, _LADDER),
    Row("s.d. of cover, coupons", "cover of coupons", deviation, "", FITTED, _DRAWN),
    Row("mean cover, bills", "cover of bills", mean, "", FITTED, _LADDER),
    Row("s.d. of cover, bills", "cover of bills", deviation, "", FITTED, _DRAWN),
    Row("mean dealers' share, coupons", "dealers' share of coupons", mean, "%", FITTED, _SHARE),
    Row("s.d. of dealers' share, coupons", "dealers' share of coupons", deviation, "%", FITTED, _DRAWN),
    Row("mean dealers' share, bills", "dealers' share of bills", mean, "%", FITTED, _SHARE),
    Row("s.d. of dealers' share, bills", "dealers' share of bills", deviation, "%", FITTED, _DRAWN),
    Row("mean high less median yield", "high less median", mean, "bp", FITTED, _LADDER),
    Row(
        "mean dealers' net position",
        "dealers' net position",
        mean,
        "bn",
        FITTED,
        "they start as published; the bills that they want were lowered",
    ),
    Row("s.d. of dealers' net position", "dealers' net position", deviation, "bn", FITTED, _INVENTORY),
    Row("persistence of dealers' net", "dealers' net position", persistence, "", FITTED, _INVENTORY),
    Row(
        "s.d. of weekly change of dealers' net",
        "weekly change of dealers' net position",
        deviation,
        "bn",
        FITTED,
        _INVENTORY,
    ),
    Row("variation of turnover, 7-11y", "turnover of 7 to 11 years", deviation, "", FITTED, _PACE),
    Row("persistence of turnover, 7-11y", "turnover of 7 to 11 years", persistence, "", FITTED, _PACE_KEPT),
    Row(
        "mean buyback offers per maximum",
        "buyback offers per maximum",
        mean,
        "",
        FITTED,
        "offers were set to covers to September",
    ),
    Row("mean buyback fill", "buyback fill", mean, "", FITTED, _ASKING),
    Row("s.d. of buyback fill", "buyback fill", deviation, "", FITTED, _ASKING),
)
LITERATURE = (
    Band("effective spread, on the run", "spread_on_bp", 0.18, 0.41, "bp", "low", "Fleming and Ruela (2020), one tick"),
    Band("effective spread, off the run", "spread_off_bp", 0.4, 1.5, "bp", "low", "2 to 4 times the on-the-run spread"),
    Band("noise of the curve", "noise_bp", 1.0, 2.5, "bp", "medium", "Hu, Pan and Wang (2013), level of 2024"),
    Band("10-year on/off gap", "on_off_gap_10y_bp", 0.0, 6.0, "bp", "low", "Krishnamurthy (2002), calm years"),
)
