"""What trades where: ages and venues add up to the volume, and the newest bills are the newest."""

import pandas as pd
import pytest
from small_market import small_market

from experiments.figures import ageing
from experiments.results.venue_summary import AGES, newest_bills, of_table, shares_of
from market.tables.record import Record


@pytest.fixture(scope="module")
def table():
    market = small_market(days=4, rounds=6)
    assert isinstance(market.record, Record)
    return market.record.to_pandas("securities")


def test_ages_and_tenors_add_up_to_the_volume(table):
    found = of_table(table)
    all_ages = found.xs("all", level="tenor")
    days = table["date"].nunique()
    assert all_ages["volume_bn"].sum() == pytest.approx(table["turnover_musd"].sum() / 1000 / days)
    assert all_ages.loc[list(AGES), "volume_share"].sum() == pytest.approx(1.0)
    for age in AGES:
        assert found.loc[age].drop("all")["volume_bn"].sum() == pytest.approx(all_ages.loc[age, "volume_bn"])
    known = all_ages["volume_bn"] > 0
    assert ((all_ages["by_request"] + all_ages["in_books"])[known] <= 1.0 + 1e-9).all()
    assert all_ages.loc[list(AGES), "published"].sum() == pytest.approx(1.0)


def test_shares_are_shares_and_the_figure_has_every_age(table):
    assert shares_of(table)["on_the_run_share"].between(0.05, 1.0).all()
    axes = ageing.draw({"securities": table}).axes
    assert [tick.get_text() for tick in axes[0].get_xticklabels()] == list(AGES) and len(axes) == 4


def test_the_newest_bill_of_each_term_is_the_one_with_longest_to_go():
    rows = [(days, "bill") for days in (3, 21, 27, 28, 85, 90, 181, 170, 364, 340)] + [(28, "note")]
    maturity = [pd.Timestamp("2024-06-03") + pd.Timedelta(days=days) for days, _ in rows]
    made = pd.DataFrame({"date": pd.Timestamp("2024-06-03"), "maturity": maturity, "kind": [kind for _, kind in rows]})
    assert [rows[place][0] for place in range(len(rows)) if newest_bills(made)[place]] == [28, 90, 181, 364]
