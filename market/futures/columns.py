"""Columns of the tables of futures: unit and meaning; the other half of ``market.tables.record_columns``."""

COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "futures": {
        "date": ("date", "business day"),
        "contract": ("name", "contract by its code: TU, FV, TY, TN, US, UB"),
        "delivery": ("date", "day of delivery of the lead month"),
        "price": ("points", "settlement price"),
        "fair_price": ("points", "price at which the cheapest to deliver earns the expected repo rate"),
        "spread_bp": ("bp", "implied repo of the cheapest to deliver less the expected repo rate"),
        "repo_bp": ("bp", "expected repo rate: the recent average of overnight repo"),
        "cheapest": ("name", "CUSIP of the cheapest to deliver, empty if there is none"),
        "open_interest": ("count", "contracts that are long"),
        "volume": ("count", "contracts traded today"),
        "margin_rate": ("share", "initial margin over the value of a contract"),
    },
    "futures_positions": {
        "date": ("date", "business day"),
        "sector": ("name", "sector; Public stands for all traders that the CFTC counts as others"),
        "contract": ("name", "contract by its code"),
        "long_contracts": ("count", "contracts of those of the sector who are long"),
        "short_contracts": ("count", "contracts of those of the sector who are short"),
    },
    "clearing": {
        "date": ("date", "business day"),
        "account": ("name", "who is long or short of futures, or was today"),
        "variation_cents": ("cents", "variation margin received this evening; negative: paid"),
        "margin_cents": ("cents", "initial margin posted"),
    },
    "leveraged": {
        "date": ("date", "business day"),
        "fund": ("name", "who holds securities with borrowed money against futures or swaps"),
        "equity_musd": (
            "musd",
            "securities at the close plus money less money owed; of swap funds with what their swaps gained",
        ),
        "securities_musd": ("musd", "securities at the close, accrued interest included"),
        "margin_musd": ("musd", "initial margin of futures posted, or put aside for swaps"),
        "kept": ("share", "of its position that could stay today; the rest is sold at any price"),
        "reason": ("name", "what binds first: none, carry, repo, margin or losses"),
        "forced_musd": ("musd", "face that it has still to sell at any price"),
    },
}
