"""Let tests share helpers: files of this folder import each other by name.

No test is timed: compiling takes seconds. Markets are let go when their file is done.
"""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import mesa
import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).resolve().parent))
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folders of two runs of one seed and 9 days of a small market, with buybacks and without."""
    from small_market import small

    from experiments.run import run

    folder = tmp_path_factory.mktemp("pair")
    for name, mode in (("with", "programme"), ("without", "off")):
        run(small(policy__buybacks__mode=mode), 1, 9, folder / name)
    return folder / "with", folder / "without"


@pytest.fixture(scope="module", autouse=True)
def _markets_are_let_go() -> Iterator[None]:
    """Forget the markets of a file: Mesa before 3.5.1 keeps every model in a table of its class ``Agent``."""
    yield
    getattr(mesa.Agent, "_ids", {}).clear()
    gc.collect()
