"""The tables of docs/: every row of the contract, and the case that holds it.

Rule: a table is generated from the cases and stands between two marks; a check compares.
"""

import os
from collections.abc import Iterable

from contract_cases import ROOT, Row

PAGE = ROOT / "docs/api.md"
NEIGHBOURS = ROOT / "docs/contract.md"
BEGIN, END = "<!-- contract -->", "<!-- /contract -->"


def cell(text: str) -> str:
    """Text that does not end a cell."""
    return text.replace("|", "\\|")


def shared(ids: list[str]) -> str:
    """What several ids begin with, up to a `-`."""
    return os.path.commonprefix(ids).rpartition("-")[0] if len(ids) > 1 else ""


def links(row: Row) -> str:
    """A link to each test of a row; what the ids of cases share is said once."""
    folder = f"../e2e/contract/{row.file.path.name}"
    ids = [case["id"] for case in row.cases]
    start = shared(ids)
    of_cases = [f"[{id.removeprefix(start + '-')}]({folder}#L{row.file.lines[id]})" for id in ids]
    of_crates = [f"[{test.partition('::')[2]}](../{test.partition('::')[0]})" for test in row.rust]
    told = f"`{start}-` " if start else ""
    owed = sorted({case["owed"] for case in row.cases if "owed" in case})
    return told + ", ".join(of_cases + of_crates) + "".join(f"; **not yet**: {cell(reason)}" for reason in owed)


def lines(rows: Iterable[Row]) -> Iterable[str]:
    """A heading and a table for each resource."""
    title = None
    for row in rows:
        if row.file.title != title:
            title = row.file.title
            yield from ("", f"### {title}", "", "| call | of it | what holds | tests |", "|---|---|---|---|")
        yield f"| `{cell(row.call)}` | {cell(row.name)} | {cell(row.says)} | {links(row)} |"
    yield ""


def with_table(text: str, rows: Iterable[Row]) -> str:
    """A page with its table made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{chr(10).join(lines(rows))}\n{END}{after}"


def pages(rows: list[Row]) -> Iterable[tuple[object, str, str]]:
    """Each page: where it is, what it is, and what it should be."""
    for path, page in ((PAGE, True), (NEIGHBOURS, False)):
        text = path.read_text()
        yield path, text, with_table(text, [row for row in rows if row.file.page == page])


def stale(rows: list[Row]) -> list[str]:
    """Pages whose table is not that of the cases."""
    return [f"{path.relative_to(ROOT)} is not that of the cases: e2e/contract.py --write" for path, text, made in pages(rows) if text != made]


def write(rows: list[Row]) -> None:
    """Writes every page whose table is stale."""
    for path, text, made in pages(rows):
        if text != made:
            path.write_text(made)
