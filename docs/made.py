"""Pages made from scenario and experiment files when the site is built: what is bundled, what was expected of it."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCENARIOS = """# Bundled scenarios

Made from `experiments/scenarios/` when this site is built; `offtherun scenarios` prints the same. `offtherun run NAME`
runs one. A scenario of your own is a file of what differs from one ([how to](../howto/scenario.md)).

"""
REGISTERED = """# Experiments, and what was registered

Made from `experiments/designs/` and `experiments/expectations.toml` when this site is built. Expectations were
written down before the first paired run of each experiment, but for some sentences that comments in that file name,
and are left as they were, wrong ones included. Nothing here is a result: `offtherun experiment NAME` makes one
([how to](../howto/experiment.md)); [what they showed](../experiments.md) stands beside what was registered.

"""


def write(folder: Path) -> None:
    """Write the pages into a folder."""
    folder.mkdir(exist_ok=True)
    for name, text in {"scenarios": scenarios(), "registered": registered()}.items():
        (folder / f"{name}.md").write_text(text, "utf-8")


def scenarios() -> str:
    """Return the list of bundled scenarios."""
    rows = [
        f"| `{name}` | {world.get('base', '')} | {world.get('about', '')} |"
        for name, world in _files("scenarios").items()
    ]
    return SCENARIOS + "\n".join(["| scenario | starts from | what it is |", "|---|---|---|", *rows, ""])


def registered() -> str:
    """Return every bundled experiment with its arms and what is expected of it; then what is registered without one."""
    known = tomllib.loads((ROOT / "experiments" / "expectations.toml").read_text("utf-8"))
    parts, used = [], set()
    for name, design in _files("designs").items():
        key = design.get("expectation")
        used.add(key)
        parts += [f"## {name}", "", design["question"], "", *_expected(known.get(key)), *_arms(design)]
    parts += ["## Registered, without an experiment file", ""]
    for key, entry in known.items():
        if key not in used:
            parts += [f"**{key}.** {entry['question']}", "", *_expected(entry)]
    return REGISTERED + "\n".join(parts)


def _expected(entry: dict[str, str] | None) -> list[str]:
    if entry is None:
        return ["*Nothing was registered.*", ""]
    return [f"**Expected.** {entry['expected']}", "", f"**Why.** {entry['why']}", ""]


def _arms(design: dict) -> list[str]:
    arms = design.get("arms", {})
    rows = [f"| `{name}` | {arm.get('about', arm.get('scenario', ''))} |" for name, arm in arms.items()]
    factors = [f"| `{name}` | a factor |" for name in design.get("factors", {})]
    outcomes = ", ".join(outcome["name"] for outcome in design["outcomes"])
    return ["| arm | |", "|---|---|", *rows, *factors, "", f"Outcomes: {outcomes}. Source: {design['source']}.", ""]


def _files(folder: str) -> dict[str, dict]:
    """Return the tables of the TOML files of a folder of the package by name."""
    found = sorted((ROOT / "experiments" / folder).glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in found}
