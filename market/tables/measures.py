"""What is measured each day. A measure is a function of the market: its name is the column, its docstring the meaning
that ``market.tables.record_columns`` states for readers of the files; a test holds the two together.

Yields are of the on-the-run issue of a term at the close; spreads come from trades (``market.tables.tape``). NaN where
nothing is there.
"""

from typing import Any

import numpy as np

from market.accounts.instruments import FED, N_MONEY, TREASURY, Money
from market.bonds.curve import DAYS_PER_YEAR
from market.bonds.securities import Kind
from market.futures.measures import futures_spread_bp, leveraged_forced_musd, leveraged_musd, open_interest
from market.roles import Constrained
from market.tables import repo_measures as segments
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD, Bool


def coupons(market: Any) -> Bool:
    """Return which securities are nominal coupon issues, auctioned before today, that trade."""
    return np.asarray(market.securities.of(Kind.NOTE, Kind.BOND) & market.tradable & ~market.when_issued)


def _on_the_run_bp(market: Any, months: int) -> float:
    mine = np.flatnonzero(coupons(market) & market.on_the_run & (market.securities.term_months == months))
    return float(market.composite_bp[mine[0]]) if len(mine) else float("nan")


def yield_2y_bp(market: Any) -> float:
    """Yield of the on-the-run 2-year note at the close."""
    return _on_the_run_bp(market, 24)


def yield_5y_bp(market: Any) -> float:
    """Yield of the on-the-run 5-year note at the close."""
    return _on_the_run_bp(market, 60)


def yield_10y_bp(market: Any) -> float:
    """Yield of the on-the-run 10-year note at the close."""
    return _on_the_run_bp(market, 120)


def yield_30y_bp(market: Any) -> float:
    """Yield of the on-the-run 30-year bond at the close."""
    return _on_the_run_bp(market, 360)


def noise_bp(market: Any) -> float:
    """Root mean squared fitting error of the curve, securities of 1 to 10 years."""
    return float(market.noise_bp)


def on_off_gap_10y_bp(market: Any) -> float:
    """How far old 10-year notes lie above the curve, less how far the on-the-run one does."""
    mine = np.flatnonzero(coupons(market) & market.on_the_run & (market.securities.term_months == 120))
    old = coupons(market) & (market.securities.term_months == 120) & (market.rank > 2) & (market.years > 7)
    if not len(mine) or not old.any():
        return float("nan")
    return float(np.mean(market.residual_bp[old]) - market.residual_bp[mine[0]])


def _spread(market: Any, which: Bool) -> float:
    weight = market.tape.spread_weight[which].sum()
    return float(market.tape.spread_sum[which].sum() / weight) if weight > 0 else float("nan")


def spread_on_bp(market: Any) -> float:
    """Volume-weighted effective spread of trades in on-the-run coupons."""
    return _spread(market, coupons(market) & market.on_the_run)


def spread_off_bp(market: Any) -> float:
    """Volume-weighted effective spread of trades in off-the-run coupons."""
    return _spread(market, coupons(market) & ~market.on_the_run)


def depth_on_musd(market: Any) -> float:
    """Mean face offered in a round at the best bid and offer together of an on-the-run book."""
    mine = coupons(market) & market.on_the_run
    looks = market.tape.seen_rounds[mine].sum()
    return float(market.tape.depth_sum[mine].sum() / looks / FACE_PER_MUSD) if looks else float("nan")


def unquoted_off_share(market: Any) -> float:
    """Off-the-run security-rounds without a firm two-sided quote."""
    mine = coupons(market) & ~market.on_the_run
    looks = market.tape.seen_rounds[mine].sum()
    return float(1.0 - market.tape.quoted_rounds[mine].sum() / looks) if looks else float("nan")


def answered_off_bp(market: Any) -> float:
    """Twice the distance from the middle of dealers' answers in off-the-run coupons, mean of all of them."""
    mine = coupons(market) & ~market.on_the_run
    said = market.tape.answers[mine].sum()
    return float(market.tape.width_sum[mine].sum() / said) if said else float("nan")


