"""Pairing of wishes at one price, compiled."""

from market.kernels import kernel


@kernel
def pair_off(wanted, queue, lot, left, buyer, seller, security, face):
    """Pair buyers with sellers of each security in the order of ``queue``; return how many trades were written.

    ``wanted`` (n, S) is signed face; ``left`` (n,) is scratch; each trade is a multiple of ``lot``.
    """
    members, securities = wanted.shape
    trades = 0
    for s in range(securities):
        buys = 0
        sells = 0
        for i in range(members):
            left[i] = 0
            if wanted[i, s] == 0:
                continue
            left[i] = wanted[i, s] // lot if wanted[i, s] > 0 else -((-wanted[i, s]) // lot)
            if left[i] > 0:
                buys += left[i]
            else:
                sells -= left[i]
        volume = min(buys, sells)
        b = 0
        a = 0
        while volume > 0:
            while left[queue[b]] <= 0:
                b += 1
            while left[queue[a]] >= 0:
                a += 1
            take = min(volume, min(left[queue[b]], -left[queue[a]]))
            buyer[trades] = queue[b]
            seller[trades] = queue[a]
            security[trades] = s
            face[trades] = take * lot
            trades += 1
            left[queue[b]] -= take
            left[queue[a]] += take
            volume -= take
    return trades
