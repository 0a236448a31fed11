"""What a CLI that failed said on stderr, for a person."""

import re

_LINES = 8
_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]")


def told_on_stderr(stderr: str, noise: re.Pattern[str]) -> list[str]:
    """Its last lines, without colours and without what stands there of good runs as well."""
    lines = (line.rstrip() for line in _COLOURS.sub("", stderr).splitlines())
    return [line for line in lines if line and not noise.search(line)][-_LINES:]


def how_it_ended(exit_code: int | None) -> str:
    if exit_code is None:
        return "an exit code that nobody saw"
    return f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
