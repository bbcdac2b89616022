"""Draw the pictures of these pages, and print what the pages say of them.

    .venv/bin/python docs/venues/pictures.py        (about three minutes)

The run is the baseline, seed 1, with ten days of burn-in and five days, of which requests are kept; a new note and the
matching sessions are watched in the days after such a burn-in.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from experiments.build import build
from experiments.check import RunTables
from experiments.figures import ladder, netting, network, request_life, session, settlement, when_issued
from experiments.results.request_evidence import evidence
from experiments.results.request_summary import requests
from experiments.run import live, run
from experiments.scenario import load, overlaid
from market.accounts.netting import bilateral, gross, multilateral
from market.requests.relationships import measures
from market.tables.record import Record
from market.units import FACE_PER_BILLION, FACE_PER_MUSD

HERE = Path(__file__).resolve().parent
SHORT = {"run": {"burn_in_days": 10, "keep": ["requests"]}}
MOST_TRADES = 30  # of a security that can be drawn


def main() -> None:
    """Simulate, draw, print."""
    with TemporaryDirectory() as folder:
        done = run(overlaid(load("baseline"), SHORT, "pictures"), seed=1, days=5, out=Path(folder) / "run")
        network.draw(RunTables(done.folder)).savefig(HERE / "network.png", dpi=110)
        found = measures(network.trade_shares(requests(done.folder)).to_numpy(np.float64))
        twenty = {"run": {"burn_in_days": 20, "keep": ["requests"]}}
        longer = run(overlaid(load("baseline"), twenty, "pictures"), seed=1, days=20, out=Path(folder) / "longer")
        settlement.draw(RunTables(longer.folder)).savefig(HERE / "settlement.png", dpi=110)
        for name, value in evidence(longer.folder).items():
            print(f"{name} {value:.3f}")
    print(f"concentration: a client's {found['client_hhi']:.3f}, dealers' {found['dealer_hhi']:.3f}")
    print(f"first quarter of dealers {found['core_share']:.0%}")
    dealers, chosen = done.market.sectors == "dealers", example(done.market)
    netting.draw(chosen, dealers).savefig(HERE / "netting.png", dpi=100)
    done.market.record = Record()  # that of the run is closed
    draw_books(done.market)
    for who, members in (("dealers", dealers), ("all", np.ones_like(dealers))):
        saved = gain(chosen, members) / FACE_PER_MUSD
        print(f"of the last day, net by pair less cleared by {who}: {saved:,.0f} m in {len(chosen)} trades")
    draw_new_note()


def ten_year(market: Any) -> int:
    """Return the on-the-run 10-year note."""
    return int(np.flatnonzero(market.on_the_run & (market.securities.term_months == 120))[0])


def draw_new_note() -> None:
    """Watch the next 3-year note from its announcement to its issue, and the sessions of the day after."""
    market = live(build(overlaid(load("baseline"), SHORT, "pictures"), seed=1), days=0)
    life = when_issued.watch(market, 36)
    when_issued.draw(life).savefig(HERE / "when-issued.png", dpi=110)
    before, short = life.traded_before / FACE_PER_BILLION, life.short_before / FACE_PER_BILLION
    by_day = ", ".join(f"{face:.1f}" for face in life.traded.sum(axis=1) / FACE_PER_BILLION)
    print(f"new {life.name}: traded before its auction {before:.2f} bn, short {short:.2f} bn; by day {by_day} bn")
    print(f"stop {life.stop_bp:.1f} bp, tail {life.tail_bp:.2f} bp")
    seen = session.watch(market, ten_year(market))
    session.draw(seen).savefig(HERE / "session.png", dpi=110)
    parts = zip(session.PAIRS, seen.matched.sum(axis=0) / FACE_PER_BILLION, strict=True)
    print("sessions of a day: " + ", ".join(f"{name} {face:.1f} bn" for name, face in parts))
    print(f"of wishes in {seen.name} the shorter side is met to {seen.met.sum() / seen.wished.min(axis=1).sum():.0%}")


def draw_books(market: Any) -> None:
    """Live through two days more: the book of the on-the-run 10-year note, and some requests of a round."""
    seen = ladder.watch(market, ten_year(market))
    ladder.draw(seen).savefig(HERE / "ladder.png", dpi=90)
    print(f"the book of {seen.name}: {len(seen.trades)} trades in it")
    lives = request_life.watch(market, 5)
    request_life.draw(lives).savefig(HERE / "requests.png", dpi=90)


def example(market: Any) -> Any:
    """Return the last day's trades of the security, few enough to draw, in which clearing by all does most."""
    trades, members = market.tape.everything(), np.ones(len(market.sectors), bool)
    few = [trades[trades["security"] == s] for s in np.unique(trades["security"])]
    return max((some for some in few if len(some) <= MOST_TRADES), key=lambda some: gain(some, members))


def gain(trades: Any, members: Any) -> int:
    """Return the face that need not be delivered by accounts once members clear, beside netting by pair."""
    owed = gross(trades)
    return bilateral(owed).given - multilateral(owed, members).given


if __name__ == "__main__":
    main()
