"""A calibration as text for a terminal: the parameters, the moments out of reach, what recovery says."""

from rich.console import Group
from rich.table import Table

from experiments.belief.calibration.calibrate import Calibration
from experiments.belief.calibration.plausible import CUT


def page(found: Calibration) -> Group:
    """Return the page."""
    return Group(_parameters(found), "", _moments(found), "", *sentences(found))


def _parameters(found: Calibration) -> Table:
    table = Table(title="Parameters", title_justify="left", box=None, pad_edge=False)
    for name in ("", "unit"):
        table.add_column(name)
    for name in ("shipped", "prior", "plausible, 90 %", "middle", "width", "recovery r"):
        table.add_column(name, justify="right")
    for name in ("identified", "shipped is"):
        table.add_column(name)
    for row in found.parameters.to_dict("records"):
        table.add_row(
            row["parameter"],
            row["unit"],
            f"{row['shipped']:.3g}",
            f"{row['prior_low']:.3g} to {row['prior_high']:.3g}",
            f"{row['low']:.3g} to {row['high']:.3g}",
            f"{row['middle']:.3g}",
            f"{row['width']:.2f}",
            f"{row['recovery_correlation']:.2f}",
            row["verdict"],
            "inside" if row["shipped_inside"] else "OUTSIDE",
        )
    return table


def _moments(found: Calibration) -> Table:
    table = Table(title="Moments matched", title_justify="left", box=None, pad_edge=False)
    for name in ("", "role"):
        table.add_column(name)
    for name in ("published", "I at shipped", "least I", "R² left out"):
        table.add_column(name, justify="right")
    table.add_column("")
    for row in found.moments[found.moments["matched"]].to_dict("records"):
        table.add_row(
            row["row"],
            row["role"],
            f"{row['published']:.2f}",
            f"{row['implausibility_shipped']:.1f}",
            f"{row['least_implausibility']:.1f}",
            f"{row['r_squared']:.2f}",
            "" if row["reached"] else "OUT OF REACH of these parameters",
        )
    return table


def together(found: Calibration) -> str:
    """Say whether the shipped values are plausible, one by one and together, and what speaks most against them."""
    known = found.moments[found.moments["matched"]]
    known = known[known["reached"].astype(bool)]
    inside = int(found.parameters["shipped_inside"].sum())
    one_by_one = f"{inside} of {len(found.parameters)} shipped values lie in the plausible range of their parameter"
    if not len(known):
        return f"{one_by_one}; no moment is within reach, so that nothing speaks for or against them together."
    worst = known.sort_values("implausibility_shipped").iloc[-1]
    most = float(worst["implausibility_shipped"])
    said = "are" if most < CUT else "are NOT"
    return f"{one_by_one}; together they {said} plausible: their largest I is {most:.1f} ({worst['row']})."


def sentences(found: Calibration) -> list[str]:
    """Return what a calibration says in sentences."""
    moments = found.moments
    short = moments.loc[~moments["matched"] & (moments["role"] == "fitted"), "row"]
    reached = moments.loc[moments["matched"], "reached"].astype(bool)
    lines = [
        f"{found.share:.1%} of the prior is plausible (I below {CUT:g} for each of the {int(reached.sum())} moments "
        f"within reach of {len(reached)}).",
        f"Recovery: {found.recovery['recovered'].mean():.0%} of {len(found.recovery)} known truths are not ruled out.",
        together(found),
    ]
    return lines + ([f"Left out, runs too short or not finite: {', '.join(short)}."] if len(short) else [])
