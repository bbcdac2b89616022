"""What may be changed while a market runs: sliders, what they write between two days, the scenario they describe.

A change acts from the next day on; a buyback that was announced is held as announced. ``world`` is the scenario in
which the sliders stood like that from the first day: where they were moved before the first day, its run has the same
bits, but for dealers' capital, which a run has in its burn-in too.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

from agents.dealers.primary_dealer import PrimaryDealer
from agents.officials.buyback_desk import BuybackDesk
from agents.officials.central_bank import CentralBank
from agents.traits import traits_of
from experiments.inputs.plans import buyback_rules, planned_buybacks
from experiments.kinds import traits_by_kind
from experiments.scenario import overlaid
from experiments.sections.shocks import ForcedFlow
from experiments.sections.world import Scenario
from market.calendar import business_days
from market.model import TreasuryMarket
from market.units import FACE_PER_MUSD, day_number, to_date

MODES = ("programme", "committed", "placebo", "off")
CAPITAL = ("gross_limit", "var_limit")  # traits of a dealer that its capital scales
MUSD_PER_BN, MOST_DAYS = 1_000, 600
FOREIGN, TRADED_YEARS = "foreign_official", (0.0, 31.0)


@dataclass(frozen=True)
class Levers:
    """Where the sliders stand; the defaults leave a scenario as it is."""

    buyback_size: float = 1.0
    buyback_mode: str = ""  # that of the scenario
    caps: float = 1.0
    foreign_bn: float = 0.0
    dealer_capital: float = 1.0


@dataclass(frozen=True)
class Slider:
    """A lever of numbers: its words, its unit and its bounds."""

    name: str
    label: str
    unit: str
    low: float
    high: float
    step: float


SLIDERS = (
    Slider("buyback_size", "Buybacks: size", "times the calendar's", 0.1, 4.0, 0.1),
    Slider("caps", "Run-off caps of the Fed", "times the scenario's", 0.0, 4.0, 0.25),
    Slider("foreign_bn", "Foreign officials buy (below 0: sell)", "billion dollars a day", -10.0, 10.0, 0.5),
    Slider("dealer_capital", "Dealers' capital", "times the scenario's", 0.25, 3.0, 0.25),
)


@dataclass(frozen=True)
class Change:
    """A lever that was moved: after which day, from what to what."""

    day: int  # days lived when it was moved
    date: str
    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"After day {self.day} ({self.date}): {self.name} from {self.before} to {self.after}"


def noted(known: list[Change], found: list[Change]) -> list[Change]:
    """Return changes with those just found; of a lever that moves twice between two days, the way as one."""
    out = list(known)
    for new in found:
        same = [one for one in out if (one.day, one.name) == (new.day, new.name)]
        out = [one for one in out if one not in same]
        whole = replace(new, before=same[0].before) if same else new
        out += [whole] if whole.before != whole.after else []
    return out


def changes(market: TreasuryMarket, before: Levers, after: Levers) -> list[Change]:
    """Return what differs between two positions of the levers."""
    return [
        Change(market.day, str(to_date(market.date)), f.name, str(getattr(before, f.name)), str(getattr(after, f.name)))
        for f in fields(Levers)
        if getattr(before, f.name) != getattr(after, f.name)
    ]


def world(scenario: Scenario, levers: Levers) -> Scenario:
    """Return the scenario in which the levers stand like that from the first day; UserError if there is none."""
    return overlaid(scenario, tables(scenario, levers), "the sliders", traits_by_kind())


def tables(scenario: Scenario, levers: Levers) -> dict[str, Any]:
    """Return what a scenario file has to say to move a scenario as the levers do."""
    policy, out = scenario.policy, dict[str, Any]()
    buybacks: dict[str, Any] = {}
    if levers.buyback_size != 1.0:
        buybacks["scale"] = round(policy.buybacks.scale * levers.buyback_size, 6)
    if levers.buyback_mode not in ("", policy.buybacks.mode):
        buybacks["mode"] = levers.buyback_mode
    if buybacks:
        out.setdefault("policy", {})["buybacks"] = buybacks
    if levers.caps != 1.0:
        caps = [cap.model_dump(mode="json") for cap in policy.caps]
        scaled = [cap | {"treasuries_musd": round(cap["treasuries_musd"] * levers.caps)} for cap in caps]
        out.setdefault("policy", {})["caps"] = scaled
    if levers.foreign_bn:
        flows = [flow.model_dump(mode="json") for flow in scenario.flows]
        out["flows"] = [*flows, _flow(scenario, levers.foreign_bn)]
    if levers.dealer_capital != 1.0:
        out["population"] = {"primary_dealer": _limits(scenario, levers.dealer_capital)}
    return out


def _flow(scenario: Scenario, bn_a_day: float) -> dict[str, Any]:
    """Return foreign officials' trades of so much on every day of a run (of its first ones, as many as a flow has)."""
    days = business_days(day_number(scenario.run.start) + 1, day_number(scenario.run.end))[:MOST_DAYS]
    return {
        "date": str(to_date(int(days[0]))),
        "holder": FOREIGN,
        "bucket_years": list(TRADED_YEARS),
        "daily_musd": [round(bn_a_day * MUSD_PER_BN)] * len(days),
    }


