"""A guard against a day that becomes much dearer: its processor time as a multiple of a fixed kernel's, in one process.

Run by ``pytest -m slow``; the bound is about twice what was measured when it was set, and what is measured is printed.
Turns alternate, so that a busy machine lengthens both.
"""

from statistics import median
from time import process_time

import numpy as np
import pytest
from small_market import small_market

from market.draws.streams import Streams, fingerprint

pytestmark = pytest.mark.slow
OWNERS, DRAWS, TURNS = 50, 20_000, 15  # a million normal draws: the fixed kernel
MOST = 12.0  # kernels a day of the small market


def spent(act):
    """Return processor seconds of one call."""
    before = process_time()
    act()
    return process_time() - before


def test_a_day_of_the_small_market_costs_no_more_than_some_million_draws():
    market = small_market(days=4)
    owners = np.array([fingerprint(k) for k in range(OWNERS)], np.uint64)
    streams = Streams(1)
    streams.normal("ruler", owners, 0, DRAWS)
    ratios = [spent(market.step) / spent(lambda: streams.normal("ruler", owners, 1, DRAWS)) for _ in range(TURNS)]
    print(f"a day costs {median(ratios):.2f} million draws, {min(ratios):.2f} to {max(ratios):.2f}")
    assert median(ratios) < MOST
