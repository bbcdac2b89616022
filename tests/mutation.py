"""Flip one sign, comparison, bound or constant of a rule, and a fast test must die; print the flips that survive.

    python tests/mutation.py [FILE ...] [--kinds KIND ...] [--every]

A flip is made in the syntax tree; the function's code is exchanged for the flipped one in a process that parted from
this one after everything was imported, so that a flip costs no more than its tests; no file is written. By default the
first place of each kind in every function, with ``--every`` all places. Rules run uncompiled (NUMBA_DISABLE_JIT);
tests that fail so without any flip, or take longer than ``PATIENCE`` (they build a market), are left out, so a survivor
may still be seen by those. A flip that makes tests run longer than ``SECONDS`` is dead too. What a module works out
while it is imported stays as it is. Which tests see which file says ``tests/rule_files.py``. Status 1 if one survives.
"""

import argparse
import ast
import importlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

os.environ["NUMBA_DISABLE_JIT"] = "1"
sys.dont_write_bytecode = True

import pytest  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
os.chdir(ROOT)
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
from rule_files import RULES  # noqa: E402

SECONDS, PATIENCE = 60, 3  # of processor time: on a busy machine the same flips die
NONE_RAN = pytest.ExitCode.NO_TESTS_COLLECTED << 8  # as ``os.waitpid`` tells it
KINDS = ("sign", "comparison", "bound", "constant")
COMPARED = {ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
BOUNDED = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}
Place = tuple[str, str, int]  # qualified name of the function, kind of flip, number of the node among those walked
UNWRAPPED = ("__func__", "fget", "__wrapped__", "pyfunc")  # class and static methods, properties, caches, rules


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


def walked(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below one, without what it raises, annotates and is decorated by."""
    for child in node.body if isinstance(node, ast.FunctionDef) else ast.iter_child_nodes(node):
        if not isinstance(child, ast.Raise | ast.AnnAssign):
            yield child
            yield from walked(child)


def functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield the functions of a module, methods included, by qualified name."""
    for node in getattr(tree, "body", []):
        if isinstance(node, ast.FunctionDef):
            yield within + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{within}{node.name}.")


def places(source: str, every: bool) -> list[Place]:
    """Return where a module can be flipped: the first of each kind in each function, or all."""
    found = []
    for name, function in functions(ast.parse(source)):
        seen = set()
        for number, node in enumerate(walked(function)):
            kind = flip(node)
            if kind is not None and (every or kind not in seen):
                seen.add(kind)
                found.append((name, kind, number))
    return found


def code_of(code: CodeType, name: str) -> CodeType | None:
    """Return the code of a function by its qualified name, from that of its module."""
    inside = [one for one in code.co_consts if isinstance(one, CodeType)]
    found = [one if one.co_qualname == name else code_of(one, name) for one in inside]
    return next((one for one in found if one is not None), None)


def flipped(file: str, place: Place) -> tuple[Callable[[], None], str]:
    """Return what makes one flip in this process, and what is flipped: file, line, function and kind."""
    name, kind, number = place
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    node = list(walked(dict(functions(tree))[name]))[number]
    flip(node)
    code = code_of(compile(tree, str(ROOT / file), "exec"), name)
    module = importlib.import_module(file.removesuffix(".py").replace("/", "."))

    def make() -> None:
        plain(module, name).__code__ = code
        for one in vars(module).values():
            if hasattr(one, "cache_clear"):
                one.cache_clear()

    return make, f"{file}:{node.lineno} {name}: {kind}"


def plain(module: Any, name: str) -> Any:
    """Return the function of a qualified name, out of whatever it is wrapped in."""
    found = module
    for part in name.split("."):
        found = vars(found)[part]
    while wrapped := next((vars_of for key in UNWRAPPED if (vars_of := getattr(found, key, None))), None):
        found = wrapped
    return found


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
        signal.signal(signal.SIGPROF, self._stop)
        signal.setitimer(signal.ITIMER_PROF, self.seconds)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _stop(self, *_):
        raise TooLong

    def pytest_runtest_logreport(self, report):
        """Remember a test that failed, in itself or before."""
        if report.failed:
            self.failed.append(report.nodeid)


def run(file: str, *asked: str, ears: Heard) -> int:
    """Run the tests of a rule file in this process, silently; return the status."""
    silent = ["-q", "--assert=plain", "-p", "no:cacheprovider", "--rootdir", str(ROOT), *asked]
    return int(pytest.main([*silent, *(f"tests/{name}" for name in RULES[file])], plugins=[ears]))


def tests(file: str, make: Callable[[], None], deaf: list[str]) -> tuple[bool, list[str]]:
    """Run the tests of a rule file after a flip, in a process of its own, up to the first failure if ``deaf`` is known.

    Return whether any failed, and which; ``deaf`` are left out.
    """
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_PROF, SECONDS if deaf else 0)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1), os.dup2(silence, 2)
        make()
        ears = Heard(0 if deaf else PATIENCE)
        asked = ["-x"] if deaf else []
        status = run(file, *(f"--deselect={name}" for name in deaf), *asked, ears=ears)
        os.write(told, "\n".join(ears.failed).encode())
        os._exit(status)
    os.close(told)
    status = os.waitpid(child, 0)[1]
    with os.fdopen(heard) as names:
        return status not in (0, NONE_RAN), names.read().split("\n")


def imported(file: str) -> None:
    """Import what the tests of a rule file import, before processes part."""
    out, silence = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    status = run(file, "--collect-only", ears=Heard(0))
    os.dup2(out, 1)
    if status:
        raise SystemExit(f"{file}: {', '.join(RULES[file])} cannot be collected")


def survivors(file: str, every: bool, kinds: list[str]) -> tuple[int, list[str]]:
    """Return how many flips of a rule file were tried, and those that no test saw."""
    imported(file)
    _, failed = tests(file, lambda: None, [])
    deaf = [name for name in failed if name] or ["none"]  # tests that need compiled code, or a market
    if tests(file, lambda: None, deaf)[0]:
        raise SystemExit(f"{file}: {', '.join(RULES[file])} fail without any flip")
    asked, alive = [place for place in places((ROOT / file).read_text("utf-8"), every) if place[1] in kinds], []
    for place in asked:
        make, what = flipped(file, place)
        if not tests(file, make, deaf)[0]:
            alive.append(what)
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
