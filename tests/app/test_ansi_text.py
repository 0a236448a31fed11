"""Terminals' sequences: colours are read, everything else is taken out or shown, none acts."""

from __future__ import annotations

import random

import pytest

from llmgw_desktop.app.jobs.ansi_text import LONGEST_SEQUENCE, PLAIN, AnsiReader, Look


def read(text: str) -> list[tuple[str, Look]]:
    reader = AnsiReader()
    return reader.feed(text) + reader.finish()


def plain(text: str) -> str:
    return "".join(part for part, _ in read(text))


def look_after(sequence: str) -> Look:
    return read(f"{sequence}x")[-1][1]


@pytest.mark.parametrize(
    ("sequence", "look"),
    [
        ("\x1b[31m", Look(ink=1)),
        ("\x1b[97m", Look(ink=15)),
        ("\x1b[44m", Look(ground=4)),
        ("\x1b[107m", Look(ground=15)),
        ("\x1b[1;3;4;9m", Look(is_bold=True, is_italic=True, is_underlined=True, is_struck=True)),
        ("\x1b[2m", Look(is_faint=True)),
        ("\x1b[7m", Look(is_reversed=True)),
        ("\x1b[38;5;208m", Look(ink=208)),
        ("\x1b[48;2;1;2;3m", Look(ground=(1, 2, 3))),
        ("\x1b[38:2::255:0:9m", Look(ink=(255, 0, 9))),
        ("\x1b[38:5:7m", Look(ink=7)),
        ("\x1b[4:3m", Look(is_underlined=True)),
        ("\x1b[4m\x1b[4:0m", PLAIN),
        ("\x1b[1;31;44m\x1b[m", PLAIN),
        ("\x1b[1;31m\x1b[22;39m", PLAIN),
        ("\x1b[38;5;31;1m", Look(ink=31, is_bold=True)),
    ],
)
def test_colours_and_weights_are_read(sequence: str, look: Look) -> None:
    assert look_after(sequence) == look


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[38;5m",
        "\x1b[38;2;1;2m",
        "\x1b[38;5;999m",
        "\x1b[38;2;1;2;999m",
        "\x1b[38:9:9m",
        "\x1b[38m",
        "\x1b[99999999999999m",
        "\x1b[;;;m",
        "\x1b[5m",
        "\x1b[8m",
    ],
)
def test_what_makes_no_sense_or_would_hide_changes_nothing(sequence: str) -> None:
    assert read(f"{sequence}x") == [("x", PLAIN)]


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[2J",
        "\x1b[1;1H",
        "\x1b[?1049h",
        "\x1b]0;a title\x07",
        "\x1b]52;c;c3RvbGVu\x1b\\",
        "\x1b]8;;http://example.invalid\x1b\\",
        "\x1bPq#0;2\x1b\\",
        "\x1b(B",
        "\x1bc",
        "\x1b7",
        "\x1b[>4;2m",
    ],
)
def test_all_other_sequences_are_taken_out(sequence: str) -> None:
    assert plain(f"before{sequence}after") == "beforeafter"


def test_what_is_no_sequence_stays_as_text() -> None:
    assert plain("a\x1b\n") == "a\x1b\n"
    assert plain("x\x1b[31") == "x\x1b[31"


def test_a_title_that_is_never_closed_hides_no_more_than_one_sequence_may() -> None:
    text = "\x1b]0;" + "a" * (LONGEST_SEQUENCE + 10) + "\nseen"
    assert plain(text).endswith("\nseen")
    reader = AnsiReader()
    pieces = ["\x1b]0;", *["b" * 100] * 100]
    shown = "".join(part for piece in pieces for part, _ in reader.feed(piece))
    assert len(shown) >= 10_000 - LONGEST_SEQUENCE


def test_pieces_of_any_size_are_read_alike() -> None:
    text = "a\x1b[1;31mred\x1b[0m\x1b]0;title\x07b\x1b[38;2;1;2;3mc\x1b[Kd\n"
    whole = [(each, look) for part, look in read(text) for each in part]
    dice = random.Random(3)
    for _ in range(200):
        reader = AnsiReader()
        found: list[tuple[str, Look]] = []
        at = 0
        while at < len(text):
            size = dice.randint(1, 5)
            found += reader.feed(text[at : at + size])
            at += size
        found += reader.finish()
        assert [(each, look) for part, look in found for each in part] == whole
