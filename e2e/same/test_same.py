"""Tests of the yardstick itself: `cd e2e && python3 -m unittest same.test_same`. Programs are small scripts."""

import collections
import pathlib
import stat
import tempfile
import types
import unittest

from same import command, difference, inputs, pair
from same.normal import Normal

BEGIN = 1_790_000_000  # 2026-09-21T14:13:20Z
ONE, TWO = "0198a1b2-0000-7000-8000-000000000001", "0198a1b2-0000-7000-8000-000000000002"
KEY = "tl_" + "0123456789abcdef" * 4

OLD = """#!/bin/sh
mkdir -p out/a out/empty
echo '{"files": [{"name": "x", "points": 1}]}' > out/report.json
printf 'abc\\377def' > out/a/points.bin
echo finding one; echo finding two
echo note >&2
exit 1
"""


class Words(unittest.TestCase):
    def test_what_differs_from_run_to_run_is_replaced(self):
        cases = [
            (f"/files/{TWO}/{ONE}?x={TWO}", "/files/«1»/«2»?x=«1»"),
            ("at 2026-09-21T14:13:25.123456Z", "at «time»"),
            ("until 2027-09-21T14:13:25Z", "until «time»"),
            ("since 2026-09-21T16:14:00+02:00", "since «time»"),
            ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.abc_-d", "Bearer «token»"),
            (KEY, "«1»"),
            ("tl_0123ab…", "«shown key»"),
            ("in /tmp/x/data/blobs", "in «folder»/blobs"),
        ]
        for text, wanted in cases:
            self.assertEqual(Normal(BEGIN, {"/tmp/x/data": "«folder»"}).text(text), wanted)

    def test_data_stays(self):
        for text in ("2025-10-04T14:00:00.000Z", "2026-09-21T14:00:00Z", "2026-09-21", "2026-13-21T14:13:25Z", ONE[:-1],
                     '{"points": 12}', "0" * 64):
            self.assertEqual(Normal(BEGIN).text(text), text)

    def test_numbers_of_the_run_only(self):
        normal = Normal(BEGIN)
        for number, wanted in ((BEGIN * 1_000_000 + 5, "«time»"), (BEGIN * 1_000 + 5, "«time»"), (BEGIN, BEGIN), (7, 7),
                               (1_759_586_400_000_000, 1_759_586_400_000_000)):
            self.assertEqual(normal.number(number), wanted)

    def test_there_and_back(self):
        normal = Normal(BEGIN)
        word = normal.text(ONE)
        self.assertEqual(normal.own(f"/files/{word}/«99»"), f"/files/{ONE}/«99»")

    def test_order_without_ids(self):
        self.assertEqual(pair.in_order({"a": [{"id": "«2»"}, {"id": "«1»"}], "b": [2, 1]}),
                         {"a": [{"id": "«1»"}, {"id": "«2»"}], "b": [2, 1]})

    def test_progress_without_what_was_under_way(self):
        told = b'event: end\ndata: {"batchId":"b","run":"done","points":7,"step":"x"}\n'
        self.assertEqual(pair.steady_events(told), b'event: end\ndata: {"batchId": "b", "run": "done"}')


class Places(unittest.TestCase):
    def test_first_place_in_json(self):
        cases = [
            ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "$.a[1].b: 3, was 2"),
            ({"a": 1}, {"a": 1.0}, "$.a: 1.0, was 1"),
            ({"a": 1}, {"a": True}, "$.a: true, was 1"),
            ({"a": 1}, {"b": 1}, "$.a: is gone, was 1"),
            ({"a": 1}, {"a": 1, "b": 2}, "$.b: is new: 2"),
            ({"a": 1, "b": 2}, {"b": 2, "a": 1}, '$: keys in another order: ["b", "a"], was ["a", "b"]'),
            ([1], [1, 2], "$: 2 items, was 1"),
            ([{"a": None}], [{"a": None}], None),
        ]
        for old, new, wanted in cases:
            self.assertEqual(difference.of_json(old, new), wanted)

    def test_first_place_in_bytes(self):
        cases = [
            (b"abc", b"abc", None),
            (b"\xff\x00a", b"\xff\x01a", "byte 1 (3 bytes, was 3)"),
            (b"\xff", b"\xff\x00", "byte 1 (2 bytes, was 1)"),
            (b"one\ntwo\n", b"one\ntwo!\n", "byte 7 (9 bytes, was 8), line 2: 'two!', was 'two'"),
            (b'{"a": 1}', b'{"a": 2}', "$.a: 2, was 1"),
            (b'{"a": 1}', b'{"a":1}', "byte 5 (7 bytes, was 8), line 1: '{\"a\":1}', was '{\"a\": 1}'"),
        ]
        for old, new, wanted in cases:
            self.assertEqual(difference.of_bytes(old, new), wanted)


