#!/usr/bin/env python3
"""Follows docs/deploy.md from its first block to its last, on a machine of its own, and looks at what it promises.

    e2e/deploy.py [PAGE]

The machine (tramline/machine.py) has the files of this one and a systemd of its own, in namespaces; nothing of it stays.
Files of the page are written where the page says, commands run in its order. Between the blocks (deploy_checks.py): the unit
is verified and the converter shut in; clients come through nginx and Caddy with TLS; the firewall is switched on; a backup is
restored after a loss; the service is upgraded and taken back; a lost password is replaced.

It needs root and systemd; a block that needs a program that is not installed is skipped, loudly. Where there can be no
machine, the settings are loaded and the unit is verified all the same. Exit code: 0 all holds or is skipped, 1 not.
"""

import shutil
import subprocess
import sys
from http.client import HTTPException
from pathlib import Path

from deploy_checks import AFTER, BEFORE, PROXIED, Deployed, Look
from deploy_page import EVERYWHERE, FILES, ON_THEIR_OWN, PAGE, PROGRAMS, Block, blocks
from tramline import report
from tramline.client import Problem
from tramline.machine import Impossible, Machine
from tramline.report import Faults
from tramline.service import Service, executable, temporary
from tramline.wait import NotInTime


def well_formed(page: list[Block], faults: Faults) -> None:
    """Each block is of a kind that is tried, and has a path if it is a file."""
    faults.expect(page, "deploy.md has no blocks")
    for block in page:
        faults.expect(block.kind in (*FILES, "sh"), f"{block.name}: no such kind of block is tried")
        faults.expect(block.kind == "sh" or block.path, f"{block.name}: the first line does not say which file it is")


def without_machine(page: list[Block], faults: Faults) -> str:
    """Loads the settings and verifies the unit, which needs no rights."""
    with temporary() as scratch:
        for block in page:
            file = Path(scratch) / Path(block.path or "none").name
            file.write_text(block.text)
            if block.kind == "toml":
                own = {"SETTINGS": file, "METRICS_LISTEN": "127.0.0.1:0", "CONVERTER_SHUT_IN": "where possible"}
                with Service(Path(scratch) / "service", **own):
                    pass
            if block.kind == "ini" and shutil.which("systemd-analyze"):
                file.write_text(block.text.replace("/usr/local/bin/tramline", shutil.which("true")))
                done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True)
                faults.expect(not done.returncode and not done.stderr, f"{block.name}: {done.stderr}")
            elif block.kind == "ini":
                report.skipped(f"{block.name}: no systemd-analyze")
    return "settings and unit"


def looked(look: Look, deployed: Deployed, where: str) -> bool:
    """Whether what is looked at between blocks can be; what cannot is a fault."""
    try:
        look(deployed)
    except (OSError, HTTPException, Problem, NotInTime) as cause:
        deployed.faults.append(f"{where}: {cause!r}; the rest of the page is not tried")
        return False
    return True


def follow(page: list[Block], text: str, faults: Faults) -> str:
    """Everything in the order of the page."""
    lacking = [name for name in EVERYWHERE if not shutil.which(name)]
    if lacking:
        raise Impossible(f"no {', '.join(lacking)}")
    missing = {name for name in PROGRAMS if not shutil.which(name)}
    # Sections that are not run on, and those that are run but not looked at.
    done, broken, unseen = 0, set(), set()
    if "nginx" in missing:
        report.skipped(f"what is looked at through the proxy: {', '.join(PROXIED)}")
        unseen.update(PROXIED)
    with Machine() as machine:
        deployed = Deployed(machine, executable(), text, faults)
        for number, block in enumerate(page):
            last = number + 1 == len(page) or page[number + 1].heading != block.heading
            needed = block.needs(missing)
            if needed or block.heading in broken:
                report.skipped(f"{block.name}: it needs {', '.join(sorted(needed)) or 'what was skipped before'}")
                broken.update({block.heading} if needed - ON_THEIR_OWN else ())
                missing |= {Path(block.path).name} if block.path else set()
            else:
                before = [look for words, look in BEFORE.items() if words in block.text and block.heading not in unseen]
                if not all(looked(look, deployed, block.name) for look in before) or not deployed.do(block):
                    break
                done += 1
            if last and block.heading in AFTER and block.heading not in broken | unseen:
                if not looked(AFTER[block.heading], deployed, block.heading):
                    break
        if faults:
            print(deployed.journal()[-6000:])
    return f"{done} of {len(page)} blocks; {'; '.join(deployed.said)}"


def check(file: Path, faults: Faults) -> str:
    """The whole page where that is possible."""
    page = list(blocks(file))
    well_formed(page, faults)
    if faults:
        return "nothing was run"
    try:
        return follow(page, file.read_text(), faults)
    except Impossible as cause:
        report.skipped(f"no machine to follow deploy.md on: {cause}")
        return without_machine(page, faults)


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    raise SystemExit(report.run("deploy", lambda faults: check(chosen, faults)))
