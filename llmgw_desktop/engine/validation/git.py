"""Git, asked so that it runs nothing of the repository's: no hooks, filters, pagers, diff programs,
and no way to another computer. What stands in a repository's settings is not to be trusted."""

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.run_errors import InvalidRun

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
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
    "LC_ALL": "C",
}
_FILTER_PARTS = ("clean", "smudge", "process")


class Git:
    """In one folder. For a thread. Everything raises InvalidRun, with `workingDir` as its field
    unless another is named."""

    def __init__(self, folder: str, env: Mapping[str, str], *, most_bytes: int) -> None:
        self._folder = folder
        self._env = {name: env[name] for name in _PASSED_ON if name in env} | _ENVIRONMENT
        self._most_bytes = most_bytes
        self._settings = [word for each in _SETTINGS for word in ("-c", each)]
        if not Path(folder).is_dir():
            raise InvalidRun(f"there is no folder {folder}", field="workingDir")
        self._env |= self._without_filters()

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
            lines = err.decode("utf-8", "replace").strip().splitlines() or [f"exit code {code}"]
            raise InvalidRun(f"git says: {lines[0][:300]}", field="workingDir")
        return out

    def _without_filters(self) -> dict[str, str]:
        """Programs that the repository would have its files passed through. As variables: a
        driver's name may hold what `-c` would end at."""
        arguments = ("config", "--list", "--name-only", "-z", "--includes")
        code, out, _ = self._call(arguments, _SHORT)
        names = os.fsdecode(out).split("\0") if code == 0 else []
        drivers = {name[7:].rpartition(".")[0] for name in names if name.startswith("filter.")}
        settings = [(f"filter.{each}.{part}", "") for each in drivers for part in _FILTER_PARTS]
        settings += [(f"filter.{each}.required", "false") for each in drivers]
        variables = {"GIT_CONFIG_COUNT": str(len(settings))}
        for number, (name, value) in enumerate(settings):
            variables[f"GIT_CONFIG_KEY_{number}"] = name
            variables[f"GIT_CONFIG_VALUE_{number}"] = value
        return variables

    def _call(self, arguments: Sequence[str], most_bytes: int) -> tuple[int, bytes, bytes]:
        command = ["git", "--no-pager", "--literal-pathspecs", *self._settings, *arguments]
        try:
            process = subprocess.Popen(  # noqa: S603 - a list, no shell
                command,
                cwd=self._folder,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            raise InvalidRun(
                f"git cannot be started: {error.strerror}. Install it, or put it on PATH.",
                field="workingDir",
                category=ErrorCategory.SPAWN,
            ) from error
        return self._read(process, most_bytes)

    def _read(
        self, process: "subprocess.Popen[bytes]", most_bytes: int
    ) -> tuple[int, bytes, bytes]:
        """No more than is wanted, and no longer."""
        is_late = threading.Event()

        def too_late() -> None:
            is_late.set()
            process.kill()

        timer = threading.Timer(TIME_LIMIT_S, too_late)
        timer.start()
        err: list[bytes] = []
        assert process.stdout is not None
        assert process.stderr is not None
        told = process.stderr
        drain = threading.Thread(target=lambda: err.append(_beginning(told)))
        drain.start()
        try:
            out = process.stdout.read(most_bytes + 1)
            if len(out) > most_bytes:
                process.kill()
                raise too_large(most_bytes)
            code = process.wait()
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            drain.join()
            process.stdout.close()
            process.stderr.close()
        if is_late.is_set():
            raise InvalidRun(
                f"git did not end within {TIME_LIMIT_S:.0f} s; name fewer paths",
                field="workingDir",
                category=ErrorCategory.TIMEOUT,
            )
        return code, out, b"".join(err)


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