class Answers(unittest.TestCase):
    def found(self, old, new):
        lines = []
        both = types.SimpleNamespace(answers=0, statuses=collections.Counter(), differences=difference.Differences(lines.append))
        pair.Pair.compare(both, "GET /x", pair.Answer(*old), pair.Answer(*new))
        return lines

    def test_status_headers_and_body_count(self):
        old = (200, (("etag", "a"),), '{"x": 1}')
        cases = [
            (old, []),
            ((404, (), "no"), ["DIFFERS GET /x: status 404, was 200: no"]),
            ((200, (), old[2]), ["DIFFERS GET /x: headers: [('etag', 'a')]"]),
            ((200, old[1], '{"x": 2}'), ["DIFFERS GET /x: body: $.x: 2, was 1"]),
            ((200, old[1], b"\xff"), ["DIFFERS GET /x: body: byte 0 (1 bytes, was 8)"]),
        ]
        for new, wanted in cases:
            self.assertEqual(self.found(old, new), wanted)


class Commands(unittest.TestCase):
    def found(self, new, memory=None):
        """What is told when the old program is beside `new`."""
        lines = []
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            programs = []
            for name, text in (("old", OLD), ("new", new)):
                path = folder / f"{name}.sh"
                path.write_text(text)
                path.chmod(path.stat().st_mode | stat.S_IXUSR)
                programs.append(command.Program.of(path, folder / name))
            cases = [command.Case("case", ("convert",))]
            counts = command.compare(*programs, cases, folder, {}, memory or command.Memory(None),
                                     difference.Differences(lines.append))
        self.assertEqual(counts["artifacts"], 3)  # of the new program, an empty folder among them
        return lines

    def test_a_program_is_as_itself(self):
        self.assertEqual(self.found(OLD), [])

    def test_every_kind_of_change_is_found(self):
        cases = [
            ("exit 1", "exit 3", "DIFFERS case: exit code 3, was 1"),
            ('"points": 1', '"points": 2', "DIFFERS case: out/report.json: $.files[0].points: 2, was 1"),
            ("abc\\377def", "abc\\377dEf", "DIFFERS case: out/a/points.bin: byte 5 (7 bytes, was 7)"),
            ("echo finding one; echo finding two", "echo finding two; echo finding one",
             "DIFFERS case: stdout: byte 8 (24 bytes, was 24), line 1: 'finding two', was 'finding one'"),
            ("echo note >&2", "echo Note >&2", "DIFFERS case: stderr: byte 0 (5 bytes, was 5), line 1: 'Note', was 'note'"),
        ]
        for old, new, wanted in cases:
            self.assertIn(old, OLD)
            self.assertEqual(self.found(OLD.replace(old, new)), [wanted])

    def test_files_that_come_and_go(self):
        found = self.found(OLD.replace("out/a/points.bin", "out/a/other.bin").replace("out/empty", "out/hollow"))
        wanted = ["out/a/other.bin: is new", "out/a/points.bin: is gone", "out/empty/: is gone"]
        self.assertEqual(found[:3], [f"DIFFERS case: {line}" for line in wanted])
        self.assertEqual(len(found), 4)  # and how many more

    def test_what_is_remembered_is_of_this_program_only(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "known.json"
            self.assertEqual(self.found(OLD, command.Memory(path)), [])
            memory = command.Memory(path)
            self.assertEqual(len(self.found(OLD.replace("exit 1", "exit 3"), memory)), 1)
            self.assertEqual(memory.hits, 1)

    def test_what_a_case_names_is_part_of_what_is_remembered(self):
        with tempfile.TemporaryDirectory() as folder:
            samples = pathlib.Path(folder)
            (samples / "kml").write_text("one")
            one, none = ({case.name: case.content for case in inputs.alone(where)} for where in (samples, None))
            (samples / "kml").write_text("two")
            two = {case.name: case.content for case in inputs.alone(samples)}
        changed = sorted(name for name in one if one[name] != two[name])
        self.assertEqual(changed, sorted(name for name in one if "samples/" in name))
        self.assertEqual(changed, sorted(name for name in one if one[name] != none[name]))


if __name__ == "__main__":
    unittest.main()
