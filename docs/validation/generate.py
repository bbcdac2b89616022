"""Write docs/validation.md from its template and from run folders: ``python docs/validation/generate.py DIR ...``.

``make validate`` makes the folders and calls it: runs of the baseline, one a seed, and of the null models. The tables
of the replay are of the baseline's first, its errors of the autumn of all. The page and the picture beside it are moved
into place when whole. ``--picture`` instead of folders draws the picture again from the tables of the page as it is, to
the digits that stand there.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.belief.registered.rows import REGISTERED
from experiments.belief.replay import Replay, replay
from experiments.belief.validate import ROWS, Judged, of_folders, score, self_test
from experiments.belief.validation_page import BOTH, verdict, window
from experiments.belief.validation_rows import FREE
from experiments.figures import moments, style
from experiments.store import read_manifest

HERE = Path(__file__).parent
PAGE, PICTURE, MODEL = HERE.parent / "validation.md", "moments", "baseline"
TRIVIAL, MARKS = HERE / "trivial.csv", ("<!-- A/A -->", "<!-- end of A/A -->")  # by coverage.py
ACCEPTED, LAST_FILL = "buyback accepted", "null: the bucket's last fill"
CHOSEN, AUC_WANTED = "model: face accepted", 0.65
DRAWN = ("zero-intelligence", "news-value", "shuffled")  # nulls in the picture


def page(judged: Judged, found: Sequence[Replay], command: str, runs: str) -> str:
    """Return the page: the template with its tables; of several replays the tables are the first's."""
    table, first = judged.table, found[0]
    parts = {
        "command": command,
        "runs": runs,
        "score": score(table),
        "window": window(judged.last),
        "free": rows(table[table["role"] == FREE], judged.nulls),
        "others": rows(table[table["role"] != FREE], judged.nulls),
        "why": markdown(table_of_roles()),
        "measures": markdown(table_of_measures()),
        "literature": markdown(judged.bands if judged.bands is not None else pd.DataFrame()),
        "self_test": tested(self_test().table),
        "seed": str(first.manifest.seed),
        "autumn": autumn(found),
        "replay": markdown(first.tests),
        "aucs": markdown(first.aucs),
        "trivial": f"{MARKS[0]}\n\n{trivial()}\n\n{MARKS[1]}",
    }
    text = PAGE.with_suffix(".template.md").read_text("utf-8")
    for name, part in parts.items():
        text = text.replace("{{" + name + "}}", part)
    return text


def autumn(found: Sequence[Replay]) -> str:
    """Return the error of buybacks and the AUC from October to December beside their targets, over all seeds."""
    losses, aucs = [each.tests.query("series == @ACCEPTED") for each in found], [each.aucs for each in found]
    wanted = losses[0].set_index("null")["null_loss"][LAST_FILL]
    error = pd.Series([float(loss["model_loss"].iloc[0]) for loss in losses])
    auc = pd.Series([float(each.set_index("predictor")["auc"][CHOSEN]) for each in aucs])
    reached = (int((error < wanted).sum()), int((auc > AUC_WANTED).sum()))
    spread = f" (s.d. {error.std():.0f})" if len(error) > 1 else ""
    spread_auc = f" (s.d. {auc.std():.2f})" if len(auc) > 1 else ""
    return (
        f"a mean absolute error of accepted buybacks below that of the bucket's last fill ({wanted:.0f} million): "
        f"{error.mean():.0f}{spread} in the mean of {len(error)} seeds, below it in {reached[0]} of them; and an AUC "
        f"above {AUC_WANTED}: {auc.mean():.2f}{spread_auc}, above it in {reached[1]}"
    )


def rows(table: pd.DataFrame, nulls: Sequence[str]) -> str:
    """Return rows of a validation, what nulls have beside the model."""
    told = pd.DataFrame(
        {
            "row": table["row"],
            "unit": table["unit"],
            "role": table["role"],
            "published": table["published"],
            "95 %": [f"{number(low)} to {number(high)}" for low, high in zip(table["low"], table["high"], strict=True)],
            "model": table["model"],
            "s.d. over seeds": table["model_sd"],
            "covered": table["coverage"],
            **{null: table[null] for null in nulls},
            "verdict": [verdict(row) for row in table.to_dict("records")],
        }
    )
    return markdown(told)


def table_of_roles() -> pd.DataFrame:
    """Return why each row is input, fitted or free."""
    return pd.DataFrame([{"row": row.name, "role": row.role, "why": row.why} for row in ROWS])


