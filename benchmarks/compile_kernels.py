"""Compile the market's kernels into the cache, in one process, before several of them want them at once.

Two test workers that compile the same kernel together do the work twice, and numba's cache does not lock: with two
signatures of one kernel, the later index can name the earlier file.
"""

from time import perf_counter

from profile_day import start


def main() -> None:
    """Live two days of the burn-in and one of the calendar, with everybody, in few rounds."""
    before = perf_counter()
    market = start("baseline", seed=1, burn_in=2, rounds=4)
    market.step()
    print(f"kernels compiled or found in the cache: {perf_counter() - before:.0f} s")


if __name__ == "__main__":
    main()
