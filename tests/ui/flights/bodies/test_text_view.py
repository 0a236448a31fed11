"""Long and hostile texts in the views: plain, whole, and without holding the window up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtWidgets import QApplication

from llmgw_desktop.app.flights.conversation.message_parts import SpeakerRole
from llmgw_desktop.app.flights.conversation.transcript import TranscriptSection, transcript_of
from llmgw_desktop.app.flights.texts import FlightSide
from llmgw_desktop.app.words.inert_text import folded_lines, inert
from llmgw_desktop.ui.flights.detail.text_view import TextView
from llmgw_desktop.ui.flights.detail.transcript_document import LineKind
from llmgw_desktop.ui.flights.detail.transcript_view import TranscriptView
from llmgw_desktop.ui.theme import Theme
from tests.support.flight_scene import scene_flight, scene_record


@pytest.fixture
def text_view(theme: Theme, qtbot: object) -> TextView:
    view = TextView(theme, "Body")
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    return view


@pytest.fixture
def transcript(theme: Theme, qtbot: object) -> TranscriptView:
    view = TranscriptView(theme, "Messages")
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    return view


def visible_lines(view: TranscriptView) -> list[str]:
    return [line for line in view.toPlainText().split("\n") if line]


def longest_pause_ms(work: object, qtbot: object, until: object) -> int:
    """The longest stretch in which Qt could not do anything else."""
    clock = QElapsedTimer()
    clock.start()
    work()
    longest = clock.restart()
    while not until():
        QApplication.processEvents()
        longest = max(longest, clock.restart())
    return longest


def test_markup_stays_text(text_view: TextView) -> None:
    text_view.show_text("<b>bold</b> <img src='file:///etc/passwd'>")
    assert text_view.toPlainText() == "<b>bold</b> <img src='file:///etc/passwd'>"


def test_ten_megabytes_arrive_whole_in_slices(text_view: TextView, qtbot: object) -> None:
    text = folded_lines(inert("\x1b[31m\x00" + "x" * 10_000_000 + "\u202eend"))
    pause_ms = longest_pause_ms(
        lambda: text_view.show_text(text), qtbot, lambda: not text_view.is_filling
    )
    assert text_view.toPlainText() == text
    assert pause_ms < 1500


def test_lines_keep_their_ends_across_slices(text_view: TextView, qtbot: object) -> None:
    text = "\n".join(f"line {number}" for number in range(100_000))
    text_view.show_text(text)
    qtbot.waitUntil(lambda: not text_view.is_filling)
    assert text_view.toPlainText() == text


def test_another_text_ends_the_filling_of_the_first(text_view: TextView, qtbot: object) -> None:
    text_view.show_text("a\n" * 1_000_000)
    text_view.show_text("short")
    qtbot.wait(100)
    assert text_view.toPlainText() == "short"


def test_json_has_colours_and_raw_has_none(text_view: TextView, qtbot: object) -> None:
    def coloured() -> bool:
        return bool(text_view.document().firstBlock().layout().formats())

    text_view.show_text('{"key": 12}', is_json=True)
    qtbot.waitUntil(coloured)
    text_view.show_text('{"key": 12}')
    qtbot.wait(50)
    assert not coloured()
    text_view.show_text('{"key": 12}', is_json=True)
    qtbot.waitUntil(coloured)


def test_a_conversation_is_read_as_one_text(transcript: TranscriptView) -> None:
    side = FlightSide(scene_record(scene_flight(1)), of_request=True)
    transcript.show_sections(transcript_of(side).sections)
    lines = visible_lines(transcript)
    assert lines[0].startswith("System")
    assert "User" in lines
    assert any("tests/test_windows.py" in line for line in lines)
    assert "Tool call Bash" in lines
    assert not any("pytest tests" in line for line in lines), "folded"
    transcript.fold_all(False)
    assert "pytest tests/test_windows.py" in transcript.toPlainText()


def test_headings_fold_with_keys_and_all_at_once(transcript: TranscriptView, qtbot: object) -> None:
    sections = (
        TranscriptSection(role=SpeakerRole.ASSISTANT, depth=0, title="Assistant"),
        TranscriptSection(role=SpeakerRole.ASSISTANT, depth=1, title="", text="said"),
        TranscriptSection(
            role=SpeakerRole.ASSISTANT, depth=1, title="Tool call", text="x\ny", is_folded=True
        ),
        TranscriptSection(role=SpeakerRole.USER, depth=0, title="User"),
        TranscriptSection(role=SpeakerRole.USER, depth=1, title="", text="asked"),
    )
    transcript.show_sections(sections)
    assert visible_lines(transcript) == ["Assistant", "said", "Tool call", "User", "asked"]
    transcript.setFocus()
    qtbot.keyClick(transcript, Qt.Key.Key_Return)
    assert visible_lines(transcript) == ["Assistant", "User", "asked"]
    qtbot.keyClick(transcript, Qt.Key.Key_Return)
    assert visible_lines(transcript) == ["Assistant", "said", "Tool call", "User", "asked"]
    transcript.fold_all(False)
    assert visible_lines(transcript) == [
        "Assistant",
        "said",
        "Tool call",
        "x",
        "y",
        "User",
        "asked",
    ]
    transcript.fold_all(True)
    assert visible_lines(transcript) == ["Assistant", "User"]


def test_folding_in_the_middle_keeps_every_line_with_its_section(
    transcript: TranscriptView, qtbot: object
) -> None:
    def part(number: int, **changes: object) -> TranscriptSection:
        made = TranscriptSection(
            role=SpeakerRole.TOOL, depth=1, title=f"Part {number}", text=f"a{number}\nb{number}"
        )
        return replace(made, **changes)

    sections = (
        TranscriptSection(role=SpeakerRole.USER, depth=0, title="One"),
        part(1),
        part(2, is_folded=True),
        TranscriptSection(role=SpeakerRole.USER, depth=0, title="Two", is_folded=True),
        part(3),
        TranscriptSection(role=SpeakerRole.USER, depth=0, title="Three"),
        part(4),
    )
    transcript.show_sections(sections)
    lines = transcript._lines

    def toggle(title: str) -> None:
        texts = transcript.toPlainText().split("\n")
        lines.toggle(texts.index(title))
        for number, text in enumerate(transcript.toPlainText().split("\n")):
            line = lines.line(number)
            assert line is not None
            if line.kind is LineKind.HEADING:
                assert text == line.section.title
            elif line.kind is LineKind.BODY:
                assert text in line.section.text.split("\n")
            else:
                assert text == ""
        assert lines.line(len(transcript.toPlainText().split("\n"))) is None

    seen = []
    for title in ("Part 2", "Two", "One", "Part 4", "One", "Part 1", "Two", "Three"):
        toggle(title)
        seen.append(" ".join(visible_lines(transcript)))
    assert seen == [
        "One Part 1 a1 b1 Part 2 a2 b2 Two Three Part 4 a4 b4",
        "One Part 1 a1 b1 Part 2 a2 b2 Two Part 3 a3 b3 Three Part 4 a4 b4",
        "One Two Part 3 a3 b3 Three Part 4 a4 b4",
        "One Two Part 3 a3 b3 Three Part 4",
        "One Part 1 a1 b1 Part 2 a2 b2 Two Part 3 a3 b3 Three Part 4",
        "One Part 1 Part 2 a2 b2 Two Part 3 a3 b3 Three Part 4",
        "One Part 1 Part 2 a2 b2 Two Three Part 4",
        "One Part 1 Part 2 a2 b2 Two Three",
    ]


def test_a_click_in_the_gutter_folds(transcript: TranscriptView, qtbot: object) -> None:
    transcript.show_sections(
        (
            TranscriptSection(role=SpeakerRole.USER, depth=0, title="User"),
            TranscriptSection(role=SpeakerRole.USER, depth=1, title="", text="asked"),
        )
    )
    QApplication.processEvents()
    _, _, area = next(transcript._lines_in_sight())
    place = area.center().toPoint()
    place.setX(4)
    qtbot.mouseClick(transcript._gutter, Qt.MouseButton.LeftButton, pos=place)
    assert visible_lines(transcript) == ["User"]


def test_hostile_messages_are_text(transcript: TranscriptView) -> None:
    text = "<script>alert(1)</script> &amp; <a href='http://x'>x</a>"
    transcript.show_sections(
        (
            TranscriptSection(role=SpeakerRole.USER, depth=0, title="User"),
            TranscriptSection(role=SpeakerRole.USER, depth=1, title="", text=text),
        )
    )
    assert text in visible_lines(transcript)


def test_a_long_conversation_fills_in_slices(transcript: TranscriptView, qtbot: object) -> None:
    section = TranscriptSection(
        role=SpeakerRole.USER, depth=1, title="", text="word " * 1000 + "\nend"
    )
    part = TranscriptSection(
        role=SpeakerRole.USER,
        depth=1,
        title="Tool call",
        text="x\n" * 200,
        is_code=True,
        is_folded=True,
    )
    sections = tuple(
        each
        for number in range(200)
        for each in (
            TranscriptSection(role=SpeakerRole.USER, depth=0, title=f"User {number}"),
            section,
            part,
        )
    )
    pause_ms = longest_pause_ms(
        lambda: transcript.show_sections(sections), qtbot, lambda: not transcript.is_filling
    )
    assert transcript.toPlainText().count("\nend") == 200
    assert pause_ms < 1500


def test_a_change_of_scheme_keeps_the_text(transcript: TranscriptView, theme: Theme) -> None:
    section = TranscriptSection(role=SpeakerRole.USER, depth=0, title="User")
    transcript.show_sections((section,))
    theme.changed.emit()
    assert visible_lines(transcript) == ["User"]
