"""From a scenario to the plan of the debt limit, with the receipts that the debt office expects.

Beyond the published flows (``experiments.inputs.fiscal_flows``) the n-th business day of a month of 2025 is expected to
have the flow of the n-th business day of that month of 2024: the season of taxes and outlays, without growth.
"""

from agents.officials.debt_limit import LimitPlan, Measure
from experiments.inputs.fiscal_flows import LAST_DAY, fiscal_flows
from experiments.sections.world import Scenario
from market.units import CENTS_PER_MUSD, day_number


def limit_plan(scenario: Scenario) -> LimitPlan | None:
    """Return the plan of the limit, None where the scenario has none."""
    limit = scenario.policy.debt_limit
    if not limit.enabled:
        return None
    measures = tuple(
        Measure(m.name, day_number(m.since), m.room_musd * CENTS_PER_MUSD, m.monthly_musd * CENTS_PER_MUSD)
        for m in limit.measures
    )
    return LimitPlan(
        reinstated=day_number(limit.reinstated),
        limit_cents=limit.limit_musd * CENTS_PER_MUSD,
        debt_cents=limit.debt_musd * CENTS_PER_MUSD,
        measures=measures,
        resolved=None if limit.resolved is None else day_number(limit.resolved),
        new_limit_cents=None if limit.new_limit_musd is None else limit.new_limit_musd * CENTS_PER_MUSD,
        target_cents=limit.cash_target_musd * CENTS_PER_MUSD,
        weekly_cents=limit.rebuild_weekly_musd * CENTS_PER_MUSD,
        margin_cents=limit.margin_musd * CENTS_PER_MUSD,
        outlook=outlook(day_number(scenario.run.start) + 1),
    )


def outlook(first_day: int) -> dict[int, int]:
    """Return expected receipts less outlays in cents by business day, from a day to the end of 2025."""
    known = fiscal_flows(first_day, LAST_DAY)
    return dict(zip(known.day.tolist(), known.cents.tolist(), strict=True))
