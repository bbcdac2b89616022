"""Dated values of a scenario do what they say on their days, and nothing before: news, flows by holder, deficits."""

import numpy as np
import pytest
from small_market import live, small, small_market

from agents.officials.debt_office import DebtOffice
from experiments.build import build
from experiments.errors import UserError
from experiments.scenario import load
from market.accounts.instruments import TREASURY, Money
from market.bonds.securities import Kind
from market.draws.streams import Streams
from market.news import DatedNews, Newswire
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD, FACE_PER_MUSD, day_number

EYE, ROUNDS = np.eye(3), 4
FLOW = {"date": "2024-05-30", "bucket_years": (1.0, 30.0)}


def heard(dated, days=3):
    """Return all that is heard, by day and round (D, R, 3)."""
    wire = Newswire(Streams(1), EYE, dated=dated)
    said = [[wire.of(day, number, ROUNDS) for number in range(ROUNDS)] for day in range(days)]
    return np.array([[news.public_bp + news.private_bp for news in day] for day in said])


def test_a_spell_scales_the_news_of_its_days_and_an_announcement_adds_to_the_first_round():
    plain, dated = heard(DatedNews()), heard(DatedNews({1: 3.0}, {2: (30.0, -5.0, 1.0)}))
    assert np.array_equal(dated[0], plain[0]) and dated[1] == pytest.approx(3.0 * plain[1])
    assert dated[2, 0] - plain[2, 0] == pytest.approx([30.0, -5.0, 1.0]) and np.array_equal(dated[2, 1:], plain[2, 1:])


def test_an_announcement_moves_what_dealers_stream_at_once_by_as_much_as_it_says():
    """All hear it before they stream, with the same inventories as where nothing is said: a level of 40 bp is 40 bp in
    whatever was streamed the day before, and nothing in the margins of floating notes."""
    said, streamed = [{"date": "2024-05-30", "level_bp": 40.0}], []
    for more in ({}, {"news__announcements": said}):
        market = small_market("steady", days=3, policy__rates_path="flat", **more)
        known = np.isfinite(market.composite_bp)
        for act in market.moments():
            if act == "stream_prices":
                streamed.append(market.composite_bp.copy())
                break
    moved, known = streamed[1] - streamed[0], known & market.tradable
    floating = market.securities.of(Kind.FRN)
    assert (known & ~floating).sum() > 300 and moved[known & ~floating] == pytest.approx(40.0, abs=1e-9)
    assert (known & floating).any() and not moved[known & floating].any()


def followed(kind, most=8, **flow):
    """Live with a flow until its holders have nothing left that they must trade; return by day what it told them to
    trade, in millions, and by holder and security what that was and what they traded that way; and the market."""
    market = small_market(days=2, flows=[FLOW | flow])
    holders = [agent for agent in market.agents if type(agent).__name__ == kind]
    rows, side = [int(agent.row) for agent in holders], "seller" if flow["daily_musd"][0] < 0 else "buyer"
    told, traded = [], np.zeros((len(rows), len(market.securities)))
    while len(told) < 3 or any(agent.forced.any() for agent in holders):
        assert len(told) < most
        for act in market.moments():
            if act == "open_market":
                before = np.array([agent.forced for agent in holders])
            elif act == "apply_shocks":
                told.append(np.array([agent.forced for agent in holders]) - before)
        trades = market.tape.everything()
        mine = trades[np.isin(trades[side], rows)]
        np.add.at(traded, (np.searchsorted(rows, mine[side]), mine["security"]), mine["face"])
    return [day.sum() / FACE_PER_MUSD for day in told], np.abs(sum(told)), traded, market


def test_a_flow_sells_and_buys_face_of_its_holder_whatever_it_costs():
    """What its days say is added to what holders must trade, to the dollar, and nothing is left of it a week later:
    each has traded that of each security, but for less than a million of each day's order."""
    days, wanted, traded, _ = followed("ForeignPrivate", holder="foreign_private", daily_musd=(-20_000, -10_000))
    assert days[:3] == [0, -20_000, -10_000] and not any(days[3:])
    assert (traded > wanted - 2 * FACE_PER_MUSD)[wanted > 0].all()
    bills = {"securities": "bills", "bucket_years": (0.0, 1.0)}
    days, wanted, traded, market = followed("Insurer", holder="insurer", daily_musd=(4_000, 4_000), **bills)
    assert days[:3] == [0, 4_000, 4_000] and not any(days[3:])
    assert not wanted[:, ~market.securities.of(Kind.BILL)].any()
    assert (traded > wanted - 2 * FACE_PER_MUSD)[wanted > 0].all()


def test_who_has_not_enough_or_trades_for_others_cannot_be_told_to_sell():
    with pytest.raises(UserError, match="pension holds"):
        small_market(days=4, flows=[FLOW | {"holder": "pension", "daily_musd": [-400_000], "bucket_years": (29, 30)}])
    with pytest.raises(UserError, match=r"primary_dealer.*trades for others"):
        small_market(flows=[FLOW | {"holder": "primary_dealer", "daily_musd": [-1]}])


