"""A good document, broken in one way at a time: the rules must notice each."""

import copy
from collections.abc import Callable, Iterator

import openapi_places as places
import openapi_rules as rules

Change = Callable[[dict], None]


def first(found: places.Found, *keys: str) -> dict:
    """The first part that has all these keys."""
    return next(one for _, one in found if all(key in one for key in keys))


def operation(document: dict) -> dict:
    """Any operation that has parameters and asks for a token."""
    return next(one for _, one in places.operations(document) if one.get("parameters") and "security" not in one)


def member(document: dict, kind: str) -> dict:
    """Any member of a schema, of this type and with a format or a text of its own."""
    return next(one for _, schema in places.schemas(document) for one in schema.get("properties", {}).values()
                if kind in rules.types(one) and "description" in one and "enum" not in one)


def identifier(document: dict) -> dict:
    """Any member that is an id."""
    return next(schema["properties"]["id"] for _, schema in places.shared(document, "schemas")
                if schema.get("properties", {}).get("id", {}).get("format") == "uuid")


def waiting(document: dict) -> dict:
    """Any response that says when to come back."""
    return next(one for place, one in places.responses(document) if place.steps[-1] in rules.WAITING)


def text(document: dict) -> dict:
    """Any content that is text."""
    return next(one for place, one in places.contents(document) if place.steps[-1].startswith("text/"))


def same_name(document: dict) -> None:
    """Two operations of one name."""
    (_, one), (_, other) = list(places.operations(document))[:2]
    other["operationId"] = one["operationId"].upper()


# What is broken, and what the rules say then, in part.
BREAKS: tuple[tuple[Change, str, str], ...] = (
    (lambda d: d["info"].update(contact={"name": "A Person", "email": "person@example.org"}), "own", "is not Tramline's"),
    (lambda d: d.pop("servers"), "own", "servers: none"),
    (lambda d: operation(d).update(description="As [`Parts`] says."), "own", "a link within the source code"),
    (same_name, "operations", "names are unique"),
    (lambda d: operation(d).update(operationId="get_operations_files"), "operations", "is no name of a function"),
    (lambda d: operation(d).update(tags=["nowhere"]), "operations", "tag `nowhere` is not described"),
    (lambda d: operation(d).update(security=[{}]), "operations", "generators ask for a token"),
    (lambda d: operation(d).update(summary="It"), "operations", "no summary"),
    (lambda d: operation(d)["parameters"][0].pop("description"), "descriptions", "no description"),
    (lambda d: first(places.responses(d), "description").update(description="OK"), "descriptions", "no description"),
    (lambda d: first(places.headers(d), "description").pop("description"), "descriptions", "no description"),
    (lambda d: first(places.bodies(d), "description").pop("description"), "descriptions", "no description"),
    (lambda d: member(d, "string").pop("description"), "descriptions", "no description"),
    (lambda d: waiting(d)["headers"].pop("Retry-After"), "headers", "`retry-after` is not described"),
    (lambda d: first(places.headers(d), "schema").pop("schema"), "headers", "no schema"),
    (lambda d: first(places.contents(d), "schema").pop("schema"), "contents", "no schema"),
    (lambda d: text(d).update(schema={"type": "object", "additionalProperties": True}), "contents", "a text that is no string"),
    (lambda d: member(d, "array").pop("items"), "contents", "give `items`"),
    (lambda d: member(d, "string").update(type="object"), "contents", "an object of which nothing is told"),
    (lambda d: member(d, "array").update(items={"type": "object", "properties": {}}), "contents", "an object without a name"),
    (lambda d: member(d, "array").update(items={}), "contents", "an empty schema"),
    (lambda d: member(d, "string").update({"type": "string", "description": "One of `on`, `off`."}) or
     member(d, "string").pop("format", None), "closed_lists", "make an enum"),
    (lambda d: member(d, "integer").update(description="The value of it"), "units_and_forms", "a number without a unit"),
    (lambda d: identifier(d).pop("format"), "units_and_forms", "an id without a format"),
    (lambda d: identifier(d).update(example="seven"), "examples", "is not what its schema allows"),
    (lambda d: member(d, "integer").update(default="seven"), "examples", "is not what its schema allows"),
)


def unnoticed(document: dict) -> Iterator[str]:
    """What was broken without a new fault."""
    before = set(rules.faults(document))
    for number, (change, rule, said) in enumerate(BREAKS):
        broken = copy.deepcopy(document)
        try:
            change(broken)
        except (StopIteration, LookupError):
            yield f"break {number} of openapi_breaks.py finds nothing to break: {rule}, {said!r}"
            continue
        new = set(rules.faults(broken)) - before
        if not any(name == rule and said in fault for name, fault in new):
            yield f"break {number} of openapi_breaks.py is not noticed: {rule} should say {said!r}; new are {sorted(new)[:3]}"
