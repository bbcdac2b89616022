"""Counter-based draws: Philox-2x64-10 (Salmon et al. 2011) and the inverse normal (Wichura 1988), compiled."""

import numpy as np

from market.kernels import inlined, kernel

MULTIPLIER, WEYL = np.uint64(0xD2B74407B1CE6E93), np.uint64(0x9E3779B97F4A7C15)
LOW, SHIFT, ELEVEN = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(11)
UNIT = 1.1102230246251565e-16  # 2**-53
# Wichura's coefficients, highest power first: of numerator and denominator, in the middle, in the tails, far out.
MIDDLE = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ),
    (
        5226.495278852545925,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ),
)
TAIL = (
    (
        0.00077454501427834140764,
        0.0227238449892691845833,
        0.24178072517745061177,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        0.0005475938084995344946,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ),
)
FAR = (
    (
        2.01033439929228813265e-7,
        0.0000271155556874348757815,
        0.0012426609473880784386,
        0.026532189526576123093,
        0.29656057182850489123,
        1.7848265399172913358,
        5.4637849111641143699,
        6.6579046435011037772,
    ),
    (
        2.04426310338993978564e-15,
        1.4215117583164458887e-7,
        0.000018463183175100546818,
        0.0007868691311456132591,
        0.0148753612908506148525,
        0.13692988092273580531,
        0.59983220655588793769,
        1.0,
    ),
)


@inlined
def philox(key, c0, c1):
    """Return two words of 64 bits that (key, c0, c1) name."""
    k, x, y = np.uint64(key), np.uint64(c0), np.uint64(c1)
    for _ in range(10):
        al, ah = x & LOW, x >> SHIFT
        bl, bh = MULTIPLIER & LOW, MULTIPLIER >> SHIFT
        t = ah * bl + ((al * bl) >> SHIFT)
        u = al * bh + (t & LOW)
        x, y = (ah * bh + (t >> SHIFT) + (u >> SHIFT)) ^ k ^ y, MULTIPLIER * x
        k += WEYL
    return x, y


@inlined
def one_uniform(key, owner, when, position):
    """Return the uniform draw in (0, 1) of an owner at a moment and position."""
    x, _ = philox(key, owner, (np.uint64(when) << SHIFT) | np.uint64(position))
    return (np.float64(x >> ELEVEN) + 0.5) * UNIT


@kernel
def uniforms(key, owners, when, out):
    """Write a row of uniform draws for each owner, by position."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = one_uniform(key, owners[i], when, j)


@kernel
def uniforms_at(key, owners, when, positions, out):
    """Write one uniform draw for each pair of an owner and a position."""
    for i in range(out.shape[0]):
        out[i] = one_uniform(key, owners[i], when, positions[i])


@inlined
def horner(coefficients, r):
    """Return a polynomial at r; the highest power comes first."""
    total = coefficients[0]
    for k in range(1, len(coefficients)):
        total = total * r + coefficients[k]
    return total


@inlined
def inverse_normal(u):
    """Wichura (1988), algorithm AS 241: relative error under 1e-15; only the tails need a logarithm."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * horner(MIDDLE[0], r) / horner(MIDDLE[1], r)
    r = np.sqrt(-np.log(u if q < 0 else 1.0 - u))
    if r <= 5.0:
        away = horner(TAIL[0], r - 1.6) / horner(TAIL[1], r - 1.6)
    else:
        away = horner(FAR[0], r - 5.0) / horner(FAR[1], r - 5.0)
    return -away if q < 0 else away


@kernel
def normals(key, owners, when, out):
    """Write a row of standard normals for each owner, by position."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = inverse_normal(one_uniform(key, owners[i], when, j))
