"""Where a job's files lie: what it was asked, what it wrote, how it ended.

They are its whole memory: with them a program that is started later knows all that this one knew.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Set
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.cli import CliName, CliRequest, SessionWish
from llmgw_desktop.domain.prompt_facts import AnswerShape, PromptFacts, Saving
from llmgw_desktop.domain.session import SessionUse, session_totals_of
from llmgw_desktop.domain.submission import Submission

_OWNER_ONLY = 0o600
_TEMP = "llmgw-"
_AGENT_FILES = (".git", "AGENTS.md", "AGENT.md", "CLAUDE.md", "GEMINI.md", ".claude", ".cursor")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BLANK_EXIT = b" " * 40 + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFolder:
    """`path` is kept with the job; `temp` lives as long as the run."""

    path: Path
    temp: Path

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
        """The same afterwards, so that it can be asked again; only where no secret is in it."""
        return self.path / "again.json"

    @property
    def run_key(self) -> Path:
        """The digest of the key that the run shows us, for a program that is started later."""
        return self.path / "run.key"

    @property
    def boot_record(self) -> Path:
        """Which start of the computer the run was started in."""
        return self.path / "boot"

    def note_boot(self, boot_id: str) -> None:
        """Raises OSError."""
        _write(self.boot_record, boot_id.encode())

    def boot(self) -> str:
        """Empty where it is not known."""
        try:
            return self.boot_record.read_text()
        except (OSError, ValueError):
            return ""

    def keep_run_key(self, digest: str) -> None:
        """Raises OSError."""
        _write(self.run_key, digest.encode())

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
        """The job has ended: its stdin goes, and what was asked if `clean` would change it."""
        with suppress(OSError):
            for each in (self.run_key, self.boot_record, *self._inputs):
                each.unlink(missing_ok=True)
            if self._holds_no_secret(clean):
                self.words.replace(self.kept_words)
            else:
                self.words.unlink(missing_ok=True)

    def _holds_no_secret(self, clean: Callable[[str], str]) -> bool:
        """In what the caller said: our own names may look like one."""
        try:
            request = orjson.loads(self.words.read_bytes())["request"]
            said = orjson.dumps([request["prompt"], request["options"]]).decode()
        except (ValueError, KeyError, TypeError):
            return False
        return clean(said) == said

    def make_for_run(self) -> None:
        """What the keeper writes to is made before, so that a full disk cannot take it away."""
        for record in (self.exit_record, self.keeper_record):
            _write(record, _BLANK_EXIT)
        for spool in (self.stdout, self.stderr):
            _write(spool, b"")
        for folder in (self.temp, self.temp / "tmp", self.temp / "work"):
            folder.mkdir(mode=0o700)

    def kept_stdout(self, retry: int) -> Path:
        """Of the run that the first, second, … retry came after."""
        return self.path / f"stdout.{retry}"

    def said_before(self, retry: int) -> Path:
        """To the run that so many retries came before."""
        kept = self.said.with_name(f"said.{retry + 1}")
        return kept if kept.exists() else self.said

    def note_retry(self, retry: int, reason: str, due_at_s: float) -> None:
        """Why a run is started again, and when. Raises OSError."""
        _write(self._retry_record(retry), orjson.dumps({"reason": reason, "due_at_s": due_at_s}))

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
        for record in (self.exit_record, self.keeper_record, self.boot_record, *self._inputs):
            record.unlink(missing_ok=True)
        for spool in (self.stderr, self.said, self.stdout):
            if spool.exists():
                spool.replace(spool.with_name(f"{spool.name}.{retry}"))
        if not self.kept_stdout(retry).exists():
            _write(self.kept_stdout(retry), b"")

    def _retry_record(self, retry: int) -> Path:
        return self.path / f"retry.{retry}"

    def _retry_note(self, retry: int) -> dict[str, Any]:
        try:
            note = orjson.loads(self._retry_record(retry).read_bytes())
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def remove_temp(self) -> None:
        shutil.rmtree(self.temp, ignore_errors=True)

    def remove(self) -> None:
        self.remove_temp()
        shutil.rmtree(self.path, ignore_errors=True)


class JobFolders:
    """All of them, below one root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def make(self, job_id: str, asked: Submission, to_read: Set[str] = frozenset()) -> JobFolder:
        """All or nothing. `to_read`: the options without which its output cannot be read. Raises
        OSError."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = JobFolder(path=self._root / job_id, temp=neutral_root() / f"{_TEMP}{job_id}")
        folder.path.mkdir(mode=0o700)
        try:
            kept = {"temp": str(folder.temp), "asked": asdict(_without_words(asked, to_read))}
            _write(folder.request, orjson.dumps(kept))
            self.keep(folder, asked)
        except BaseException:
            folder.remove()
            raise
        return folder

    def keep(self, folder: JobFolder, asked: Submission) -> None:
        """What is asked, with its words, until the job has ended. Raises OSError."""
        fresh = folder.words.with_suffix(".new")
        _write(fresh, orjson.dumps(asdict(asked)))
        fresh.replace(folder.words)

    def find(self, job_id: str) -> JobFolder:
        """Of a job that may have been made by another program. Raises OSError or ValueError."""
        path = self._root / job_id
        kept = orjson.loads((path / "request.json").read_bytes())
        return JobFolder(path=path, temp=Path(kept["temp"]))

    def asked(self, folder: JobFolder) -> Submission:
        """With its words. Raises OSError where they are not kept any more, and ValueError or
        TypeError where it is not what we wrote."""
        words = folder.words if folder.words.exists() else folder.kept_words
        return _submission(orjson.loads(words.read_bytes()))

    def to_read(self, folder: JobFolder) -> Submission:
        """What its output is read by. Raises as `asked`."""
        return _submission(orjson.loads(folder.request.read_bytes())["asked"])

    def tidy(self, known: Set[str], live: Set[str], clean: Callable[[str], str] = str) -> None:
        """After a fall: folders that have no row yet; of jobs that ended what was asked, and
        temporary folders."""
        if not self._root.is_dir():
            return
        there = {path.name for path in self._root.iterdir()}
        self.remove(there - known)
        for job_id in there & known - live:
            JobFolder(path=self._root / job_id, temp=self._root).forget(clean)
        for temp in neutral_root().glob(f"{_TEMP}*"):
            job_id = temp.name.removeprefix(_TEMP)
            if job_id in known - live and (self._root / job_id).is_dir():
                shutil.rmtree(temp, ignore_errors=True)

    def remove(self, job_ids: Iterable[str]) -> None:
        for job_id in job_ids:
            try:
                self.find(job_id).remove()
            except (OSError, ValueError):
                shutil.rmtree(self._root / job_id, ignore_errors=True)


def _submission(asked: dict[str, Any]) -> Submission:
    request = asked.pop("request")
    words = {
        "cli": CliName(request["cli"]),
        "session": SessionWish(request["session"]),
        "mcp_servers": tuple(request.get("mcp_servers", ())),
    }
    session = asked.pop("session")
    facts = asked.pop("prompt_facts", {})
    return Submission(
        **asked | {"answer_shape": AnswerShape(asked.get("answer_shape", ""))},
        prompt_facts=_facts(facts),
        session=session and _session(session),
        request=CliRequest(**request | words),
    )


def _without_words(asked: Submission, to_read: Set[str]) -> Submission:
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


def neutral_root() -> Path:
    """A folder for temporary ones in whose ancestors no agent finds instructions. Short, because
    CLIs put sockets there, whose paths may have 107 bytes."""
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108
    return next((each for each in candidates if _is_neutral(each)), candidates[0])


def _is_neutral(root: Path) -> bool:
    if not os.access(root, os.W_OK | os.X_OK):
        return False
    return not any((up / name).exists() for up in (root, *root.parents) for name in _AGENT_FILES)


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY), "wb") as file:
        file.write(data)
