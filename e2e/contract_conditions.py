"""What a case of `contract/` asks of an answer: a closed set of conditions, each a function of the answer and what the
case says.

Rule: a path is keys and places joined by dots; `*` stands for every element, of which there must be one; an empty path
is the whole body. A condition gives what does not hold, in words.
"""

import re
from collections.abc import Callable, Iterator

from tramline.client import Answer

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z"
SHOWN = 160  # characters of a value in a fault
MISSING = object()
Wanted = dict[str, object]


def is_number(value: object) -> bool:
    """A number; truth values are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_text(pattern: str) -> Callable[[object], bool]:
    """A text of that form."""
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_object_of(members: dict[str, Callable[[object], bool]]) -> Callable[[object], bool]:
    """An object with these members at least."""
    return lambda value: isinstance(value, dict) and all(name in value and kind(value[name]) for name, kind in members.items())


def is_list_of(kind: Callable[[object], bool]) -> Callable[[object], bool]:
    """A list of such elements, which may be empty."""
    return lambda value: isinstance(value, list) and all(map(kind, value))


KINDS: dict[str, Callable[[object], bool]] = {
    "text": is_text(r"(?s).+"),
    "any text": is_text(r"(?s).*"),
    "uuid": is_text(UUID),
    "uuids": is_list_of(is_text(UUID)),
    "texts": is_list_of(is_text(r"(?s).*")),
    "time": is_text(TIME),
    "microseconds": is_text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"),
    "url": is_text(r"http://127\.0\.0\.1:\d+/services/operations/api/.+"),
    "web token": is_text(r"[\w-]+\.[\w-]+\.[\w-]+"),
    "number": is_number,
    "whole": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "statistic": is_object_of({"avg": is_number, "min": is_number, "max": is_number, "unit": is_text(".+")}),
    "total": is_object_of({"value": is_number, "unit": is_text(".+")}),
    "colour": lambda value: is_list_of(is_number)(value) and len(value) in (3, 4),
    "problem": is_object_of({"type": is_text(".+"), "title": is_text(".+"), "status": is_number, "detail": is_text("(?s).+"),
                             "path": is_text("/.*"), "message": is_text("(?s).+")}),
}


def shown(value: object) -> str:
    """A value in a fault."""
    return "nothing" if value is MISSING else repr(value)[:SHOWN]


def found(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Each place that the path names, with its value or `MISSING`."""
    yield from below(value, path.split(".") if path else [], "")


def below(value: object, rest: list[str], place: str) -> Iterator[tuple[str, object]]:
    """The same from a value on."""
    if not rest:
        yield place or "body", value
        return
    step, further = rest[0], rest[1:]
    if step == "*":
        elements = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
        if not elements:
            yield f"{place}.*", MISSING
        for number, element in enumerate(elements):
            yield from below(element, further, f"{place}.{number}".lstrip("."))
    elif isinstance(value, dict) and step in value:
        yield from below(value[step], further, f"{place}.{step}".lstrip("."))
    elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
        yield from below(value[int(step)], further, f"{place}.{step}".lstrip("."))
    else:
        yield f"{place}.{'.'.join(rest)}".lstrip("."), MISSING


def each(body: object, wanted: Wanted, holds: Callable[[object, object], bool], words: str) -> Iterator[str]:
    """Every place of every path that does not hold."""
    for path, expected in wanted.items():
        for place, value in found(body, path):
            if not holds(value, expected):
                yield f"{place} is {shown(value)}, {words} {shown(expected)}"


def sized(value: object) -> int:
    """How many elements; of what has none, -1."""
    return len(value) if isinstance(value, list | dict | str) else -1


def same(value: object, expected: object) -> bool:
    """Equal, and a truth value only to a truth value."""
    return value == expected and isinstance(value, bool) == isinstance(expected, bool)


def holds_within(value: object, expected: object) -> bool:
    """A list or an object that has each of them, or a text in which each stands."""
    parts = expected if isinstance(expected, list) else [expected]
    return isinstance(value, list | dict | str) and all(part in value for part in parts)


