"""Adds or changes a route: which requests it is for, and who answers them."""

import re
from collections.abc import Sequence
from functools import partial
from itertools import groupby

from PySide6.QtCore import QPoint
from PySide6.QtGui import QFont, QTextCursor
from PySide6.QtWidgets import QGridLayout, QMenu, QWidget
from typing_extensions import override

from llmgw_desktop.app.routing.routes import STRATEGY_HINTS, STRATEGY_WORDS, RouteForm, field_of
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import CALLER_PROTOCOLS
from llmgw_desktop.domain.routing.route import Strategy
from llmgw_desktop.store.settings.schema import ELEMENT, table_at
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.dialogs import SettingsDialog
from llmgw_desktop.ui.widgets.fields import ChoiceBox, SettingField, TextLine, TextLines
from llmgw_desktop.ui.widgets.label import Label
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.toggles import SwitchLine
from llmgw_desktop.ui.widgets.view_clothes import dress_menu, pop_up
from llmgw_desktop.ui.widgets.words import said

_ANY_PROTOCOL = [("", "Any"), *((each.value, each.value) for each in CALLER_PROTOCOLS)]
_ANY_OPERATION = [
    ("", "Anything"),
    (Operation.GENERATE.value, "Answers"),
    (Operation.COUNT_TOKENS.value, "Token counts"),
    (Operation.EMBED.value, "Embeddings"),
    (Operation.COMPACT.value, "Compaction"),
]
_TARGET_LINES = 4


class RouteDialog(SettingsDialog):
    """`targets` are what a route can lead to, as it is written."""

    def __init__(
        self,
        theme: Theme,
        form: RouteForm,
        *,
        targets: Sequence[str],
        default: Strategy,
        parent: QWidget,
        is_new: bool,
    ) -> None:
        title = "Add a route" if is_new else f"Change route {form.name}"
        super().__init__(theme, title, "Add" if is_new else "Save", parent)
        self._name = TextLine(theme)
        self._lines = {
            key: TextLine(theme, hint)
            for key, hint in (
                ("model", "any, or claude-haiku-*"),
                ("client", "any, or claude-code | codex"),
                ("label", "any"),
                ("project", "any"),
                ("min_input_tokens", "none"),
                ("max_input_tokens", "none"),
            )
        }
        self._protocol = ChoiceBox(theme, _ANY_PROTOCOL, name="Protocol")
        self._operation = ChoiceBox(theme, _ANY_OPERATION, name="Asks for")
        self._to = TextLines(theme, name="Leads to")
        lines_px = self._to.fontMetrics().lineSpacing() * _TARGET_LINES
        self._to.setFixedHeight(lines_px + theme.space(4))
        kept = ("", f"As for all: {STRATEGY_WORDS[default]}")
        orders = [kept, *((each.value, STRATEGY_WORDS[each]) for each in Strategy)]
        self._targets = targets
        self._choose = Button(theme, "Choose…", icon="plus", name="Choose who answers")
        self._choose.setEnabled(bool(targets))
        self._choose.clicked.connect(self._open_targets)
        self._strategy = ChoiceBox(theme, orders, name="Order")
        self._keeps = SwitchLine(theme, "A conversation stays with whoever answered it first")
        match = table_at("routes", ELEMENT, "match")
        asked = {**self._lines, "protocol": self._protocol, "operation": self._operation}
        # of clients a line takes several
        of_match = {
            key: SettingField(theme, match, key, control, hint="", is_checked=key != "client")
            for key, control in asked.items()
        }
        route = table_at("routes", ELEMENT)
        self._fields = {
            "name": SettingField(theme, route, "name", self._name),
            **of_match,
            "to": SettingField(
                theme, route, "to", self._to, hint=_IN_LINES if targets else _NO_TARGETS
            ),
            "strategy": SettingField(theme, route, "strategy", self._strategy, hint=""),
        }
        self._strategy.currentIndexChanged.connect(self._show_order)
        self._lay_out()
        self._show_form(form)
        self.fit()
        self._name.setFocus()

    @property
    def form(self) -> RouteForm:
        texts = {key: line.text().strip() for key, line in self._lines.items()}
        return RouteForm(
            name=self._name.text().strip(),
            protocol=self._protocol.key,
            operation=self._operation.key,
            to=tuple(each.strip() for each in self._to.toPlainText().splitlines() if each.strip()),
            strategy=self._strategy.key,
            keep_conversations=self._keeps.is_on,
            **texts,
        )

    @override
    def _about(self, error: ConfigError) -> str:
        return field_of(error)

    def _show_form(self, form: RouteForm) -> None:
        self._name.setText(form.name)
        for key, line in self._lines.items():
            line.setText(str(getattr(form, key)))
        self._protocol.choose(form.protocol)
        self._operation.choose(form.operation)
        self._to.setPlainText("\n".join(form.to))
        self._strategy.choose(form.strategy)
        self._keeps.set_on(form.keep_conversations)
        self._show_order()

    def _show_order(self) -> None:
        key = self._strategy.key
        self._fields["strategy"].set_hint(STRATEGY_HINTS[Strategy(key)] if key else "")

    def _lay_out(self) -> None:
        theme, space = self._theme, self._theme.space
        self.fields.addWidget(self._fields["name"])
        self.fields.addSpacing(space(1))
        self.fields.addWidget(_part(theme, "For which requests"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(3))
        grid.setVerticalSpacing(space(2.5))
        lines = (
            ("model", "client", "project"),
            ("protocol", "operation", "label"),
            ("min_input_tokens", "max_input_tokens"),
        )
        for row, keys in enumerate(lines):
            for column, key in enumerate(keys):
                grid.addWidget(self._fields[key], row, column)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        self.fields.addLayout(grid)
        self.fields.addSpacing(space(1))
        self.fields.addWidget(_part(theme, "Who answers"))
        self.fields.addWidget(self._fields["to"])
        self.fields.addLayout(h_box(theme, self._choose, None))
        for widget in (self._fields["strategy"], self._keeps):
            self.fields.addWidget(widget)
        self.fields.addStretch(1)

    def _open_targets(self) -> None:
        menu = self.target_menu()
        pop_up(menu, self._theme, self._choose.mapToGlobal(QPoint(0, self._choose.height() + 2)))

    def target_menu(self) -> QMenu:
        """Each provider with its models and accounts; what is chosen is put below the others."""
        menu = QMenu(self)
        for provider, targets in groupby(self._targets, lambda each: _PLACE.split(each, 1)[0]):
            of_it = menu.addMenu(provider.replace("&", "&&"))
            dress_menu(of_it, self._theme)
            for target in targets:
                is_bare = ":" not in target
                words = said(f"{target}: the model that was asked for") if is_bare else target
                put = partial(self._put_target, target)
                of_it.addAction(words.replace("&", "&&"), put)
        return menu

    def _put_target(self, target: str) -> None:
        lines = [each for each in self._to.toPlainText().splitlines() if each.strip()]
        self._to.setPlainText("\n".join([*lines, target]))
        self._to.moveCursor(QTextCursor.MoveOperation.End)
        self._to.setFocus()


_IN_LINES = "One in a line, as provider:model; the first is asked first."
_NO_TARGETS = "One in a line, as provider:model. There is no provider yet."
_PLACE = re.compile("[/:]")


def _part(theme: Theme, words: str) -> Label:
    return Label(theme, words, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
