"""Git, asked so that a repository of somebody else's cannot have it run anything."""

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, cast

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.jobs.environment import search_path
from llmgw_desktop.platform.children import apart

_PATIENCE_S = 30.0
_WITHOUT = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false")
_LONGEST_MARK = 8192
_PLACE = re.compile(r"gitdir: ([^\r\n]+)")
_KEPT = ("LANG", "TMPDIR", "SYSTEMROOT")


class Git:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def init(self, folder: Path) -> None:
        """No shell, no template, no hook. For a thread. Raises InvalidRun."""
        path = search_path(self._env)
        program = shutil.which("git", path=path)
        if program is None:
            raise _failed("git is not installed; ask for a folder, or install it")
        told = [program, *_WITHOUT, "init", "--quiet", "--template=", "--", str(folder)]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed command and a path behind `--`
                told,
                env=self._environment(path),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PATIENCE_S,
                check=False,
                **apart(),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(f"git could not be run: {type(error).__name__}") from error
        if done.returncode:
            words = done.stderr.decode(errors="replace").strip()[:300]
            raise _failed(f"git made no repository: {words or done.returncode}")

    def _environment(self, path: str) -> dict[str, str]:
        kept = {name: self._env[name] for name in _KEPT if name in self._env}
        return kept | {
            "PATH": path,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
        }


def git_folder(folder: Path) -> Path | None:
    """Where a repository keeps its history, or a linked worktree its share of it; None of what is
    the top of neither. Git itself is not asked: it would read settings of whoever made it."""
    mark = folder / ".git"
    try:
        if mark.is_symlink():
            return None
        if mark.is_dir():
            return mark
        with mark.open("rb") as file:
            told = os.fsdecode(file.read(_LONGEST_MARK))
        place = _PLACE.fullmatch(told.strip())
        return Path(os.path.realpath(folder / place.group(1), strict=True)) if place else None
    except (OSError, ValueError):
        return None


def _failed(words: str) -> InvalidRun:
    return InvalidRun(words, field="kind", category=ErrorCategory.SPAWN)


TIME_LIMIT_S = 30.0
_SHORT = 1024 * 1024
"""Bytes of answers that are about the repository, not of it."""
_PASSED_ON = (
    "PATH",
    "HOME",
    "USERPROFILE",
    "SYSTEMROOT",
    "TMPDIR",
    "TEMP",
    "TMP",
    "XDG_CONFIG_HOME",
)
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.pager=cat",
    "core.quotePath=false",
    "core.sshCommand=false",
    "core.askPass=",
    "credential.helper=",
    "diff.external=",
    "diff.submodule=short",
    "diff.ignoreSubmodules=dirty",
    "submodule.recurse=false",
    "core.sparseCheckout=false",
    "core.alternateRefsCommand=false",
    "uploadpack.packObjectsHook=",
    "log.showSignature=false",
    "log.showRoot=true",
    "safe.bareRepository=explicit",
    "gc.auto=0",
    "maintenance.auto=false",
    "color.ui=false",
)
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # None is called so: every transport is refused, whatever the repository allows.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
    "LC_ALL": "C",
}
_FILTER_PARTS = ("clean", "smudge", "process")


