"""What is wrong with a pose, for those who read it in German, in large text, or do not see it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QWidget

from llmgw_desktop.ui.widgets.label import Label
from tests.ui.test_accessible_names import nameless, roleless
from tests.ui.test_accessible_pages import cut_labels

_ENGLISH = re.compile(
    r"\b(?:the|of|and|is|are|were|not|with|which|that|this|has|have|been|its|it|for|from|by|to"
    r"|none|your|you|nothing|each|every|when|where|while|only|until|since|than|them|they|their)\b"
)
_BESIDE = ("FlowingLabel ", "_Gutter ")
"""What these do with the mouse, keys do where the text has the focus."""


def troubles(subject: QWidget, *, is_german: bool) -> Iterator[str]:
    yield from (f"cut: {each}" for each in cut_labels(subject))
    yield from (f"no name: {each}" for each in nameless(subject) if not each.startswith(_BESIDE))
    yield from (f"no role: {each}" for each in roleless(subject) if not each.startswith(_BESIDE))
    yield from _beyond(subject)
    if is_german:
        yield from (f"English: {each!r}" for each in _said_in(subject) if _ENGLISH.search(each))


def _beyond(subject: QWidget) -> Iterator[str]:
    """What is wider than its sight and cannot be scrolled to."""
    for area in subject.findChildren(QScrollArea):
        inside, sight = area.widget(), area.viewport().width()
        is_fixed = area.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if is_fixed and area.isVisible() and inside and inside.width() > sight:
            yield f"beyond: {area} {inside.width()} > {sight}"


def _said_in(subject: QWidget) -> Iterator[str]:
    """What we say ourselves: what others said is shown as it is."""
    for each in subject.findChildren(QWidget):
        if not each.isVisible():
            continue
        if isinstance(each, Label) and each.is_verbatim:
            continue
        if isinstance(each, QLabel | QAbstractButton):
            yield each.text()
        yield each.toolTip()
        yield each.accessibleName()
        yield each.accessibleDescription()
