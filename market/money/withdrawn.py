"""Funding that was withdrawn: repo of last evening that its borrower needed again tonight and that nobody lent it.

    withdrawn = min(max(borrowed last evening - borrowed tonight, 0), still lacking after all calls of repo)

Who needs less because it sold is not withdrawn from, nor who never borrowed; who wants more than before and does not
get it lacks it, but keeps what it had. Repo is tri-party, cleared and bilateral, the standing facility's included; an
overdraft, in which a borrower without collateral ends, is none. Units: cents, exactly.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.money.segments import REPO_SEGMENTS
from market.units import Int


def withdrawn_cents(before: Int, tonight: Int, lacking: Int) -> Int:
    """Return what was withdrawn from each account (A,), from its repo of two evenings and what it lacks now."""
    return np.asarray(np.minimum(np.maximum(before - tonight, 0), lacking))


def repo_borrowed(loans: NDArray[Any], accounts: int) -> Int:
    """Return the cents that each account borrowed in repo (A,)."""
    chosen, out = loans[np.isin(loans["segment"], REPO_SEGMENTS)], np.zeros(accounts, np.int64)
    np.add.at(out, chosen["borrower"], chosen["cents"])
    return out
