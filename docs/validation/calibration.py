"""Write docs/calibration.md from a finished design: ``python docs/validation/calibration.py DIR POINTS``.

``make calibrate`` makes the design and calls it. The page says for each parameter whether the shipped value lies in the
plausible set, and how far from its middle (0 the middle, 1 or more at the end of the 90 % range, or beyond).
"""

import sys
from pathlib import Path

import pandas as pd
from generate import HERE, markdown, put

from experiments.belief.calibration import design
from experiments.belief.calibration.calibrate import Calibration, calibrate
from experiments.belief.calibration.page import sentences
from experiments.belief.calibration.parameters import chosen
from experiments.store import versions

PAGE = HERE.parent / "calibration.md"
LOOSE = 0.1  # R2 of an emulator below which it tells next to nothing
FEW = 5  # points a parameter: below it an emulator is loose, and the set is wide for that alone
TEXT = """# Which values are plausible

    make calibrate POINTS={points}

makes the simulations that are missing and writes this page: {points} runs of {days} days of `{scenario}` that fill
the prior of {parameters} parameters (sources {sources}), a quadratic emulator of each moment, and what published
moments to September leave. Moments are those that something was fitted to before; inputs are given, free rows stay
free ([is it true](validation.md)). Killed and started again, it makes what is missing. The method stands in
`experiments/belief/calibration`.

{few}{sentences}

Of the emulators of the moments {loose} have an R2 below {least}: they rule hardly anything out, and where a parameter
is *not* identified, that its shipped value is plausible says little.

`shipped` is the value in use, `low` to `high` the 90 % range of the plausible set, `from middle` how far the shipped
value lies from the set's median in half ranges. A parameter is identified where the range is less than half of the
prior's, weakly up to nine tenths.

{table}

Moments that were matched: `I` is the distance from the published one in standard errors of data and emulator; at 3 a
place is ruled out. `reached` says whether any place of the prior comes that near; a moment out of reach rules out
nothing, the shipped values included.

{moments}

Why these bounds:

{reasons}
"""


def page(found: Calibration, points: int, days: int, scenario: str) -> str:
    """Return the page."""
    parameters, matched = found.parameters, found.moments[found.moments["matched"]]
    few = points < FEW * len(parameters)
    return TEXT.format(
        points=points,
        days=days,
        scenario=scenario,
        parameters=len(parameters),
        sources=versions()["sources"],
        loose=f"{(matched['r_squared'] < LOOSE).sum()} of {len(matched)}",
        least=LOOSE,
        few="**A design of few points: what follows says that the machine runs, no more.** " if few else "",
        sentences=" ".join(sentences(found)),
        table=markdown(_parameters(parameters)),
        moments=markdown(_moments(found.moments)),
        reasons=markdown(parameters[["parameter", "reason"]]),
    )


def _parameters(table: pd.DataFrame) -> pd.DataFrame:
    told = table[["parameter", "unit"]].copy()
    for column in ("shipped", "prior_low", "prior_high", "low", "middle", "high"):
        told[column.replace("_", " ")] = [f"{value:.3g}" for value in table[column]]
    told["shipped is"] = table["shipped_inside"].map({True: "inside", False: "OUTSIDE"})
    told["from middle"] = table["from_middle"]
    return told.assign(identified=table["verdict"])


def _moments(table: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "row": "row",
        "published": "published",
        "implausibility_shipped": "I at shipped",
        "least_implausibility": "least I",
        "r_squared": "R2 of the emulator",
        "reached": "reached",
    }
    matched = table[table["matched"]]
    reached = matched["reached"].map({True: "yes", False: "OUT OF REACH"})
    return matched[list(columns)].assign(reached=reached).rename(columns=columns)


def main(folder: Path, points: int) -> None:
    """Write the page of a design."""
    asked = design.read_design(folder)
    parameters = chosen(tuple(asked["parameters"]))
    wanted = design.open_design(parameters, points, asked["days"], asked["scenario"], folder)
    put(PAGE, page(calibrate(parameters, wanted), points, asked["days"], asked["scenario"]))
    print(f"docs/{PAGE.name} written")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