class TameGit:
    """In one folder. For a thread. Everything raises InvalidRun, with `workingDir` as its field
    unless another is named."""

    def __init__(
        self,
        folder: str,
        env: Mapping[str, str],
        *,
        most_bytes: int = _SHORT,
        git_dir: str = "",
        time_limit_s: float = TIME_LIMIT_S,
    ) -> None:
        """`git_dir`: where git keeps what belongs to the folder; what the folder's own mark, or
        `core.worktree`, says of that does not count then."""
        self._folder = folder
        self._env = {name: env[name] for name in _PASSED_ON if name in env} | _ENVIRONMENT
        if git_dir:
            self._env |= {"GIT_DIR": git_dir, "GIT_WORK_TREE": folder}
        self._most_bytes = most_bytes
        self._time_limit_s = time_limit_s
        self._settings = [word for each in _SETTINGS for word in ("-c", each)]
        if not Path(folder).is_dir():
            raise InvalidRun(f"there is no folder {folder}", field="workingDir")
        self._env |= self._without_programs()

    def beginning(self, *arguments: str, index: str = "") -> tuple[bytes, bool]:
        """What it says, as much as is wanted, and whether that is all. `index`: a file that takes
        the place of the folder's own."""
        more = {"GIT_INDEX_FILE": index} if index else {}
        code, out, err = self._call(arguments, self._most_bytes, more, is_cut=True)
        if code not in (0, None):
            raise _git_failed(code, err)
        return out[: self._most_bytes], len(out) <= self._most_bytes

    def text(self, *arguments: str) -> str:
        """What it says, where that is short."""
        return self.run(*arguments, most_bytes=_SHORT).decode("utf-8", "replace").strip()

    def found(self, *arguments: str) -> str:
        """The same, and empty where git finds nothing."""
        code, out, _ = self._call(arguments, _SHORT)
        return out.decode("utf-8", "replace").strip() if code == 0 else ""

    def run(self, *arguments: str, most_bytes: int | None = None) -> bytes:
        code, out, err = self._call(arguments, most_bytes or self._most_bytes)
        if code != 0:
            raise _git_failed(code, err)
        return out

    def fed(self, arguments: Sequence[str], pieces: Iterable[bytes]) -> None:
        """It reads these."""
        process = self._begun(arguments, {}, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        assert process.stdin is not None
        with self._watched(process) as err:
            with suppress(BrokenPipeError):  # it says why
                for piece in pieces:
                    process.stdin.write(piece)
                process.stdin.close()
            code = process.wait()
        if code != 0:
            raise _git_failed(code, b"".join(err))

    @contextmanager
    def objects(self, ids: Iterable[str]) -> Iterator[BinaryIO]:
        """What `cat-file --batch` tells of these, to be read as it comes."""
        with tempfile.TemporaryFile() as asked:
            asked.write("".join(f"{each}\n" for each in ids).encode())
            asked.seek(0)
            process = self._begun(("cat-file", "--batch"), {}, stdin=asked)
            assert process.stdout is not None
            with self._watched(process):
                yield cast("BinaryIO", process.stdout)

    def _without_programs(self) -> dict[str, str]:
        """Filters that the repository would have its files passed through, and hooks that are
        settings. As variables: a name may hold what `-c` would end at."""
        arguments = ("config", "--list", "--name-only", "-z", "--includes")
        code, out, _ = self._call(arguments, _SHORT)
        names = os.fsdecode(out).split("\0") if code == 0 else []
        drivers = {name[7:].rpartition(".")[0] for name in names if name.startswith("filter.")}
        settings = [(f"filter.{each}.{part}", "") for each in drivers for part in _FILTER_PARTS]
        settings += [(f"filter.{each}.required", "false") for each in drivers]
        hooks = {name[5:].rpartition(".")[0] for name in names if name.startswith("hook.")} - {""}
        settings += [(f"hook.{each}.enabled", "false") for each in hooks]
        variables = {"GIT_CONFIG_COUNT": str(len(settings))}
        for number, (name, value) in enumerate(settings):
            variables[f"GIT_CONFIG_KEY_{number}"] = name
            variables[f"GIT_CONFIG_VALUE_{number}"] = value
        return variables

    def _call(
        self,
        arguments: Sequence[str],
        most_bytes: int,
        more: Mapping[str, str] | None = None,
        *,
        is_cut: bool = False,
    ) -> tuple[int | None, bytes, bytes]:
        """Its exit code is None where no more was wanted of it (`is_cut`)."""
        process = self._begun(arguments, more or {})
        return self._read(process, most_bytes, is_cut=is_cut)

    def _begun(
        self,
        arguments: Sequence[str],
        more: Mapping[str, str],
        *,
        stdin: "int | IO[bytes]" = subprocess.DEVNULL,
        stdout: int = subprocess.PIPE,
    ) -> "subprocess.Popen[bytes]":
        command = ["git", "--no-pager", "--literal-pathspecs", *self._settings, *arguments]
        try:
            return subprocess.Popen(  # noqa: S603 - a list, no shell
                command,
                cwd=self._folder,
                env={**self._env, **more},
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                **apart(),
            )
        except OSError as error:
            raise InvalidRun(
                f"git cannot be started: {error.strerror}. Install it, or put it on PATH.",
                field="workingDir",
                category=ErrorCategory.SPAWN,
            ) from error

    def _read(
        self, process: "subprocess.Popen[bytes]", most_bytes: int, *, is_cut: bool
    ) -> tuple[int | None, bytes, bytes]:
        """No more than is wanted, and no longer."""
        assert process.stdout is not None
        with self._watched(process) as err:
            out = process.stdout.read(most_bytes + 1)
            code = None
            if len(out) <= most_bytes:
                code = process.wait()
            elif not is_cut:
                raise too_large(most_bytes)
        return code, out, b"".join(err)

    @contextmanager
    def _watched(self, process: "subprocess.Popen[bytes]") -> Iterator[list[bytes]]:
        """It ends with this block, or when its time is up, which is raised then whatever came of
        it. What it says of its mistakes is there afterwards."""
        is_late = threading.Event()

        def too_late() -> None:
            is_late.set()
            process.kill()

        assert process.stderr is not None
        err: list[bytes] = []
        told, timer = process.stderr, threading.Timer(self._time_limit_s, too_late)
        drain = threading.Thread(target=lambda: err.append(_beginning(told)))
        timer.start()
        drain.start()
        try:
            yield err
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            drain.join()
            for pipe in (process.stdin, process.stdout, told):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            if is_late.is_set():
                raise InvalidRun(
                    f"git did not end within {self._time_limit_s:.0f} s; name fewer paths",
                    field="workingDir",
                    category=ErrorCategory.TIMEOUT,
                )


def _git_failed(code: int | None, err: bytes) -> InvalidRun:
    lines = err.decode("utf-8", "replace").strip().splitlines() or [f"exit code {code}"]
    return InvalidRun(f"git says: {lines[0][:300]}", field="workingDir")


def too_large(most_bytes: int) -> InvalidRun:
    return InvalidRun(
        f"the changes are more than {most_bytes} bytes; nothing is cut, so name fewer paths, or"
        " allow more",
        field="maxArtifactBytes",
        category=ErrorCategory.INPUT_TOO_LARGE,
    )


def _beginning(stream: object) -> bytes:
    """All is read, so that the program never waits; little is kept."""
    read = stream.read  # type: ignore[attr-defined]
    kept: bytes = read(8192)
    while read(65536):
        pass
    return kept
