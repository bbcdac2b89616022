"""Relationships between accounts and dealers: weights that trading reinforces and idleness decays.

    weight(c, d) = (1 - a) first(c, d) + a recent(c, d) / recent(c)
    a            = loyalty recent(c) / (recent(c) + acquaintance)

``first`` is drawn once for each pair, by their names, log-normally; ``recent`` counts the trades that the dealer won of
the client by request, and halves in ``half_life_days``. Weights of a client sum to one over the dealers, and those of a
client that stops trading return to ``first``. They are renewed each morning. When a dealer leaves, the weights of the
others grow in proportion: nobody is left without a dealer. Nobody asks itself. A dealer that enters (``introduce``) has
no ``first`` weight of those who do not know it yet (``market.requests.introductions``).

Form: reinforcement with forgetting of Weisbuch, Kirman and Herreiner (2000), Economic Journal 110, bounded by loyalty.
The core-periphery measure fits no model: it is the share of weight on the quarter of the dealers known best, and the
correlation of weights with the product of strengths (Borgatti and Everett 2000, Social Networks 21).
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from market.draws.streams import Streams
from market.requests.introductions import Introduction
from market.requests.request_kernels import count_pairs
from market.requests.request_rules import RequestRules
from market.units import Float, Int, read_only

if TYPE_CHECKING:
    import networkx as nx  # a run needs no graph

KNOWN_WELL = 2.0  # times the weight of a dealer among equals: what counts as a link


class Relationships:
    """The weights of all accounts and dealers; ``renew`` each morning, ``reinforce`` after trades."""

    def __init__(self, rules: RequestRules, streams: Streams) -> None:
        self.rules, self.streams = rules, streams
        self.day: int | None = None
        self.dealers: Int = np.zeros(0, np.int64)  # rows of the ledger, ascending
        self.recent: Float = np.zeros((0, 0))
        self.first: Float = np.zeros((0, 0))
        self.weight: Float = np.zeros((0, 0))
        self.introductions: dict[int, Introduction] = {}  # of dealers that entered, by row of the ledger
        self._met: Float = np.zeros((0, 0))  # share of accounts that know a dealer before this one does
        self._measured: dict[str, float] | None = None  # of ``weight``, until it is renewed
        self._asked: tuple[Int, Float] | None = None  # dealers as they were given, and ``weight`` in that order

    def of(self, dealers: Int, identities: NDArray[np.uint64], day: int) -> Float:
        """Return the weights of the day (accounts, dealers), columns in the order of ``dealers``."""
        known = self._asked
        if known is None or day != self.day or len(self.weight) != len(identities) or not _same(known[0], dealers):
            order = np.argsort(dealers, kind="stable")
            ascending = dealers[order]
            met = len(self.weight) == len(identities) and _same(ascending, self.dealers)
            if not met:
                self._meet(ascending, identities)
            if not met or day != self.day:
                self._renew(day)
            known = dealers, np.ascontiguousarray(self.weight[:, np.argsort(order, kind="stable")])
            self._asked = known
        return known[1]

    def reinforce(self, client: Int, dealer: Int) -> None:
        """Count trades of clients with dealers, both as rows of the ledger (J,)."""
        count_pairs(self.recent, client, np.searchsorted(self.dealers, dealer))

    def introduce(self, dealer: int, introduction: Introduction) -> None:
        """Let a dealer, by its row of the ledger, become known only by and by."""
        self.introductions[dealer] = introduction

    def _meet(self, dealers: Int, identities: NDArray[np.uint64]) -> None:
        """Draw first weights, and keep what is remembered of dealers that are still here."""
        pairs = identities[:, None] ^ identities[dealers][None, :]
        first = np.exp(self.streams.normal("relationship", pairs.ravel(), 0, 1).reshape(pairs.shape))
        first[dealers, np.arange(len(dealers))] = 0.0
        recent = np.zeros_like(first)
        stay = np.isin(dealers, self.dealers)
        recent[: len(self.recent), stay] = self.recent[:, np.searchsorted(self.dealers, dealers[stay])]
        self.first, self.recent, self.dealers = _shares(first), recent, dealers
        if self.introductions:
            self._met = self.streams.uniform("introduction", pairs.ravel(), 0, 1).reshape(pairs.shape)

    def _renew(self, day: int) -> None:
        """Let idle relationships decay since the last renewal, and weigh anew."""
        passed = 0 if self.day is None else max(day - self.day, 0)
        self.recent *= 0.5 ** (passed / self.rules.half_life_days)
        self.day = day
        total = self.recent.sum(axis=1, keepdims=True)
        share = self.rules.loyalty * total / (total + self.rules.acquaintance)
        self.weight = read_only((1.0 - share) * self._known(day) + share * _shares(self.recent))
        self._measured = self._asked = None

    def _known(self, day: int) -> Float:
        """Return first weights, none of those who do not know a dealer yet; who would know nobody knows all."""
        late = [place for place, row in enumerate(self.dealers.tolist()) if row in self.introductions]
        if not late:
            return self.first
        shares = np.array([self.introductions[int(self.dealers[place])].share(day) for place in late])
        known = self.first.copy()
        known[:, late] *= self._met[:, late] < shares
        return _shares(np.where(known.any(axis=1, keepdims=True), known, self.first))

    def measured(self) -> dict[str, float]:
        """Return the ``measures`` of the weights, computed once for each renewal."""
        if self._measured is None:
            self._measured = measures(self.weight)
        return self._measured

    def graph(self, names: tuple[str, ...], least: float = 0.0) -> "nx.Graph[str]":
        """Return clients and dealers by name as a graph, edges with ``weight`` above ``least``."""
        return graph(self.weight, names, tuple(names[row] for row in self.dealers), least)


def graph(weight: Float, clients: tuple[str, ...], dealers: tuple[str, ...], least: float = 0.0) -> "nx.Graph[str]":
    """Return weights (clients, dealers) as a weighted graph; nodes have ``role`` client or dealer."""
    import networkx as nx

    made: nx.Graph[str] = nx.Graph()
    made.add_nodes_from(clients, role="client")
    made.add_nodes_from(dealers, role="dealer")
    for c, d in zip(*np.nonzero(weight > least), strict=True):
        edge = made.get_edge_data(clients[c], dealers[d], {"weight": 0.0})  # two dealers know each other both ways
        made.add_edge(clients[c], dealers[d], weight=edge["weight"] + float(weight[c, d]))
    return made


def measures(weight: Float) -> dict[str, float]:
    """Return degree, concentration and core-periphery measures of weights (clients, dealers), over clients with any."""
    known = weight[weight.sum(axis=1) > 0.0]
    if known.size == 0:
        return dict.fromkeys(("degree", "client_hhi", "dealer_hhi", "core_share", "core_fit"), float("nan"))
    dealers = known.shape[1]
    strength = np.sort(known.mean(axis=0))[::-1]
    core = known.sum(axis=1)[:, None] * known.sum(axis=0)[None, :]
    varied = dealers > 1 and core.std() > 0.0 and known.std() > 0.0
    return {
        "degree": float((known > KNOWN_WELL / dealers).sum(axis=1).mean()),
        "client_hhi": float((known**2).sum(axis=1).mean()),
        "dealer_hhi": float((strength**2).sum()),
        "core_share": float(strength[: max(dealers // 4, 1)].sum()),
        "core_fit": float(np.corrcoef(known.ravel(), core.ravel())[0, 1]) if varied else 0.0,
    }


def _same(rows: Int, others: Int) -> bool:
    """Tell whether two lists of rows are the same."""
    return rows.shape == others.shape and bool((rows == others).all())


def _shares(parts: Any) -> Float:
    """Return parts as shares of their row; a row without parts stays zero."""
    total = parts.sum(axis=1, keepdims=True)
    return np.asarray(parts / np.where(total > 0.0, total, 1.0))
