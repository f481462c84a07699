"""What the OpenAPI document owes its readers beyond being valid. Each rule gives faults: a place, what is wrong, what to do.

Rule: a rule looks at the whole document; none knows an operation by name.
"""

import re
from collections.abc import Callable, Iterator

from openapi_schema_validator import OAS31Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

import openapi_places as places
from openapi_places import Place

Rule = Callable[[dict], Iterator[str]]
WORDS = 3  # of a description, at least
JSON = re.compile(r"^application/([\w.-]+\+)?json$")
# Numbers are told with one of these, or they are plain counts: `Users of the account`.
COUNT = re.compile(r"^(?!Its|This|Has|Was|Is|Whether)([A-Z]\w+|[A-Z]\w+ \w+)s\b")
UNITS = re.compile(
    r"\b(bytes?|seconds?|minutes?|hours?|days?|metres?|meters?|m²|hectares?|ha|acres?|kilograms?|kg|tonnes?|litres?|degrees?|"
    r"percent|per cent|pixels?|fraction|ratio|factor|share|number of|how many|count(s|ed)?|at most|zoom|column|row|page|"
    r"status|position|place in|version|offset|unit|same unit|times|level|years?|months?|between|"
    r"correlation|coefficient|index)\b|%", re.IGNORECASE)
# What a member's name says about its form.
FORMS = (
    (re.compile(r"(Time|At)$"), ("date-time",), "a date and time"),
    (re.compile(r"(^url|Url)$|^download[A-Z]"), ("uri",), "an address"),
    (re.compile(r"^email$"), ("email",), "an email address"),
    (re.compile(r"^(id|leafUserId|batchId|fileId)$"), ("uuid",), "an id"),
)
LISTED = re.compile(r"`[\w.-]+`(,| or|, or) `[\w.-]+`")
OPEN_LIST = re.compile(r"for example|such as|and so on|and others|\bor (another|the|an?) ", re.IGNORECASE)
COMBINED = ("allOf", "oneOf", "anyOf")
WAITING = ("429", "503", "507")  # statuses that pass


def thin(text: object) -> bool:
    """Whether a description is none, or too short to say anything."""
    return not isinstance(text, str) or len(re.findall(r"\w+", text)) < WORDS


def has_text(document: dict, one: dict) -> bool:
    """Whether a part has a description, or what it refers to has one."""
    return not thin(one.get("description")) or not thin(places.target(document, one).get("description"))


def types(schema: dict) -> set[str]:
    """The types that a schema names."""
    found = schema.get("type", [])
    return {found} if isinstance(found, str) else set(found)


def descriptions(document: dict) -> Iterator[str]:
    """Every part has a description of some substance."""
    advice = f"describe it in {WORDS} words or more: what it is, its unit, its form"
    for place, one in places.parameters(document):
        if not has_text(document, one):
            yield f"{place} `{one.get('name')}`: no description; {advice}"
    for place, one in [*places.responses(document), *places.headers(document), *places.bodies(document),
                       *places.shared(document, "schemas"), *places.shared(document, "securitySchemes")]:
        if not has_text(document, one):
            yield f"{place}: no description; {advice}"
    for place, text in places.texts(document):
        if place.steps[-1] in ("description", "summary") and text != text.strip():
            yield f"{place}: begins or ends with a space: {text[:60]!r}; take it away"
    for place, schema in places.schemas(document):
        for name, member in schema.get("properties", {}).items():
            if isinstance(member, dict) and not member_has_text(document, member):
                yield f"{place} properties {name}: no description; {advice}"


def member_has_text(document: dict, member: dict) -> bool:
    """A member's own description, or that of the schema that it refers to, also as one of `null` and a schema."""
    kinds = [one for key in ("oneOf", "anyOf", "allOf") for one in member.get(key, []) if isinstance(one, dict) and "$ref" in one]
    return has_text(document, member) or any(has_text(document, one) for one in kinds)


