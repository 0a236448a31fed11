"""The lasting rules of what agents may do: added, changed, switched, tried, taken away."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid
from typing_extensions import override

from llmgw_desktop.app.questions.rules import RuleList, RuleTable
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict, StandingRule, rule_words
from llmgw_desktop.ui.access.section import AccessSection, Entry, EntryAction
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.dialogs import SettingsDialog
from llmgw_desktop.ui.widgets.fields import Field, TextLine, TextLines
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.toggles import Segmented

_ACTIONS = (
    (RuleVerdict.ALLOW.value, "Allow"),
    (RuleVerdict.ASK.value, "Ask"),
    (RuleVerdict.DENY.value, "Deny"),
)
_ABOUT = {
    "commands": ("Commands", "One a line, such as git log *: the * stands for further words."),
    "paths": ("Files", "One a line: src/** from the workspace on, ~/.ssh/**, **/.env."),
    "hosts": ("Hosts", "One a line, such as *.example.org."),
    "tools": ("MCP tools", "One a line, as server/tool."),
    "workspaces": ("Workspaces", "One a line, by their aliases. Empty: all."),
}
_LINES = 2
_NOTE = "The agent reads it with a denial."


class RuleDialog(SettingsDialog):
    """`save_wanted` asks for `table` to be written. What the form has no field for stays."""

    def __init__(self, theme: Theme, parent: QWidget, held: RuleTable | None = None) -> None:
        title = f"Change the rule {inert_line(str(held['name']), 60)}" if held else "Add a rule"
        super().__init__(theme, title, "Save" if held else "Add", parent)
        self._held: RuleTable = dict(held or {})
        self.name = TextLine(theme, "looking", "Name of the rule")
        self.name.setText(str(self._held.get("name", "")))
        self.action = Segmented(theme, _ACTIONS, name="What becomes of it")
        self.action.choose(str(self._held.get("action", RuleVerdict.ALLOW)))
        self.texts = {key: self._lines(theme, key) for key in _ABOUT}
        self.note = TextLine(theme, "", "Note for the agent")
        self.note.setText(str(self._held.get("note", "")))
        self._fields = {
            "name": Field(theme, "Name", self.name, "Answers name it."),
            "action": Field(theme, "What becomes of it", self.action, ""),
            **{
                key: Field(theme, label, self.texts[key], words)
                for key, (label, words) in _ABOUT.items()
            },
            "note": Field(theme, "Note", self.note, _NOTE),
        }
        for field in self._fields.values():
            self.fields.addWidget(field)
        self.fields.addStretch(1)
        self.fit()
        self.name.setFocus()

    @property
    def table(self) -> RuleTable:
        """As the settings file holds it."""
        table = dict(self._held) | {"name": self.name.text().strip(), "action": self.action.key}
        for key, field in self.texts.items():
            lines = [line.strip() for line in field.toPlainText().splitlines() if line.strip()]
            table[key] = lines
        table["note"] = self.note.text().strip()
        return {key: said for key, said in table.items() if said not in ([], "")}

    def _lines(self, theme: Theme, key: str) -> TextLines:
        said = self._held.get(key, [])
        text = "\n".join(map(str, said)) if isinstance(said, list) else ""
        field = TextLines(theme, text, name=_ABOUT[key][0])
        field.setFixedHeight(field.fontMetrics().lineSpacing() * _LINES + theme.space(7))
        return field


_RULES = "What agents that ask may do, once for all of them. Deny beats ask, ask beats allow."
_NO_RULES = "No rules yet."
_NO_RULES_TEXT = (
    "Agents ask you. “Always allow…” in a question makes a rule of it; Add rule… makes others."
)
_RULE_ICONS = {
    RuleVerdict.ALLOW: ("ok", Tone.OK),
    RuleVerdict.ASK: ("info", Tone.MUTED),
    RuleVerdict.DENY: ("error", Tone.ERROR),
}


class RuleSection(AccessSection):
    """Lasting rules. What changes them is asked for by `change_wanted`."""

    change_wanted = Signal(object)
    """Makes a SettingsWish."""

    def __init__(self, theme: Theme, bridge: Bridge, rules: RuleList | None) -> None:
        nothing = EmptyState(theme, icon="access", title=_NO_RULES, text=_NO_RULES_TEXT)
        super().__init__(theme, bridge, words=_RULES, nothing=nothing)
        self._rules = rules
        self._known: dict[str, StandingRule] = {}
        self.add = Button(theme, "Add rule…", icon="plus")
        self.add.clicked.connect(lambda: self.open_dialog())
        self.command = TextLine(theme, "Try a command", "Try a command against the rules")
        self.command.returnPressed.connect(self._try)
        self.command.setMinimumWidth(theme.space(60))
        self.add_to_bar(self.command)
        self.add_to_bar(self.add)

    @override
    def read(self) -> None:
        if self._rules is not None:
            self.fetch(self._rules.all, self._show, "The rules cannot be read.")

    @override
    def acts_of(self, key: str) -> Sequence[EntryAction]:
        rule, rules = self._known[key], self._rules
        if rules is None:
            return ()
        remove = EntryAction(
            word="Remove",
            name=f"Remove the rule {rule.name}",
            do=lambda: self.change_wanted.emit(lambda: rules.removing(rule.name)),
        )
        if rule.mistake:
            return (remove,)
        word = "Switch off" if rule.is_on else "Switch on"
        switch = EntryAction(
            word=word,
            name=f"{word} the rule {rule.name}",
            do=lambda: self.change_wanted.emit(lambda: rules.switching(rule, on=not rule.is_on)),
        )
        change = EntryAction(
            word="Change…",
            name=f"Change the rule {rule.name}",
            do=lambda: self._change(rule),
        )
        return (change, switch, remove)

    def _change(self, rule: StandingRule) -> None:
        self.open_dialog(rule)

    def open_dialog(self, rule: StandingRule | None = None) -> RuleDialog:
        held = None if rule is None or self._rules is None else self._rules.table_of(rule)
        dialog = RuleDialog(self._theme, self.window(), held)
        dialog.save_wanted.connect(lambda: self._save(dialog, "" if rule is None else rule.name))
        dialog.open()
        return dialog

    def _save(self, dialog: RuleDialog, name: str) -> None:
        """Read as it would be from the file first: a mistake is said beside its field."""
        if self._rules is None:
            return
        dialog.show_saving(is_under_way=True)

        def done(wish: SettingsWish) -> None:
            if isValid(dialog):
                dialog.accept()
            self.change_wanted.emit(lambda: wish)

        def failed(error: Exception) -> None:
            if isValid(dialog):
                dialog.show_refusal(error)

        work = partial(self._rules.saving, dialog.table, name)
        self._bridge.fetch(self, work, done, failed)

    def _show(self, found: tuple[StandingRule, ...]) -> None:
        self._known = {f"{at} {each.name}": each for at, each in enumerate(found)}
        self.show_entries([_rule_entry(key, each) for key, each in self._known.items()])

    def _try(self) -> None:
        rules, command = self._rules, self.command.text().strip()
        if rules is None or not command:
            return
        self.fetch(
            lambda: rules.tried(command),
            lambda words: self._words.setText(inert_line(words, 400)),
            "It cannot be tried.",
        )


def _rule_entry(key: str, rule: StandingRule) -> Entry:
    icon, tone = _RULE_ICONS[rule.verdict]
    then = "everything is asked until it is mended" if rule.is_on else "it does nothing until then"
    told = f"It cannot be read, so {then}. {inert_line(rule.mistake, 300)}"
    mistake = told if rule.mistake else ""
    return Entry(
        key=key,
        title=inert_line(rule.name, 80),
        lines=(mistake or inert_line(rule_words(rule), 400), inert_line(rule.note, 300)),
        icon="warning" if mistake else icon,
        tone=Tone.WARNING if mistake else tone if rule.is_on else Tone.MUTED,
        note="" if rule.is_on or mistake else "off",
    )
