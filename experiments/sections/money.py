"""The section of a scenario for the money market: what money funds do with their cash, and what reporting dates do."""

from typing import Any, Literal

from experiments.sections.section import Section, declared

FROM_FACILITY = {"none": 0.0, "all": 1.0}


class MoneyMarket(Section):
    """How the money of an evening is split between reserves and the Fed's reverse repo."""

    bills_from_facility: Literal["none", "estimated", "all"] = declared(
        "estimated",
        "mode",
        "OFR money fund monitor, 2022 to April 2024: the trait from_facility of money funds",
        "share of money funds' purchases paid out of reverse repo; owners bring the rest, out of bank deposits",
    )
    substitution: bool = declared(
        True,
        "switch",
        "OFR money fund monitor, 2022 to April 2024: the trait substitution of money funds",
        "whether money funds leave reverse repo, month by month, for lending that pays more",
    )
    reporting_dates: bool = declared(
        True,
        "switch",
        "Munyan (2017), OFR Working Paper 15-22",
        "whether borrowers show smaller balance sheets on the last days of quarters and months",
    )

    fima_repo: bool = declared(
        False,
        "switch",
        "Board of Governors, FIMA Repo Facility, standing since 28 July 2021",
        "whether foreign officials that must raise dollars may pledge to the Fed what would sell low",
    )

    def set_habits(self, agent: Any) -> None:
        """Put what the scenario says in the place of traits; the defaults leave them as they are."""
        if agent.declares("from_facility"):
            self._of_fund(agent)
        if agent.declares("fima"):
            agent.fima = float(self.fima_repo)
        if agent.declares("quarter_end_closed") and not self.reporting_dates:
            agent.quarter_end_closed = agent.month_end_closed = 0.0

    def _of_fund(self, fund: Any) -> None:
        if self.bills_from_facility in FROM_FACILITY:
            fund.from_facility = FROM_FACILITY[self.bills_from_facility]
        if not self.substitution:
            fund.substitution = 0.0
        if not self.reporting_dates:
            fund.quarter_end = fund.month_end = 0.0