def operations(document: dict) -> Iterator[str]:
    """Operations have a summary, a known tag, and a name that is an identifier, once."""
    known = {tag.get("name") for tag in document.get("tags", []) if not thin(tag.get("description"))}
    seen: dict[str, Place] = {}
    for place, operation in places.operations(document):
        name = operation.get("operationId", "")
        if not re.fullmatch(r"[a-z][A-Za-z0-9]*", name):
            yield f"{place}: operationId `{name}` is no name of a function; give one as `listFiles`, in camel case"
        if name.lower() in seen:
            yield f"{place}: operationId `{name}` is also that of {seen[name.lower()]}; names are unique, in any case of letters"
        seen[name.lower()] = place
        if operation.get("security") == [{}]:
            yield f"{place}: `security` is `[{{}}]`, for which generators ask for a token; write `[]`"
        if thin(operation.get("summary")):
            yield f"{place}: no summary; say in {WORDS} words or more what it does"
        for tag in operation.get("tags") or ["(none)"]:
            if tag not in known:
                yield f"{place}: tag `{tag}` is not described; list it in `tags` of the document, with a description"


def headers(document: dict) -> Iterator[str]:
    """Answers name the headers that a client acts on, each with a schema."""
    for place, header in places.headers(document):
        if not places.target(document, header).get("schema"):
            yield f"{place}: no schema; give its type and format"
    for place, operation in places.operations(document):
        names = {places.target(document, one).get("name") for one in operation.get("parameters", [])}
        for status, answer in operation.get("responses", {}).items():
            at, given = place / "responses" / status, {name.lower() for name in answer.get("headers", {})}
            wanted = {"x-request-id"}
            if {"page", "size"} <= names and status == "200":
                wanted |= {"x-total-count", "link"}
            if status in WAITING:
                wanted.add("retry-after")
            if status == "401":
                wanted.add("www-authenticate")
            for name in sorted(wanted - given):
                yield f"{at}: header `{name}` is not described; add it to the response if it is sent"


def contents(document: dict) -> Iterator[str]:
    """Bodies have schemas, and no object is left open without saying so."""
    for place, content in places.contents(document):
        kind, schema = place.steps[-1], content.get("schema")
        if not schema:
            yield f"{place}: no schema; {'name one' if JSON.match(kind) else 'give `type: string` with `format: binary`, or text'}"
        elif kind.startswith("text/") and "string" not in types(schema):
            yield f"{place}: a text that is no string; a generated client would take it for JSON: give `type: string`"
    for place, answer in places.responses(document):
        status = place.steps[-1]
        if status.startswith("2") and status != "204" and "$ref" not in answer and not answer.get("content"):
            yield f"{place}: no content; say what the body is"
    for place, schema in places.schemas(document):
        bare = "object" in types(schema) and not {"properties", "additionalProperties", "patternProperties", "allOf", "oneOf",
                                                  "anyOf", "$ref"} & set(schema)
        if bare:
            yield f"{place}: an object of which nothing is told; list its members, or give `additionalProperties` with their schema"
        if "properties" in schema and not is_named(place):
            yield f"{place}: an object without a name; make it a schema of its own, which a generated client names"
        if not schema:
            yield f"{place}: an empty schema; give a type"
        if "array" in types(schema) and "items" not in schema and "prefixItems" not in schema:
            yield f"{place}: a list of which nothing is told; give `items`"


def is_named(place: Place) -> bool:
    """Whether a schema is a component, or a part of what one is made of."""
    return place.steps[:2] == ("components", "schemas") and all(step in COMBINED or step.isdecimal() for step in place.steps[3:])


def closed_lists(document: dict) -> Iterator[str]:
    """A list of possible words is an enum, not a sentence."""
    def told(place: Place, schema: dict, text: str) -> Iterator[str]:
        element = schema.get("items") if "array" in types(schema) else schema
        if not isinstance(element, dict) or "string" not in types(element) or {"enum", "const", "pattern", "format"} & set(element):
            return
        if LISTED.search(text) and not OPEN_LIST.search(text):
            yield f"{place}: lists words in its text, but is no enum: {text[:90]!r}; make an enum of them, or say `for example`"
    for place, schema in places.schemas(document):
        for name, member in schema.get("properties", {}).items():
            if isinstance(member, dict):
                yield from told(place / "properties" / name, member, member.get("description", ""))
    for place, one in places.parameters(document):
        if isinstance(one.get("schema"), dict):
            yield from told(place / one.get("name", ""), one["schema"], one.get("description", ""))


def named_schemas(document: dict) -> Iterator[tuple[Place, str, dict, str]]:
    """Members, parameters and headers: place, name, schema, text."""
    for place, schema in places.schemas(document):
        for name, member in schema.get("properties", {}).items():
            if isinstance(member, dict):
                yield place / "properties" / name, name, member, member.get("description", "")
    for place, one in [*places.parameters(document), *places.headers(document)]:
        if isinstance(one.get("schema"), dict):
            name = one.get("name", place.steps[-1])
            yield place / name, name, one["schema"], one.get("description", "")