def table_of_measures() -> pd.DataFrame:
    """Return what each registered row measures, on which published data."""
    return pd.DataFrame([{"row": row.name, "what is measured": row.measure, "data": row.data} for row in REGISTERED])


def trivial() -> str:
    """Return what the A/A test found as a table, or that it has not been run."""
    if not TRIVIAL.is_file():
        return "Not run yet."
    found = pd.read_csv(TRIVIAL)
    days, sources = found.pop("days")[0], found.pop("sources")[0]
    experiments = int(found["experiments"].max())
    return f"{experiments} experiments of two seeds and {days} days each, sources {sources}:\n\n{markdown(found)}"


def tested(table: pd.DataFrame) -> str:
    """Return what the test of the test found."""
    return f"{int(table['inside'].sum())} of {len(table)} rows inside"


def markdown(table: pd.DataFrame) -> str:
    """Return a table in Markdown, numbers to the right and short."""
    right = [pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind) for kind in table.dtypes]
    lines = [line(table.columns), line("---:" if number_like else "---" for number_like in right)]
    lines += [line(number(cell) if isinstance(cell, float) else str(cell) for cell in row) for row in table.to_numpy()]
    return "\n".join(lines)


def line(cells: Any) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def number(value: float) -> str:
    """Return a number with as many digits as tell something."""
    return "–" if value != value else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def made_by(folders: Sequence[Path]) -> str:
    """Return the command that makes a page of so many seeds of the model and of each null."""
    many = Counter(str(read_manifest(folder).scenario["name"]) for folder in folders)
    return f"make validate SEEDS={many.pop(MODEL)} NULL_SEEDS={max(many.values(), default=0)}"


def named(folders: Sequence[Path]) -> str:
    """Return what was run: runs by scenario, days, versions of the sources."""
    manifests = [read_manifest(folder) for folder in folders]
    many = Counter(str(found.scenario["name"]) for found in manifests)
    runs = ", ".join(f"{number} of `{name}`" for name, number in many.items())
    days = sorted({found.days for found in manifests})
    sources = sorted({found.versions["sources"] for found in manifests})
    return f"{runs}; {' or '.join(map(str, days))} business days each; sources {', '.join(sources)}"


def on_page(text: str) -> pd.DataFrame:
    """Return what a page says of its rows, as far as the picture needs it: numbers to the digits that stand there."""
    found, head = [], list[str]()
    for cells in (re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("| ")):
        told = [cell.strip().replace("\\|", "|") for cell in cells]
        head = told if told[:3] == ["row", "unit", "role"] else head if len(told) == len(head) else []
        if head and told != head and set(told[0]) != {"-"}:
            found.append(dict(zip(head, told, strict=True)))
    table = pd.DataFrame(found).rename(columns={"s.d. over seeds": "model_sd"})
    table[["low", "high"]] = table.pop("95 %").str.split(" to ", expand=True)
    for name in table.columns.difference(["row", "unit", "role", "verdict"]):
        table[name] = pd.to_numeric(table[name].str.replace(",", ""), errors="coerce")
    table["evidence"] = table["verdict"].str.startswith("evidence")
    table["inside"] = table["evidence"] | (table["verdict"] == "inside")
    return table.assign(consistent=table["inside"] | (table["verdict"] == BOTH))


def draw(table: pd.DataFrame) -> None:
    """Draw the picture of a table."""
    style.save(moments.draw(table, tuple(null for null in DRAWN if null in table)), HERE, PICTURE)
    (HERE / f"{PICTURE}.pdf").unlink()


def put(path: Path, text: str) -> None:
    """Write a text file, moved into place when whole."""
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    partial.write_text(text, "utf-8")
    os.replace(partial, path)


def main(folders: Sequence[Path]) -> None:
    """Write the page of these runs and its picture."""
    judged = of_folders(folders, MODEL)
    models = [folder for folder in folders if read_manifest(folder).scenario["name"] == MODEL]
    models.sort(key=lambda folder: read_manifest(folder).seed)
    put(PAGE, page(judged, [replay(folder) for folder in models], made_by(folders), named(folders)))
    draw(judged.table)
    print(f"{PAGE.relative_to(HERE.parents[1])}: {score(judged.table)}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--picture"]:
        draw(on_page(PAGE.read_text("utf-8")))
    else:
        main([Path(name) for name in sys.argv[1:]])
