"""The section of a scenario for Treasury futures: whether they are traded, how they start, how they are margined."""

from itertools import pairwise
from typing import Self

from pydantic import model_validator

from experiments.sections.section import COUNTERFACTUAL, BusinessDay, Section, declared, required


class MarginStep(Section):
    """From a day on the clearing house asks for so many times the margin of its rule."""

    since: BusinessDay = required("date", "first day of the scale")
    scale: float = required("ratio", "margin over that of the rule", ge=0.1, le=20)


class Futures(Section):
    """Trading and clearing of Treasury futures."""

    enabled: bool = declared(False, "flag", "off", "whether futures are traded")
    start_spread_bp: float = declared(
        10.0,
        "bp",
        "a guess between 0 and 25, the range of 2018 and 2019 in Barth and Kahn (2021), Hedge Funds and the Treasury "
        "Cash-Futures Disconnect, Office of Financial Research (from memory, low confidence)",
        "implied repo of the cheapest to deliver less overnight repo at the start",
        ge=-100,
        le=200,
    )
    basis_funds: int = declared(10, "funds", "a guess", "basis-trade hedge funds, 0 for none", ge=0, le=200)
    basis_share: float = declared(
        0.6,
        "share",
        "more than 60 % of hedge funds' Treasury exposure in 2020: Barth and Kahn (2021) (from memory, medium "
        "confidence); about 270 bn on 28 May 2024, beside 260 to 574 bn at the end of 2023: Glicoes, Iorio, Monin and "
        "Petrasek (2024), FEDS Notes (from memory, medium confidence)",
        "of hedge funds' notes and bonds, what is held against futures at the start",
        ge=0,
        le=1,
    )
    basis_equity: float = declared(
        0.05, "share of value", "20 times: Barth and Kahn (2021), from memory, low confidence",
        "basis funds' equity over their securities at the start", gt=0, le=1,
    )  # fmt: skip
    margin_deviations: float = declared(
        4.3,
        "standard deviations",
        "two days at 99 % and fat tails; margins of CME Clearing in May 2024, from memory, low confidence",
        "initial margin over the standard deviation of a day's return",
        ge=0.5,
        le=50,
    )
    margin_steps: tuple[MarginStep, ...] = declared(
        (), "ratio by date", COUNTERFACTUAL, "days from which margins are scaled, each later than the one before"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for before, after in pairwise(self.margin_steps):
            if after.since <= before.since:
                raise ValueError(f"margin_steps has {after.since} after {before.since}, expected later days")
        return self
