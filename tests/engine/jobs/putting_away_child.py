"""Brings the files of a home's ended jobs under one key after another, and to plain in between,
until it is killed.

`python -m tests.engine.jobs.putting_away_child FOLDER`; it tells when it has begun.
"""

from __future__ import annotations

import sys
from pathlib import Path

from llmgw_desktop.engine.jobs.ended_files import EndedFiles
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.jobs.job_store import JobStore
from tests.store.at_rest.converting_child import home


def main(folder: Path) -> None:
    vault, _ = home(folder)
    encrypts = True
    at_rest = AtRest(vault.data_keys, lambda: encrypts)
    files = EndedFiles(
        JobFolders(folder / "jobs", at_rest),
        ended=JobStore(folder / "gateway.db").ended_ids,
        is_busy=lambda _: False,
        clean=str,
    )
    print("begun", flush=True)
    for number in range(sys.maxsize):
        encrypts = number % 4 != 3
        files.look()
        files.settled(60.0)
        if number % 2:
            vault.rotate(by="test")
            at_rest.key()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
