"""A calibration as text for a terminal: the parameters, the moments out of reach, what recovery says."""

from rich.console import Group
from rich.table import Table

from experiments.belief.calibration.calibrate import Calibration
from experiments.belief.calibration.plausible import CUT


def page(found: Calibration) -> Group:
    """Return the page."""
    return Group(_parameters(found), "", _moments(found), "", *_sentences(found))


def _parameters(found: Calibration) -> Table:
    table = Table(title="Parameters", title_justify="left", box=None, pad_edge=False)
    for name in ("", "unit"):
        table.add_column(name)
    for name in ("shipped", "prior", "plausible, 90 %", "middle", "width", "recovery r"):
        table.add_column(name, justify="right")
    table.add_column("identified")
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


def _sentences(found: Calibration) -> list[str]:
    moments = found.moments
    short = moments.loc[~moments["matched"] & (moments["role"] != "input"), "row"]
    reached = moments.loc[moments["matched"], "reached"].astype(bool)
    lines = [
        f"{found.share:.1%} of the prior is plausible (I below {CUT:g} for each of the {int(reached.sum())} moments "
        f"within reach of {len(reached)}).",
        f"Recovery: {found.recovery['recovered'].mean():.0%} of {len(found.recovery)} known truths are not ruled out.",
    ]
    return lines + ([f"Left out, runs too short or not finite: {', '.join(short)}."] if len(short) else [])
