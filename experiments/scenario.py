"""Scenario files: TOML in, a ``Scenario`` out, or one line that says what is wrong where.

``base = "name"`` inherits from a bundled scenario or from a path beside the file: tables merge key by key,
everything else, lists included, replaces. Without a base, the defaults of ``experiments.sections.world`` hold. A
file can only hold values.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from os.path import isdir, isfile
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agents.traits import Trait
from experiments.errors import ScenarioError, nearest
from experiments.records import record_at
from experiments.sections.world import Scenario
from experiments.toml_lines import Keys, deepest, place_of
from experiments.toml_tables import tables_of

__all__ = ["Scenario", "ScenarioError", "load", "merged", "names", "overlaid"]

BUNDLED = Path(str(files("experiments") / "scenarios"))
Tables = dict[str, Any]
_EXPECTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "tuple_type": "a list in square brackets",
    "dict_type": "a table of keys",
    "model_type": "a table of keys",
    "model_attributes_type": "a table of keys",
    "date_type": "a date such as 2024-05-28",
    "date_parsing": "a date such as 2024-05-28",
    "date_from_datetime_parsing": "a date such as 2024-05-28",
}
_BOUNDS = {
    "greater_than_equal": "at least",
    "greater_than": "more than",
    "less_than_equal": "at most",
    "less_than": "less than",
}


def names() -> list[str]:
    """Return the names of the bundled scenarios."""
    return sorted(path.stem for path in BUNDLED.glob("*.toml"))


def load(name: str | Path, traits: Mapping[str, Mapping[str, Trait]] | None = None) -> Scenario:
    """Return a bundled scenario by name, or the scenario of a TOML file.

    ``traits`` are the declared traits by kind and name (``agents.traits.traits_of``); given, the population tables
    are held against their names and bounds. Raises ScenarioError in one line: file, line, key, value, what was
    expected, the nearest.
    """
    chain = _with_bases(_find(str(name), Path()))
    tables = Scenario().model_dump(mode="json", exclude={"name", "about"})
    for _, text in reversed(chain):
        tables = merged(tables, text)
    paths = [path for path, _ in chain]
    try:
        scenario = Scenario.model_validate_json(json.dumps({"name": paths[0].stem, **tables}, default=str), strict=True)
    except ValidationError as error:
        raise ScenarioError(_one_line(error, paths)) from None
    _check_traits(scenario, traits or {}, paths)
    return scenario


def overlaid(
    scenario: Scenario,
    tables: Tables,
    place: str,
    traits: Mapping[str, Mapping[str, Trait]] | None = None,
    text: tuple[str, tuple[Keys, ...]] = ("", ()),
) -> Scenario:
    """Return a scenario with some values set anew and checked again; ``place`` begins the message of an error.

    ``text`` is the file in which they are set, and the tables of it that set them: what the line is found by.
    """
    values = merged(scenario.model_dump(mode="json"), tables)
    try:
        changed = Scenario.model_validate_json(json.dumps(values, default=str), strict=True)
    except ValidationError as error:
        line = deepest(text[0], tuple(key for key in error.errors()[0]["loc"] if key != "traits"), text[1])
        raise ScenarioError(_one_line(error, [Path(f"line {line}, {place}" if line else place)])) from None
    _check_traits(changed, traits or {}, [Path(place)])
    return changed


def _find(name: str, beside: Path) -> Path:
    """Return the file of a bundled name or of a path relative to a folder."""
    bundled = BUNDLED / f"{name}.toml"
    if "/" not in name and not name.endswith(".toml"):
        if isfile(bundled):
            return bundled
        hint = nearest(name, names()) or "; see: offtherun scenarios"
        raise ScenarioError(
            f"unknown scenario {name!r}: expected one of {', '.join(names())}, or the path of a .toml file{hint}"
        )
    path = beside / name
    if not isfile(path):  # False too for a name that no file can have
        near = nearest(path.name, [p.name for p in path.parent.glob("*.toml")] if isdir(path.parent) else [])
        raise ScenarioError(f"no scenario file {path}: expected a .toml file or one of {', '.join(names())}{near}")
    return path


def _with_bases(path: Path) -> list[tuple[Path, Tables]]:
    """Return a file and those that it inherits from, nearest first, each without its ``base``."""
    chain: list[tuple[Path, Tables]] = []
    while True:
        if any(path.resolve() == seen.resolve() for seen, _ in chain):
            raise ScenarioError(f"{path}: base leads back to itself through {' -> '.join(p.name for p, _ in chain)}")
        tables = tables_of(path, ScenarioError)
        base = tables.pop("base", None)
        if "name" in tables:
            raise ScenarioError(f"{place_of(('name',), [path])}: name is that of the file, expected no such key")
        chain.append((path, tables))
        if base is None:
            return chain
        if not isinstance(base, str):
            raise ScenarioError(f"{place_of(('base',), [path])}: base = {base!r}, expected a name or a path in quotes")
        try:
            path = _find(base, path.parent)
        except ScenarioError as error:
            raise ScenarioError(f"{place_of(('base',), [path])}: {error}") from None


def merged(below: Tables, above: Tables) -> Tables:
    """Return the tables of one file laid over those of another."""
    laid = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(laid.get(key), dict)
        laid[key] = merged(laid[key], value) if both else value
    return laid


def _check_traits(scenario: Scenario, traits: Mapping[str, Mapping[str, Trait]], paths: list[Path]) -> None:
    """Refuse a trait that the kind does not have, and a median outside its bounds."""
    for kind in traits:
        for name, spread in scenario.population.traits.get(kind, {}).items():
            where = f"{place_of(('population', kind, name), paths)}: population.{kind}.{name}"
            if name not in traits[kind]:
                known = ", ".join(traits[kind]) or "none"
                raise ScenarioError(
                    f"{where} is no trait of this kind, expected one of {known}{nearest(name, traits[kind])}"
                )
            low, high = traits[kind][name].bounds
            if not low <= spread.median <= high:
                raise ScenarioError(
                    f"{where}.median = {spread.median}, expected {low:g} to {high:g} {traits[kind][name].unit}"
                )


def _one_line(error: ValidationError, paths: list[Path]) -> str:
    """Say the first fault in one line, and how many more there are."""
    faults = error.errors(include_url=False)
    fault = faults[0]
    keys = tuple(key for key in fault["loc"] if key != "traits")
    dotted = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{place_of(keys, paths)}: {_complaint(fault, dotted)}{more}"


def _complaint(fault: Any, dotted: str) -> str:
    """Say what is wrong with a key, what was expected, and what is near."""
    keys = fault["loc"]
    value, kind, context = fault["input"], fault["type"], fault.get("ctx", {})
    shown = json.dumps(value)
    if kind == "extra_forbidden":
        known = _known(keys[:-1])
        trait = f" or a trait as {{ median = {shown} }}" if keys[0] == "population" and len(keys) == 3 else ""
        return f"unknown key {dotted} = {shown}, expected one of {', '.join(known)}{trait}{nearest(keys[-1], known)}"
    if kind == "missing":
        return f"{dotted} is missing, expected {_described(keys)}"
    if kind == "value_error":
        shown = f" = {shown}" if keys and not isinstance(value, dict) else ""
        return f"{dotted}{shown}: {context['error']}" if dotted else str(context["error"])
    if kind == "literal_error":
        choices = [choice.strip(" '") for choice in context["expected"].replace(" or ", ",").split(",")]
        return f"{dotted} = {shown}, expected {' or '.join(choices)}{nearest(value, choices)}"
    if kind in _BOUNDS:
        return f"{dotted} = {shown}, expected {_BOUNDS[kind]} {next(iter(context.values()))}"
    expected = _EXPECTED.get(kind) or fault["msg"].removeprefix("Input should be ").lower()
    return f"{dotted} = {shown}, expected {expected}"


def _known(keys: tuple[str | int, ...]) -> list[str]:
    """Return the keys that a table may have."""
    known = list(record_at(Scenario, keys).model_fields)
    return known if keys else ["base", *(name for name in known if name != "name")]


def _described(keys: tuple[str | int, ...]) -> str:
    """Return the meaning and the unit of a key."""
    for name, field in record_at(Scenario, keys[:-1]).model_fields.items():
        if keys and keys[-1] == name:
            extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            return f"{field.description} [{extra.get('unit', '')}]".replace(" []", "")
    return "it"
