"""What befalls a run by its scenario, as spans of time to shade.

Sales and flows, dealers that enter or leave, the Fed's programmes, a debt limit.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from pandas.tseries.offsets import BDay

from experiments.figures.style import PALE

MUSD_PER_BN = 1_000


class Event(NamedTuple):
    """A span of time, its last day included, and what happens in it."""

    first: pd.Timestamp
    last: pd.Timestamp
    name: str


def events(scenario: dict[str, Any]) -> list[Event]:
    """Return the dated events of a scenario (as a manifest holds it), in order of days."""
    return sorted([*_shocks(scenario), *_policies(scenario.get("policy", {}), scenario["run"]["end"])])


def shade(axes: Axes, run: Any, days: "pd.Series[Any]") -> None:
    """Shade the events of a run that fall into ``days``; one name in the legend for each kind."""
    named: set[str] = set()
    first, last = days.min(), days.max()
    for event in events(run.scenario):
        if event.first > last or event.last < first:
            continue
        begin, end = max(event.first, first), min(event.last + pd.Timedelta(days=1), last)
        name = "_" if event.name in named else event.name
        axes.axvspan(begin, end, facecolor=PALE, edgecolor="none", zorder=0, label=name)
        axes.axvline(begin, color="#000000", linewidth=0.6, linestyle=":", zorder=0)
        named.add(event.name)


def _shocks(scenario: dict[str, Any]) -> Iterator[Event]:
    """Yield what comes from outside: forced sales and flows, dealers that enter or leave."""
    for shock in scenario.get("shocks", ()):
        if "amount_musd" in shock:
            yield _lasting(shock, f"sale of {shock['amount_musd'] / MUSD_PER_BN:,.0f} bn")
    for flow in scenario.get("flows", ()):
        total = sum(flow["daily_musd"]) / MUSD_PER_BN
        name = f"{flow['holder'].replace('_', ' ')}: {total:+,.0f} bn"
        yield _lasting({"date": flow["date"], "days": len(flow["daily_musd"])}, name)
    for entering in scenario.get("entries", ()):
        yield _lasting({"date": entering["date"], "days": 1}, "a dealer enters")
    for leaving in scenario.get("exits", ()):
        yield _lasting(leaving, "a dealer leaves")


def _lasting(what: dict[str, Any], name: str) -> Event:
    """Return an event of so many business days."""
    first = pd.Timestamp(what["date"])
    return Event(first, first + BDay(what["days"] - 1), name)


def _policies(policy: dict[str, Any], end: str) -> Iterator[Event]:
    """Yield what the official sector does between two days."""
    for plan in policy.get("purchases", ()):
        name = "the Fed buys" if plan["side"] == "buy" else "the Fed sells"
        yield Event(pd.Timestamp(plan["since"]), pd.Timestamp(plan["until"]), name)
    limit = policy.get("debt_limit", {})
    if limit.get("enabled"):
        yield Event(pd.Timestamp(limit["reinstated"]), pd.Timestamp(limit["resolved"] or end), "debt limit in force")
