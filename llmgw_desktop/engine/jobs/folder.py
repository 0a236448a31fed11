"""Where a job's files lie: what it was asked, what it wrote, how it ended.

They are its whole memory: with them a program that is started later knows all that this one knew.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.cli import CliName, CliRequest, SessionWish
from llmgw_desktop.domain.session import SessionTotals, SessionUse
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.domain.usage import Usage

_OWNER_ONLY = 0o600
_TEMP = "llmgw-"
_AGENT_FILES = (".git", "AGENTS.md", "AGENT.md", "CLAUDE.md", "GEMINI.md", ".claude", ".cursor")
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
        return self.path / "request.json"

    def make_for_run(self) -> None:
        """What the keeper writes to is made before, so that a full disk cannot take it away."""
        for record in (self.exit_record, self.keeper_record):
            _write(record, _BLANK_EXIT)
        for spool in (self.stdout, self.stderr):
            _write(spool, b"")
        for folder in (self.temp, self.temp / "tmp", self.temp / "work"):
            folder.mkdir(mode=0o700)

    def remove_temp(self) -> None:
        shutil.rmtree(self.temp, ignore_errors=True)

    def remove(self) -> None:
        self.remove_temp()
        shutil.rmtree(self.path, ignore_errors=True)


class JobFolders:
    """All of them, below one root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def make(self, job_id: str, asked: Submission) -> JobFolder:
        """All or nothing. Raises OSError."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = JobFolder(path=self._root / job_id, temp=neutral_root() / f"{_TEMP}{job_id}")
        folder.path.mkdir(mode=0o700)
        try:
            kept = {"temp": str(folder.temp), "asked": asdict(asked)}
            _write(folder.request, orjson.dumps(kept))
        except BaseException:
            folder.remove()
            raise
        return folder

    def find(self, job_id: str) -> JobFolder:
        """Of a job that may have been made by another program. Raises OSError or ValueError."""
        path = self._root / job_id
        kept = orjson.loads((path / "request.json").read_bytes())
        return JobFolder(path=path, temp=Path(kept["temp"]))

    def asked(self, folder: JobFolder) -> Submission:
        """Raises OSError, or ValueError or TypeError where it is not what we wrote."""
        asked = orjson.loads(folder.request.read_bytes())["asked"]
        request = asked.pop("request")
        words = {"cli": CliName(request["cli"]), "session": SessionWish(request["session"])}
        session = _session(asked.pop("session", None))
        return Submission(**asked, session=session, request=CliRequest(**request | words))

    def tidy(self, known: Set[str], live: Set[str]) -> None:
        """After a fall: folders that have no row yet, and temporary ones of jobs that ended."""
        if not self._root.is_dir():
            return
        self.remove({path.name for path in self._root.iterdir()} - known)
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


def _session(kept: dict[str, Any] | None) -> SessionUse | None:
    if kept is None:
        return None
    before = kept.pop("before")
    if before is not None:
        before = SessionTotals(**before | {"usage": Usage(**before["usage"])})
    return SessionUse(**kept, before=before)


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