def _limits(scenario: Scenario, capital: float) -> dict[str, dict[str, float]]:
    """Return dealers' limits as capital scales them."""
    own, declared = scenario.population.traits.get("primary_dealer", {}), traits_of(PrimaryDealer)
    medians = {name: own[name].median if name in own else declared[name].default for name in CAPITAL}
    spreads = {name: own[name].spread if name in own else 0.0 for name in CAPITAL}
    return {name: {"median": medians[name] * capital, "spread": spreads[name]} for name in CAPITAL}


# ---- writing into a market between two days ----------------------------------------------------------
@dataclass(frozen=True)
class ForeignFlow:
    """What the market calls each morning: foreign officials trade so much on this day, positive to buy."""

    musd: int

    def __call__(self, market: Any) -> None:
        """Let them trade."""
        if self.musd and not market.burning_in:
            ForcedFlow(market.date, FOREIGN, TRADED_YEARS, (self.musd * FACE_PER_MUSD,))(market)


def move(market: TreasuryMarket, scenario: Scenario, before: Levers, after: Levers) -> None:
    """Write the levers into a market between two days; UserError, and nothing written, if they describe no world."""
    changed = world(scenario, after)
    _tell_officials(market, changed)
    others = tuple(shock for shock in market.shocks if not isinstance(shock, ForeignFlow))
    market.shocks = (*others, ForeignFlow(round(after.foreign_bn * MUSD_PER_BN)))
    factor = after.dealer_capital / before.dealer_capital
    for dealer in market.agents:
        if isinstance(dealer, PrimaryDealer) and factor != 1.0:
            for name in CAPITAL:
                setattr(dealer, name, getattr(dealer, name) * factor)


def _tell_officials(market: TreasuryMarket, changed: Scenario) -> None:
    """Give the buyback desk and the Fed what they have yet to announce and to redeem."""
    first, last = day_number(changed.run.start) + 1, day_number(changed.run.end)
    policy = changed.policy
    planned = planned_buybacks(policy.buybacks, market.securities, first, last, changed.run.rounds)
    caps = tuple((day_number(cap.since), cap.treasuries_musd * FACE_PER_MUSD) for cap in policy.caps)
    for official in market.agents:
        if isinstance(official, BuybackDesk):
            ahead = [one for one in planned if market.day == 0 or one.announced_day > market.date]
            official.carry_out(ahead, buyback_rules(policy.buybacks))
        elif isinstance(official, CentralBank):
            official.plan = replace(official.plan, caps=caps)
