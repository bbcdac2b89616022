"""A null model: dealers value at the news and at nothing else; nobody reads a position, a flow or a limit in prices.

Every dealer streams the pattern of yields and all public news, with the half-spread of an empty balance sheet around,
whatever it holds and whatever others stream; late private news reaches it a day after those who hear it. It refuses
nothing: its balance sheet has no end and no price. Its position decides faces only, as ever: what it wishes at the
middle in the matching session, takes from a book that is better than its half-spread, bids for, and offers into
buybacks. End investors are as ever: where the composite is the news value, yields are where they expect them, and only
liquidity moves them. What such a market shows follows from the news, the calendar and the venues; what the model adds
to it is the rest.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from agents.dealers.primary_dealer import PrimaryDealer
from agents.nulls.unmoved import unmoved
from agents.traits import trait
from market.exposure import along
from market.news import News
from market.units import Float
from market.view import View


class NewsDealer(PrimaryDealer):
    """A dealer that states the news value of every security."""

    together = True

    shadow_slope = trait(0.0, "bp a year", (0, 1e6), "a null: balance sheet costs what it costs when it is empty")
    var_slope = trait(0.0, "-", (0, 1e4), "a null: so does risk")

    def hear(self, news: News, view: View) -> None:
        """Take in news, and nothing from the books."""
        self.news = self.news + news.public_bp + news.late_bp

    def stream(self, view: View) -> Float:
        """State the pattern moved by the news."""
        today = self._market.outlook.on(view)
        state = unmoved(self._look(view, today))
        never = np.zeros_like(state.refuses_buying)
        self.state = replace(state, refuses_buying=never, refuses_selling=never)
        value = np.asarray(today.prior_bp + along(self.news, today.loadings))
        self.centre = self.reservation = np.broadcast_to(value, np.shape(self.premium)).copy()
        return self.centre


NEWS_VALUE: dict[type, type[Any]] = {PrimaryDealer: NewsDealer}
