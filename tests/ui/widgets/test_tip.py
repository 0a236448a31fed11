"""Tips show a text as it is: none of it is read as markup."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6 import QtGui
from PySide6.QtCore import QAbstractItemModel, QEvent, Qt
from PySide6.QtGui import QHelpEvent, QTextDocument
from PySide6.QtWidgets import QApplication, QTableView, QToolTip
from pytestqt.qtbot import QtBot

import llmgw_desktop.ui
from llmgw_desktop.app.jobs.words import COLUMNS, ShownSession
from llmgw_desktop.ui.jobs.job_model import JobModel
from llmgw_desktop.ui.jobs.session_list import session_model
from llmgw_desktop.ui.widgets.label import tip
from llmgw_desktop.ui.widgets.row_model import Column, RowModel
from tests.support.plain_runs import plain_job, plain_session

HOSTILE = "<img src='file://host/share/a.png'><b>Approve</b> & go"
_UI = Path(llmgw_desktop.ui.__path__[0])
_PRINTABLE = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Zs", "Cn")))


def as_seen(shown: str) -> str:
    """What stands in a tip that was given this."""
    document = QTextDocument()
    if QtGui.Qt.mightBeRichText(shown):  # as Qt itself decides
        document.setHtml(shown)
    else:
        document.setPlainText(shown)
    return document.toPlainText()


def plain_rows() -> QAbstractItemModel:
    model: RowModel[str] = RowModel([Column(key="claim", title="Claim", text=str)])
    model.show_rows((HOSTILE,))
    return model


def sessions() -> QAbstractItemModel:
    model = session_model()
    model.show_rows([ShownSession(plain_session(1), (HOSTILE,) * len(COLUMNS))])
    return model


def jobs() -> QAbstractItemModel:
    model = JobModel(lambda: 1_000.0)
    model.show_jobs([plain_job(1, title=HOSTILE)])
    return model


@given(_PRINTABLE)
def test_it_is_seen_as_it_was(text: str) -> None:
    assert as_seen(tip(text)) == text


@pytest.mark.parametrize("text", [HOSTILE, "a < b", "two\nlines <b>", "word " * 40])
def test_markup_lines_and_spaces_stay(text: str) -> None:
    assert as_seen(tip(text)) == text
    assert "<b>" not in tip(text)
    assert "<img" not in tip(text)


def test_a_short_one_is_left_as_it_is() -> None:
    assert tip("") == ""
    assert tip("Pause gateway") == "Pause gateway"


@pytest.mark.parametrize("make", [plain_rows, sessions, jobs])
def test_tables_tell_what_strangers_wrote(
    make: Callable[[], QAbstractItemModel], qtbot: QtBot
) -> None:
    model = make()
    told = [
        str(model.index(0, at).data(Qt.ItemDataRole.ToolTipRole) or "")
        for at in range(model.columnCount())
    ]
    assert HOSTILE in [as_seen(each) for each in told]
    assert not any("<img" in each for each in told)


def test_a_view_shows_it(qtbot: QtBot) -> None:
    model, view = plain_rows(), QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.show()
    place = view.visualRect(model.index(0, 0)).center()
    asked = QHelpEvent(QEvent.Type.ToolTip, place, view.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), asked)
    assert as_seen(QToolTip.text()) == HOSTILE
    QToolTip.hideText()


def _given_words(path: Path) -> Iterator[tuple[int, ast.expr]]:
    """The texts of tips, and their lines."""
    tree = ast.parse(path.read_text("utf-8"))
    its = [each for each in ast.walk(tree) if getattr(each, "name", "") == "put_tip"]
    own = {id(node) for each in its for node in ast.walk(each)}  # its callers are looked at
    for node in ast.walk(tree):
        if id(node) in own:
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "setToolTip":
                yield node.lineno, node.args[0]
            elif node.func.attr == "showText":
                yield node.lineno, node.args[1]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "put_tip":
            yield node.lineno, node.args[1]


def _is_safe(words: ast.expr) -> bool:
    if isinstance(words, ast.IfExp):
        return _is_safe(words.body) and _is_safe(words.orelse)
    match words:
        case (
            ast.Constant()
            | ast.Call(func=ast.Name(id="tip" | "plain_tip" | "paragraphs" | "examples_tip"))
        ):
            return True
        case ast.Call(func=ast.Attribute(attr="toolTip")):  # it went through here as another's
            return True
    return isinstance(words, ast.Name) and words.id.isupper()


def test_no_tip_goes_another_way() -> None:
    found = {
        f"{path.relative_to(_UI)}:{line}": _is_safe(words)
        for path in sorted(_UI.rglob("*.py"))
        if path.name != "tray.py"  # it goes to the desktop, which knows nothing of Qt's markup
        for line, words in _given_words(path)
    }
    assert len(found) > 20
    assert [place for place, is_safe in found.items() if not is_safe] == []
