"""Where the parts of an OpenAPI document are: each with the place that a reader finds it by.

Rule: every part is met once, where it is written; a reference is not followed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Keywords of a schema that hold one schema, a list of them, or a mapping to them.
ONE = ("items", "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else", "unevaluatedProperties",
       "unevaluatedItems")
LIST = ("allOf", "oneOf", "anyOf", "prefixItems")
MAPPING = ("properties", "patternProperties", "dependentSchemas", "$defs")


@dataclass(frozen=True)
class Place:
    """Steps from the top of the document, and their short name for people."""

    steps: tuple[str, ...]

    def __truediv__(self, step: object) -> "Place":
        """One step further."""
        return Place((*self.steps, str(step)))

    def __str__(self) -> str:
        """`GET /path responses 200`, `schemas Batch properties id`."""
        steps = list(self.steps)
        if steps[:1] == ["paths"] and len(steps) > 2:
            steps[:3] = [steps[2].upper() if steps[2] in METHODS else steps[2], steps[1]]
        elif steps[:1] == ["components"]:
            steps = steps[1:]
        return " ".join(steps)

    @property
    def pointer(self) -> str:
        """The JSON pointer, as a fragment."""
        return "#" + "".join("/" + quote(step.replace("~", "~0").replace("/", "~1"), safe="~$'()*+,;=:@!") for step in self.steps)


TOP = Place(())
Found = Iterator[tuple[Place, dict]]


def operations(document: dict) -> Found:
    """Every operation."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if isinstance(item.get(method), dict):
                yield TOP / "paths" / path / method, item[method]


def parameters(document: dict) -> Found:
    """Every parameter: of paths, of operations, and the shared ones."""
    for path, item in document.get("paths", {}).items():
        for number, one in enumerate(item.get("parameters", [])):
            yield TOP / "paths" / path / "parameters" / number, one
    for place, operation in operations(document):
        for number, one in enumerate(operation.get("parameters", [])):
            yield place / "parameters" / number, one
    yield from shared(document, "parameters")


def bodies(document: dict) -> Found:
    """Every request body."""
    for place, operation in operations(document):
        if "requestBody" in operation:
            yield place / "requestBody", operation["requestBody"]
    yield from shared(document, "requestBodies")


def responses(document: dict) -> Found:
    """Every response; the last step is its status, or the name of a shared one."""
    for place, operation in operations(document):
        for status, one in operation.get("responses", {}).items():
            yield place / "responses" / status, one
    yield from shared(document, "responses")


def headers(document: dict) -> Found:
    """Every header of a response."""
    for place, response in responses(document):
        for name, one in response.get("headers", {}).items():
            yield place / "headers" / name, one
    yield from shared(document, "headers")


def contents(document: dict) -> Found:
    """Every content of a body or a response; the last step is its type."""
    for place, one in [*bodies(document), *responses(document)]:
        for kind, content in one.get("content", {}).items():
            yield place / "content" / kind, content


def shared(document: dict, kind: str) -> Found:
    """Components of one kind."""
    for name, one in document.get("components", {}).get(kind, {}).items():
        yield TOP / "components" / kind / name, one


def schemas(document: dict) -> Found:
    """Every schema, and every schema within one."""
    for place, one in shared(document, "schemas"):
        yield from nested(place, one)
    for place, one in [*parameters(document), *headers(document), *contents(document)]:
        if "schema" in one:
            yield from nested(place / "schema", one["schema"])


def nested(place: Place, schema: object) -> Found:
    """A schema and those within it."""
    if not isinstance(schema, dict):
        return  # `true` and `false` are schemas, too
    yield place, schema
    for key in ONE:
        if key in schema:
            yield from nested(place / key, schema[key])
    for key in LIST:
        for number, one in enumerate(schema.get(key, [])):
            yield from nested(place / key / number, one)
    for key in MAPPING:
        for name, one in schema.get(key, {}).items():
            yield from nested(place / key / name, one)


def texts(value: object, place: Place = TOP) -> Iterator[tuple[Place, str]]:
    """Every text of the document."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from texts(one, place / key)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from texts(one, place / number)


def target(document: dict, one: object) -> dict:
    """What is meant by a part that may be a reference."""
    seen = 0
    while isinstance(one, dict) and "$ref" in one and seen < 10:
        found: object = document
        for step in one["$ref"].removeprefix("#/").split("/"):
            found = found.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(found, dict) else {}
        one, seen = found, seen + 1
    return one if isinstance(one, dict) else {}
