"""Securities on paper: a few lines of a list, for rules that need no market."""

import numpy as np

from market.bonds.securities import Securities


def listed(kind, term_months=0, coupon_e3=0, first_issue_day=0, maturity_day=0, index_base_e5=0):
    """Return securities of some kinds, named S0, S1 and so on; each other column is one number for all, or as many."""
    n, given = len(kind), (term_months, coupon_e3, first_issue_day, maturity_day, index_base_e5)
    columns = (np.broadcast_to(np.asarray(column, np.int64), (n,)) for column in given)
    return Securities(tuple(f"S{i}" for i in range(n)), np.array(kind, np.int8), *columns)
