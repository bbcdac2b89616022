"""How questions are asked: scenarios, data, runs, arms, figures, the command line.

The packages ``agents`` and ``market`` have plain names that another distribution may own too (``openai-agents``
installs an ``agents``). This guard says so in plain words instead of failing somewhere deep inside.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.results.effects import Results

_HOME = Path(__file__).resolve().parent.parent

for _name in ("agents", "market"):
    _spec = find_spec(_name)
    _found = Path(_spec.origin).resolve().parent if _spec and _spec.origin else None
    if _found != _HOME / _name:
        raise ImportError(
            f"package '{_name}' is found at {_found}, expected {_HOME / _name}: another distribution owns the name; "
            "give Off the Run a virtual environment of its own (make run does)"
        )


def load(folder: Path | str, seeds: int | None = None) -> "Results":
    """Return the results of the folder of an experiment: tidy tables ``daily``, ``outcomes``, ``effects``.

    With ``seeds``, of seeds 1 to ``seeds`` alone.
    """
    from experiments.results.effects import load as results

    return results(folder, seeds)
