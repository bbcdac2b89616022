"""Write docs/model/odd.md from its template and from what the code declares: ``python docs/model/generate.py``."""

import inspect
from pathlib import Path

from agents.hedge_funds.basis_fund import BasisFund
from agents.hedge_funds.swap_fund import SwapFund
from agents.officials.buyback_desk import BuybackDesk
from agents.officials.central_bank import CentralBank
from agents.officials.clearing_house import ClearingHouse
from agents.officials.debt_office import DebtOffice
from agents.officials.open_market_desk import OpenMarketDesk
from agents.traits import Memory, Trait, traits_of
from experiments.inputs.published_columns import TABLES
from experiments.kinds import KINDS
from market.daily_cycle import EVENING, MORNING, ROUND

HERE = Path(__file__).parent
OFFICIAL = {
    "central_bank": CentralBank,
    "open_market_desk": OpenMarketDesk,
    "debt_office": DebtOffice,
    "buyback_desk": BuybackDesk,
    "clearing_house": ClearingHouse,
}
CLASSES: dict[str, type] = OFFICIAL | KINDS | {"basis_fund": BasisFund, "swap_fund": SwapFund}
OPEN = 1e9  # bounds beyond are written as open


def first_line(thing: object) -> str:
    """Return the first paragraph of a docstring as one line."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def kinds() -> str:
    """Return a row for each class: name, what it is."""
    rows = [f"| `{name}` | {first_line(kind)} |" for name, kind in CLASSES.items()]
    return "\n".join(["| class | what it is |", "|---|---|", *rows])


def schedule() -> str:
    """Return the acts of a day with what each does."""
    rows = [
        f"| {part} | `{act.__name__}` | {first_line(act)} |"
        for part, acts in (("morning", MORNING), ("every round", ROUND), ("evening", EVENING))
        for act in acts
    ]
    return "\n".join(["| part | act | what it does |", "|---|---|---|", *rows])


def data() -> str:
    """Return the published tables with their number of rows."""
    rows = [f"| `{name}` | {table.rows:,} |" for name, table in sorted(TABLES.items())]
    return "\n".join(["| table | rows |", "|---|---|", *rows])


def submodels() -> str:
    """Return a nested description of each class."""
    return "\n\n".join(_submodel(name, kind) for name, kind in CLASSES.items())


def _submodel(name: str, kind: type) -> str:
    module = inspect.getmodule(kind)
    declared = traits_of(kind)
    parts = [f"### `{name}`", "", f"{first_line(kind)} ({module.__name__ if module else ''})", ""]
    parts += [inspect.getdoc(module) or ""]
    parameters = [_parameter(key, trait) for key, trait in declared.items() if not isinstance(trait, Memory)]
    if parameters:
        parts += ["", "| parameter | unit | default | bounds | source |", "|---|---|---|---|---|", *parameters]
    remembered = [f"`{key}` ({trait.unit or 'number'})" for key, trait in declared.items() if isinstance(trait, Memory)]
    return "\n".join([*parts, "", f"Remembers: {', '.join(remembered) or 'nothing'}."])


def _parameter(key: str, trait: Trait) -> str:
    low, high = (f"{bound:g}" if abs(bound) < OPEN else "open" for bound in trait.bounds)
    return f"| `{key}` | {trait.unit} | {trait.default:g} | {low} to {high} | {trait.source} |"


def page() -> str:
    """Return the whole document."""
    text = (HERE / "odd.template.md").read_text("utf-8")
    for part in (kinds, schedule, data, submodels):
        text = text.replace("{{" + part.__name__ + "}}", part())
    return text


if __name__ == "__main__":
    (HERE / "odd.md").write_text(page(), "utf-8")
