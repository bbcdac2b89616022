"""An arm at size zero: everything that is treated still happens, and nothing is large enough to be felt.

    operations of the Treasury    announced maxima round to nothing, where the control holds none
    sales                         flows of nothing on the same days, by the same holder
    flows                         amounts of nothing
    withdrawals                   shares that round to nothing
    nudges                        none
    any other number              that of the control

What has no size (a mode, a flag, a dealer that leaves) cannot be made small, and is refused by name.
"""

from typing import Any

from experiments.errors import UserError
from experiments.kinds import traits_by_kind
from experiments.scenario import overlaid
from experiments.sections.world import Scenario

NOTHING = 1e-9  # of a ratio or share: above zero, and rounds to no face
Tables = dict[str, Any]


def at_zero(treated: Scenario, control: Scenario, arm: str) -> Scenario:
    """Return a treated world at size zero; UserError names what differs from the control and has no size."""
    changed, plain = treated.model_dump(mode="json"), control.model_dump(mode="json")
    for name in ("name", "about"):
        changed[name] = plain[name]
    _shrink_lists(changed, plain)
    buybacks, without = changed["policy"]["buybacks"], plain["policy"]["buybacks"]
    if without["mode"] == "off" and buybacks["mode"] not in ("off", "standing"):
        buybacks["scale"] = NOTHING
        changed["policy"]["buybacks"], plain["policy"]["buybacks"] = {}, {}
    _take_numbers(changed, plain, arm, "")
    changed["policy"]["buybacks"] = buybacks
    return overlaid(treated, changed, f"arm {arm} at size zero", traits_by_kind())


def _shrink_lists(changed: Tables, plain: Tables) -> None:
    """Bring what the treated world has beyond the control to nothing, and take it off both for the comparison."""
    flows = [flow for flow in changed["flows"] if flow not in plain["flows"]]
    sales = [sale for sale in changed["shocks"] if sale not in plain["shocks"]]
    none = [{**flow, "daily_musd": [0] * len(flow["daily_musd"])} for flow in flows]
    for sale in sales:
        kept = {key: sale[key] for key in ("date", "holder", "bucket_years")}
        none.append(kept | {"daily_musd": [0] * sale["days"]})
    changed["flows"], changed["shocks"] = plain["flows"] + none, plain["shocks"]
    away = [plan for plan in changed["withdrawals"] if plan not in plain["withdrawals"]]
    changed["withdrawals"] = plain["withdrawals"] + [{**plan, "share": NOTHING} for plan in away]
    changed["nudges"] = plain["nudges"]


def _take_numbers(changed: Tables, plain: Tables, arm: str, above: str) -> None:
    """Give the treated world the control's numbers, key by key."""
    for key, value in changed.items():
        dotted = f"{above}{key}"
        if dotted in ("flows", "withdrawals") or value == plain.get(key):
            continue
        if isinstance(value, dict) and isinstance(plain.get(key), dict):
            _take_numbers(value, plain[key], arm, f"{dotted}.")
        elif type(value) in (int, float) and type(plain.get(key)) in (int, float):
            changed[key] = plain[key]
        else:
            raise UserError(
                f"arm {arm}: {dotted} = {value!r} has no size zero, expected a treatment by amounts: buybacks against "
                f"none, sales, flows, withdrawals, or numbers"
            )
