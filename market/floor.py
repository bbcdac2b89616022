"""The floor: what an institution may reach of the market it is in, the clock and what was last shown to everybody.

It is what ``self.model`` of an agent is (Mesa asks that an agent have a model). Other institutions, the ledger, the
books and the plans of officials are behind it: no name without an underscore leads there.
"""

from typing import Any

from market.view import View


class Floor:
    """The clock and the public view of one market; Mesa's agents come and go through it."""

    __slots__ = ("_market",)

    def __init__(self, market: Any) -> None:
        self._market = market

    @property
    def day(self) -> int:
        """Business days since the clock of the run started; negative in the burn-in."""
        return int(self._market.day)

    @property
    def date(self) -> int:
        """Today, as a day number."""
        return int(self._market.date)

    @property
    def round(self) -> int:
        """The round of the session."""
        return int(self._market.round)

    @property
    def rounds(self) -> int:
        """Rounds of a session."""
        return int(self._market.rounds)

    @property
    def clock(self) -> int:
        """Rounds since the clock of the run started; negative in the burn-in."""
        return int(self._market.clock)

    @property
    def burning_in(self) -> bool:
        """Whether the clock of the run has not started yet."""
        return bool(self._market.burning_in)

    @property
    def view(self) -> View:
        """What everybody was shown last."""
        return self._market.last_view()  # type: ignore[no-any-return]

    def register_agent(self, agent: Any) -> None:
        """Let an agent join, as Mesa does when it is created."""
        self._market.register_agent(agent)

    def deregister_agent(self, agent: Any) -> None:
        """Let an agent leave, as Mesa does when it is removed."""
        self._market.deregister_agent(agent)
