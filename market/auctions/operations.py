"""Operations inside the session, each in its round: auctions of new debt, buybacks of old, outright ones of the Fed."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from market import trading
from market.accounts.instruments import FED, TREASURY
from market.auctions import when_issued
from market.auctions.auction import Allotment, allot
from market.auctions.bids import signed_bids
from market.auctions.gathering import gathered
from market.auctions.known_buybacks import note_fill
from market.auctions.noncompetitive import ClassAwards, class_awards, competitive_bids, noncompetitive_bids
from market.auctions.outright import hold_outrights
from market.auctions.turnout import turned_up
from market.auctions.when_issued import BeforeAuction
from market.bonds import bond_arithmetic
from market.bonds.price_index import RATIO_ONE_E5, index_ratio_e5
from market.bonds.scoring_curve import scoring_curve_bp
from market.bonds.securities import Kind, set_coupon
from market.books.messages import BIDS, TRADES, Auction, Buyback, Venue
from market.roles import Bidder, Evaluator, Offeror, Reinvestor
from market.tables.record import Labels
from market.units import POINT_E8, Float, Int, cash_cents, half_even


def hold_operations(market: Any) -> None:
    """Hold what is due in this round."""
    for auction in [a for a in market.auctions if a.auction_day == market.date and a.round == market.round]:
        hold_auction(market, auction)
    bought_back = () if market.premises.fed_buys_back else tuple(market.buybacks)
    for buyback in [b for b in bought_back if b.day == market.date and b.round == market.round]:
        hold_buyback(market, buyback)
    hold_outrights(market, scoring_curve_bp)


# ---- auctions -----------------------------------------------------------------------------------
def hold_auction(market: Any, auction: Auction) -> None:
    """Collect bids, award at a single price, and let the awards settle on the issue day."""
    view = market.view()
    pieces = [signed_bids(market, bidder, bidder.bid(auction, view), BIDS) for bidder in market.playing(Bidder)]
    bids = turned_up(market, competitive_bids(pieces))
    before = BeforeAuction.of(market, auction)
    if not len(bids):
        _fail(market, auction, before)
        return
    without_rate = noncompetitive_bids(market, auction, view)
    addon = sum(r.addon(auction, view) for r in market.playing(Reinvestor))
    result = allot(auction.offering, without_rate["face"], bids, addon=addon)
    price_e8 = _auction_price_e8(market, auction, result.stop_rate_e5)
    when_issued.strike(market, auction)
    classes = class_awards(market, auction, view, bids["bidder"], result.awards, result.noncompetitive)
    awarded = np.append(result.awards, result.noncompetitive)
    bidder, place = np.unique(np.append(bids["bidder"], without_rate["bidder"]), return_inverse=True)
    won = np.bincount(place, weights=awarded, minlength=len(bidder)).astype(np.int64)
    buyers, faces = np.append(bidder[won > 0], FED), np.append(won[won > 0], addon)
    trades = _awards(market, auction, buyers[faces > 0], faces[faces > 0], price_e8)
    trading.commit(market, trades)
    market.anticipated = market.anticipated.copy()
    beyond = market.premises.unforeseen.get((auction.security, auction.auction_day), 0) + auction.beyond
    added = int(awarded.sum()) * (auction.offering - beyond) // auction.offering
    market.anticipated[auction.security] += added
    market.auctioned[auction.security] = True
    part = added / max(int(market.anticipated[auction.security]), 1)
    for hear in market.after_auction:
        hear(market, auction, part, view)
    _record_auction(market, auction, result, classes, before, trades)


def _fail(market: Any, auction: Auction, before: BeforeAuction) -> None:
    """Issue nothing where nobody named a rate: there is no price; a new security's when-issued trades are void."""
    nothing = np.zeros(0, np.int64)
    result = Allotment(0, 0, nothing, nothing, 0, 0.0, 0, False)
    _record_auction(market, auction, result, ClassAwards(0, 0, 0, 0), before, np.zeros(0, TRADES))
    if market.when_issued[auction.security]:
        when_issued.void(market, auction.security)


def _auction_price_e8(market: Any, auction: Auction, stop_e5: int) -> int:
    """Set the coupon of a first sale and return the clean price, six decimals, in 1e-8 points."""
    s, at = market.securities, auction.security
    kind, maturity = s.kind[at], s.maturity_day[at]
    if kind == Kind.FRN:
        return 100 * POINT_E8
    if kind == Kind.BILL:
        discount_e6 = half_even(stop_e5 * int(maturity - auction.issue_day) * 1000, 360)
        return int(100 * POINT_E8 - 100 * discount_e6)
    if not market.auctioned[at]:
        coupon = int(bond_arithmetic.coupon_from_yield_e3(max(stop_e5 / 10.0, 0.0)))
        set_coupon(s, at, coupon)
        market.publish_securities()
    return int(bond_arithmetic.auction_price_e8(stop_e5 / 10.0, s.coupon_e3[at], maturity, auction.issue_day))


