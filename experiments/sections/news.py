"""The section of a scenario for news: its usual size and shape, spells of another size, announcements of a given one.

What an announcement says, everybody hears in the first round of its day, and values with it; as with all news, no price
is moved by it but through quotes and orders. One bp of level moves all yields alike, of slope short ones most
(``market.news.loadings``).
"""

from itertools import pairwise
from typing import Self

import numpy as np
from pydantic import model_validator

from experiments.sections.section import CHOICE, COUNTERFACTUAL, BusinessDay, Section, Span, declared, required
from market.news import DatedNews
from market.units import Int, day_number


class Spell(Span):
    """Days on which news has another size."""

    scale: float = required("ratio", "size of news over that of the scenario's other days", ge=0, le=20)


class Announcement(Section):
    """News of a given size: by how much it moves what yields are worth, in bp by factor."""

    date: BusinessDay = required("date", "day of the announcement")
    level_bp: float = declared(0.0, "bp", CHOICE, "move of all yields", ge=-500, le=500)
    slope_bp: float = declared(0.0, "bp", CHOICE, "move of the shortest yields, fading with maturity", ge=-500, le=500)
    curvature_bp: float = declared(0.0, "bp", CHOICE, "move of yields of some years", ge=-500, le=500)


class News(Section):
    """What is learned about values, and by whom."""

    scale: float = declared(
        1.0,
        "ratio",
        "so that days of a run vary as those before the start",
        "size of news over that of yields before the start",
        ge=0,
        le=20,
    )
    decay: float = declared(
        0.97,
        "ratio",
        "J.P. Morgan and Reuters (1996), RiskMetrics Technical Document, 4th ed., for a month's horizon",
        "weight of a day before the start over that of the next, in the covariance of news",
        gt=0.5,
        le=1,
    )
    private_share: float = declared(
        0.2, "share of variance", "set in a reduced model", "news that only some hear", ge=0, le=1
    )
    degrees_of_freedom: int = declared(
        5, "degrees of freedom", "a convention", "tails of news, Student t: squares of so many normals", ge=3, le=1000
    )
    spells: tuple[Spell, ...] = declared((), "spells", COUNTERFACTUAL, "times in which news has another size")
    announcements: tuple[Announcement, ...] = declared(
        (), "announcements", COUNTERFACTUAL, "news of a given size on a given day"
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        for before, after in pairwise(self.spells):
            if after.since <= before.until:
                raise ValueError(
                    f"spells from {after.since} and until {before.until}, expected each after the one before"
                )
        days = [announced.date for announced in self.announcements]
        if days != sorted(set(days)):
            raise ValueError(f"announcements on {', '.join(map(str, days))}, expected each later than the one before")
        return self


def dated_news(news: News, dates: Int) -> DatedNews:
    """Return what is said of news by day of a run on these business days."""
    scale = {
        place: spell.scale
        for spell in news.spells
        for place in np.flatnonzero((dates >= day_number(spell.since)) & (dates <= day_number(spell.until))).tolist()
    }
    announced = {
        place: (one.level_bp, one.slope_bp, one.curvature_bp)
        for one in news.announcements
        for place in np.flatnonzero(dates == day_number(one.date)).tolist()
    }
    return DatedNews(scale, announced)
