from __future__ import annotations

import re

import pytest

from llmgw_desktop.clis.failures import how_it_ended, told_on_stderr


def test_colours_and_noise_are_left_out() -> None:
    said = "\x1b[93mWarning: no true colour\x1b[0m\n\n\x1b[31;1mError:\x1b[0m it broke \n"
    assert told_on_stderr(said, re.compile("^Warning: ")) == ["Error: it broke"]


def test_only_the_last_lines_are_told() -> None:
    said = "\n".join(str(number) for number in range(100))
    assert told_on_stderr(said, re.compile("(?!)")) == [str(number) for number in range(92, 100)]


@pytest.mark.parametrize(
    ("code", "how"),
    [(3, "exit code 3"), (-9, "signal 9"), (None, "an exit code that nobody saw")],
)
def test_how_it_ended(code: int | None, how: str) -> None:
    assert how_it_ended(code) == how
