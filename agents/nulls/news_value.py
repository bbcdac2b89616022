"""A null model: dealers value at the news and at nothing else; nobody reads a position, a flow or a limit in prices.

Every dealer streams the pattern of yields and all public news, with its usual half-spread around, whatever it holds and
whatever others stream; late private news reaches it a day after those who hear it. End investors are as ever: where the
composite is the news value, yields are where they expect them, and only liquidity moves them. What such a market shows
follows from the news, the calendar and the venues; what the model adds to it is the rest.
"""

from typing import Any

import numpy as np

from agents.dealers.dealer_inventory import inventory_of
from agents.dealers.primary_dealer import PrimaryDealer
from market.exposure import along
from market.news import News
from market.units import Float
from market.view import View


class NewsDealer(PrimaryDealer):
    """A dealer that states the news value of every security."""

    together = True

    def hear(self, news: News, view: View) -> None:
        """Take in news, and nothing from the books."""
        self.news = self.news + news.public_bp + news.late_bp

    def stream(self, view: View) -> Float:
        """State the pattern moved by the news."""
        today = self.model.outlook.on(view)
        self.state = inventory_of(self, view, today)
        value = np.asarray(today.prior_bp + along(self.news, today.loadings))
        self.centre = self.reservation = np.broadcast_to(value, np.shape(self.premium)).copy()
        return self.centre


NEWS_VALUE: dict[type, type[Any]] = {PrimaryDealer: NewsDealer}
