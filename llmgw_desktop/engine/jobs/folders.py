"""The folders of all jobs: made, found, tidied and removed."""

import shutil
import threading
from collections.abc import Callable, Iterable, Set
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import orjson

from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.jobs.folder import JobFolder, neutral_root, write_record
from llmgw_desktop.engine.jobs.kept_submission import submission_of, without_words
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest
from llmgw_desktop.store.safekeeping.spared_jobs import SPARED

_TEMP = "llmgw-"


class JobFolders:
    """All of them, below one root."""

    def __init__(self, root: Path, at_rest: AtRest = PLAIN) -> None:
        self._root = root
        self.at_rest = at_rest
        self.changing = threading.Lock()
        """Held by who removes an ended one, or puts another file in a file's place."""

    def make(self, job_id: str, asked: Submission, to_read: Set[str] = frozenset()) -> JobFolder:
        """All or nothing. `to_read`: the options without which its output cannot be read. Raises
        OSError."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = self.named(job_id)
        folder.path.mkdir(mode=0o700)
        try:
            kept = {"temp": str(folder.temp), "asked": asdict(without_words(asked, to_read))}
            write_record(folder.request, orjson.dumps(kept))
            self.keep(folder, asked)
        except BaseException:
            folder.remove()
            raise
        return folder

    def keep(self, folder: JobFolder, asked: Submission) -> None:
        """What is asked, with its words, until the job has ended. Raises OSError."""
        fresh = folder.words.with_suffix(".new")
        write_record(fresh, orjson.dumps(asdict(asked)))
        fresh.replace(folder.words)

    def named(self, job_id: str) -> JobFolder:
        """As this program makes it; nothing is looked at."""
        return JobFolder(
            path=self._root / job_id,
            temp=neutral_root() / f"{_TEMP}{job_id}",
            at_rest=self.at_rest,
        )

    def kept(self, job_id: str) -> JobFolder:
        """Of one that has ended: it has no temporary files any more. Nothing is looked at."""
        path = self._root / job_id
        return JobFolder(path=path, temp=path / "temp", at_rest=self.at_rest)

    def find(self, job_id: str) -> JobFolder:
        """Of a job that may have been made by another program. Raises OSError, ValueError,
        VaultError or StoreError."""
        folder = self.named(job_id)
        return replace(folder, temp=Path(folder.read_json(folder.request)["temp"]))

    def asked(self, folder: JobFolder) -> Submission:
        """With its words. Raises OSError where they are not kept any more, VaultError or StoreError
        where they cannot be read, and ValueError or TypeError where it is not what we wrote."""
        try:
            return submission_of(folder.read_json(folder.words))
        except FileNotFoundError:
            return submission_of(folder.read_json(folder.kept_words))

    def to_read(self, folder: JobFolder) -> Submission:
        """What its output is read by. Raises as `asked`."""
        return submission_of(folder.read_json(folder.request)["asked"])

    def tidy(self, known: Set[str], live: Set[str], clean: Callable[[str], str] = str) -> None:
        """After a fall: folders that have no row yet, unless the rows were replaced; of jobs that
        ended what was asked, and temporary folders."""
        if not self._root.is_dir():
            return
        there = {path.name for path in self._root.iterdir()}
        self.remove(each for each in there - known if not (self._root / each / SPARED).exists())
        for job_id in there & known - live:
            self.kept(job_id).forget(clean)
        for temp in neutral_root().glob(f"{_TEMP}*"):
            job_id = temp.name.removeprefix(_TEMP)
            if job_id in known - live and (self._root / job_id).is_dir():
                shutil.rmtree(temp, ignore_errors=True)

    def remove(self, job_ids: Iterable[str]) -> None:
        """Waits for no vault: what is encrypted is not read for it."""
        for job_id in job_ids:
            folder = self.named(job_id)
            with self.changing:
                with suppress(OSError, ValueError, TypeError, KeyError):
                    temp = orjson.loads(folder.request.read_bytes())["temp"]
                    folder = replace(folder, temp=Path(temp))
                folder.remove()
