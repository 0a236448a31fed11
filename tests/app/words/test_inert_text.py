"""Hostile text is shown and does nothing."""

import time

import pytest

from llmgw_desktop.app.words.inert_text import folded_lines, inert, inert_line


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("a\x00b\x7fc", "a␀b␡c"),
        ("\u202egpj.exe", "⟨U+202E⟩gpj.exe"),
        ("\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"),
        ("half \ud800 pair", "half � pair"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("one\r\ntwo\rthree", "one\ntwo␍three"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("blank\u3164letters\u2800", "blank⟨U+3164⟩letters⟨U+2800⟩"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
    ],
)
def test_what_moves_or_hides_becomes_visible(hostile: str, shown: str) -> None:
    assert inert(hostile) == shown


@pytest.mark.parametrize(
    "innocent",
    ["<b>bold</b>", "tab\tand\nline", "日本語 ünïcödé", "می‌خواهم", "👩‍💻", "مرحبا"],
)
def test_ordinary_text_stays(innocent: str) -> None:
    assert inert(innocent) == innocent


def test_a_line_is_one_line_and_short() -> None:
    assert inert_line("two\nlines\x07") == "two lines␇"
    assert len(inert_line("x" * 10_000_000, 80)) == 80


def test_long_lines_are_broken_and_nothing_is_lost() -> None:
    line = "abc" * 15_000
    folded = folded_lines(f"short\n{line}\nend")
    assert folded.replace("\n", "") == f"short{line}end"
    assert max(map(len, folded.split("\n"))) <= 10_000


def test_ten_megabytes_in_one_line_are_quick() -> None:
    begun = time.perf_counter()
    folded = folded_lines(inert("\x1b" + "x" * 10_000_000))
    assert folded.startswith("␛x")
    assert time.perf_counter() - begun < 5
