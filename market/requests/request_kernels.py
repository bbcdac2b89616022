"""Compiled parts of the request for quote: which dealers are asked, what they were asked before, who wins."""

import numpy as np

from market.draws.stream_kernels import ELEVEN, SHIFT, UNIT, philox
from market.kernels import inlined, kernel

MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # Stafford's mix 13, as in splitmix64
SAFE = 1.0 + 1e-9  # beyond rounding
SHIFT_1, SHIFT_2, SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)


@inlined
def mixed(x):
    """Scatter 64 bits, one to one."""
    x = (x ^ (x >> SHIFT_1)) * MIX_1
    x = (x ^ (x >> SHIFT_2)) * MIX_2
    return x ^ (x >> SHIFT_3)


@inlined
def draw(word, weight, dealer_identity, chance, least):
    """Write a uniform number of (word, dealer) for each dealer, and a bound that its E / weight is not below.

    -log(u) is never below 2 (1 - u) / (1 + u), and close to it where E is small.
    """
    for d in range(dealer_identity.shape[0]):
        u = (np.float64(mixed(word ^ dealer_identity[d]) >> ELEVEN) + 0.5) * UNIT
        chance[d] = u
        least[d] = 2.0 * (1.0 - u) / ((1.0 + u) * weight[d]) if weight[d] > 0.0 else np.inf


@inlined
def lowest(column):
    """Return the place of the lowest number."""
    place, least = 0, column[0]
    for d in range(1, column.shape[0]):
        if column[d] < least:
            place, least = d, column[d]
    return place


@inlined
def nearest(word, weight, dealer_identity, wanted, score, chosen, chance, least):
    """Find the ``wanted`` dealers with the smallest E / weight, best first; E is exponential, of (word, dealer).

    Dealers are looked at by their bounds, until the next bound is beyond what was found: few logarithms, and the draws
    of all dealers at once.
    """
    draw(word, weight, dealer_identity, chance, least)
    found, d = 0, lowest(least)
    while least[d] < np.inf and (found < wanted or least[d] < SAFE * score[found - 1]):
        s, least[d] = -np.log(chance[d]) / weight[d], np.inf
        if found < wanted or s < score[found - 1]:
            found = min(found + 1, wanted)
            j = found - 1
            while j > 0 and score[j - 1] > s:
                score[j], chosen[j] = score[j - 1], chosen[j - 1]
                j -= 1
            score[j], chosen[j] = s, d
        d = lowest(least)
    return found


@kernel
def choose(key, clock, client, identity, weight, dealer_identity, security, face, wanted, scratch, chosen, out):
    """Write one row per request and dealer asked; return their number. ``scratch`` (3, D) and ``chosen`` (D,)."""
    score, chance, least = scratch[0], scratch[1], scratch[2]
    n = 0
    for r in range(security.shape[0]):
        if wanted[r] == 0:
            continue
        c = client[r]
        word, _ = philox(key, identity[c], (np.uint64(clock) << SHIFT) | np.uint64(security[r]))
        found = nearest(np.uint64(word), weight[c], dealer_identity, wanted[r], score, chosen, chance, least)
        for j in range(found):
            row = out[n + j]
            row["request"] = r
            row["dealer"] = chosen[j]
            row["client"] = c
            row["security"] = security[r]
            row["face"] = face[r]
        n += found
    return n


@kernel
def pending(asked, sums):
    """Tell each row what its dealer was asked before, in its security; ``sums`` is (dealers, S), zero at the start."""
    for a in range(asked.shape[0]):
        row = asked[a]
        row["pending"] = sums[row["dealer"], row["security"]]
        sums[row["dealer"], row["security"]] -= row["face"]


@kernel
def award(asked, price, limit, known, winner, best, cover, answered):
    """Find the best and second best price of each request, and the winner if the best is inside; ties by ``known``."""
    for a in range(asked.shape[0]):
        r = asked[a]["request"]
        p = price[a]
        if np.isnan(p):
            continue
        buys = asked[a]["face"] > 0
        answered[r] += 1
        if answered[r] == 1 or (buys and p < best[r]) or (not buys and p > best[r]):
            cover[r] = best[r]
            best[r] = p
            inside = np.isnan(limit[r]) or (buys and p <= limit[r]) or (not buys and p >= limit[r])
            winner[r] = a if inside else -1
        elif p == best[r] and winner[r] >= 0 and known[a] > known[winner[r]]:
            cover[r] = p
            winner[r] = a
        elif answered[r] == 2 or (buys and p < cover[r]) or (not buys and p > cover[r]):
            cover[r] = p


@kernel
def count_pairs(count, row, column):
    """Add one for each pair of a row and a column, one after the other."""
    for k in range(row.shape[0]):
        count[row[k], column[k]] += 1.0
