"""Institutions of a kind draw in part together; kinds are independent of each other."""

from types import SimpleNamespace

import numpy as np
import pytest

from agents.buyers.kinds import SAME_FOR_KIND, normals
from market.draws.streams import Streams


class Fund(SimpleNamespace):
    """A kind."""


class Bank(SimpleNamespace):
    """Another kind."""


def drawn(kind, purpose, moment=3):
    """Return the draws (3, n) of three institutions of a kind."""
    market = SimpleNamespace(streams=Streams(1))
    identity = np.arange(3, dtype=np.uint64) + np.uint64(100 if kind is Bank else 0)
    return normals(kind(_market=market, identity=identity), purpose, moment, 40_000)


def test_draws_are_standard_and_a_part_of_their_variance_is_of_the_kind():
    funds, banks = drawn(Fund, "lumps"), drawn(Bank, "lumps")
    assert np.vstack([funds, banks]).std(axis=1) == pytest.approx(np.ones(6), abs=0.02)
    together = np.corrcoef(np.vstack([funds, banks]))
    within = np.kron(np.eye(2), np.ones((3, 3)))
    assert together == pytest.approx(
        np.where(within > 0, SAME_FOR_KIND, 0.0) + (1 - SAME_FOR_KIND) * np.eye(6), abs=0.02
    )


def test_purposes_and_moments_have_draws_of_their_own_and_the_same_asked_twice_is_the_same():
    assert np.array_equal(drawn(Fund, "lumps"), drawn(Fund, "lumps"))
    for other in (drawn(Fund, "tastes"), drawn(Fund, "lumps", moment=4)):
        assert abs(np.corrcoef(drawn(Fund, "lumps")[0], other[0])[0, 1]) < 0.02
