"""The Routes page in its window: order by keys and by mouse, dialog, and the try-it panel."""

from __future__ import annotations

import tomllib

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from llmgw_desktop.domain.errors import UnknownModel
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Strategy
from llmgw_desktop.ui.routes.route_dialog import RouteDialog
from llmgw_desktop.ui.routes.try_panel import TryPanel
from llmgw_desktop.ui.widgets.dialogs import ConflictDialog
from llmgw_desktop.ui.widgets.fields import ChoiceBox
from llmgw_desktop.ui.widgets.label import Label
from tests.support.routing_scene import FULL, set_full_scene
from tests.ui.pages.routing_stage import RoutingStage

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


def in_file(stage: RoutingStage) -> list[str]:
    return [each["name"] for each in tomllib.loads(stage.file.read_text())["routes"]]


def on_page(stage: RoutingStage) -> list[str]:
    return [view.row.name for view in stage.list.views]


async def test_rules_stand_in_their_order(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    assert on_page(stage) == ["background", "reviews", "off for now"]
    first, _, last = stage.list.views
    assert first.accessibleName() == (
        "Route 1, background: claude-haiku-* from claude-code, up to 20,000 input tokens → "
        "ollama:qwen3-coder:30b, then work-openai:gpt-5.5-mini; on"
    )
    assert last.accessibleName().endswith("→ ollama:llama3.3; off")


async def test_keys_move_a_rule_and_stay_with_it(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    first = stage.list.views[0]
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    await stage.until(lambda: on_page(stage) == ["reviews", "background", "off for now"])
    assert in_file(stage) == on_page(stage)
    assert QApplication.focusWidget() is stage.list.views[1]
    QTest.keyClick(stage.list.views[1], Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    await stage.until(lambda: on_page(stage)[0] == "background")
    assert stage.file.read_text() == FULL
    QTest.keyClick(stage.list.views[0], Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    await stage.turns()
    assert stage.file.read_text() == FULL


async def test_a_rule_is_dragged_to_its_place(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    held, last = stage.list.views[0], stage.list.views[2]
    grip = QPoint(12, 12)
    below = QPoint(12, last.mapTo(stage.window, QPoint(0, last.height() - 2)).y())
    target = held.mapFrom(stage.window, below)
    QTest.mousePress(held, Qt.MouseButton.LeftButton, pos=grip)
    QTest.mouseMove(held, grip + QPoint(0, 20))
    QTest.mouseMove(held, target)
    await stage.turns()
    assert stage.list._line.isVisible()
    QTest.mouseRelease(held, Qt.MouseButton.LeftButton, pos=target)
    await stage.until(lambda: on_page(stage) == ["reviews", "off for now", "background"])
    assert in_file(stage) == on_page(stage)
    assert "# small things stay at home\n[[routes]]" in stage.file.read_text()
    assert not stage.list._line.isVisible()
    stage.choose("Undo change of settings")
    await stage.until(lambda: stage.file.read_text() == FULL)


async def test_a_drop_where_it_was_changes_nothing(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    held = stage.list.views[1]
    QTest.mousePress(held, Qt.MouseButton.LeftButton, pos=QPoint(12, 12))
    QTest.mouseMove(held, QPoint(12, 34))
    QTest.mouseRelease(held, Qt.MouseButton.LeftButton, pos=QPoint(12, 34))
    await stage.turns()
    assert stage.file.read_text() == FULL


async def test_switching_and_removing_with_keys(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    QTest.keyClick(stage.list.views[1], Qt.Key.Key_Space)
    await stage.until(lambda: not stage.list.views[1].row.enabled)
    QTest.keyClick(stage.list.views[1], Qt.Key.Key_Delete)
    await stage.until(lambda: on_page(stage) == ["background", "off for now"])
    stage.choose("Undo change of settings")
    await stage.until(lambda: on_page(stage) == ["background", "reviews", "off for now"])
    assert not stage.list.views[1].row.enabled


async def test_an_order_that_changed_by_hand_is_a_conflict(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    stage.file.write_text(FULL.replace('"nightly-*"', '"weekly-*"'))
    first = stage.list.views[0]
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    await stage.until(lambda: stage.window.findChild(ConflictDialog) is not None)
    assert in_file(stage) == ["background", "reviews", "off for now"]
    stage.one(ConflictDialog).keep_mine.click()
    await stage.until(lambda: on_page(stage) == ["reviews", "background", "off for now"])
    assert '"weekly-*"' in stage.file.read_text()


async def test_adding_by_dialog(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    stage.button("Add route…").click()
    dialog = stage.one(RouteDialog)
    dialog._name.setText("new")
    dialog._to.setPlainText("nobody:x")
    dialog.save_wanted.emit()
    await stage.until(lambda: "there is no provider" in dialog._fields["to"].note.casefold())
    assert stage.file.read_text() == FULL
    dialog._to.setPlainText("anthropic\nollama:llama3.3")
    dialog._lines["model"].setText("gpt-*")
    dialog.save_wanted.emit()
    await stage.until(lambda: on_page(stage)[-1] == "new")
    assert stage.file.read_text().startswith(FULL)
    await stage.until(lambda: stage.window.findChild(RouteDialog) is None)


async def test_where_a_route_leads_is_chosen(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    stage.button("Add route…").click()
    dialog = stage.one(RouteDialog)
    menu = dialog.target_menu()
    offered = {
        each.text(): [one.text() for one in each.menu().actions()]  # type: ignore[attr-defined]
        for each in menu.actions()
    }
    assert "work-openai" in offered
    assert "work-openai: the model that was asked for" in offered["work-openai"]
    assert {"work-openai:gpt-5.5", "work-openai/reserve:gpt-5.5"} <= set(offered["work-openai"])
    for place, target in (("work-openai", "work-openai/reserve:o5"), ("ollama", "ollama:llama3.3")):
        of_it = next(each for each in menu.actions() if each.text() == place).menu()
        next(each for each in of_it.actions() if each.text() == target).trigger()  # type: ignore[attr-defined]
    assert dialog.form.to == ("work-openai/reserve:o5", "ollama:llama3.3")
    dialog._name.setText("new")
    dialog.save_wanted.emit()
    await stage.until(lambda: on_page(stage)[-1] == "new")


async def test_changing_by_dialog(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    QTest.keyClick(stage.list.views[1], Qt.Key.Key_Return)
    dialog = stage.one(RouteDialog)
    assert dialog.form.to == ("work-openai/reserve:gpt-5.5", "anthropic:claude-sonnet-5")
    dialog._strategy.choose("pinned")
    assert dialog._fields["strategy"].note.startswith("As the rule lists them")
    dialog.save_wanted.emit()
    await stage.until(lambda: stage.file.read_text() != FULL)
    assert stage.file.read_text() == FULL.replace('"automatic"', '"pinned"')


async def test_the_usual_order_is_chosen(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    order = next(
        each
        for each in stage.routes.findChildren(ChoiceBox)
        if each.accessibleName() == "Usual order"
    )
    assert order.key == Strategy.ACCOUNT_POOL_FIRST
    order.choose(Strategy.AUTOMATIC)
    order.activated.emit(order.currentIndex())
    await stage.until(lambda: 'strategy = "automatic"\n' in stage.file.read_text()[-60:])
    last = stage.list.views[2]
    await stage.until(lambda: last.row.strategy == "By quota, price and speed")


async def test_trying_shows_candidates_with_reasons(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    panel = stage.one(TryPanel)
    assert panel.words.endswith("Nothing is sent.")
    panel._client.setText("claude-code")
    panel._protocol.choose("openai-chat")
    panel._size.setText("1,200")
    panel._model.setText("claude-haiku-5")
    asked = stage.gateway.explainer.asked[-1]
    assert (asked.protocol, asked.client, asked.input_tokens) == (
        ModelProtocol.OPENAI_CHAT,
        "claude-code",
        1200,
    )
    texts = [label.text() for label in panel.findChildren(Label)]
    assert "1" in texts
    assert "work-openai/team:gpt-5.5-mini" in texts
    assert "Left out: it is cooling for another 2 m after a 429." in texts
    panel._size.setText("much")
    assert "Expected a number." in [label.text() for label in panel.findChildren(Label)]
    assert stage.gateway.explainer.asked[-1].input_tokens is None


async def test_trying_what_nobody_answers(stage: RoutingStage) -> None:
    await stage.open("routes")
    stage.gateway.explainer.trouble = UnknownModel("x")
    panel = stage.one(TryPanel)
    panel._model.setText("x")
    assert panel.words == "No enabled provider has a model named 'x'."


async def test_without_routes_the_page_says_that_none_are_needed(stage: RoutingStage) -> None:
    await stage.open("routes")
    words = " ".join(each.text() for each in stage.routes.findChildren(Label) if each.isVisible())
    assert "There are no routes yet, and none are needed" in words
    assert stage.list.views == ()


async def test_impatient_keys_are_no_conflict(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("routes")
    first = stage.list.views[0]
    first.setFocus()
    for _ in range(3):
        QTest.keyClick(first, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    await stage.until(lambda: on_page(stage) == ["reviews", "background", "off for now"])
    await stage.turns()
    assert in_file(stage) == ["reviews", "background", "off for now"]
    assert stage.window.findChild(ConflictDialog) is None
