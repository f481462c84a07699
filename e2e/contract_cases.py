"""The cases of `contract/`: rows of the contract, each with what it says and the cases that hold it.

Rule: everything of a case is data, of a closed set of members; a file that says anything else is refused before a
service is started.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contract_conditions import CONDITIONS

FOLDER = Path(__file__).resolve().parent / "contract"
ROOT = FOLDER.parents[1]
CALLERS = ("owner", "nobody", "stranger", "key", "idle")
OF_A_FILE = {"title", "base", "page", "row"}
OF_A_ROW = {"call", "name", "says", "cases", "rust"}
OF_A_REQUEST = {"ask", "as", "headers", "json", "body", "form"}
OF_A_CASE = {"id", "event", "status", "headers_are", "text", "until", "keep", "owed", *OF_A_REQUEST, *CONDITIONS}
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Wrong(Exception):
    """A file of cases that cannot be used."""


@dataclass(frozen=True)
class Row:
    """A row of the contract: a call, what of it, what the contract says, and what holds it."""

    file: "File"
    call: str
    name: str
    says: str
    cases: list[dict]
    rust: list[str]


@dataclass(frozen=True)
class File:
    """The rows of a resource; `page` when the public page itself names it, not its neighbours."""

    path: Path
    title: str
    base: str
    page: bool
    lines: dict[str, int]

    @property
    def name(self) -> str:
        """Short."""
        return self.path.stem


def checked(where: str, table: dict, allowed: set[str], needed: set[str]) -> dict:
    """The table, which has no other members and all that are needed."""
    if extra := set(table) - allowed:
        raise Wrong(f"{where}: {', '.join(sorted(extra))} is not known here")
    if missing := needed - set(table):
        raise Wrong(f"{where}: without {', '.join(sorted(missing))}")
    return table


def check_case(where: str, case: dict) -> None:
    """One case says what it must, and nothing else."""
    checked(where, case, OF_A_CASE, {"id"})
    name = f"{where}, {case['id']}"
    if not ID.fullmatch(case["id"]):
        raise Wrong(f"{name}: an id is small letters, digits and `-`")
    if ("event" in case) == ("ask" in case):
        raise Wrong(f"{name}: either `ask` or `event`")
    if "ask" in case and "status" not in case:
        raise Wrong(f"{name}: without `status`")
    if case.get("as", "owner") not in CALLERS:
        raise Wrong(f"{name}: nobody is called {case['as']}")


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of one file."""
    text = path.read_text()
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        raise Wrong(f"{path.name}: {cause}") from cause
    checked(path.name, table, OF_A_FILE, {"title", "row"})
    lines = {id: number for number, line in enumerate(text.splitlines(), 1) for id in re.findall(r'\bid = "([^"]+)"', line)}
    file = File(path, table["title"], table.get("base", ""), table.get("page", False), lines)
    for row in table["row"]:
        where = f"{path.name}, {row.get('call')} {row.get('name')}"
        checked(where, row, OF_A_ROW, {"call", "name", "says"})
        cases, rust = row.get("cases", []), row.get("rust", [])
        if not cases and not rust:
            raise Wrong(f"{where}: nothing holds it")
        for case in cases:
            check_case(where, case)
        for test in rust:
            check_rust(where, test)
        yield Row(file, row["call"], row["name"], row["says"], cases, rust)


def check_rust(where: str, test: str) -> None:
    """A test of the crates is there: `path::function`."""
    path, _, function = test.partition("::")
    source = ROOT / path
    if not source.is_file() or not re.search(rf"\bfn {re.escape(function)}\b", source.read_text()):
        raise Wrong(f"{where}: there is no test {test}")


def all_rows() -> list[Row]:
    """The rows of all files; ids are unique."""
    rows = [row for path in sorted(FOLDER.glob("*.toml")) for row in rows_of(path)]
    seen: set[str] = set()
    for row in rows:
        for case in row.cases:
            if case["id"] in seen:
                raise Wrong(f"{row.file.path.name}: the id {case['id']} is used twice")
            seen.add(case["id"])
    return rows
