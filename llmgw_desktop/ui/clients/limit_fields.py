"""A client's limits to be filled in; what cannot be used is said beside it while it is typed."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QGridLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.client_desk.limits_form import LimitLine, LimitsForm, Wrong
from llmgw_desktop.domain.policy import Measure, Period
from llmgw_desktop.ui.clients.limit_rows import LimitRows
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.text_field import Field, TextLine, TextLines
from llmgw_desktop.ui.widgets.tick import Tick
from llmgw_desktop.ui.widgets.wrapped_row import WrappedRow

Check = Callable[[LimitsForm], Mapping[str, Wrong]]
_MEASURES = {Measure.USD: "US dollars", Measure.TOKENS: "tokens", Measure.REQUESTS: "requests"}
_PERIODS = [
    (each.value, "once, for good" if each is Period.NEVER else each.value) for each in Period
]
_WINDOWS = [(each, each) for each in ("second", "minute", "hour", "day")]
_MODEL_LINES = 3


class LimitFields(QWidget):
    """`check` is `app/client_desk/limits_form.py`'s; it is quick."""

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

    def _make_fields(self) -> dict[str, Field]:
        theme = self._theme
        ticks = QWidget()
        row = WrappedRow(theme.space(3), ticks)
        for tick in self.ticks.values():
            row.addWidget(tick)
        none = "None ticked: all. Only those ticked may answer it."
        return {
            "models": Field(
                theme, "Models", self.models, "One in a line, with * and ?. Empty: all."
            ),
            "providers": Field(theme, "Providers", ticks, none),
            "parallel": Field(theme, "At the same time", self.parallel, "Requests and runs."),
            "expires": Field(theme, "Expires", self.expires, "Such as 2027-01-31: at its end."),
            "time_zone": Field(
                theme, "Time zone", self.time_zone, "Of its budgets' days, such as Europe/Berlin."
            ),
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
        from zoneinfo import available_timezones

        completer = QCompleter(QStringListModel(sorted(available_timezones()), self), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(lambda _: self.show_wrong())
        self.time_zone.setCompleter(completer)

    def _lay_out(self) -> None:
        theme, space = self._theme, self._theme.space
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(3))
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