def declined_off_share(market: Any) -> float:
    """Of dealers asked for a price of an off-the-run coupon, those who said none."""
    mine = coupons(market) & ~market.on_the_run
    said, declined = market.tape.answers[mine].sum(), market.tape.declined[mine].sum()
    return float(declined / (said + declined)) if said + declined else float("nan")


def rfq_requests(market: Any) -> int:
    """Requests for quote."""
    return int(market.tape.requests)


def rfq_refused(market: Any) -> int:
    """Requests for quote that found no price inside their limit."""
    return int(market.tape.refused)


def trades(market: Any) -> int:
    """Trades in books, by request and in matching sessions."""
    return int(market.tape.trades.sum())


def turnover_musd(market: Any) -> float:
    """Face traded in books, by request and in matching sessions."""
    return float(market.tape.face.sum() / FACE_PER_MUSD)


def messages(market: Any) -> int:
    """Messages that reached a book."""
    return int(market.books.messages - market.messages_before)


def _dealers(market: Any) -> Any:
    return market.ledger.position(np.flatnonzero(market.sectors == "dealers"))


def dealer_net_musd(market: Any) -> float:
    """Primary dealers' net position, face."""
    return float(_dealers(market).sum() / FACE_PER_MUSD)


def dealer_gross_musd(market: Any) -> float:
    """Primary dealers' long plus short positions, face."""
    return float(np.abs(_dealers(market)).sum() / FACE_PER_MUSD)


def dealer_utilisation(market: Any) -> float:
    """Mean use of the primary dealers' binding limit."""
    dealers = [p for p in market.playing(Constrained) if p.sector == "dealers"]
    if not dealers:
        return float("nan")
    view = market.view()
    return float(np.mean(np.concatenate([np.atleast_1d(d.utilisation(view)).ravel() for d in dealers])))


def reserves_musd(market: Any) -> float:
    """Reserves of banks at the Fed."""
    return -float(market.ledger.balance[FED, Money.RESERVES]) / CENTS_PER_MUSD


def tga_musd(market: Any) -> float:
    """The Treasury's account at the Fed."""
    return float(market.ledger.balance[TREASURY, Money.TREASURY_CASH]) / CENTS_PER_MUSD


def on_rrp_musd(market: Any) -> float:
    """The Fed's overnight reverse repo with domestic counterparties."""
    return segments.lent_musd(market, Money.REVERSE_REPO)


def foreign_rrp_musd(market: Any) -> float:
    """The Fed's reverse repo pool for foreign officials."""
    return segments.lent_musd(market, Money.FOREIGN_REPO)


def soma_musd(market: Any) -> float:
    """Treasury securities owned by the Fed, face."""
    return float(market.soma.sum() / FACE_PER_MUSD)


def debt_musd(market: Any) -> float:
    """Marketable debt outstanding, face."""
    return float(market.outstanding.sum() / FACE_PER_MUSD)


def wam_years(market: Any) -> float:
    """Average maturity of the marketable debt, weighted by face."""
    face = market.outstanding
    years = np.maximum(market.securities.maturity_day - market.date, 0) / DAYS_PER_YEAR
    return float((face * years).sum() / face.sum())


def sofr_bp(market: Any) -> float:
    """Volume-weighted median rate of tri-party and cleared overnight repo."""
    return float(market.sofr_bp)


def special_10y_bp(market: Any) -> float:
    """General-collateral rate less the special rate of the on-the-run 10-year note."""
    mine = np.flatnonzero(coupons(market) & market.on_the_run & (market.securities.term_months == 120))
    return float(market.special_bp[mine[0]]) if len(mine) else float("nan")


def borrowed_musd(market: Any) -> float:
    """Securities borrowed to deliver, face."""
    return float(np.maximum(-market.ledger.lent[:, N_MONEY:], 0).sum() / FACE_PER_MUSD)


