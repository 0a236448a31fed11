"""Compare: several models are asked the same; answers side by side, verdicts, what they share.

This file joins the parts and tells them of each other; each part stands in `ui/compare/`.
"""

import json
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from llmgw_desktop.app.validation.compare import Compare, Earlier, ShownPanel, ShownReceipt
from llmgw_desktop.app.validation.wish import MOST_ASKED, PRACTICE_TRIAL, Askable, PanelWish
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, GatewayChanged, SettingsChanged
from llmgw_desktop.domain.validation import Intent
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.compare.answer_columns import AnswerColumns
from llmgw_desktop.ui.compare.composer import Composer
from llmgw_desktop.ui.compare.findings import Findings
from llmgw_desktop.ui.compare.panel import CompareBar, CompareStates, PanelFollower, PanelHead
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import add_key
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, in_steps
from llmgw_desktop.ui.widgets.panes import Scrolled
from llmgw_desktop.ui.widgets.view_clothes import dress_menu
from llmgw_desktop.ui.widgets.words import said

_SHARE = 0.58
"""Of the height in sight, for a row of answers."""
_SHORT_UNITS, _LEAST_UNITS, _MOST_UNITS = 45, 70, 170


class ComparePage(QWidget, MadeInSteps):
    """`open_panel` is for other pages that lead here."""

    flight_wanted = Signal(str)
    job_wanted = Signal(str)
    providers_wanted = Signal()
    said = Signal(str, object)
    """What was done, and what takes it back, or None."""

    def __init__(self, compare: Compare, bridge: Bridge, theme: Theme) -> None:
        super().__init__()
        self._compare = compare
        self._bridge = bridge
        self._theme = theme
        self._begin(self._made())

    def _made(self) -> Iterator[None]:
        self._everyone: tuple[Askable, ...] = ()
        self._panel: ShownPanel | None = None
        self._panel_id = ""
        self.composer = yield from in_steps(Composer, self._theme)
        yield
        self.head = PanelHead(self._theme)
        yield
        self.columns = AnswerColumns(self._theme, self.composer.ask)
        yield
        self.findings = yield from in_steps(Findings, self._theme)
        yield
        self.states = CompareStates(self._theme)
        yield
        self.follower = PanelFollower(self._compare, self._bridge, self)
        self.banner = Banner(self._theme)
        self.bar = CompareBar(self._theme)
        yield
        self._scroll = Scrolled(self._theme)
        self._lay_out()
        yield
        self._connect()
        yield
        self._add_keys()
        yield
        self._show_parts()

    @property
    def panel(self) -> ShownPanel | None:
        return self._panel

    @property
    def panel_id(self) -> str:
        """Of the one in sight, or about to be."""
        return self._panel_id

    def open_panel(self, panel_id: str) -> None:
        """Follows it, if it still goes on."""
        self._panel_id = panel_id
        self._panel = None
        self._scroll.verticalScrollBar().setValue(0)
        if self.isVisible():
            self.follower.follow(panel_id)

    def save_state(self, settings: QSettings) -> None:
        wish = self.composer.wish
        told = {"seats": wish.seats, "judge": wish.judge, "intent": wish.intent.value}
        settings.setValue("last", json.dumps(told))

    def restore_state(self, settings: QSettings) -> None:
        try:
            told = json.loads(str(settings.value("last", "{}")))
            seats = tuple(str(seat) for seat in told.get("seats", ()))[:MOST_ASKED]
            intent = Intent(told.get("intent", Intent.ASK.value))
            judge = str(told.get("judge", ""))
        except (ValueError, AttributeError, TypeError):  # a spoilt file
            return
        self.composer.show_wish(PanelWish(seats=seats, judge=judge, intent=intent))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look_who()
        if self._panel_id and (self._panel is None or not self._panel.has_ended):
            self.follower.follow(self._panel_id)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.follower.rest()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.composer.isHidden():
            self.composer.question.setFocus()
        elif self.columns.views:
            self.columns.views[0].text.setFocus()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._fit_soon()

    def ask(self) -> None:
        """What stands in the composer; what is wrong with it is said there."""
        wish = self.composer.wish
        if wish.problem:
            self.composer.show_problem(wish.problem)
            return
        self._ask(wish)

    def _ask(self, wish: PanelWish) -> None:
        async def ask() -> None:
            try:
                panel_id = await self._compare.ask(wish)
            except LlmgwError as error:
                self.composer.show_problem(inert_line(str(error), 600))
                self._edit(wish)
            else:
                self.open_panel(panel_id)
            finally:
                self.composer.show_asking(is_under_way=False)

        self.composer.show_asking(is_under_way=True)
        self.banner.hide()
        self._bridge.run(ask(), name="ask to compare")

    def _ask_again(self) -> None:
        if self._panel is not None:
            self._ask(self._panel.wish)

    def _edit(self, wish: PanelWish | None = None) -> None:
        """The same once more, to be changed: what is shown stays until it is asked."""
        if wish is None and self._panel is not None:
            wish = self._panel.wish
            self.composer.show_wish(replace(wish, seats=wish.seats[:MOST_ASKED]))
        self.composer.show()
        self._show_bar()
        self._scroll.verticalScrollBar().setValue(0)
        self.composer.question.setFocus()
        self._fit()

    def _begin_anew(self) -> None:
        """Who is asked stays as it was."""
        wish = self.composer.wish
        self.follower.rest()
        self._panel, self._panel_id = None, ""
        self.banner.hide()
        self.composer.show_wish(replace(wish, question="", content="", focus=""))
        self._show_parts()
        self.composer.question.setFocus()

    def _leave_editing(self) -> None:
        if self._panel is not None:
            self._show_parts()
            self.columns.step(0)

    def _look_who(self) -> None:
        async def look() -> None:
            try:
                self._show_askable(await self._compare.askable())
            except LlmgwError as error:
                self._on_failed(str(error))

        self._bridge.run(look(), name="who can be asked")

    def _show_askable(self, everyone: tuple[Askable, ...]) -> None:
        if everyone == self._everyone:
            return
        self._everyone = everyone
        self.composer.show_askable(everyone)
        self.findings.show_askable(everyone)
        self.states.show_nobody(all(each.is_practice for each in everyone))

    def _try_practice(self) -> None:
        known = {each.key for each in self._everyone}
        self.composer.choose_seats([key for key in PRACTICE_TRIAL if key in known], "")
        self.states.show_nobody(False)
        self.composer.question.setPlainText("Say in one sentence why two answers beat one.")
        self.composer.question.setFocus()

    def _show_panel(self, panel: ShownPanel) -> None:
        if panel.id != self._panel_id:
            return
        is_first = self._panel is None or self._panel.id != panel.id
        was_going_on = not is_first and self._panel is not None and not self._panel.has_ended
        self._panel = panel
        self.head.show_panel(panel)
        self._show_bar()
        self.columns.show_answers(panel.answers)
        self.findings.show_panel(panel)
        if is_first:
            self._show_parts()
            self.columns.step(0)
            self._scroll.verticalScrollBar().setValue(0)
        if is_first or (was_going_on and panel.has_ended):
            self._fit_soon()

    def _show_parts(self) -> None:
        has_panel = self._panel is not None
        self.composer.setVisible(not has_panel)
        self.states.setVisible(not has_panel)
        for part in (self.head, self.columns, self.findings):
            part.setVisible(has_panel)
        self._show_bar()
        self._fit()

    def _show_bar(self) -> None:
        self.bar.show_panel(self._panel, is_edited=not self.composer.isHidden())

    def _fit(self) -> None:
        """A row of answers fills the room that is there, and what is below still peeps out; it
        takes no more than the longest needs."""
        space = self._theme.space
        wanted = round(self._scroll.viewport().height() * _SHARE)
        tall = min(max(wanted, space(_LEAST_UNITS)), space(_MOST_UNITS))
        if self._panel is not None and self._panel.has_ended:
            tall = min(tall, max(self.columns.needed, space(_SHORT_UNITS)))
        self.columns.set_tall(tall)

    def _fit_soon(self) -> None:
        """When the lines have been broken for the width that they have."""
        QTimer.singleShot(0, self, self._fit)

    def _do(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """What fails is said across the top; afterwards the comparison is looked at again."""

        async def do() -> None:
            try:
                await work
            except (LlmgwError, OSError) as error:
                self._on_failed(str(error))
            else:
                if self._panel_id and self.isVisible():
                    self.follower.follow(self._panel_id)

        self._bridge.run(do(), name=name)

    def _on_failed(self, words: str) -> None:
        self.banner.say(BannerKind.ERROR, "That did not work.", inert_line(words, 600))

    def _stop_all(self) -> None:
        self._do(self._compare.cancel(self._panel_id), "stop a comparison")

    def _cancel(self, key: str) -> None:
        self._do(self._compare.cancel_one(self._panel_id, key), "cancel an answer")

    def _judge(self, seat: str) -> None:
        self._do(self._compare.judge(self._panel_id, seat), "ask a judge")

    def _make_receipt(self) -> None:
        self._do(self._compare.receipt(self._panel_id), "make a receipt")

    def _save_receipt(self, receipt: ShownReceipt, file: Path) -> None:
        async def save() -> None:
            self.said.emit(await self._compare.save_receipt(receipt, file), None)

        self._do(save(), "save a receipt")

    def _on_taken_down(self, key: str) -> None:
        title = self.composer.chips.title(key)
        self.said.emit(f"{title} is not asked.", lambda: self.composer.chips.toggle(key))

    def _show_earlier(self) -> None:
        async def look() -> None:
            try:
                found = await self._compare.earlier()
            except LlmgwError as error:
                self._on_failed(str(error))
            else:
                below = self.bar.earlier
                at = below.mapToGlobal(QPoint(0, below.height() + 2))
                self.earlier_menu(found).popup(at)

        self._bridge.run(look(), name="earlier comparisons")

    def earlier_menu(self, found: tuple[Earlier, ...]) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dress_menu(menu, self._theme)
        for each in found:
            title = each.title if len(each.title) <= 60 else f"{each.title[:59]}…"
            action = menu.addAction(f"{title}   {each.words}".replace("&", "&&"))
            action.triggered.connect(self._opener(each.id))
        if not found:
            menu.addAction(said("No comparisons yet")).setEnabled(False)
        return menu

    def _opener(self, panel_id: str) -> Callable[[], None]:
        return lambda: self.open_panel(panel_id)

    def _on_events(self, events: tuple[Event, ...]) -> None:
        news = (GatewayChanged, SettingsChanged)
        if self.isVisible() and any(isinstance(event, news) for event in events):
            self._look_who()

    def _connect(self) -> None:
        self._bridge.events.connect(self._on_events)
        self.follower.shown.connect(self._show_panel)
        self.follower.failed.connect(self._on_failed)
        self.composer.ask_wanted.connect(self.ask)
        self.composer.left.connect(self._leave_editing)
        self.composer.said.connect(self._on_failed)
        self.composer.chips.taken_down.connect(self._on_taken_down)
        self.composer.chips.full.connect(
            lambda: self.composer.show_problem(f"At most {MOST_ASKED} are asked at once here.")
        )
        self.bar.change_wanted.connect(self._edit)
        self.bar.again_wanted.connect(self._ask_again)
        self.bar.stop_wanted.connect(self._stop_all)
        self.bar.new_wanted.connect(self._begin_anew)
        self.bar.earlier_wanted.connect(self._show_earlier)
        self.columns.cancel_wanted.connect(self._cancel)
        self.columns.again_wanted.connect(self._ask_again)
        self.findings.cancel_wanted.connect(self._cancel)
        self.findings.judge_wanted.connect(self._judge)
        self.findings.receipt.make_wanted.connect(self._make_receipt)
        self.findings.receipt.save_wanted.connect(self._save_receipt)
        for part in (self.columns, self.findings):
            part.flight_wanted.connect(self.flight_wanted)
            part.job_wanted.connect(self.job_wanted)
        self.columns.reached.connect(self._bring_into_sight)
        self.states.providers_wanted.connect(self.providers_wanted)
        self.states.practice_wanted.connect(self._try_practice)

    def _bring_into_sight(self, widget: QWidget) -> None:
        QTimer.singleShot(0, widget, lambda: self._scroll.ensureWidgetVisible(widget, 0, 20))

    def _add_keys(self) -> None:
        for text, key, run in (
            ("New comparison", "Ctrl+Shift+N", self._begin_anew),
            ("Change and ask again", "Ctrl+E", self._edit),
            ("Next answer", "J", lambda: self.columns.step(1)),
            ("Previous answer", "K", lambda: self.columns.step(-1)),
        ):
            add_key(self, text, [key], run)

    def _lay_out(self) -> None:
        content = QWidget()
        column = v_box(
            self._theme,
            self.composer,
            self.head,
            self.columns,
            self.findings,
            (self.states, 1),
            on=content,
            gap=4,
            margins=(6, 1, 6, 6),
        )
        column.addStretch(0)
        self._scroll.setWidget(content)
        v_box(self._theme, self.banner, self.bar, (self._scroll, 1), on=self, gap=0, margins=0)
