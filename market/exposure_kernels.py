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


@kernel
def spread_out(factor, load, out):
    """``out[i, s] = sum over k of factor[i, k] * load[k, s]``, k ascending; ``out`` is zeros."""
    for i in range(out.shape[0]):
        for k in range(load.shape[0]):
            f = factor[i, k]
            for s in range(out.shape[1]):
                out[i, s] += f * load[k, s]


@kernel
def explain(value, load, factor, member, security, out):
    """``out[j] = value[s] - sum over k of factor[member[j], k] * load[s, k]``, k ascending, s = security[j]."""
    for j in range(out.shape[0]):
        s = security[j]
        left = value[s]
        for k in range(load.shape[1]):
            left -= factor[member[j], k] * load[s, k]
        out[j] = left
