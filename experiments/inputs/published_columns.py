"""The declared columns of every published table: what a file must hold to be read at all.

``dates`` are ISO days, ``texts`` words, ``numbers`` are never blank, ``blanks`` are numbers of which some are not
published. Rows and columns are those of the shipped files; a file that differs is refused. A user's own file
(``own_data``) has the columns, and rows of its own. Units are in ``data/SOURCES.md``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """What one file holds."""

    rows: int
    dates: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """Return the names of all columns."""
        return frozenset(self.dates + self.texts + self.numbers + self.blanks)


def _table(rows: int, **columns: str) -> Table:
    """Make a table of names listed with ``|`` between them."""
    return Table(rows, **{kind: tuple(names.split("|")) for kind, names in columns.items()})


TABLES = {
    "auction_schedule_2025": _table(
        444,
        dates="auction_date|issue_date|maturity_date",
        texts="security_class|term|cusip|reopening",
        numbers="amount_offered_musd",
    ),
    "auctions_2019-2024": _table(
        2525,
        dates="auction_date|issue_date|maturity_date",
        texts="security_class|term|cusip|reopening",
        numbers=(
            "amount_offered_musd|amount_accepted_musd|amount_accepted_competitive_musd|"
            "soma_add_on_musd|bid_to_cover|primary_dealer_pct|direct_pct|indirect_pct|"
            "allotment_at_high_pct"
        ),
        blanks="coupon_pct|high_yield|median_yield",
    ),
    "buyback_operations_2024": _table(
        41,
        dates="operation_date|settlement_date",
        texts="operation_type|security_class|maturity_bucket",
        numbers="max_par_amt_redeemed_musd|total_par_amt_offered_musd",
        blanks="par_accepted_musd",
    ),
    "buyback_schedule_2025": _table(
        66,
        dates="operation_date|settlement_date",
        texts="operation_type|security_class|maturity_bucket",
        numbers="max_par_amt_redeemed_musd",
    ),
    "buyback_security_details_2024": _table(
        1159,
        dates="operation_date|maturity_date",
        texts="cusip",
        blanks="par_accepted_musd|weighted_avg_accepted_price",
    ),
    "cftc_tff_treasury_futures_weekly_2022-2024": _table(
        912,
        dates="date",
        texts="contract|market",
        numbers=(
            "open_interest|dealer_long|dealer_short|dealer_spread|asset_mgr_long|asset_mgr_short|"
            "asset_mgr_spread|lev_money_long|lev_money_short|lev_money_spread|other_rept_long|"
            "other_rept_short|other_rept_spread|nonrept_long|nonrept_short"
        ),
    ),
    "cmt_yields_term_premium_daily_2019-2024": _table(
        1566, dates="date", blanks="DGS3MO|DGS6MO|DGS1|DGS2|DGS5|DGS10|DGS20|DGS30|THREEFYTP10"
    ),
    "cpi_u_nsa_monthly_1996-2024": _table(348, texts="month", numbers="cpi_u_nsa"),
    "dealer_fails_on_the_run_weekly_2022-2024": _table(
        156,
        dates="date",
        numbers="5y_receive|10y_deliver|10y_receive",
        blanks=(
            "frn_deliver|frn_receive|2y_deliver|2y_receive|3y_deliver|3y_receive|5y_deliver|7y_deliver|"
            "7y_receive|20y_deliver|20y_receive|30y_deliver|30y_receive|tips_5y_deliver|"
            "tips_5y_receive|tips_10y_deliver|tips_10y_receive|tips_30y_deliver|tips_30y_receive"
        ),
    ),
    "dealer_financing_ust_ex_tips_weekly_2022-2024": _table(
        156,
        dates="date",
        numbers=(
            "repo_cleared_bilateral_specific_overnight|repo_cleared_bilateral_specific_term_le30|"
            "repo_cleared_bilateral_specific_term_gt30|repo_cleared_bilateral_general_overnight|"
            "repo_cleared_bilateral_sponsored_overnight|repo_uncleared_bilateral_specific_overnight|"
            "repo_uncleared_bilateral_specific_term_le30|repo_uncleared_bilateral_specific_term_gt30|"
            "repo_uncleared_bilateral_general_overnight|repo_uncleared_bilateral_general_term_le30|"
            "repo_uncleared_bilateral_general_term_gt30|rrp_cleared_bilateral_specific_overnight|"
            "rrp_cleared_bilateral_specific_term_le30|rrp_cleared_bilateral_specific_term_gt30|"
            "rrp_cleared_bilateral_general_term_gt30|rrp_cleared_bilateral_sponsored_overnight|"
            "rrp_uncleared_bilateral_specific_overnight|rrp_uncleared_bilateral_specific_term_le30|"
            "rrp_uncleared_bilateral_specific_term_gt30|rrp_uncleared_bilateral_general_overnight|"
            "rrp_uncleared_bilateral_general_term_le30|rrp_uncleared_bilateral_general_term_gt30"
        ),
        blanks=(
            "repo_cleared_bilateral_general_term_le30|repo_cleared_bilateral_general_term_gt30|"
            "repo_cleared_bilateral_sponsored_term_le30|repo_cleared_bilateral_sponsored_term_gt30|"
            "rrp_cleared_bilateral_general_overnight|rrp_cleared_bilateral_general_term_le30|"
            "rrp_cleared_bilateral_sponsored_term_le30|rrp_cleared_bilateral_sponsored_term_gt30|"
            "repo_total_ust_ex_tips"
        ),
    ),
    "dealer_inventory_weekly_2019-2024": _table(
        313, dates="week", numbers="dealer_inventory_bn|repo_spread_bp", blanks="repo_spread_iorb_bp"
    ),
    "dealer_net_positions_weekly_2024": _table(
        50,
        dates="asof_date",
        numbers=(
            "bills|frn|cpn_le2y|cpn_g2_le3y|cpn_g3_le6y|cpn_g6_le7y|cpn_g7_le11y|cpn_g11_le21y|"
            "cpn_g21y|tips_le2y|tips_g2_le6y|tips_g6_le11y|tips_g11y|total"
        ),
    ),
    "dealer_repo_total_ust_ex_tips_weekly_2019-2024": _table(261, dates="date", numbers="repo_total_ust_ex_tips_musd"),
    "dealer_volume_7-11y_weekly_2024": _table(52, dates="asof_date", numbers="pdtrgsc_g7l11_musd"),
    "derived_monthly_cash_need_2019-2024": _table(
        72, texts="month", numbers="marketable_bn|tga_bn", blanks="d_marketable_bn|d_tga_bn|derived_cash_need_bn"
    ),
    "effr_sofr_onrrp_daily_2019-2024": _table(1566, dates="date", blanks="EFFR|RRPONTSYD|SOFR"),
    "fed_balance_sheet_2024-05-29": _table(26, texts="side|line|source", numbers="musd"),
    "federal_budget_partial_2019-2024": _table(
        21, texts="period_end|basis|source", blanks="receipts_bn|outlays_bn|balance_bn"
    ),
    "fedinvest_prices_2024-02-28": _table(
        354,
        dates="date|maturity_date",
        texts="cusip|security_type|source_commit",
        numbers="buy_price|sell_price|end_of_day_price",
        blanks="eod_yield_pct|coupon_pct",
    ),
    "fedinvest_prices_2024-05-28": _table(
        381,
        dates="date|maturity_date",
        texts="cusip|security_type|source_commit",
        numbers="buy_price|sell_price|end_of_day_price|eod_yield_pct",
        blanks="coupon_pct",
    ),
    "fedinvest_prices_2024-09-30": _table(
        393,
        dates="date|maturity_date",
        texts="cusip|security_type|source_commit",
        numbers="buy_price|sell_price|end_of_day_price",
        blanks="eod_yield_pct|coupon_pct",
    ),
    "fomc_sep_median_fed_funds_2023-2024_partial": _table(
        12, dates="meeting", texts="horizon", numbers="median_fed_funds_pct"
    ),
    "gsw_svensson_2024-05-10_2024-06-07": _table(
        20, dates="date", numbers="beta0|beta1|beta2|beta3|tau1|tau2|sveny01_pct|sveny30_pct"
    ),
    "h41_asset_detail_week_averages_2024_selected": _table(
        6,
        dates="week_ended",
        numbers=(
            "reserve_bank_credit|securities_held_outright|treasuries|bills|"
            "notes_bonds_nominal_incl_frn|tips_par|inflation_compensation|agency_debt|mbs|"
            "unamortized_premiums|unamortized_discounts|repo|loans|primary_credit|secondary_credit|"
            "seasonal_credit|ppplf|btfp|main_street|float|swaps|other_fed_assets|"
            "foreign_currency_assets|gold|sdr|treasury_currency|total_supplying"
        ),
    ),
    "h41_premiums_discounts_wednesday_2024_selected": _table(
        7,
        dates="wednesday",
        numbers=(
            "bills|notes_bonds_nominal_incl_frn|tips_par|inflation_compensation|agency_debt|mbs|"
            "unamortized_premiums|unamortized_discounts"
        ),
    ),
    "h41_wednesday_levels_weekly_2019-2024": _table(
        313,
        dates="date",
        numbers=(
            "total_assets|reserve_bank_credit|securities_held_outright|soma_treasuries|soma_mbs|"
            "soma_agency_debt|repo_total|repo_foreign_official|repo_others_srf|loans_total|"
            "loans_primary_credit|loans_other_credit_extensions|central_bank_liquidity_swaps|"
            "currency_in_circulation|rrp_total|rrp_foreign_official|rrp_others_onrrp|"
            "deposits_other_than_reserves|tga|deposits_foreign_official|deposits_other|"
            "reserve_balances|other_liabilities_accrued_dividends|custody_total|custody_treasuries|"
            "custody_mbs"
        ),
    ),
    "holdings_by_sector_quarterly_2015-2024": _table(
        40,
        dates="date",
        numbers=(
            "banks|dealers|fed|foreigners_official|households_residual|insurers|money_market_funds|"
            "mutual_funds_etfs|nonfinancial_corporates|other_financial|pensions|state_local_governments"
        ),
    ),
    "issuance_2008-2024": _table(
        3160,
        dates="auction_date|issue_date|maturity_date",
        texts="cusip|security_class|term|coupon_source",
        numbers="total_accepted_usd|soma_add_on_usd",
        blanks="coupon_pct|high_yield_pct",
    ),
    "mmf_holdings_monthly_2019-2024": _table(
        72,
        dates="month_end",
        numbers=(
            "total_investments|treasuries|repo_total|repo_with_fed_onrrp|repo_with_ficc|"
            "repo_with_foreign_fin_inst|repo_with_us_fin_inst|repo_overnight_open|repo_coll_other|"
            "repo_coll_agency|repo_coll_treasury"
        ),
    ),
    "mspd_class_totals_monthly_2019-2024": _table(
        72, dates="observation_date", numbers="BILLS|BONDS|FRN|NOTES|OTHER|TIPS|TOTAL_MARKETABLE"
    ),
    "mspd_wam_monthly_2015-2024": _table(
        120, dates="observation_date", numbers="wam_years|amount_outstanding|within_1y|within_2y|within_3y|within_5y"
    ),
    "ofr_repo_volumes_rates_daily_2019-2024": _table(
        1499,
        dates="date",
        numbers="tri_volume_musd|gcf_volume_musd|dvp_volume_musd|gcf_rate_agency_pct",
        blanks="tri_rate_overnight_open_pct|dvp_rate_overnight_open_pct",
    ),
    "onrrp_by_counterparty_daily_2022-2024": _table(
        748, dates="date", numbers="total_musd|counterparties", blanks="mmf_musd|gse_musd|primary_dealer_musd|bank_musd"
    ),
    "par_yield_curve_daily_2019-2024": _table(
        1485,
        dates="Date",
        numbers="1 Mo|2 Mo|3 Mo|6 Mo|1 Yr|2 Yr|3 Yr|5 Yr|7 Yr|10 Yr|20 Yr|30 Yr",
        blanks="1.5 Mo|4 Mo",
    ),
    "pre_2008_bonds": _table(
        24,
        dates="first_issue_date|maturity_date",
        texts="cusip|security_class|source",
        numbers="coupon_pct|par_usd_before_buybacks",
    ),
    "securities_outstanding_2024-05-28": _table(
        451,
        dates="first_issue_date|maturity_date",
        texts="cusip|security_class|original_term|outstanding_source|coupon_source",
        numbers="n_issues_to_date|outstanding_par_musd|years_to_maturity",
        blanks="coupon_pct|soma_par_2024_05_22_musd|otr_rank",
    ),
    "sofr_percentiles_iorb_onrrp_rate_daily_2019-2024": _table(
        1900, dates="date", blanks="sofr|sofr_p1|sofr_p25|sofr_p75|sofr_p99|iorb|onrrp_award_rate|effr"
    ),
    "soma_by_type_weekly_2019-2024": _table(
        314,
        dates="date",
        numbers=(
            "bills|notes_bonds_nominal|frn|tips_par|tips_inflation_compensation|agency_debt|agency_mbs|agency_cmbs"
        ),
    ),
    "soma_nominal_notes_bonds_2024-05-22": _table(298, dates="as_of", texts="cusip", numbers="par_musd"),
    "tga_daily_2019-2024": _table(1507, dates="date", numbers="tga_musd"),
    "tic_cayman_holdings_monthly_2023-2024": _table(
        23,
        texts="month",
        numbers=("total_us_securities_musd|us_treasuries_musd|ust_net_us_sales_musd|ust_valuation_change_musd"),
    ),
    "tic_foreign_holders_monthly_2019-2024": _table(
        72,
        dates="date",
        numbers=(
            "Japan|China, Mainland|United Kingdom|Luxembourg|Cayman Islands|Canada|Belgium|Ireland|"
            "France|Switzerland|Taiwan|Hong Kong|Singapore|India|Brazil|Norway|Saudi Arabia|"
            "Korea, South|Grand Total|For. Official|Treasury Bills|T-Bonds & Notes"
        ),
    ),
    "tips_real_yields_daily_2019-2024": _table(1501, dates="date", numbers="DFII10", blanks="DFII20|DFII30"),
    "treasury_bulletin_ofs2_ownership_quarterly_2020-2024": _table(
        17,
        dates="quarter_end",
        numbers=(
            "depository_institutions_bn|federal_reserve_and_government_accounts_bn|"
            "insurance_companies_bn|mutual_funds_bn|pension_funds_private_bn|"
            "pension_funds_state_and_local_governments_bn|state_and_local_governments_bn|"
            "total_privately_held_bn|total_public_debt_bn|us_savings_bonds_bn"
        ),
        blanks="foreign_and_international_bn|other_investors_bn",
    ),
    "treasury_quarterly_borrowing_2019-2024": _table(
        72,
        dates="announced",
        texts="quarter|kind|release",
        numbers="privately_held_net_borrowing_bn|end_quarter_cash_bn",
    ),
    "z1_repo_positions_quarterly_2015-2024": _table(
        40,
        dates="quarter_end",
        numbers=(
            "hedge_funds_reverse_repo_assets_FL622051003|hedge_funds_repo_liabilities_FL622151005|"
            "broker_dealers_repo_assets_FL662051003|broker_dealers_repo_liabilities_FL662151003|"
            "mmf_repo_assets_FL632051000|mortgage_reit_repo_liabilities_FL642151073"
        ),
    ),
    "z1_treasury_holders_with_hedge_funds_quarterly_2019-2024": _table(
        22,
        dates="quarter_end",
        numbers=(
            "total_holdings_market_value|outstanding_par_liability|bills_outstanding|rest_of_world|"
            "federal_reserve|money_market_funds|households_nonprofits|mutual_closed_end_etf_funds|"
            "banks|insurers_and_pensions|other_incl_dealers_state_local_corporates_hedge_funds|"
            "memo_domestic_hedge_funds|mutual_funds|broker_dealers|etfs_derived|"
            "closed_end_funds_derived|insurers|state_local_governments|nonfinancial_corporates"
        ),
    ),
}
