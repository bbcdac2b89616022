"""Flip one sign, comparison, bound or constant of a rule, and a fast test must die; print the flips that survive.

    python tests/mutation.py [FILE ...] [--kinds KIND ...] [--every]

A flip is made in the syntax tree as the module is imported, in a process of its own; no file is written. By default the
first place of each kind in every function, with ``--every`` all places. Rules run uncompiled (NUMBA_DISABLE_JIT), so a
flip costs no compilation; tests that fail so without any flip, or take longer than ``PATIENCE`` seconds (they build a
market), are left out, so a survivor may still be seen by those. A flip that makes tests run longer than ``SECONDS`` is
dead too. Which tests see which file says ``tests/rule_files.py``. Status 1 if a flip survives.
"""

import argparse
import ast
import os
import signal
import sys
from collections.abc import Iterator
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_loader
from pathlib import Path

os.environ["NUMBA_DISABLE_JIT"] = "1"
sys.dont_write_bytecode = True

import hypothesis  # noqa: E402, F401  imported once here, before the processes part
import mesa  # noqa: E402, F401
import numba  # noqa: E402, F401
import pandas as pd  # noqa: E402, F401
import pydantic  # noqa: E402, F401
import pytest  # noqa: E402
import scipy.stats  # noqa: E402, F401

ROOT = Path(__file__).resolve().parent.parent
os.chdir(ROOT)
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
from rule_files import RULES  # noqa: E402

SECONDS = 60
PATIENCE = 3
NONE_RAN = pytest.ExitCode.NO_TESTS_COLLECTED << 8  # as ``os.waitpid`` tells it
KINDS = ("sign", "comparison", "bound", "constant")
COMPARED = {ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
BOUNDED = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}
Place = tuple[int, str, int]  # number of the function, kind of flip, number of the node among those walked


def flip(node: ast.AST) -> str | None:
    """Flip a node in place; return the kind of flip, None where there is nothing to flip."""
    match node:
        case ast.BinOp(op=ast.Add()) | ast.AugAssign(op=ast.Add()):
            node.op, kind = ast.Sub(), "sign"
        case ast.BinOp(op=ast.Sub()) | ast.AugAssign(op=ast.Sub()):
            node.op, kind = ast.Add(), "sign"
        case ast.UnaryOp(op=ast.USub()):
            node.op, kind = ast.UAdd(), "sign"
        case ast.Compare(ops=[op]) if type(op) in COMPARED:
            node.ops, kind = [COMPARED[type(op)]()], "comparison"
        case ast.Call(func=ast.Name(id=name)) if name in BOUNDED:
            node.func.id, kind = BOUNDED[name], "bound"
        case ast.Call(func=ast.Attribute(attr=name)) if name in BOUNDED:
            node.func.attr, kind = BOUNDED[name], "bound"
        case ast.Constant(value=float() | int() as value) if not isinstance(value, bool):
            node.value, kind = value + 1, "constant"
        case _:
            return None
    return kind


def walked(function: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, without what it raises and annotates."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.Raise | ast.arguments | ast.AnnAssign):
            yield child
            yield from walked(child)


def functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return the functions of a module, methods included, in order."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def places(source: str, every: bool) -> list[Place]:
    """Return where a module can be flipped: the first of each kind in each function, or all."""
    found = []
    for place, function in enumerate(functions(ast.parse(source))):
        seen = set()
        for number, node in enumerate(walked(function)):
            kind = flip(node)
            if kind is not None and (every or kind not in seen):
                seen.add(kind)
                found.append((place, kind, number))
    return found


def flipped(source: str, place: Place) -> tuple[ast.Module, str]:
    """Return the tree of a module with one flip, and what was flipped: line, function and kind."""
    tree = ast.parse(source)
    function = functions(tree)[place[0]]
    node = list(walked(function))[place[2]]
    flip(node)
    return tree, f"{node.lineno} {function.name}: {place[1]}"


class Mutant(MetaPathFinder, Loader):
    """Imports one module from a tree of its own."""

    def __init__(self, file: str, tree: ast.Module) -> None:
        self.name, self.path, self.tree = file.removesuffix(".py").replace("/", "."), str(ROOT / file), tree

    def find_spec(self, name, path=None, target=None):
        """Return how to import it, if it is the one."""
        return spec_from_loader(name, self, origin=self.path) if name == self.name else None

    def exec_module(self, module):
        """Run the tree."""
        module.__file__ = self.path
        exec(compile(self.tree, self.path, "exec"), module.__dict__)


class TooLong(BaseException):
    """A test ran longer than it may; no Exception, so that nothing tries to find a simpler one."""


class Heard:
    """A plugin of pytest that remembers what failed, and lets a test fail that takes too long, if there is a limit."""

    def __init__(self, seconds: int) -> None:
        self.seconds, self.failed = seconds, list[str]()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self):
        """Run a test, up to the limit."""
        if not self.seconds:
            return (yield)
        signal.signal(signal.SIGALRM, self._stop)
        signal.alarm(self.seconds)
        try:
            return (yield)
        finally:
            signal.alarm(0)

    def _stop(self, *_):
        raise TooLong

    def pytest_runtest_logreport(self, report):
        """Remember a test that failed, in itself or before."""
        if report.failed:
            self.failed.append(report.nodeid)


def tests(file: str, tree: ast.Module, deaf: list[str]) -> tuple[bool, list[str]]:
    """Run the tests of a rule file on a tree, in a process of its own, up to the first failure if ``deaf`` is known.

    Return whether any failed, and which; ``deaf`` are left out.
    """
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS if deaf else 0)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1), os.dup2(silence, 2)
        sys.meta_path.insert(0, Mutant(file, tree))
        asked = [
            "-q",
            "--assert=plain",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            str(ROOT),
            *(f"--deselect={name}" for name in deaf),
        ]
        asked += ["-x"] if deaf else []
        ears = Heard(0 if deaf else PATIENCE)
        status = pytest.main([*asked, *(f"tests/{name}" for name in RULES[file])], plugins=[ears])
        os.write(told, "\n".join(ears.failed).encode())
        os._exit(int(status))
    os.close(told)
    status = os.waitpid(child, 0)[1]
    with os.fdopen(heard) as names:
        return status not in (0, NONE_RAN), names.read().split("\n")


def survivors(file: str, every: bool, kinds: list[str]) -> tuple[int, list[str]]:
    """Return how many flips of a rule file were tried, and those that no test saw."""
    source = (ROOT / file).read_text("utf-8")
    _, failed = tests(file, ast.parse(source), [])
    deaf = [name for name in failed if name] or ["none"]  # tests that need compiled code, or a market
    if tests(file, ast.parse(source), deaf)[0]:
        raise SystemExit(f"{file}: {', '.join(RULES[file])} fail without any flip")
    asked, alive = [place for place in places(source, every) if place[1] in kinds], []
    for place in asked:
        tree, what = flipped(source, place)
        if not tests(file, tree, deaf)[0]:
            alive.append(f"{file}:{what}")
    return len(asked), alive


def main() -> None:
    """Flip, and say what survived."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", help="rule files; default: all")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="kinds of flips; default: all")
    parser.add_argument("--every", action="store_true", help="all places, not the first of each kind in a function")
    given = parser.parse_args()
    left = []
    for file in given.files or RULES:
        tried, alive = survivors(file, given.every, given.kinds)
        print(f"{file:38} {tried:4} flips {tried - len(alive):4} dead", *alive, sep="\n    ", flush=True)
        left += alive
    sys.exit(bool(left))


if __name__ == "__main__":
    main()
