"""A client's limits to be filled in: budgets and rates in lines, said to be wrong while they are
typed, written with Save."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QGridLayout, QWidget

from llmgw_desktop.app.policy.limits_form import LimitLine, Limits, LimitsForm, Wrong
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.policy import Measure, Period
from llmgw_desktop.store.settings.clients import time_zones
from llmgw_desktop.store.settings.schema import NAME, table_at
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import ChoiceBox, Field, SettingField, TextLine, TextLines
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import WrappedRow, h_box, v_box
from llmgw_desktop.ui.widgets.toggles import Tick
from llmgw_desktop.ui.widgets.words import said

Choices = Sequence[tuple[str, str]]
_AMOUNT_UNITS = 32


class LimitRows(QWidget):
    """`name` is of one line: «budget». What cannot be used is said below the lines."""

    changed = Signal()

    def __init__(
        self, theme: Theme, *, name: str, measures: Choices, periods: Choices, preset: LimitLine
    ) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self._choices = (measures, periods)
        self._preset = preset
        self._lines: list[_Line] = []
        self._wrong = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.ERROR)
        self.add = Button(theme, f"Add a {name}", icon="plus")
        self._column = v_box(
            theme,
            self._wrong,
            (self.add, 0, Qt.AlignmentFlag.AlignLeft),
            on=self,
            gap=1.5,
            margins=0,
        )
        self._wrong.hide()
        self.add.clicked.connect(self._add_preset)

    @property
    def lines(self) -> tuple[LimitLine, ...]:
        return tuple(each.line for each in self._lines)

    @property
    def wrong(self) -> str:
        return self._wrong.text() if not self._wrong.isHidden() else ""

    def show_lines(self, lines: Sequence[LimitLine]) -> None:
        for each in tuple(self._lines):
            self._remove(each)
        for line in lines:
            self._add(line)

    def set_wrong(self, why: str, line: int | None) -> None:
        """Empty takes the mark away."""
        self._wrong.say(why)
        for at, each in enumerate(self._lines):
            each.set_wrong(why if line == at else "")

    def _add_preset(self) -> None:
        self._add(self._preset).amount.setFocus(Qt.FocusReason.TabFocusReason)
        self.changed.emit()

    def _add(self, line: LimitLine) -> "_Line":
        made = _Line(self._theme, self._name, *self._choices)
        made.show_line(line)
        made.changed.connect(self.changed)
        made.remove.clicked.connect(lambda: self._take_out(made))
        self._column.insertWidget(len(self._lines), made)
        self._lines.append(made)
        self._order_stops()
        return made

    def _take_out(self, line: "_Line") -> None:
        at = self._lines.index(line)
        self._remove(line)
        following = self._lines[min(at, len(self._lines) - 1)].remove if self._lines else self.add
        following.setFocus(Qt.FocusReason.TabFocusReason)
        self.changed.emit()

    def _remove(self, line: "_Line") -> None:
        self._lines.remove(line)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()

    def _order_stops(self) -> None:
        before: QWidget | None = None
        for line in self._lines:
            for stop in line.stops:
                if before is not None:
                    QWidget.setTabOrder(before, stop)
                before = stop
        if before is not None:
            QWidget.setTabOrder(before, self.add)


class _Line(QWidget):
    changed = Signal()

    def __init__(self, theme: Theme, name: str, measures: Choices, periods: Choices) -> None:
        super().__init__()
        self._name = name
        self.amount = TextLine(theme, "5, or 2 M", name=f"Amount of the {name}")
        self.amount.setFixedWidth(theme.space(_AMOUNT_UNITS))
        self._measure = ChoiceBox(theme, measures, name=f"What the {name} counts")
        self._period = ChoiceBox(theme, periods, name=f"How long the {name} lasts")
        self.remove = Button(
            theme, kind=ButtonKind.QUIET, icon="trash", name=f"Take out this {name}"
        )
        h_box(
            theme,
            self.amount,
            self._measure,
            Label(theme, "per", tone=Tone.MUTED),
            self._period,
            self.remove,
            None,
            on=self,
            gap=2,
            margins=0,
        )
        self.amount.textEdited.connect(lambda _: self.changed.emit())
        for choice in (self._measure, self._period):
            choice.currentIndexChanged.connect(lambda _: self.changed.emit())

    @property
    def stops(self) -> tuple[QWidget, ...]:
        return self.amount, self._measure, self._period, self.remove

    @property
    def line(self) -> LimitLine:
        return LimitLine(amount=self.amount.text(), measure=self._measure.key, per=self._period.key)

    def show_line(self, line: LimitLine) -> None:
        """A period of the file's own, in seconds, is one more choice."""
        self.amount.setText(line.amount)
        self._measure.choose(line.measure)
        if line.per and self._period.findData(line.per) < 0:
            self._period.addItem(f"{line.per} s", line.per)
        self._period.choose(line.per)

    def set_wrong(self, why: str) -> None:
        self.amount.set_wrong(bool(why))
        self.amount.setAccessibleDescription(said(why))


