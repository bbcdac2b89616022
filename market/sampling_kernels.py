"""Draws from running totals, compiled."""

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