WRONG = {
    'flows = [{ date = 2024-05-30, holder = "bank", bucket_years = [5, 2], daily_musd = [1] }]': "from 5 to 2 years",
    'flows = [{ date = 2024-05-30, holder = "bank", bucket_years = [1, 2], daily_musd = [] }]': "at least 1 item",
    'flows = [{ date = 2024-05-28, holder = "bank", bucket_years = [1, 2], daily_musd = [1] }]': "after 2024-05-28",
    'flows = [{ date = 2024-05-30, holder = "bank", bucket_years = [1, 2], daily_musd = [9_000_000] }]': "-500000 to",
    "news.spells = [{ since = 2024-06-03, until = 2024-05-30, scale = 2.0 }]": "expected 2024-06-03 or later",
    "news.announcements = [{ date = 2025-06-02 }]": "up to 2025-01-31",
    "news.announcements = [{ date = 2024-06-01 }]": "expected a business day",
    "policy.deficits = [{ since = 2024-06-03, until = 2024-06-04, yearly_musd = 1, financing = 'cash' }]": "bills",
    "policy.deficits = [{ since = 2024-06-03, until = 2024-06-04, yearly_musd = -1, financing = 'coupons' }]": "raised",
    "policy.deficits = [{ since = 2026-03-02, until = 2026-03-04, yearly_musd = 1 }]": "expected after 2024-05-28",
    "futures = {enabled = true, margin_steps = [{since = 2026-03-02, scale = 2.0}]}": "expected up to the end",
    "policy.buybacks = {mode = 'standing', standing = {since = 2026-03-02}}": "expected up to the end",
    "policy = {fiscal = 'balanced', deficits = [{since = 2024-06-03, until = 2024-06-04, yearly_musd = 1}]}": "balance",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_with_dated_values_is_said_in_one_line(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UserError) as error:
        load(str(path))
    assert WRONG[text] in str(error.value) and str(error.value).startswith(str(path))


def plans(**deficit):
    return build(small(policy__deficits=[deficit] if deficit else []), 1)


def test_a_deficit_comes_out_of_the_account_on_its_days():
    cash = []
    for market in (plans(), plans(since="2024-05-30", until="2024-05-31", yearly_musd=250_000)):
        cash.append([])
        for _ in range(5):
            live(market, 1)
            cash[-1].append(int(market.ledger.balance[TREASURY, Money.TREASURY_CASH]))
    spent = (np.array(cash[0]) - np.array(cash[1])) / CENTS_PER_MUSD
    assert spent[:3].tolist() == [0, 0, 0] and spent[3:] == pytest.approx([1_000, 2_000], abs=50)


def test_coupons_are_raised_by_what_a_deficit_has_spent_and_bills_count_them_as_coming():
    """To the cent: spent by now = what announced auctions were raised by + what is still to be raised."""
    deficit = {"since": "2024-05-30", "until": "2024-12-31", "yearly_musd": 500_000, "financing": "coupons"}
    market = live(plans(**deficit), 22)
    (office,), coupons = market.agents_by_type[DebtOffice], market.securities.of(Kind.NOTE, Kind.BOND)
    held, cusips = market.record.to_pandas("auctions"), market.securities.cusip
    days = held["date"].to_numpy("datetime64[D]").astype(int)
    announced = {
        (cusip, day): int(face)
        for cusip, day, face in zip(held["cusip"].astype(str), days, held["offering_face"], strict=True)
    } | {(cusips[a.security], a.auction_day): a.offering for a in market.auctions}
    more = {
        a: announced.get((cusips[a.security], a.auction_day), a.offering) - a.offering for a in office.plan.auctions
    }
    raised = {a: face for a, face in more.items() if coupons[a.security] and face}
    spent = sum(cents for day, cents in office.plan.coupon_financed.items() if day <= market.date)
    assert len(raised) > 3 and min(raised.values()) > 0
    assert spent == sum(raised.values()) * CENTS_PER_FACE + office.unfinanced_cents
    last, issued = max(a.issue_day for a in raised), dict.fromkeys({a.issue_day for a in raised}, 0)
    for auction, face in more.items():
        if auction.issue_day in issued:
            issued[auction.issue_day] += face
    assert office.moved[last] == issued[last]
    assert max(office.plan.coupon_financed) == day_number("2024-12-31")


def test_every_trade_is_asked_for_by_one_sector_and_met_by_another():
    market = small_market(days=5)
    table = market.record.to_pandas("sectors")
    by_day = table.groupby("date")[["asked_musd", "met_musd", "net_asked_musd", "net_met_musd", "net_musd"]].sum()
    assert by_day["asked_musd"].to_numpy() == pytest.approx(by_day["met_musd"].to_numpy())
    assert by_day["net_asked_musd"].to_numpy() == pytest.approx(-by_day["net_met_musd"].to_numpy())
    assert np.abs(by_day["net_musd"]).max() < 1e-6 * by_day["asked_musd"].max()
    dealers = table[table["sector"] == "dealers"]
    assert (dealers["met_musd"] > dealers["asked_musd"]).all()
    sums = table.groupby("date")[["paid_musd", "earned_musd", "asked_dv01_musd", "met_dv01_musd"]].sum()
    assert sums["paid_musd"].to_numpy() == pytest.approx(sums["earned_musd"].to_numpy())
    assert sums["asked_dv01_musd"].to_numpy() == pytest.approx(sums["met_dv01_musd"].to_numpy())
