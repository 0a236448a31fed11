"""What is wrong with a pose, for those who read it in German, in large text, or do not see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QGraphicsTextItem,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QTabBar,
    QTableView,
    QWidget,
)

from llmgw_desktop.ui.widgets.label import Label
from tests.support import plain_panels
from tests.support.said_words import catalogue
from tests.ui.test_accessible_names import nameless, roleless
from tests.ui.test_accessible_pages import cut_labels

_OTHERS = re.compile(
    r"<[^<>]*>|&\w+;|“[^”]*”|„[^“”]*[“”]|«[^»]*»|`[^`]*`|\"[^\"]*\"|'[^']*'|\S*[/_\\=@\d.:<>-]\w\S*|~\S*"
    r"|\b[A-Z]{2,}\w*"
)
"""What stands in quotes, markup, and names of files, settings, models, programs."""
_SCENES = (
    *(
        "Mend the parser and prove it with a test",
        "Mend the tests of part",
        "Review the last commit",
    ),
    *("Mend the tests of the session store that fail when the cloc", "Write a changelog entry"),
    *("Bring the README up to date", "Use the test of the parser alone", "tablet in the kitchen"),
    *("You've hit your session limit", "resets 3pm (Europe/Berlin)", "Too many requests"),
    *("Number of request tokens has exceeded your per-minute rate limit", "old laptop"),
    *("Number of request tokens has exceeded your limit", "Not logged in", "Please run /login"),
    *("Rate limit reached for gpt-5.5 in organization org-x on tokens per min", "off for now"),
    *(
        "node: command not found",
        "file is not a database",
        "disk I/O error",
        "codex is not signed in",
        "quiet heron",
    ),
    *(
        "setting up uid map: Permission denied",
        "within 14 days",
        "cheap nights",
        "Trusted",
        "looking",
    ),
    "action, kinds, commands, paths, hosts, tools, clis, clients, workspaces, hours, env, note",
    *("Expected '=' after a key in a key/value pair (column 3)", "Allow me", "401 Unauthorized"),
    *plain_panels.SAID,
)
"""Names, prompts, vendors' and systems' own words in the poses."""
_NAMES = re.compile(r"\b(?:team|secret|app|old|judge|firm|shop|play|read|locked)\b")
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{2,}")
_BESIDE = ("FlowingLabel ", "_Gutter ")
"""What these do with the mouse, keys do where the text has the focus."""


def troubles(subject: QWidget, *, is_german: bool) -> Iterator[str]:
    yield from (f"cut: {each}" for each in cut_labels(subject))
    yield from (f"no name: {each}" for each in nameless(subject) if not each.startswith(_BESIDE))
    yield from (f"no role: {each}" for each in roleless(subject) if not each.startswith(_BESIDE))
    yield from _beyond(subject)
    if is_german:
        yield from english_in(subject)


def english_in(subject: QWidget) -> Iterator[str]:
    """What a window that speaks German says in English: words that stand in the catalogue, and in
    no translation of it."""
    for each in dict.fromkeys(_said_in(subject)):
        ours = _NAMES.sub(" ", _OTHERS.sub(" ", _own(each)))
        words = {word.lower() for word in _WORD.findall(ours)}
        if found := words & _english():
            yield f"English: {' '.join(sorted(found))}: {each!r}"


def _own(text: str) -> str:
    text = unescape(re.sub(r"<[^<>]*>", " ", text))
    for each in _SCENES:
        text = text.replace(each, " ")
    return text


@lru_cache
def _english() -> frozenset[str]:
    sources, translations = set(), set()
    for source, forms in catalogue("de").items():
        sources |= _words(source)
        for form in forms:
            translations |= _words(form)
    return frozenset(sources - translations)


def _words(text: str) -> set[str]:
    return {each.lower() for each in _WORD.findall(_OTHERS.sub(" ", text.replace("&", "")))}


def _beyond(subject: QWidget) -> Iterator[str]:
    """What is wider than its sight and cannot be scrolled to."""
    for area in subject.findChildren(QScrollArea):
        inside, sight = area.widget(), area.viewport().width()
        is_fixed = area.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if is_fixed and area.isVisible() and inside and inside.width() > sight:
            yield f"beyond: {area} {inside.width()} > {sight}"


def _said_in(subject: QWidget) -> Iterator[str]:
    """What we say ourselves: what others said is shown as it is."""
    for each in (subject, *subject.findChildren(QWidget)):
        if not each.isVisible():
            continue
        if isinstance(each, Label) and each.is_verbatim:
            continue
        if isinstance(each, QLabel | QAbstractButton):
            yield each.text()
        yield from (each.toolTip(), each.accessibleName(), each.accessibleDescription())
        yield from _in_views(each)


def _in_views(view: QWidget) -> Iterator[str]:
    """Heads of tables, cells of columns that hold our words, what is offered and hinted at."""
    if isinstance(view, QTableView) and view.model() is not None:
        yield from _cells(view.model(), view)
    elif isinstance(view, QComboBox) and not view.isEditable():
        yield view.currentText()
    elif isinstance(view, QLineEdit):
        yield view.placeholderText()
    elif isinstance(view, QGraphicsView) and view.scene() is not None:
        for item in view.scene().items():
            if isinstance(item, QGraphicsTextItem) and item.isVisible():
                yield item.toPlainText().replace("\xa0", " ")
    elif isinstance(view, QTabBar):
        yield from (view.tabText(at) for at in range(view.count()))
    elif isinstance(view, QMenu):
        yield from (each.text().replace("&", "") for each in view.actions())


def _cells(model: QAbstractItemModel, view: QTableView) -> Iterator[str]:
    columns = getattr(model, "columns", ())
    for at in range(model.columnCount()):
        if view.isColumnHidden(at):
            continue
        yield str(model.headerData(at, Qt.Orientation.Horizontal) or "")
        if at < len(columns) and getattr(columns[at], "is_words", False):
            rows = min(model.rowCount(QModelIndex()), 40)
            yield from (str(model.index(row, at).data() or "") for row in range(rows))
