#!/usr/bin/env python3
"""Tests of what `contract.py` judges with: each condition is met by one body and missed by another, and a file of cases that
says anything unknown is refused. Exit code 0: all hold."""

import email.message
import json
import sys
import tempfile
import unittest
from pathlib import Path

import contract_cases as cases
import contract_conditions as conditions
import contract_table as table
from tramline.client import Answer

ID = "0198a1b2-0000-7000-8000-000000000001"
# By condition: what is asked, bodies that meet it, bodies that miss it.
JUDGED = {
    "is": ({"*.a": 1}, [[{"a": 1}]], [[], [{"a": 2}], [{"a": True}], [{}], [{"a": 1}, {}]]),
    "is_not": ({"a": 1}, [{"a": 2}], [{"a": 1}, {}]),
    "types": ({"a": "uuid | null"}, [{"a": ID}, {"a": None}], [{"a": "x"}, {"a": 7}, {}]),
    "matches": ({"a": "^b"}, [{"a": "bc"}], [{"a": "cb"}, {"a": 7}, {}]),
    "among": ({"a": [1, 2]}, [{"a": 1}], [{"a": 3}, {}]),
    "contains": ({"a": ["x", "y"]}, [{"a": ["y", "x", "z"]}, {"a": "xy"}], [{"a": ["x"]}, {"a": 7}, {}]),
    "lacks": ({"a": ["x"]}, [{"a": ["y"]}, {"a": []}], [{"a": ["x", "y"]}, {}]),
    "count": ({"": 2}, [[1, 2], {"a": 1, "b": 2}], [[1], 2]),
    "at_least": ({"a": 2}, [{"a": 2}, {"a": 2.5}], [{"a": 1}, {"a": "3"}, {}]),
    "at_most": ({"a": 2}, [{"a": 2}], [{"a": 3}, {}]),
    "keys": ({"": ["a", "b"]}, [{"b": 1, "a": 2}], [{"a": 1}, {"a": 1, "b": 2, "c": 3}, []]),
    "absent": (["a", "b.c"], [{}, {"b": {}}], [{"a": None}, {"b": {"c": 1}}]),
    "present": (["a.0"], [{"a": [None]}], [{"a": []}, {}]),
    "sorted": ("a,desc", [[{"a": 2}, {"a": 1}], [{"a": 2}, {}, {"a": 1}]], [[{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 1}], []]),
}
KINDS = {
    "time": (["2025-05-04T10:00:00Z", "2025-05-04T10:00:00.000Z"], ["2025-05-04T10:00:00", "2025-05-04", 7, None]),
    "microseconds": (["2025-05-04T10:00:00.000001Z"], ["2025-05-04T10:00:00Z"]),
    "statistic": ([{"avg": 1, "min": 0.5, "max": 2, "unit": "ha"}], [{"avg": 1, "min": 0, "max": 2}, 1]),
    "total": ([{"value": 1, "unit": "ha"}], [{"value": "1", "unit": "ha"}, {"value": 1, "unit": ""}]),
    "whole": ([1], [1.5, True, "1"]),
    "boolean": ([False], [0, None]),
    "uuids": ([[], [ID]], [ID, ["x"]]),
}
FILE = """title = "T"
[[row]]
call = "GET /x"
name = "n"
says = "s"
cases = [{ id = "one", ask = "GET /x", status = 200 }, { id = "two", ask = "GET /x", status = 200%s }]
"""


def answer(body: object, status: int = 200) -> Answer:
    """An answer with that body."""
    headers = email.message.Message()
    headers["X-Total-Count"] = "14"
    return Answer("GET", "/x", status, headers, json.dumps(body).encode())


class Conditions(unittest.TestCase):
    def test_each_condition_can_be_met_and_missed(self):
        self.assertEqual(set(JUDGED), set(conditions.CONDITIONS))
        for name, (wanted, good, bad) in JUDGED.items():
            for body in good:
                self.assertEqual(conditions.faults(answer(body), {"status": 200, name: wanted}), [], (name, body))
            for body in bad:
                self.assertNotEqual(conditions.faults(answer(body), {"status": 200, name: wanted}), [], (name, body))

    def test_kinds_of_values(self):
        for kind, (good, bad) in KINDS.items():
            self.assertTrue(all(conditions.has_kind(value, kind) for value in good), kind)
            self.assertFalse(any(conditions.has_kind(value, kind) for value in bad), kind)

    def test_status_headers_and_text(self):
        for case, holds in (({"status": [200, 201]}, True), ({"status": 404}, False),
                            ({"status": 200, "headers_are": {"x-total-count": "^14$"}}, True),
                            ({"status": 200, "headers_are": {"X-Total-Count": "^4$"}}, False),
                            ({"status": 200, "headers_are": {"X-Total-Count": ""}}, False),
                            ({"status": 200, "headers_are": {"Link": ""}}, True),
                            ({"status": 200, "text": "green"}, True), ({"status": 200, "text": "red"}, False)):
            self.assertEqual(not conditions.faults(answer("green"), case), holds, case)


class Cases(unittest.TestCase):
    def rows(self, more: str) -> list[cases.Row]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "t.toml"
            path.write_text(FILE % more)
            return list(cases.rows_of(path))

    def test_what_is_unknown_is_refused(self):
        self.assertEqual([case["id"] for row in self.rows("") for case in row.cases], ["one", "two"])
        for more in (", colour = 1", ', as = "king"', ', event = "x"'):
            with self.assertRaises(cases.Wrong):
                self.rows(more)

    def test_a_row_links_to_its_cases_by_line(self):
        row = self.rows("")[0]
        self.assertIn("[one](../e2e/contract/t.toml#L6), [two](../e2e/contract/t.toml#L6)", table.links(row))
        page = table.with_table(f"a\n{table.BEGIN}\nstale text\n{table.END}\nb", [row])
        self.assertTrue(page.startswith("a\n") and page.endswith("\nb") and "stale text" not in page and "| `GET /x` | n | s |" in page)


if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    sys.exit(0 if unittest.TextTestRunner(verbosity=0).run(tests).wasSuccessful() else 1)
