"""The view of what a job says: short turns, bounded, readable in every colour."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.jobs.ansi_text import PLAIN, Look
from llmgw_desktop.app.jobs.output import MOST_LINES, RESTART, Piece, Taken, Voice
from llmgw_desktop.ui.jobs.output_colours import LEAST_CONTRAST, inks
from llmgw_desktop.ui.jobs.output_view import OutputView
from llmgw_desktop.ui.palettes import Colours, contrast, dark_colours, light_colours
from llmgw_desktop.ui.theme import Theme


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> OutputView:
    made = OutputView(theme)
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show()
    return made


def lines(first: int, count: int) -> Taken:
    made = (Piece(f"line {number}\n", Voice.ANSWER) for number in range(first, first + count))
    return Taken(tuple(piece for each in made for piece in split(each)))


def split(piece: Piece) -> tuple[Piece, Piece]:
    return Piece(piece.text[:-1], piece.voice), Piece("\n", Voice.NOTE)


def fill(view: OutputView, qtbot: QtBot, taken: Taken) -> None:
    view.add(taken)
    qtbot.waitUntil(lambda: not view.is_filling)


def test_much_is_written_in_many_short_turns(view: OutputView, qtbot: QtBot) -> None:
    view.add(lines(0, 3000))
    seen = [view.blockCount()]
    while view.is_filling:
        view._fill()
        seen.append(view.blockCount())
    steps = [after - before for before, after in pairwise(seen)]
    assert max(steps) <= 330
    assert view.blockCount() == 3001


def test_no_more_lines_are_kept_than_are_promised(view: OutputView, qtbot: QtBot) -> None:
    fill(view, qtbot, lines(0, MOST_LINES + 500))
    assert view.blockCount() == MOST_LINES
    assert "line 100\n" not in view.toPlainText()


def test_what_is_dropped_above_does_not_move_what_is_read(view: OutputView, qtbot: QtBot) -> None:
    fill(view, qtbot, lines(0, MOST_LINES - 1))
    bar = view.verticalScrollBar()
    bar.setValue(3000)
    reading = view.firstVisibleBlock().text()
    fill(view, qtbot, lines(MOST_LINES, 700))
    assert view.firstVisibleBlock().text() == reading
    assert not view.follows


def test_what_does_not_go_on_takes_the_place_of_all(view: OutputView, qtbot: QtBot) -> None:
    fill(view, qtbot, lines(0, 10))
    fill(view, qtbot, Taken((Piece("anew", Voice.ANSWER),), is_anew=True))
    assert view.toPlainText() == "anew"


def test_a_line_that_is_begun_again_is_written_over(view: OutputView, qtbot: QtBot) -> None:
    pieces = [Piece("kept", Voice.STDERR), Piece("\n", Voice.NOTE)]
    for text in ("10 %", "100 %"):
        pieces += [Piece(RESTART, Voice.NOTE), Piece(text, Voice.STDERR)]
    fill(view, qtbot, Taken(tuple(pieces)))
    assert view.toPlainText() == "kept\n100 %"


def test_markup_is_text(view: OutputView, qtbot: QtBot) -> None:
    fill(view, qtbot, Taken((Piece("<b>not bold</b>", Voice.ANSWER),)))
    assert view.toPlainText() == "<b>not bold</b>"


@pytest.mark.parametrize("colours", [light_colours(), dark_colours()], ids=["light", "dark"])
def test_every_colour_can_be_read_on_every_ground(colours: Colours) -> None:
    grounds = [None, 0, 1, 7, 8, 15, 46, 196, 231, 232, (128, 128, 128)]
    for ink, ground, faint in product([*range(256), (1, 2, 3)], grounds, (False, True)):
        look = Look(ink=ink, ground=ground, is_faint=faint)
        letters, behind = inks(colours, Voice.STDERR, look)
        assert contrast(letters, behind or colours.surface) >= LEAST_CONTRAST
    for voice in Voice:
        letters, behind = inks(colours, voice, PLAIN)
        assert behind is None
        assert contrast(letters, colours.surface) >= LEAST_CONTRAST
