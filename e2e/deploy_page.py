"""The blocks of docs/deploy.md: files with a path in their first or second line, and commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tramline.service import ROOT

PAGE = ROOT / "docs/deploy.md"
FENCE = re.compile(r"^```(\S*)\s*$")
PATH = re.compile(r"^# (/\S+)$")
FILES = ("toml", "ini", "nginx", "caddy", "nft", "yaml")  # these have a path; `sh` may have one
EVERYWHERE = ("curl", "jq", "openssl")  # without them nothing can be followed
ON_THEIR_OWN = {"caddy", "nft"}  # what is left out without them is nothing that later blocks need
PROGRAMS = ("nginx", "rsync", "sqlite3", *sorted(ON_THEIR_OWN))  # what a block needs of these is skipped without them


@dataclass(frozen=True)
class Block:
    """One fenced block, its language, the heading above it, and the line where it begins."""

    kind: str
    text: str
    heading: str
    line: int

    @property
    def path(self) -> str | None:
        """Where the text belongs, if it is a file."""
        found = [PATH.match(line) for line in self.text.splitlines()[:2]]
        return next((match[1] for match in found if match), None)

    @property
    def name(self) -> str:
        """As a fault names it."""
        return f"deploy.md line {self.line} ({self.path or self.kind})"

    def needs(self, names: set[str]) -> set[str]:
        """Which of the names it uses as words."""
        words = set(re.findall(r"[\w./-]+", self.text)) | {self.kind}
        return {name for name in names if name in words or f"/usr/local/bin/{name}" in words}


def blocks(page: Path) -> Iterator[Block]:
    """All blocks in the order of the page."""
    heading, kind, begun, lines = "", None, 0, []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        fence = FENCE.match(line)
        if fence and kind is None:
            kind, begun, lines = fence[1], number, []
        elif fence:
            yield Block(kind, "\n".join(lines) + "\n", heading, begun)
            kind = None
        elif kind is not None:
            lines.append(line)
        elif line.startswith("## "):
            heading = line.removeprefix("## ")
