"""What a job says becomes pieces for a view: bounded, harmless, in order."""

from __future__ import annotations

import pytest

from llmgw_desktop.app.jobs.ansi_text import Look
from llmgw_desktop.app.jobs.output import RESTART, JobOutput, Piece, Voice
from llmgw_desktop.domain.cli import (
    CliEvent,
    Retrying,
    RunEnded,
    RunUsageTold,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.usage import Usage


def shown(pieces: tuple[Piece, ...]) -> str:
    """As a view would have it."""
    text = ""
    for piece in pieces:
        if piece.text == RESTART:
            text = text[: text.rfind("\n") + 1]
        else:
            text += piece.text
    return text


def said(*events: CliEvent | bytes) -> tuple[Piece, ...]:
    output = JobOutput()
    for event in events:
        if isinstance(event, bytes):
            output.note_stderr(event)
        else:
            output.note(event)
    return output.take().pieces


def test_each_voice_begins_a_line_of_its_own() -> None:
    text = shown(
        said(
            ThinkingGrew(text="let me "),
            ThinkingGrew(text="see"),
            TextGrew(text="I see."),
            ToolBegan(call_id="1", name="Bash", summary="ls"),
            ToolEnded(call_id="1", ok=False),
            TextGrew(text="It "),
            TextGrew(text="failed."),
            b"oh\n",
            Retrying(reason="529", attempt=2),
            Warned(code="x", message="careful"),
            RunEnded(ok=False, error="It broke."),
        )
    )
    assert text.split("\n") == [
        "let me see",
        "I see.",
        "▸ Bash ls",
        "Bash failed",
        "It failed.",
        "oh",
        "Tries again, attempt 2: 529",
        "careful",
        "It broke.",
        "",
    ]


def test_empty_lines_between_a_tool_and_the_answer_are_left_out() -> None:
    tool = ToolBegan(call_id="1", name="Bash")
    text = shown(said(tool, TextGrew(text="\n\n"), TextGrew(text="\nA"), TextGrew(text="\n\nB")))
    assert text == "▸ Bash\nA\n\nB"


def test_an_answer_that_comes_whole_is_shown_once() -> None:
    assert shown(said(RunEnded(ok=True, text="All of it"))) == "All of it"
    assert shown(said(TextGrew(text="All"), RunEnded(ok=True, text="All"))) == "All"
    assert '"a": 1' in shown(said(RunEnded(ok=True, structured={"a": 1})))


def test_a_failure_without_words_says_so() -> None:
    assert "did not say why" in shown(said(RunEnded(ok=False)))


def test_colours_are_kept_and_all_else_is_harmless() -> None:
    pieces = said(b"\x1b[31mred\x1b[0m\x1b[2J\x07\xe2\x80\xaegnp\n")
    assert pieces[0] == Piece("red", Voice.STDERR, Look(ink=1))
    text = shown(pieces)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text


def test_what_a_model_says_cannot_turn_the_text_around() -> None:
    text = shown(said(TextGrew(text="a\u202eb\x1b[1mc\rd\x00")))
    assert not set(text) & {"\u202e", "\x1b", "\r", "\x00"}


def test_tool_names_and_warnings_stay_in_one_line() -> None:
    text = shown(said(ToolBegan(call_id="1", name="a\nb", summary="c\u202ed\ne" * 9000)))
    assert text.count("\n") == 1
    assert len(text) < 2100


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_letters_cut_in_the_middle_come_whole(size: int) -> None:
    data = "größer – 漢字 🙂\n".encode() * 3
    output = JobOutput()
    for at in range(0, len(data), size):
        output.note_stderr(data[at : at + size])
    assert shown(output.take().pieces) == data.decode()


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_bars_of_progress_stay_in_their_line(size: int) -> None:
    data = b"start\r\n10 %\r20 %\r\x1b[32m100 %\x1b[0m\r\ndone\n"
    output = JobOutput()
    pieces: list[Piece] = []
    for at in range(0, len(data), size):
        output.note_stderr(data[at : at + size])
        pieces += output.take().pieces
    assert shown(tuple(pieces)) == "start\n100 %\ndone\n"


def test_a_bar_that_is_written_for_ever_holds_nothing() -> None:
    output = JobOutput()
    for number in range(20_000):
        output.note_stderr(b"\r%d %%" % number)
    taken = output.take()
    assert len(taken.pieces) < 5
    assert shown(taken.pieces) == "19999 %"


def test_a_line_without_an_end_is_folded() -> None:
    output = JobOutput()
    for _ in range(100):
        output.note(TextGrew(text="x" * 777))
    lines = shown(output.take().pieces).split("\n")
    assert max(map(len, lines)) == 1000
    assert sum(map(len, lines)) == 77_700


def test_what_nobody_takes_is_bounded_and_the_newest_stays() -> None:
    output = JobOutput(most_lines=100)
    output.note(TextGrew(text="first\n"))
    assert not output.take().is_anew
    for number in range(10_000):
        output.note(TextGrew(text=f"line {number}\n"))
    taken = output.take()
    lines = shown(taken.pieces).splitlines()
    assert taken.is_anew
    assert output.is_left_out
    assert len(lines) <= 101
    assert lines[-1] == "line 9999"
    assert not output.take().is_anew


def test_many_long_lines_are_bounded_by_their_letters() -> None:
    output = JobOutput()
    for _ in range(4_000):
        output.note(TextGrew(text="y" * 999 + "\n"))
    assert sum(len(piece.text) for piece in output.take().pieces) <= 2_001_000


def test_figures_are_added_up_as_the_job_tells_them() -> None:
    output = JobOutput()
    output.note(RunUsageTold(usage=Usage(output_tokens=3), cost_usd=0.5))
    output.note(RunEnded(ok=True, text="x"))
    assert (output.figures.usage.output_tokens, output.figures.cost_usd) == (3, 0.5)
