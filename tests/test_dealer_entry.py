"""A dealer's entry: nothing of it before; from its day on its capital is there, it makes markets, clients meet it."""

from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError
from small_market import BOOKS, changed, digest, live, lone, small, small_market

from agents.dealers.entering import catch_up
from agents.dealers.primary_dealer import PrimaryDealer
from agents.dealers.winding_down import WindingDown
from experiments.check import check
from experiments.errors import UserError
from experiments.run import run
from experiments.store import read
from market.accounts.instruments import PUBLIC, Money
from market.books.messages import Venue
from market.money.capital import MEMO
from market.units import CENTS_PER_MUSD, to_date

DAY = date(2024, 5, 30)
ENTRY = {"date": DAY, "name": "Newcomer", "size": 0.5, "known_by": 0.4, "half_life_days": 1}
KEPT = ("requests", "quotes", "trades")
EVE = 3  # days until the evening before: two of burn-in, and 29 May


@pytest.fixture(scope="module")
def entered():
    """Return a market on the evening of the first day of a dealer that entered, which checked every identity."""
    return live(small_market(keep=KEPT, entries=(ENTRY,)), EVE + 1)


def own(market, table, column="dealer"):
    """Return the days on which a table names the newcomer in a column."""
    rows = market.record.to_pandas(table)
    return set(rows[rows[column].astype(str) == "Newcomer"]["date"].dt.date)


def test_before_its_day_a_market_has_the_bits_of_one_without_it():
    with_it, without = small_market(days=EVE, entries=(ENTRY,)), small_market(days=EVE)
    assert digest(with_it) == digest(without) and "Newcomer" not in with_it.ledger.names
    assert digest(live(with_it, 1)) != digest(live(without, 1))


def test_from_its_day_on_it_quotes_answers_trades_in_books_and_bids(entered):
    assert to_date(entered.date) == DAY
    assert own(entered, "quotes") == own(entered, "requests") == own(entered, "trades", "buyer") == {DAY}
    trades, row = entered.tape.everything(), entered.ledger.row_of("Newcomer")
    mine = trades[(trades["buyer"] == row) | (trades["seller"] == row)]
    assert {Venue.REQUEST, Venue.BOOK, Venue.SESSION} <= set(mine["venue"].tolist())
    sold = entered.record.to_pandas("auctions")
    assert (sold["date"].dt.date == DAY).any()
    assert entered.ledger.position([row]).any()


def test_its_capital_is_paid_in_by_the_public_for_shares_in_it_and_nothing_is_made_of_it():
    market = small_market(days=EVE, entries=(ENTRY,))
    for act in market.moments():
        if act == "open_market":
            before = market.ledger.money(PUBLIC)
        if act == "apply_shocks":
            break
    row = market.ledger.row_of("Newcomer")
    start = [a for a in market.agents if isinstance(a, PrimaryDealer) and a.row != row]
    cents = round(0.5 * float(np.mean([float(a.cash_buffer) for a in start])) * CENTS_PER_MUSD)
    assert cents > 0
    moved = {Money.DEPOSITS: cents, Money.FUND_SHARES: -cents}
    assert {money: market.ledger.money(row)[money] for money in Money if market.ledger.money(row)[money]} == moved
    change = market.ledger.money(PUBLIC) - before
    assert {money: -change[money] for money in Money if change[money]} == moved
    posted = market.flows.by_memo[MEMO]
    assert posted[Money.FUND_SHARES] == cents and posted[Money.RESERVES] == 0
    for book in BOOKS:
        assert not getattr(market.ledger, book).sum(axis=0).any()


def test_its_limits_are_its_part_of_what_the_others_have_who_keep_theirs(entered):
    dealers = {a.name: float(a.capital_share) for a in entered.agents if isinstance(a, PrimaryDealer)}
    assert dealers.pop("Newcomer") == pytest.approx(0.5 / 6) and sum(dealers.values()) == pytest.approx(1.0)
    now = entered.record.to_pandas("institutions").set_index("name").loc["Newcomer"]
    assert 0 < now["leverage_use"] < 1 and abs(now["value_musd"]) < 0.01 * now["gross_musd"]


