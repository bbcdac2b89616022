"""The section of a scenario for the money market: what money funds pay for bills with."""

from typing import Any, Literal

from experiments.section import Section, declared

FROM_FACILITY = {"none": 0.0, "all": 1.0}


class MoneyMarket(Section):
    """How the money of an evening is split between reserves and the Fed's reverse repo."""

    bills_from_facility: Literal["none", "estimated", "all"] = declared(
        "estimated",
        "mode",
        "OFR money fund monitor, 2022 to April 2024: the trait from_facility of money funds",
        "share of money funds' purchases paid out of reverse repo; owners bring the rest, out of bank deposits",
    )

    def set_share(self, fund: Any) -> None:
        """Put the share of an extreme in the place of the trait; ``estimated`` leaves it as it is."""
        if self.bills_from_facility in FROM_FACILITY:
            fund.from_facility = FROM_FACILITY[self.bills_from_facility]
