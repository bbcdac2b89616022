"""How compiled code enters the project: three decorators, one cache folder, and nothing else knows numba's options.

``kernel``: an entry point: arrays in, ``out`` last, no allocation. ``inlined``: a helper compiled into the kernels that
call it. ``rule``: one equation on scalars that broadcasts like a numpy function. numba's cache does not see a change in
an imported kernel, so the cache folder is named by a hash of all sources that may hold one.
"""

import os
import tempfile
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import njit, vectorize
from numba.core.options import DefaultOptions

Compiled = Callable[..., Any]
config: Any = numba.config


def _cache_folder() -> str:
    """Return a writable folder named by numba's version and the hash of the sources."""
    here = Path(__file__).resolve().parent.parent
    sources = sorted([*(here / "market").rglob("*.py"), *(here / "agents").rglob("*.py")])
    digest = blake2b(numba.__version__.encode(), digest_size=8)
    for source in sources:
        digest.update(source.relative_to(here).as_posix().encode() + source.read_bytes())
    base = Path(os.environ.get("OFFTHERUN_CACHE", here / ".numba"))
    if not os.access(base if base.exists() else base.parent, os.W_OK):
        base = Path(tempfile.gettempdir()) / "offtherun-numba"
    return str(base / digest.hexdigest())


if "NUMBA_CACHE_DIR" not in os.environ:
    config.CACHE_DIR = _cache_folder()

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
if hasattr(DefaultOptions, "_nrt"):
    _OPTIONS["_nrt"] = False  # no atomic reference counts: twice as fast; a private option, so probed


def kernel(function: Compiled) -> Compiled:
    """Compile an entry point of the market."""
    return njit(**_OPTIONS)(function)  # type: ignore[no-any-return]


def inlined(function: Compiled) -> Compiled:
    """Compile a helper into the kernels that call it."""
    return njit(forceinline=True, **_OPTIONS)(function)  # type: ignore[no-any-return]


def rule(function: Compiled) -> Any:
    """Compile an equation on scalars; it broadcasts like a numpy function, and kernels call it as ``.scalar``."""
    compiled: Any = np.vectorize(function, otypes=[float]) if config.DISABLE_JIT else vectorize(cache=True)(function)
    compiled.__doc__ = function.__doc__
    compiled.scalar = inlined(function)
    return compiled