def _awards(market: Any, auction: Auction, buyers: Int, faces: Int, price_e8: int) -> NDArray[Any]:
    """Return the trades of an auction: the Treasury sells, delivering on the issue day with accrued interest."""
    s, at = market.securities, auction.security
    accrued = 0
    if s.kind[at] == Kind.FRN:
        accrued = int(
            bond_arithmetic.floating_accrued_e8(s.maturity_day[at], auction.issue_day, market.floating_rate_bp)
        )
    elif s.kind[at] != Kind.BILL:
        accrued = int(bond_arithmetic.accrued_e8(s.coupon_e3[at], s.maturity_day[at], auction.issue_day))
    ratio = index_ratio_e5(market.premises.index.reference_e5(np.array([auction.issue_day])), s.index_base_e5[at])
    trades = np.zeros(len(faces), TRADES)
    trades["day"], trades["round"], trades["venue"] = market.day, market.round, Venue.AUCTION
    trades["buyer"], trades["seller"], trades["security"] = buyers, TREASURY, at
    trades["settle_day"], trades["price_e8"], trades["face"] = auction.issue_day, price_e8, faces
    trades["cash_cents"] = cash_cents(faces, half_even((price_e8 + accrued) * int(ratio[0]), 10**5))
    return trades


def _record_auction(
    market: Any,
    auction: Auction,
    result: Allotment,
    classes: ClassAwards,
    before: BeforeAuction,
    trades: NDArray[Any],
) -> None:
    s, at = market.securities, auction.security
    public = trades["buyer"] != FED
    held = len(trades) > 0
    market.record.add(
        "auctions",
        date=market.date,
        issue_date=auction.issue_day,
        cusip=s.cusip[at],
        kind=Kind(s.kind[at]).name.lower(),
        term_months=int(s.term_months[at]),
        reopening=not auction.first,
        offering_face=auction.offering,
        awarded_face=int(result.awards.sum() + result.noncompetitive.sum()),
        noncompetitive_face=classes.noncompetitive,
        addon_face=int(trades["face"][~public].sum()),
        dealer_face=classes.dealer,
        direct_face=classes.direct,
        indirect_face=classes.indirect,
        stop_percent=result.stop_rate_e5 / 1000.0 if held else np.nan,
        median_percent=result.median_rate_e5 / 1000.0 if held else np.nan,
        when_issued_percent=before.rate_bp / 100.0,
        when_issued_face=before.face,
        when_issued_short_face=before.short_face,
        tail_bp=result.stop_rate_e5 / 10.0 - before.rate_bp if held else np.nan,
        bid_to_cover=result.bid_to_cover,
        covered=result.covered,
        cost_cents=int(trades["cash_cents"][public].sum()),
    )


# ---- buybacks -----------------------------------------------------------------------------------
def hold_buyback(market: Any, buyback: Buyback) -> None:
    """Collect dealers' offers, let the Treasury's agent decide, and pay each accepted offer its own price tomorrow.

    What the curve does not reach, an issue in its last month, cannot be judged: offers of it are not taken in.
    """
    view, fitted = market.view(), scoring_curve_bp(market)
    said = ((offeror, offeror.offer(buyback, view)) for offeror in market.playing(Offeror))
    offers = gathered(market, said, buyback.eligible & view.tradable & np.isfinite(fitted))
    accepted, score = np.zeros(len(offers), np.int64), np.zeros(len(offers))
    for evaluator in market.playing(Evaluator):
        accepted, score = evaluator.accept(offers, buyback, view, fitted)
    taken = accepted > 0
    security, face = offers["security"][taken], accepted[taken]
    parties = np.full(int(taken.sum()), TREASURY), offers["owner"][taken]
    cost = cash_cents(accepted, trading.full_price_e8(market, offers["security"], offers["price_e8"]))
    trading.agree(market, Venue.BUYBACK, parties, security, offers["price_e8"][taken], face, 0)
    market.bought_face += int(face.sum())
    market.bought_cents += int(cost.sum())
    judged = Judged(score, view.price_of(offers["security"], fitted[offers["security"]]))
    record_buyback(market, buyback, offers, accepted, judged, cost)


class Judged(NamedTuple):
    """What each offer was judged by: its score in bp, and the fitted clean price of its security in points."""

    score_bp: Float
    fitted: Float


def record_buyback(market: Any, buyback: Buyback, offers: Any, accepted: Int, judged: Judged, cost: Int) -> None:
    """Write an operation and its offers; of a standing facility, the day's purchases."""
    security = offers["security"]
    note_fill(market, buyback, int(accepted.sum()))
    middle = market.view().price_of(security, market.composite_bp[security])
    market.record.add(
        "buybacks",
        date=market.date,
        settle_date=market.settle_date,
        bucket=buyback.bucket,
        purpose=buyback.purpose,
        maximum_face=buyback.maximum,
        offered_face=int(offers["face"].sum()),
        accepted_face=int(accepted.sum()),
        cost_cents=int(cost.sum()),
        eligible_securities=int(buyback.eligible.sum()),
        accepted_securities=len(np.unique(security[accepted > 0])),
    )
    market.record.add(
        "offers",
        date=market.date,
        bucket=buyback.bucket,
        dealer=Labels(market.ledger.names, offers["owner"]),
        cusip=Labels(market.securities.cusip, security),
        price_e8=offers["price_e8"],
        fitted_price_e8=_known_e8(judged.fitted),
        market_price_e8=_known_e8(middle),
        index_ratio=market.index_e5[security] / RATIO_ONE_E5,
        face=offers["face"],
        accepted_face=accepted,
        cost_cents=cost,
        score_bp=judged.score_bp,
        eligible=buyback.eligible[security],
    )


def _known_e8(price: Float) -> Int:
    """Return prices in points as 1e-8 of a point, 0 where there is none."""
    return np.rint(np.nan_to_num(price) * POINT_E8).astype(np.int64)