def told_by_words(name: str, text: str) -> bool:
    """Whether a text says what a number counts, or that it is an id."""
    return bool(UNITS.search(text) or COUNT.search(text) or (re.search(r"^id$|Id$", name) and re.search(r"\bid\b", text, re.IGNORECASE)))


def units_and_forms(document: dict) -> Iterator[str]:
    """Numbers tell what they count; dates, addresses and ids have a format."""
    for place, name, schema, text in named_schemas(document):
        if {"integer", "number"} & types(schema) and not told_by_words(name, text):
            yield f"{place}: a number without a unit; say in its description what it counts, and in which unit"
        if re.match(r"Ids of", text) and "array" in types(schema) and not {"format", "pattern"} & set(schema.get("items", {})) \
                and not re.search(r"\btext\b", text):
            yield f"{place}: a list of ids without a format; give its items `format: uuid`, or say that they are any text"
        for pattern, formats, what in FORMS:
            if pattern.search(name) and "string" in types(schema) and "format" not in schema and "pattern" not in schema \
                    and "enum" not in schema and not re.search(r"\btext\b", text):
                yield f"{place}: {what} without a format; give `format: {formats[0]}`, or a `pattern`; or say that it is any text"


def own(document: dict) -> Iterator[str]:
    """The document is Tramline's own: title, contact, licence, version, servers; nothing of the library that makes it."""
    info = document.get("info", {})
    if "Tramline" not in info.get("title", "") or thin(info.get("description")):
        yield "info: title or description is missing; give Tramline's own"
    contact = info.get("contact", {})
    if "Tramline" not in contact.get("name", "") or "email" in contact:
        yield f"info contact: {contact} is not Tramline's; name the project or its operator, without the address of a person"
    licence = info.get("license", {})
    if not licence.get("name") or not (licence.get("identifier") or licence.get("url")):
        yield "info license: no name with `identifier` or `url`; give the SPDX expression"
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", info.get("version", "")):
        yield f"info version: {info.get('version')!r} is no version; give the program's"
    if not document.get("servers") or any(thin(server.get("description")) for server in document["servers"]):
        yield "servers: none, or one without a description; name the running service by `/`"
    for place, text in places.texts(document):
        if re.search(r"utoipa|kukkonen", text, re.IGNORECASE):
            yield f"{place}: names the library that makes the document, or its author: {text[:80]!r}; take it out"
        if place.steps[-1] in ("description", "summary") and re.search(r"\[`[^`]+`\](?!\()|\bcrate::|\bsuper::|\bSelf::", text):
            yield f"{place}: a link within the source code: {text[:80]!r}; say it in words"


def examples(document: dict) -> Iterator[str]:
    """Examples and defaults are what their schemas allow."""
    base = "urn:tramline:openapi"
    resource = Resource(contents=document, specification=DRAFT202012)
    registry = Registry().with_resource(base, resource)

    def wrong(place: Place, value: object) -> str | None:
        validator = OAS31Validator({"$ref": base + place.pointer}, registry=registry, format_checker=OAS31Validator.FORMAT_CHECKER)
        for error in validator.iter_errors(value):
            return f"{error.json_path}: {error.message[:200]}"
        return None

    for place, schema in places.schemas(document):
        given = [("example", schema["example"])] if "example" in schema else []
        given += [(f"examples {number}", one) for number, one in enumerate(schema.get("examples", []))]
        given += [("default", schema["default"])] if "default" in schema else []
        for name, value in given:
            if cause := wrong(place, value):
                yield f"{place} {name}: is not what its schema allows: {cause}; mend one of them"
    for place, one in [*places.contents(document), *places.parameters(document), *places.headers(document)]:
        given = [("example", one["example"])] if "example" in one else []
        given += [(f"examples {name}", value["value"]) for name, value in one.get("examples", {}).items() if "value" in value]
        for name, value in given:
            if "schema" in one and (cause := wrong(place / "schema", value)):
                yield f"{place} {name}: is not what its schema allows: {cause}; mend one of them"


RULES: tuple[Rule, ...] = (own, operations, descriptions, headers, contents, closed_lists, units_and_forms, examples)


def faults(document: dict) -> Iterator[tuple[str, str]]:
    """Everything that does not hold, with the name of its rule."""
    for rule in RULES:
        for fault in rule(document):
            yield rule.__name__, fault
