"""The JSON schema of scenario files, as an editor reads it: what may stand where, its meaning, unit, bounds, source.

Fields say this of themselves (``experiments.sections.section``), and so do traits (``agents.traits``). A kind of the
population takes each of its traits as a table ``{ median, spread }``, by its name or in ``traits``; bounds are those of
the median. A ``base`` is not opened: a file that has one may leave out what the base may say, the median.

Left out: what is checked between fields, and of days. ``experiments.scenario.load`` has the last word.
"""

from inspect import getdoc
from math import isfinite
from typing import Any

from agents.traits import Trait
from experiments.kinds import KINDS, traits_by_kind
from experiments.sections.section import CHOICE
from experiments.sections.world import Scenario

Schema = dict[str, Any]
BASE: Schema = {
    "type": "string",
    "description": "scenario that this one inherits from: a bundled name or a path",
    "unit": "name or path",
    "source": CHOICE,
}


def json_schema() -> Schema:
    """Return the JSON schema of a scenario file."""
    schema = Scenario.model_json_schema()
    schema["properties"].pop("name")
    schema["properties"] = {"base": BASE, **schema["properties"]}
    definitions = schema["$defs"]
    for kind, traits in traits_by_kind().items():
        place = definitions["Population"]["properties"][kind]
        general = definitions[place["$ref"].rpartition("/")[2]]
        names = {name: f"{_owner(kind, trait)}.{name}" for name, trait in traits.items()}
        definitions |= {names[name]: _table(trait, definitions["Trait"]) for name, trait in traits.items()}
        definitions[kind] = _kind(kind, general, {name: _to(named) for name, named in names.items()}, place["default"])
        place |= _to(kind)
    for general in ("CountedKind", "Kind", "Trait"):
        del definitions[general]
    return {**schema, **_medians_without_base()}


def _kind(kind: str, general: Schema, tables: Schema, default: Schema) -> Schema:
    """Return the schema of a kind: what all kinds have, and the tables of its traits, by name and in ``traits``."""
    own = {name: {**field, "default": default[name]} for name, field in general["properties"].items()}
    own["traits"] |= {"properties": tables, "additionalProperties": False}
    said = " ".join((getdoc(KINDS[kind]) or "").split("\n\n")[0].split())
    properties = {**own, **tables}
    return {"type": "object", "description": said, "properties": properties, "additionalProperties": False}


def _table(trait: Trait, general: Schema) -> Schema:
    """Return the schema of the table of a trait."""
    low, high = trait.bounds
    bounds = {name: bound for name, bound in (("minimum", low), ("maximum", high)) if isfinite(bound)}
    fields = general["properties"]
    told = {"unit": trait.unit, "source": trait.source, "default": trait.default}
    return {
        "type": "object",
        "description": f"{trait.name.replace('_', ' ')}: {trait.unit}; {trait.source}",
        "properties": {**fields, "median": {**fields["median"], **told, **bounds}},
        "additionalProperties": False,
    }


def _medians_without_base() -> Schema:
    """Return the rule that every trait needs its median where no base could give it."""
    needed = {"required": ["median"]}
    kind = {"properties": {"traits": {"additionalProperties": needed}}, "additionalProperties": needed}
    return {"if": {"required": ["base"]}, "else": {"properties": {"population": {"additionalProperties": kind}}}}


def _owner(kind: str, trait: Trait) -> str:
    """Return the name of the class that declares a trait of a kind; what kinds inherit is described once."""
    return next(c.__name__ for c in KINDS[kind].__mro__ if vars(c).get(trait.name) is trait)


def _to(definition: str) -> Schema:
    return {"$ref": f"#/$defs/{definition}"}