def has_none(value: object, expected: object) -> bool:
    """A list, an object or a text in which none of them is."""
    parts = expected if isinstance(expected, list) else [expected]
    return isinstance(value, list | dict | str) and not any(part in value for part in parts)


def has_kind(value: object, names: object) -> bool:
    """One of the kinds, which `|` separates."""
    return value is not MISSING and any(KINDS[name.strip()](value) for name in str(names).split("|"))


def is_sorted(body: object, wanted: str) -> Iterator[str]:
    """Whether the elements are in the order of a member; two must differ in it, or nothing is shown."""
    path, _, direction = wanted.partition(",")
    values = [value for _, value in found(body, f"*.{path}") if value is not MISSING]
    if len(set(values)) < 2:
        yield f"too few values of {path} to see an order: {shown(values)}"
    elif values != sorted(values, reverse=direction == "desc"):
        yield f"not in the order of {wanted}: {shown(values)}"


def check_headers(answer: Answer, wanted: Wanted) -> Iterator[str]:
    """Each header as a pattern; an empty one means that there is none."""
    for name, pattern in wanted.items():
        value = answer.headers.get(name)
        if pattern == "" and value is not None:
            yield f"header {name} is {value!r}, none was wanted"
        elif pattern != "" and (value is None or not re.search(str(pattern), value)):
            yield f"header {name} is {value!r}, wanted {pattern!r}"


CONDITIONS: dict[str, Callable[[object, object], Iterator[str]]] = {
    "is": lambda body, wanted: each(body, wanted, same, "wanted"),
    "is_not": lambda body, wanted: each(body, wanted, lambda value, other: value is not MISSING and value != other, "wanted another than"),
    "types": lambda body, wanted: each(body, wanted, has_kind, "wanted a"),
    "matches": lambda body, wanted: each(body, wanted, lambda value, pattern: isinstance(value, str) and re.search(pattern, value) is not None, "wanted"),
    "among": lambda body, wanted: each(body, wanted, lambda value, choice: value in choice, "wanted one of"),
    "contains": lambda body, wanted: each(body, wanted, holds_within, "wanted in it"),
    "lacks": lambda body, wanted: each(body, wanted, has_none, "wanted without"),
    "count": lambda body, wanted: each(body, wanted, lambda value, number: sized(value) == number, "wanted a count of"),
    "at_least": lambda body, wanted: each(body, wanted, lambda value, number: is_number(value) and value >= number, "wanted at least"),
    "at_most": lambda body, wanted: each(body, wanted, lambda value, number: is_number(value) and value <= number, "wanted at most"),
    "keys": lambda body, wanted: each(body, wanted, lambda value, names: isinstance(value, dict) and set(value) == set(names), "wanted exactly the keys"),
    "absent": lambda body, paths: (f"{place} is {shown(value)}, wanted none" for path in paths for place, value in found(body, path) if value is not MISSING),
    "present": lambda body, paths: (f"{place} is absent" for path in paths for place, value in found(body, path) if value is MISSING),
    "sorted": lambda body, wanted: is_sorted(body, str(wanted)),
}


def faults(answer: Answer, case: dict[str, object]) -> list[str]:
    """What of a case does not hold for an answer."""
    wanted = case["status"] if isinstance(case["status"], list) else [case["status"]]
    told = [] if answer.status in wanted else [f"status {answer.status}, wanted {' or '.join(map(str, wanted))}"]
    told += check_headers(answer, case.get("headers_are", {}))
    if "text" in case and not re.search(case["text"], answer.text):
        told.append(f"the body is {answer.text[:SHOWN]!r}, wanted {case['text']!r}")
    asked = [name for name in CONDITIONS if name in case]
    if asked:
        try:
            body = answer.json()
        except ValueError:
            return [*told, f"the body is no JSON: {answer.text[:SHOWN]!r}"]
        told += of_body(body, case)
    return told


def of_body(body: object, case: dict[str, object]) -> list[str]:
    """What of a case's conditions does not hold for a decoded body."""
    return [fault for name, check in CONDITIONS.items() if name in case for fault in check(body, case[name])]
