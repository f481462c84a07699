"""Where two outputs differ first: a path in JSON, a line in text, an offset in bytes; and the list of all that was found."""

import json
import threading
from collections.abc import Callable

SHOWN = 25  # differences of a part that are printed; all are counted
WIDTH = 70  # characters of a value that are shown


def shown(value: object) -> str:
    """A value as text, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def of_json(old: object, new: object, path: str = "$") -> str | None:
    """The first place where two documents differ, or `None`: `$.files[2].status: "failed", was "processed"`."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key not in new:
                return f"{path}.{key}: is gone, was {shown(old[key])}"
            found = of_json(old[key], new[key], f"{path}.{key}")
            if found:
                return found
        for key in new:
            if key not in old:
                return f"{path}.{key}: is new: {shown(new[key])}"
        if list(old) != list(new):
            return f"{path}: keys in another order: {shown(list(new))}, was {shown(list(old))}"
        return None
    if isinstance(old, list) and isinstance(new, list):
        for position, (one, other) in enumerate(zip(old, new)):
            found = of_json(one, other, f"{path}[{position}]")
            if found:
                return found
        if len(old) != len(new):
            return f"{path}: {len(new)} items, was {len(old)}"
        return None
    # 1 and 1.0 and true are equal in Python and different in JSON.
    return None if type(old) is type(new) and old == new else f"{path}: {shown(new)}, was {shown(old)}"


def of_bytes(old: bytes, new: bytes) -> str | None:
    """The first place where two byte strings differ, or `None`."""
    if old == new:
        return None
    try:
        found = of_json(json.loads(old), json.loads(new))
        if found:
            return found
    except ValueError:
        pass  # no JSON, or not UTF-8
    position = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    place = f"byte {position} ({len(new)} bytes, was {len(old)})"
    try:
        line = old[:position].decode().count("\n")
        now, was = (text.decode().split("\n")[line:][:1] for text in (new, old))
    except UnicodeDecodeError:
        return place
    return f"{place}, line {line + 1}: {shown((now or ['']) [0])!r}, was {shown((was or [''])[0])!r}"


class Differences:
    """Everything that was found, by part; printed as it comes."""

    def __init__(self, say: Callable[[str], None] = print) -> None:
        self.count = 0
        self._shown = 0
        self._say = say
        self._lock = threading.Lock()

    def begin_part(self) -> None:
        """Shows again, however many there were before."""
        self._shown = 0

    def add(self, where: str, what: str) -> None:
        """Notes and prints a difference."""
        with self._lock:
            self.count += 1
            self._shown += 1
            if self._shown <= SHOWN:
                self._say(f"DIFFERS {where}: {what}")
            elif self._shown == SHOWN + 1:
                self._say("DIFFERS …: further ones are only counted")
