"""Side by side where there is room, else in rows, and never wider than it must be."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow

HIGH = 40


class Block(QWidget):
    def __init__(self, least: int) -> None:
        super().__init__()
        self.least = least
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(self.least + 20, HIGH)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.least, HIGH)


def rows(blocks: list[Block]) -> list[list[int]]:
    """Indexes of blocks by their height on the screen."""
    found: dict[int, list[int]] = {}
    for index, block in enumerate(blocks):
        if not block.isHidden():
            found.setdefault(block.y(), []).append(index)
    return [found[y] for y in sorted(found)]


@pytest.fixture
def blocks() -> list[Block]:
    return [Block(100) for _ in range(5)]


@pytest.fixture
def reflow(blocks: list[Block], qtbot: QtBot) -> Reflow:
    made = Reflow([Flowed(block) for block in blocks], ((5,), (3, 2), (1,) * 5), spacing=10)
    qtbot.addWidget(made)
    made.resize(800, 200)
    made.show()
    return made


def resize(reflow: QWidget, width: int) -> None:
    reflow.resize(width, 300)
    QApplication.processEvents()


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (540, [[0, 1, 2, 3, 4]]),
        (539, [[0, 1, 2], [3, 4]]),
        (320, [[0, 1, 2], [3, 4]]),
        (319, [[0], [1], [2], [3], [4]]),
    ],
)
def test_as_many_in_a_row_as_fit(
    reflow: Reflow, blocks: list[Block], width: int, expected: list[list[int]]
) -> None:
    resize(reflow, width)
    assert rows(blocks) == expected
    resize(reflow, 900)
    assert rows(blocks) == [[0, 1, 2, 3, 4]]


def test_every_row_takes_the_whole_width(reflow: Reflow, blocks: list[Block]) -> None:
    resize(reflow, 400)
    assert blocks[2].geometry().right() == blocks[4].geometry().right() == 399
    assert blocks[3].width() == blocks[4].width()


def test_it_may_be_as_narrow_as_its_narrowest(reflow: Reflow) -> None:
    assert reflow.minimumSizeHint().width() == 100


def test_it_asks_for_the_height_of_its_rows(blocks: list[Block], qtbot: QtBot) -> None:
    reflow = Reflow([Flowed(block) for block in blocks], ((5,), (3, 2)), spacing=10)
    area = QScrollArea()
    qtbot.addWidget(area)
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(reflow)
    column.addStretch(1)
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.resize(700, 400)
    area.show()
    QApplication.processEvents()
    assert reflow.height() == HIGH
    area.resize(420, 400)
    qtbot.waitUntil(lambda: reflow.height() == 2 * HIGH + 10)
    assert not area.horizontalScrollBar().isVisible()


def test_a_comfortable_width_counts_too(blocks: list[Block], qtbot: QtBot) -> None:
    wide, other = blocks[:2]
    reflow = Reflow(
        [Flowed(wide, stretch=3, comfortable=400), Flowed(other, stretch=2)],
        ((2,), (1, 1)),
        spacing=10,
    )
    qtbot.addWidget(reflow)
    reflow.show()
    resize(reflow, 510)
    assert rows([wide, other]) == [[0, 1]]
    resize(reflow, 509)
    assert rows([wide, other]) == [[0], [1]]
    resize(reflow, 1010)
    assert (wide.width(), other.width()) == (600, 400)


def test_what_is_hidden_takes_no_room(reflow: Reflow, blocks: list[Block], qtbot: QtBot) -> None:
    blocks[4].hide()
    resize(reflow, 430)
    assert rows(blocks) == [[0, 1, 2, 3]]
    blocks[4].show()
    qtbot.waitUntil(lambda: rows(blocks) == [[0, 1, 2], [3, 4]])


def test_words_that_grow_may_need_another_row(
    reflow: Reflow, blocks: list[Block], qtbot: QtBot
) -> None:
    resize(reflow, 540)
    blocks[0].least = 150
    blocks[0].updateGeometry()
    qtbot.waitUntil(lambda: rows(blocks) == [[0, 1, 2], [3, 4]])


def test_the_tab_key_goes_row_by_row(reflow: Reflow, blocks: list[Block]) -> None:
    resize(reflow, 400)
    resize(reflow, 800)
    order = []
    at = reflow.nextInFocusChain()
    for _ in range(20):
        if at in blocks:
            order.append(blocks.index(at))
        at = at.nextInFocusChain()
        if at is reflow:
            break
    assert order == [0, 1, 2, 3, 4]
