"""Counts and choices by inversion, compiled."""

from market.kernels import kernel


@kernel
def place_by_total(totals, member, chance, out):
    """``out[j]`` = the first column of ``totals[member[j]]`` (running totals) above ``chance[j]`` of its last."""
    columns = totals.shape[1]
    for j in range(member.shape[0]):
        row = totals[member[j]]
        wanted = chance[j] * row[columns - 1]
        low = 0
        high = columns - 1
        while low < high:
            middle = (low + high) // 2
            if row[middle] > wanted:
                high = middle
            else:
                low = middle + 1
        out[j] = low


@kernel
def invert_poisson(mean, none, chance, most, count):
    """``count[i]`` = the number of Poisson's cumulative probabilities below ``chance[i]``; ``none`` is that of zero."""
    for i in range(count.shape[0]):
        term = none[i]
        total = term
        k = 0
        while k < most and chance[i] > total:
            k += 1
            term = term * mean[i] / k
            total += term
        count[i] = k