def soma_lent_musd(market: Any) -> float:
    """Securities that the Fed lends, face."""
    return float(market.ledger.lent[FED, N_MONEY:].sum() / FACE_PER_MUSD)


def lending_fees_musd(market: Any) -> float:
    """Fees of the night for borrowed securities."""
    return float(market.lending_fee_cents / CENTS_PER_MUSD)


def fails_charges_musd(market: Any) -> float:
    """Charges of the night on what is due and not delivered."""
    return float(market.fails_charge_cents / CENTS_PER_MUSD)


def delivered_musd(market: Any) -> float:
    """Face delivered this morning between all but officials, net by the rule of clearing."""
    return float(market.clearing.delivered_face / FACE_PER_MUSD)


def failed_musd(market: Any) -> float:
    """Face due this morning between all but officials that was not delivered."""
    return float(market.clearing.failed_face / FACE_PER_MUSD)


def cured_musd(market: Any) -> float:
    """Face that had failed before and did not again; netted fails end where they are netted."""
    return float(market.clearing.cured_face / FACE_PER_MUSD)


def dealer_obligations_musd(market: Any) -> float:
    """Face that dealers are to receive at the close, net by the rule of clearing."""
    return float(market.clearing.of(np.flatnonzero(market.sectors == "dealers")).sum())


def known_dealers(market: Any) -> float:
    """Dealers that a client knows well, mean: twice the weight of one among equals."""
    return float(market.relationships.measured()["degree"])


def client_concentration(market: Any) -> float:
    """Sum of squared weights of a client over dealers, mean over clients."""
    return float(market.relationships.measured()["client_hhi"])


def dealer_concentration(market: Any) -> float:
    """Sum of squared shares of dealers, a dealer's share being its mean weight over clients."""
    return float(market.relationships.measured()["dealer_hhi"])


def core_share(market: Any) -> float:
    """Weight on the quarter of the dealers that clients know best."""
    return float(market.relationships.measured()["core_share"])


def core_fit(market: Any) -> float:
    """Correlation of weights with the product of strengths: core and periphery."""
    return float(market.relationships.measured()["core_fit"])


def iorb_bp(market: Any) -> float:
    """Interest on reserve balances."""
    return float(market.rates.iorb)


def buyback_face_musd(market: Any) -> float:
    """Face accepted in the day's buybacks."""
    return float(market.bought_face / FACE_PER_MUSD)


def buyback_cost_musd(market: Any) -> float:
    """Price of the day's buybacks, accrued interest included."""
    return float(market.bought_cents / CENTS_PER_MUSD)


DAILY = (
    yield_2y_bp,
    yield_5y_bp,
    yield_10y_bp,
    yield_30y_bp,
    noise_bp,
    on_off_gap_10y_bp,
    spread_on_bp,
    spread_off_bp,
    depth_on_musd,
    unquoted_off_share,
    rfq_requests,
    rfq_refused,
    answered_off_bp,
    declined_off_share,
    trades,
    turnover_musd,
    messages,
    dealer_net_musd,
    dealer_gross_musd,
    dealer_utilisation,
    reserves_musd,
    tga_musd,
    on_rrp_musd,
    foreign_rrp_musd,
    soma_musd,
    debt_musd,
    wam_years,
    sofr_bp,
    *segments.DAILY,
    special_10y_bp,
    borrowed_musd,
    soma_lent_musd,
    lending_fees_musd,
    fails_charges_musd,
    delivered_musd,
    failed_musd,
    cured_musd,
    dealer_obligations_musd,
    known_dealers,
    client_concentration,
    dealer_concentration,
    core_share,
    core_fit,
    iorb_bp,
    buyback_face_musd,
    buyback_cost_musd,
    futures_spread_bp,
    open_interest,
    leveraged_musd,
    leveraged_forced_musd,
)