def test_clients_try_it_by_chance_and_the_graph_shows_who_knows_it(entered):
    clients = np.arange(len(entered.ledger.names)) > PUBLIC
    weight = entered.relationships.weight[clients, -1]
    assert 0.2 < (weight > 0).mean() < 0.6
    made = entered.relationships.graph(entered.ledger.names)
    assert made.nodes["Newcomer"]["role"] == "dealer"
    asks = {name for name in made["Newcomer"] if made.nodes[name]["role"] == "client"}
    assert 0 < len(asks) < len(entered.ledger.names) - 10
    known = small_market(days=EVE + 3, entries=(ENTRY,)).relationships
    later = known.weight[clients, -1]
    assert (later[weight > 0] > 0).all() and (later > 0).mean() > 0.7
    np.testing.assert_allclose(known.weight[clients].sum(axis=1), 1.0)


def test_it_knows_what_others_know_and_begins_with_their_level():
    one, other = (
        lone(PrimaryDealer, premium=np.full(3, level), apart=level, valued=np.full(3, 400.0)) for level in (1.0, 3.0)
    )
    for dealer, belief in ((one, 2.0), (other, -2.0)):
        dealer.belief = np.array([belief])
        dealer.news = np.array([5.0, 7.0 + belief, 9.0])
    newcomer = lone(PrimaryDealer, news=np.array([0.0, 4.0, 0.0]))
    catch_up(newcomer, [one, other])
    assert newcomer.news.tolist() == newcomer.believed.tolist() == [5.0, 11.0, 9.0]
    assert newcomer.premium.tolist() == [2.0] * 3 and newcomer.valued.tolist() == [400.0] * 3


def test_it_has_the_traits_of_its_kind_and_a_view_of_its_own():
    traits = {"gross_limit": {"median": 420_000.0}}
    settings = {"population__primary_dealer__traits": traits, "beliefs__disagreement_bp": 10.0}
    market = small_market(days=EVE + 1, entries=(ENTRY,), **settings)
    newcomer, *others = sorted(
        (a for a in market.agents if isinstance(a, PrimaryDealer)), key=lambda a: a.name != "Newcomer"
    )
    assert float(newcomer.gross_limit) == 420_000.0 and newcomer.belief != 0
    np.testing.assert_allclose(newcomer.heard(), others[0].heard())


def test_it_is_the_same_together_and_one_by_one():
    assert len({digest(small_market(days=EVE + 2, one_by_one=one, entries=(ENTRY,))) for one in (False, True)}) == 1


def test_who_entered_may_leave_and_is_wound_down():
    leaving = {"date": date(2024, 5, 31), "dealer": "Newcomer", "days": 1}
    market = small_market(days=EVE + 2, entries=(ENTRY,), exits=(leaving,))
    assert [a.name for a in market.agents if isinstance(a, WindingDown)] == ["Newcomer"]
    assert market.ledger.row_of("Newcomer") not in market.relationships.dealers


def test_the_identities_of_its_run_hold_by_the_tables_alone(tmp_path):
    folder = tmp_path / "run"
    run(changed(small(), entries=(ENTRY,)), 1, 3, folder)
    assert [finding for finding in check(folder) if not finding.passed] == []
    posted = read(folder, "postings")
    assert set(posted[posted["memo"] == MEMO]["instrument"]) == {"FUND_SHARES"}


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("date", date(2030, 1, 2), "expected after"),
        ("date", date(2024, 5, 28), "expected after"),
        ("date", date(2024, 6, 1), "business day; the nearest are 2024-05-31 and 2024-06-03"),
        ("size", 0.0, "greater"),
        ("known_by", 1.5, "less"),
        ("half_life_days", 0, "greater"),
        ("name", "largest", "no kind of institution"),
        ("name", "pension", "no kind of institution"),
        ("name", " ", "without blanks"),
    ],
)
def test_impossible_entries_are_refused(key, value, told):
    with pytest.raises(ValidationError, match=told):
        small(entries=({**ENTRY, key: value},))


def test_a_name_is_had_once_and_nobody_leaves_before_it_enters():
    with pytest.raises(ValidationError, match=r"entries\[1\].name is 'Newcomer', expected another"):
        small(entries=(ENTRY, ENTRY))
    with pytest.raises(ValidationError, match=r"exits\[0\].date is 2024-05-30, expected after 2024-05-30"):
        small(entries=(ENTRY,), exits=({"date": DAY, "dealer": "Newcomer"},))
    with pytest.raises(UserError, match=r"entries\[0\].name is 'Bank 01', expected a name that no institution has"):
        small_market(entries=({**ENTRY, "name": "Bank 01"},))
    with pytest.raises(UserError, match=r"entries\[0\].size is 7, expected 0.0006 to 6, the capital of all dealers"):
        small_market(entries=({**ENTRY, "size": 7},))
