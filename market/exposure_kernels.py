"""Weighted sums of positions, in one stated order, so that one institution and all of a kind agree to the bit."""

from market.kernels import kernel


@kernel
def weigh(position, weight, out):
    """``out[i, k] = sum over s of position[i, s] * weight[s, k]``, s ascending."""
    members, securities = position.shape
    columns = weight.shape[1]
    for i in range(members):
        for k in range(columns):
            out[i, k] = 0.0
        for s in range(securities):
            p = position[i, s]
            if p != 0.0:
                for k in range(columns):
                    out[i, k] += p * weight[s, k]
