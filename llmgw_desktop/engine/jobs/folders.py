"""All folders of jobs: those that there are, what was asked for in one, and what of one is
encrypted after its end.
"""

import shutil
import threading
from collections.abc import Callable, Iterable, Set
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.cli import CliName, CliRequest, SessionWish
from llmgw_desktop.domain.jobs.cli_settings import LimitWish, kept_settings
from llmgw_desktop.domain.jobs.job import SessionUse, session_totals_of
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.usage import AnswerShape, PromptFacts, Saving
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.engine.jobs.folder import TEMP, JobFolder, neutral_root, write_record
from llmgw_desktop.platform.files import put_in_place
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest
from llmgw_desktop.store.at_rest.data_keys import PLAIN_NUMBER, DataKey
from llmgw_desktop.store.at_rest.files import (
    BESIDE,
    convert_file,
    encrypt_file,
    number_of_file,
)
from llmgw_desktop.store.jobs.job_store import SPARED


def submission_of(asked: dict[str, Any]) -> Submission:
    """Raises ValueError, TypeError or KeyError where it is not what was kept."""
    request = asked.pop("request")
    words = {
        "cli": CliName(request["cli"]),
        "session": SessionWish(request["session"]),
        "mcp_servers": tuple(request.get("mcp_servers", ())),
    }
    session = asked.pop("session")
    facts = asked.pop("prompt_facts", {})
    wish = asked.pop("limit_wait", None)
    return Submission(
        limit_wait=wish and LimitWish(wish),
        containment=kept_settings(asked.pop("containment", {})),
        **asked | {"answer_shape": AnswerShape(asked.get("answer_shape", ""))},
        prompt_facts=_facts(facts),
        session=session and _session(session),
        request=CliRequest(**request | words),
    )


def without_words(asked: Submission, to_read: Set[str]) -> Submission:
    """With the options `to_read` alone."""
    options = {name: each for name, each in asked.request.options.items() if name in to_read}
    return replace(asked, request=replace(asked.request, prompt="", options=options))


def _session(kept: dict[str, Any]) -> SessionUse:
    before = kept.pop("before")
    if before is not None:
        before = session_totals_of(before)
    return SessionUse(**kept, before=before)


def _facts(kept: dict[str, Any]) -> PromptFacts:
    savings = {name: kept.get(name) for name in ("prompt_saving", "answer_saving")}
    return PromptFacts(
        **kept | {name: saving and Saving(**saving) for name, saving in savings.items()}
    )


Clean = Callable[[str], str]
"""Takes secrets out of a text."""


def convert(
    folder: JobFolder,
    key: DataKey | None,
    clean: Clean,
    between: Callable[[], None],
    *,
    is_fresh: bool = False,
) -> int:
    """How many of its files are under this key now that were not, or plain where there is none.
    `between` is called after each piece of a file. `is_fresh`: the job ended just now, and what
    cannot be opened was written so by its run. Raises OSError, VaultError, StoreError.
    """
    _sweep(folder)
    if key is not None:
        folder.keep_words(None)
    else:
        folder.keep_words(clean)
        if _is_encrypted(folder.kept_words):
            folder.drop_secret_words(clean)
    changed, problem = 0, None
    for path in folder.texts():
        place = folder.place_of(path)
        try:
            if key is not None and is_fresh and _only_looks_encrypted(folder, path):
                changed += encrypt_file(path, key, place, between=between, is_plain=True)
            else:
                changed += convert_file(path, folder.at_rest, key, place, between=between)
        except VaultError as error:  # a damaged one; the others can be read all the same
            problem = error
    if problem is not None:
        raise problem
    return changed


def rest_plain(folder: JobFolder, clean: Clean) -> bool:
    """It cannot be encrypted now: what was asked is deleted if there is a secret in it. Whether
    anything lies there in plain. Raises OSError, VaultError, StoreError."""
    _sweep(folder)
    folder.keep_words(clean)
    if folder.kept_words.exists() and not _is_encrypted(folder.kept_words):
        folder.drop_secret_words(clean)
    return lies_otherwise(folder, encrypted=True)


def lies_otherwise(folder: JobFolder, *, encrypted: bool) -> bool:
    """Whether any of its files is not as it should be, as far as that shows without a key. One that
    is gone is not."""
    with suppress(OSError):
        return any(_is_encrypted(path) != encrypted for path in folder.texts())
    return False


def _only_looks_encrypted(folder: JobFolder, path: Path) -> bool:
    """It begins as ours do, and is not. Raises OSError, StoreError."""
    if not _is_encrypted(path):
        return False
    try:
        with folder.open(path) as file:
            file.read(1)
    except VaultError:
        return True
    return False


def _is_encrypted(path: Path) -> bool:
    """False for one that is not there. Raises OSError."""
    try:
        return number_of_file(path) != PLAIN_NUMBER
    except FileNotFoundError:
        return False


def _sweep(folder: JobFolder) -> None:
    """What a fall left of a file that was to take another's place."""
    for path in folder.path.glob(f".*{BESIDE}"):
        path.unlink(missing_ok=True)


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
        put_in_place(fresh, folder.words)

    def keep_going_on(self, folder: JobFolder, retry: int, asked: Submission) -> None:
        """What a parked job asks when it goes on. Raises OSError."""
        path = folder.goes_on(retry)
        fresh = path.with_suffix(".new")
        write_record(fresh, orjson.dumps(asdict(asked)))
        put_in_place(fresh, path)

    def asked_now(self, folder: JobFolder, retries: int) -> Submission:
        """What the run of a live job asks that so many came before. Raises as `asked`."""
        for retry in range(retries, 0, -1):
            if (path := folder.goes_on(retry)).exists():
                return submission_of(folder.read_json(path))
        return self.asked(folder)

    def named(self, job_id: str) -> JobFolder:
        """As this program makes it; nothing is looked at."""
        return JobFolder(
            path=self._root / job_id,
            temp=neutral_root() / f"{TEMP}{job_id}",
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
        for temp in neutral_root().glob(f"{TEMP}*"):
            job_id = temp.name.removeprefix(TEMP)
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