Check = Callable[[LimitsForm], Mapping[str, Wrong]]
_MEASURES = {Measure.USD: "US dollars", Measure.TOKENS: "tokens", Measure.REQUESTS: "requests"}
_PERIODS = [
    (each.value, "once, for good" if each is Period.NEVER else each.value) for each in Period
]
_WINDOWS = [(each, each) for each in ("second", "minute", "hour", "day")]
_MODEL_LINES = 3


class LimitFields(QWidget):
    """`check` is `app/policy/limits_form.py`'s; it is quick."""

    changed = Signal()
    """What was typed is understood or not: see `wrong`."""

    def __init__(self, theme: Theme, providers: Sequence[str], check: Check) -> None:
        super().__init__()
        self._theme = theme
        self._check = check
        self.wrong: Mapping[str, Wrong] = {}
        self.budgets = LimitRows(
            theme,
            name="budget",
            measures=[(each.value, words) for each, words in _MEASURES.items()],
            periods=_PERIODS,
            preset=LimitLine(measure=Measure.USD.value, per=Period.DAY.value),
        )
        self.rates = LimitRows(
            theme,
            name="rate limit",
            measures=[(each.value, _MEASURES[each]) for each in (Measure.REQUESTS, Measure.TOKENS)],
            periods=_WINDOWS,
            preset=LimitLine(measure=Measure.REQUESTS.value, per="minute"),
        )
        self.models = TextLines(theme, name="Models")
        height = self.models.fontMetrics().lineSpacing() * _MODEL_LINES + theme.space(4)
        self.models.setFixedHeight(height)
        self.ticks = {name: Tick(theme, name) for name in providers}
        self.parallel = TextLine(theme, "any number")
        self.expires = TextLine(theme, "never")
        self.time_zone = TextLine(theme, "this computer's")
        self._fields = self._make_fields()
        self._lay_out()
        self._connect()

    @property
    def form(self) -> LimitsForm:
        lines = self.models.toPlainText().splitlines()
        return LimitsForm(
            models=tuple(each.strip() for each in lines if each.strip()),
            providers=tuple(name for name, tick in self.ticks.items() if tick.isChecked()),
            budgets=self.budgets.lines,
            rate_limits=self.rates.lines,
            parallel=self.parallel.text(),
            expires=self.expires.text(),
            time_zone=self.time_zone.text(),
        )

    def show_form(self, form: LimitsForm) -> None:
        self.models.setPlainText("\n".join(form.models))
        for name, tick in self.ticks.items():
            tick.setChecked(name in form.providers)
        self.budgets.show_lines(form.budgets)
        self.rates.show_lines(form.rate_limits)
        self.parallel.setText(form.parallel)
        self.expires.setText(form.expires)
        self.time_zone.setText(form.time_zone)
        self.show_wrong()

    def show_wrong(self) -> None:
        self.wrong = self._check(self.form)
        for key, field in self._fields.items():
            found = self.wrong.get(key)
            field.set_wrong("" if found is None else found.words)
        for key, rows in (("budgets", self.budgets), ("rate_limits", self.rates)):
            found = self.wrong.get(key)
            rows.set_wrong("" if found is None else found.words, found.line if found else None)
        self.changed.emit()

    def _make_fields(self) -> Mapping[str, Field]:
        theme = self._theme
        ticks = QWidget()
        row = WrappedRow(theme.space(3), ticks)
        for tick in self.ticks.values():
            row.addWidget(tick)
        clients = table_at("clients", NAME)
        of_lines: dict[str, tuple[QWidget, str | None]] = {
            "models": (self.models, "One in a line, with * and ?. Empty: all."),
            "providers": (ticks, "None ticked: all. Only those ticked may answer it."),
            "parallel": (self.parallel, None),
            "expires": (self.expires, "Such as 2027-01-31: at its end."),
            "time_zone": (self.time_zone, None),
        }
        return {
            key: SettingField(theme, clients, key, control, hint=hint, is_checked=False)
            for key, (control, hint) in of_lines.items()
        }

    def _connect(self) -> None:
        for rows in (self.budgets, self.rates):
            rows.changed.connect(self.show_wrong)
        self.models.textChanged.connect(self.show_wrong)
        for tick in self.ticks.values():
            tick.toggled.connect(lambda _: self.show_wrong())
        for line in (self.parallel, self.expires, self.time_zone):
            line.textEdited.connect(lambda _: self.show_wrong())
        self.time_zone.textEdited.connect(lambda _: self._offer_zones())

    def _offer_zones(self) -> None:
        """Their names are read from the disk, for who types one."""
        if self.time_zone.completer() is not None:
            return
        completer = QCompleter(QStringListModel(sorted(time_zones()), self), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(lambda _: self.show_wrong())
        self.time_zone.setCompleter(completer)

    def _lay_out(self) -> None:
        theme, space = self._theme, self._theme.space
        column = v_box(self._theme, on=self, gap=3, margins=0)
        budgets = "Begin anew with the calendar. In US dollars only models with a known price pass."
        column.addWidget(Field(theme, "Budgets", self.budgets, budgets))
        rates = "What was used flows off evenly: of 60 a minute one opens again each second."
        column.addWidget(Field(theme, "Rate limits", self.rates, rates))
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(3))
        for at, key in enumerate(("parallel", "expires", "time_zone")):
            grid.addWidget(self._fields[key], 0, at, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(at, 1)
        column.addLayout(grid)
        column.addWidget(self._fields["models"])
        column.addWidget(self._fields["providers"])
        self._fields["providers"].setVisible(bool(self.ticks))


_OWN = "Stands in config.toml as [clients.{name}], and holds from the moment it is saved."
_ALL = "For each client without limits of its own, each for itself. All of them, from Save on."


class LimitsDialog(FormDialog):
    """`form` is what was filled in."""

    def __init__(
        self, theme: Theme, name: str, *, table: str, limits: Limits, parent: QWidget
    ) -> None:
        whose = name[:1].lower() + name[1:] if table == "*" else name
        super().__init__(theme, f"Limits of {whose}", "Save", parent)
        where = _ALL if table == "*" else _OWN.format(name=f'"{table}"' if " " in table else table)
        self.limits = LimitFields(theme, limits.providers(), limits.wrong)
        self.fields.addWidget(FlowingLabel(theme, where, tone=Tone.MUTED))
        self.fields.addWidget(self.limits)
        self.fields.addStretch(1)
        self.limits.show_form(limits.form_of(table))
        self.limits.changed.connect(self._on_changed)
        self.fit()
        self.limits.budgets.add.setFocus()

    @property
    def form(self) -> LimitsForm:
        return self.limits.form

    def show_refusal(self, error: Exception) -> None:
        """Nothing was written."""
        self.show_saving(is_under_way=False)
        self.show_problem(str(error) if isinstance(error, ConfigError) else f"Not saved: {error}")

    def _on_changed(self) -> None:
        self._save.setEnabled(not self.limits.wrong)
        self.show_problem("")
