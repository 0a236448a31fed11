"""The head of a card: how it stands and what is known of it at the left, what can be done at the
right, and below that where it is narrow."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.reflow import Flowed, Reflow

_WORDS_UNITS = 60


def card_head(
    theme: Theme,
    title: Sequence[QWidget],
    facts: Sequence[QWidget],
    acts: Sequence[QWidget],
    switch: QWidget | None = None,
) -> Reflow:
    """`title` is one line, `facts` are a line each."""
    words = _words(theme, title, facts)
    return Reflow(
        [
            Flowed(words, stretch=1, comfortable=theme.space(_WORDS_UNITS)),
            Flowed(_acts(theme, acts, switch), stretch=0),
        ],
        [(2,), (1, 1)],
        spacing=theme.space(2),
    )


def _words(theme: Theme, title: Sequence[QWidget], facts: Sequence[QWidget]) -> QWidget:
    words = QWidget()
    line = QHBoxLayout()
    line.setSpacing(theme.space(2))
    for part in title:
        line.addWidget(part)
    line.addStretch(1)
    column = QVBoxLayout(words)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.space(0.75))
    column.addLayout(line)
    for fact in facts:
        column.addWidget(fact)
    return words


def _acts(theme: Theme, acts: Sequence[QWidget], switch: QWidget | None) -> QWidget:
    buttons = QWidget()
    row = QHBoxLayout(buttons)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.space(1))
    for act in acts:
        row.addWidget(act)
    if switch is not None:
        row.addSpacing(theme.space(1.5))
        row.addWidget(switch)
    row.addStretch(1)
    return buttons
