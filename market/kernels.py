"""How compiled code enters the project: three decorators, one cache folder, and nothing else knows numba's options.

``kernel``: an entry point: arrays in, ``out`` last, no allocation. ``inlined``: a helper compiled into the kernels that
call it. ``rule``: one equation on scalars that broadcasts like a numpy function. numba's cache does not see a change in
an imported kernel, so the cache folder is named by a hash of all sources that may hold one.
"""

import inspect
import os
import tempfile
from collections.abc import Callable
from functools import update_wrapper
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import njit
from numba.core.options import DefaultOptions
from numpy.typing import ArrayLike

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

_OPTIONS: dict[str, Any] = {"cache": True, "no_cfunc_wrapper": True, "nogil": True, "error_model": "numpy"}
if hasattr(DefaultOptions, "_nrt"):
    _OPTIONS["_nrt"] = False  # no atomic reference counts: twice as fast; a private option, so probed


def kernel(function: Compiled) -> Compiled:
    """Compile an entry point of the market."""
    return njit(**_OPTIONS)(function)  # type: ignore[no-any-return]


def inlined(function: Compiled) -> Compiled:
    """Compile a helper into the kernels that call it."""
    return njit(forceinline=True, **_OPTIONS)(function)  # type: ignore[no-any-return]


class Rule:
    """An equation on scalars that broadcasts like a numpy function; kernels call it as ``.scalar``.

    ``numba.vectorize`` does not cache the wrapper of its loop: every process compiles it anew, 0.07 s for each rule.
    ``numba.guvectorize`` does, in a file apart from the function, and where two processes compile at once the two may
    not fit: the next process crashes. Here the loop over two dimensions is a kernel as any other, of one signature.
    Arguments and results have the types that the annotations say (``float``, the default, ``bool``, ``int``).
    """

    def __init__(self, equation: Compiled) -> None:
        update_wrapper(self, equation)
        signature = inspect.signature(equation)
        self._equation = equation
        self._types = [_dtype(one.annotation) for one in signature.parameters.values()]
        self._result = _dtype(signature.return_annotation)
        self.scalar = inlined(equation)
        self._loop = kernel(_loop_over(equation, self.scalar, len(self._types)))

    def __call__(self, *columns: ArrayLike) -> Any:
        """Return what the equation says of each element, an array or, of scalars alone, a scalar."""
        arrays = [np.asarray(given, kind, "C") for given, kind in zip(columns, self._types, strict=True)]
        shape = np.broadcast(*arrays).shape
        if len(shape) > 2:
            arrays = [np.broadcast_to(one, shape).reshape(-1) for one in arrays]
        out = np.empty(shape, self._result)
        self._loop(out if len(shape) == 2 else out.reshape(1, -1), *map(_plane, arrays))
        return out if shape else out[()]

    def __reduce__(self) -> str:
        return self._equation.__qualname__  # a pickle names it

    def __repr__(self) -> str:
        return f"rule {self.__module__}.{self._equation.__qualname__}"


def _dtype(annotation: Any) -> np.dtype[Any]:
    """Return the type of elements that an annotation stands for."""
    return np.dtype(annotation if annotation in (bool, int) else float)


def rule(equation: Compiled) -> Rule:
    """Compile an equation on scalars; it broadcasts like a numpy function, and kernels call it as ``.scalar``."""
    return Rule(equation)


def _plane(column: Any) -> Any:
    """Return a view with two dimensions that refuses writes: so that a kernel is compiled for one type of it."""
    seen = column.view() if column.ndim == 2 else column.reshape(1, -1)
    seen.setflags(write=False)
    return seen


@inlined
def _step(length: int) -> int:
    """Return by how much an index goes on along an axis, 0 where one element serves all.

    Without a sign: an index of which numba knows that it is not negative is not looked at for counting from the end.
    """
    return np.uint64(min(length - 1, 1))  # type: ignore[return-value]


def _loop_over(equation: Compiled, scalar: Compiled, count: int) -> Compiled:
    """Return ``loop(out, c0, c1, ...)``, which writes the equation at each element; a column of one row serves all.

    numba caches a function by its file and name, so the loop has those of its equation; what it calls must be a global.
    """
    names = [f"c{n}" for n in range(count)]
    elements = ", ".join(f"{c}[i * r{n}, j * s{n}]" for n, c in enumerate(names))
    lines = [
        f"def loop(out, {', '.join(names)}):",
        *(f" r{n}, s{n} = step({c}.shape[0]), step({c}.shape[1])" for n, c in enumerate(names)),
        " for i in range(whole(out.shape[0])):",
        "  for j in range(whole(out.shape[1])):",
        f"   out[i, j] = scalar({elements})",
    ]
    source = "\n".join(lines)
    space: dict[str, Any] = {"scalar": scalar, "step": _step, "whole": np.uint64, "__name__": equation.__module__}
    exec(compile(source, inspect.getfile(equation), "exec"), space)
    space["loop"].__qualname__ = f"{equation.__qualname__}.loop"
    loop: Compiled = space["loop"]
    return loop
