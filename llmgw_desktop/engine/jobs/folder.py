"""Where a job's files lie: what it was asked, what it wrote, how it ended.

They are its whole memory: with them a program that is started later knows all that this one knew.
While a job is live they are plain; afterwards they are encrypted (`ended_files.py`), and read by
`open`.
"""

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.spool import Spool, tail_of
from llmgw_desktop.platform.environment import short_folders
from llmgw_desktop.platform.files import put_in_place
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest
from llmgw_desktop.store.at_rest.files import BESIDE, is_encrypted_file, open_file

_OWNER_ONLY = 0o600
TEMP = "llmgw-"
_BEGUN = "begun"
SNAPSHOT = "snapshot"
"""Below a job's folder: of where it works, as that was before."""
_AGENT_FILES = (".git", "AGENTS.md", "AGENT.md", "CLAUDE.md", "GEMINI.md", ".claude", ".cursor")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BLANK_EXIT = b" " * 40 + b"\n"
_RECORDS = frozenset({"exit", "keeper", "stop", "boot", "run.key", "containment.json"})
"""Numbers and single words of ours: nothing that anybody said."""


@value
class JobFolder:
    """`path` is kept with the job; `temp` lives as long as the run."""

    path: Path
    temp: Path
    at_rest: AtRest = PLAIN

    def open(self, path: Path) -> BinaryIO:
        """One of its files, encrypted or not. Raises OSError, VaultError, StoreError."""
        return open_file(path, self.at_rest, self.place_of(path))

    def read_json(self, path: Path) -> dict[str, Any]:
        """Raises as `open`, and ValueError."""
        with self.open(path) as file:
            kept: dict[str, Any] = orjson.loads(file.read())
        return kept

    def spool(self, path: Path) -> Spool:
        """Raises as `open`."""
        return Spool(self.open(path))

    def end_of_stderr(self) -> str:
        """Empty if there is none. Raises VaultError, StoreError."""
        try:
            with self.open(self.stderr) as file:
                return tail_of(file)
        except OSError:
            return ""

    def place_of(self, path: Path) -> str:
        """What an encrypted file of it is bound to."""
        return f"job\x1f{self.path.name}\x1f{path.name}"

    def texts(self) -> Iterator[Path]:
        """Its files in which somebody's words may stand. Raises OSError."""
        for path in sorted(self.path.iterdir()):
            if path.name in _RECORDS or path.name.endswith(BESIDE):
                continue
            there = path.lstat()
            if stat.S_ISREG(there.st_mode) and there.st_size:
                yield path

    def load_keys(self) -> None:
        """So that no opening of its files waits for the vault any more. Raises VaultError,
        StoreError."""
        with suppress(OSError):
            for path in self.texts():
                if is_encrypted_file(path):
                    self.open(path).close()

    @property
    def stdin(self) -> Path:
        return self.path / "stdin"

    @property
    def stdout(self) -> Path:
        return self.path / "stdout"

    @property
    def stderr(self) -> Path:
        return self.path / "stderr"

    @property
    def holder(self) -> Path:
        """Of a run that is spoken with: a line in it, and its stdin ends."""
        return self.path / "holder"

    @property
    def out(self) -> Path:
        """Of one that speaks only into a pipe."""
        return self.path / "out"

    @property
    def said(self) -> Path:
        """Of a run that is spoken with: what was sent to it, and what it was answered."""
        return self.path / "said"

    @property
    def exit_record(self) -> Path:
        """Blank until the run has ended."""
        return self.path / "exit"

    @property
    def keeper_record(self) -> Path:
        """Blank until the keeper runs."""
        return self.path / "keeper"

    @property
    def stop_record(self) -> Path:
        """Why we ended it, written before we do."""
        return self.path / "stop"

    @property
    def request(self) -> Path:
        """What its output is read by, without the prompt."""
        return self.path / "request.json"

    @property
    def words(self) -> Path:
        """All that was asked, until the job has ended."""
        return self.path / "asked.json"

    @property
    def kept_words(self) -> Path:
        """The same afterwards, so that it can be asked again; in plain only without a secret."""
        return self.path / "again.json"

    @property
    def run_key(self) -> Path:
        """The digest of the key that the run shows us, for a program that is started later."""
        return self.path / "run.key"

    @property
    def boot_record(self) -> Path:
        """Which start of the computer the run was started in."""
        return self.path / "boot"

    @property
    def snapshot(self) -> Path:
        """A folder, of where it works as that was before."""
        return self.path / SNAPSHOT

    def note_beginning(self, text: str) -> None:
        """What was done before its first run; what stands there already stays. Raises OSError."""
        if text and not (self.path / _BEGUN).exists():
            write_record(self.path / _BEGUN, text.encode())

    def begun_with(self) -> str:
        """Empty where nothing was. Raises VaultError, StoreError."""
        try:
            with self.open(self.path / _BEGUN) as file:
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""

    @property
    def _fresh_words(self) -> Path:
        """Only while they are written."""
        return self.words.with_suffix(".new")

    def note_stop(self, why: str) -> None:
        """Raises OSError."""
        write_record(self.stop_record, why.encode())

    def note_boot(self, boot_id: str) -> None:
        """Raises OSError."""
        write_record(self.boot_record, boot_id.encode())

    def boot(self) -> str:
        """Empty where it is not known."""
        try:
            return self.boot_record.read_text()
        except (OSError, ValueError):
            return ""

    def keep_run_key(self, digest: str) -> None:
        """Raises OSError."""
        write_record(self.run_key, digest.encode())

    def run_key_digest(self) -> str:
        """In hexadecimal; empty where there is none."""
        try:
            digest = self.run_key.read_text()
        except (OSError, ValueError):
            return ""
        return digest if _DIGEST.fullmatch(digest) else ""

    @property
    def _inputs(self) -> tuple[Path, ...]:
        return (self.stdin, self.holder, self.out)

    def forget(self, clean: Callable[[str], str]) -> None:
        """The job has ended: its stdin goes. Where nothing is encrypted, so does what was asked
        if `clean` would change it."""
        with suppress(OSError):
            parked = self.path.glob("goes-on.*")
            for each in (self.run_key, self.boot_record, self._fresh_words, *self._inputs, *parked):
                each.unlink(missing_ok=True)
            if not self.at_rest.is_on:
                self.keep_words(clean)

    def keep_words(self, clean: Callable[[str], str] | None) -> None:
        """What was asked from now on lies under its last name; if it is to stay plain only where
        `clean` would not change it. Raises OSError."""
        if not self.words.exists():
            return
        if clean is None or self._holds_no_secret(self.words, clean):
            self.words.replace(self.kept_words)
        else:
            self.words.unlink(missing_ok=True)

    def drop_secret_words(self, clean: Callable[[str], str]) -> None:
        """They are to be plain from now on. Raises OSError, VaultError, StoreError."""
        if not self._holds_no_secret(self.kept_words, clean):
            self.kept_words.unlink(missing_ok=True)

    def _holds_no_secret(self, words: Path, clean: Callable[[str], str]) -> bool:
        """In what the caller said: our own names may look like one."""
        try:
            with self.open(words) as file:
                request = orjson.loads(file.read())["request"]
            said = orjson.dumps([request["prompt"], request["options"]]).decode()
        except (ValueError, KeyError, TypeError):
            return False
        return clean(said) == said

    def make_for_run(self) -> None:
        """What the keeper writes to is made before, so that a full disk cannot take it away."""
        for record in (self.exit_record, self.keeper_record):
            write_record(record, _BLANK_EXIT)
        for spool in (self.stdout, self.stderr):
            write_record(spool, b"")
        for folder in (self.temp, self.temp / "tmp", self.temp / "work"):
            folder.mkdir(mode=0o700)

    def kept_stdout(self, retry: int) -> Path:
        """Of the run that the first, second, … retry came after."""
        return self.path / f"stdout.{retry}"

    def said_before(self, retry: int) -> Path:
        """To the run that so many retries came before."""
        kept = self.said.with_name(f"said.{retry + 1}")
        return kept if kept.exists() else self.said

    def goes_on(self, retry: int) -> Path:
        """What a parked job asks when it goes on, until it has ended."""
        return self.path / f"goes-on.{retry}"

    def note_retry(
        self, retry: int, reason: str, due_at_s: float, parked: Mapping[str, Any] | None = None
    ) -> None:
        """Why a run is started again, and when; of a parked one with what is to be known of that
        (`limit_waits.py`). The note stands whole or not at all. Raises OSError."""
        note = {"reason": reason, "due_at_s": due_at_s}
        path = self._retry_record(retry)
        fresh = path.with_name(f"{path.name}.new")
        write_record(fresh, orjson.dumps(note if parked is None else note | {"parked": parked}))
        put_in_place(fresh, path)

    def parked_note(self, retry: int) -> Mapping[str, Any]:
        """Empty where that run was not parked."""
        note = self._retry_note(retry).get("parked")
        return note if isinstance(note, dict) else {}

    def retry_reason(self, retry: int) -> str:
        return str(self._retry_note(retry).get("reason", ""))

    def retry_due_at_s(self, retry: int) -> float:
        return float(self._retry_note(retry).get("due_at_s", 0.0))

    def set_aside(self, retry: int) -> None:
        """Make room for the next run; once more does no harm. What the last one said is kept, and
        is moved last: where it lies tells whether all is done."""
        if self.kept_stdout(retry).exists():
            return
        self.remove_temp()
        ours = self.exit_record, self.keeper_record, self.boot_record, self.stop_record
        for record in (*ours, *self._inputs):
            record.unlink(missing_ok=True)
        for spool in (self.stderr, self.said, self.stdout):
            if spool.exists():
                spool.replace(spool.with_name(f"{spool.name}.{retry}"))
        if not self.kept_stdout(retry).exists():
            write_record(self.kept_stdout(retry), b"")

    def _retry_record(self, retry: int) -> Path:
        return self.path / f"retry.{retry}"

    def _retry_note(self, retry: int) -> dict[str, Any]:
        try:
            with self.open(self._retry_record(retry)) as file:
                note = orjson.loads(file.read())
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def remove_temp(self) -> None:
        shutil.rmtree(self.temp, ignore_errors=True)

    def remove(self) -> None:
        self.remove_temp()
        shutil.rmtree(self.path, ignore_errors=True)


def neutral_root() -> Path:
    """A folder for temporary ones in whose ancestors no agent finds instructions. Short, because
    CLIs put sockets there, whose paths may have 107 bytes."""
    candidates = [Path(tempfile.gettempdir()), *short_folders()]
    return next((each for each in candidates if _is_neutral(each)), candidates[0])


def _is_neutral(root: Path) -> bool:
    if not os.access(root, os.W_OK | os.X_OK):
        return False
    return not any((up / name).exists() for up in (root, *root.parents) for name in _AGENT_FILES)


def write_record(path: Path, data: bytes) -> None:
    """For the owner alone. Raises OSError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY), "wb") as file:
        file.write(data)
