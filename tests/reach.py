"""What can be reached from an object through public names, at any depth: attributes, items of lists and mappings."""

from collections.abc import Iterator, Mapping
from enum import Enum
from random import Random
from types import ModuleType

import numpy as np

from agents.institution import Institution
from agents.traits import memory, trait, traits_of

PLAIN = (bool, int, float, complex, str, bytes, np.generic, Enum, type, ModuleType, type(None))
LEAVES = (*PLAIN, np.random.Generator, Random)  # a generator belongs to whoever asked for it


def reached(root, path="self", skip=frozenset()):
    """Yield (path, value, again) of everything that can be reached, ``again`` reaching it anew; each object once,
    numbers and text wherever they are.

    Arrays are reached too through what they are views of. ``skip`` names attributes of the root that are left out.
    """
    seen, waiting = {}, [(path, root, lambda: root)]
    while waiting:
        path, value, again = waiting.pop()
        if id(value) in seen:
            continue
        if not isinstance(value, PLAIN):
            seen[id(value)] = value  # kept, so that no other object takes its id
        yield path, value, again
        for name, step in steps(value):
            if value is root and name[1:] in skip:
                continue
            try:
                inner = step(value)
            except AttributeError:
                continue
            waiting.append((path + name, inner, lambda again=again, step=step: step(again())))


def steps(value):
    """Return the names of what lies inside a value, with how to get it."""
    if isinstance(value, LEAVES) or (callable(value) and not hasattr(value, "__dataclass_fields__")):
        return []
    if isinstance(value, np.ndarray):
        return [] if value.base is None else [(".base", lambda v: v.base)]
    if isinstance(value, memoryview):
        return [(".obj", lambda v: v.obj)]
    if isinstance(value, Mapping):
        return [(f"[{key!r}]", lambda v, key=key: v[key]) for key in value]
    if isinstance(value, list | tuple | set | frozenset | Iterator):
        listed = list(value)
        return [(f"[{k}]", lambda v, k=k: list(v)[k]) for k in range(len(listed))]
    names = [name for name in dir(value) if not name.startswith("_")]
    return [(f".{name}", lambda v, name=name: getattr(v, name)) for name in names]


def open_to_writing(root, own=frozenset()):
    """Return the paths of arrays that take writes and are no fresh copies, but for those of attributes in ``own``."""
    found = []
    for path, value, again in reached(root, skip=own):
        if isinstance(value, np.ndarray) and value.flags.writeable and np.shares_memory(value, again()):
            found.append(path)
    return found


def facts(root, path, skip=frozenset()):
    """Return by path what can be read from an object: arrays by their bytes, plain values as they are."""
    out = {}
    for where, value, _ in reached(root, path, skip):
        if isinstance(value, np.ndarray):
            out[where] = (value.shape, value.dtype.str, value.tobytes())
        elif isinstance(value, PLAIN) and not isinstance(value, type | ModuleType):
            out[where] = repr(value)
    return out


class Watcher(Institution):
    """Looks at what it is shown, and does with it what it is told to."""

    sector = "notebook"
    patience = trait(1.0, "days", (0, 30), "a test")
    seen_bp = memory(unit="bp")
    act = staticmethod(lambda watcher, view: None)

    def decide(self, view):
        self.shown = view
        self.act(self, view)
        return []


OPEN = {"market__all_to_all": ("off-the-run",)}  # books that clients see into
OWN = frozenset(traits_of(Watcher))
