"""A job is handed over: to which CLI, with which model and account, what that one is told, which
can be changed, and what does not go along.
"""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.jobs.starting import CliChoice, JobChoices, JobStarter
from llmgw_desktop.app.jobs.words import hand_over_words, title_of
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.submission import HandOver, HandOverTo
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import ChoiceBox, Field, PromptField, TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, v_box

_OTHER, _AS_NOW = "\0other", "\0as-now"
_FIELD_UNITS = 50
_NONE_THERE = "No CLI that the gateway can run is installed and switched on."
_TEXT_HINT = "Change it as you like: the other one is told exactly this."


class HandOverDialog(FormDialog):
    """`begin` reads what there is to choose from. `started` has the Job; then it closes itself."""

    started = Signal(object)

    def __init__(
        self,
        theme: Theme,
        starter: Callable[[], JobStarter],
        bridge: Bridge,
        *,
        job: Job,
        parent: QWidget,
    ) -> None:
        super().__init__(theme, "Hand over", "Hand over", parent)
        self._starter = starter
        self._bridge = bridge
        self._job = job
        self._choices = JobChoices()
        self._draft = ""
        self._asked_for: HandOverTo | None = None
        self._is_shown = False
        """What would be told of what is chosen."""
        self.words = FlowingLabel(theme, hand_over_words(job), tone=Tone.MUTED)
        self.cli = ChoiceBox(theme, [], name="To")
        self.model = ChoiceBox(theme, [], name="Model")
        self.other_model = TextLine(theme, "Its name, as the CLI knows it", name="Other model")
        self.account = ChoiceBox(theme, [], name="Account")
        self.text = PromptField(theme, "What it is told", "What it is told", least=9, most=18)
        self.lost = FlowingLabel(theme, tone=Tone.MUTED)
        self._fields = {
            "cli": Field(theme, "To", self.cli),
            "model": Field(theme, "Model", self.model),
            "otherModel": Field(theme, "Other model", self.other_model),
            "project": Field(theme, "Account", self.account),
            "prompt": Field(theme, "What it is told", self.text, _TEXT_HINT),
            "lost": Field(theme, "Does not go along", self.lost),
        }
        self._lay_out()
        self._connect()
        self.allow_saving(False)
        self.fit()

    def begin(self) -> None:
        """With what holds now."""
        self._bridge.fetch(self, lambda: self._starter().choices(), self.show_choices, self._fail)

    @property
    def to(self) -> HandOverTo:
        names_model = self.model.key == _OTHER
        model = self.other_model.text().strip() if names_model else self.model.key
        account = self.account.key
        return HandOverTo(self.cli.key, model, None if account == _AS_NOW else account)

    @property
    def lost_words(self) -> str:
        return self.lost.text()

    def show_choices(self, choices: JobChoices) -> None:
        """Another CLI than the job's stands there first."""
        self._choices = choices
        clis = sorted(choices.clis, key=lambda each: each.name == self._job.cli)
        for each in clis:
            self.cli.addItem(inert_line(each.title, 60), each.name)
        for box in (self.cli, self.model):
            box.setEnabled(bool(clis))
        if not clis:
            self.show_problem(_NONE_THERE)
            return
        self._show_cli()

    def _chosen(self) -> CliChoice | None:
        return next((each for each in self._choices.clis if each.name == self.cli.key), None)

    def _show_cli(self) -> None:
        chosen = self._chosen()
        self.model.clear()
        self.account.clear()
        if chosen is None:
            return
        usual = inert_line(chosen.usual_model, 60)
        self.model.addItem(f"Its usual one, {usual}" if usual else "The one that it chooses", "")
        for name in chosen.models:
            self.model.addItem(inert_line(name, 80), name)
        self.model.addItem("Another…", _OTHER)
        self.account.addItem("As this job has it", _AS_NOW)
        for name in chosen.accounts:
            self.account.addItem(inert_line(name, 80), name)
        self._fields["project"].setVisible(bool(chosen.accounts))
        self._show_model()

    def _show_model(self) -> None:
        self._fields["otherModel"].setVisible(self.model.key == _OTHER)
        self._look()
        self._allow()
        self.fit()

    def _look(self) -> None:
        """What would be told, and what not, of what is chosen now."""
        to = self.to
        if to.cli and to != self._asked_for:
            self._asked_for, self._is_shown = to, False
            self._bridge.run(self._read(to), name="what another CLI would be told")

    async def _read(self, to: HandOverTo) -> None:
        try:
            draft = await self._starter().draft(self._job, to)
        except (LlmgwError, OSError) as error:
            if to == self.to:
                self._allow()
                self._refuse(error)
            return
        if to == self.to:
            self._show(draft)

    def _show(self, draft: HandOver) -> None:
        for each in self._fields.values():
            each.set_wrong("")
        self.show_problem("")
        if self.text.text in ("", self._draft):
            self._draft = inert(draft.prompt)
            self.text.setPlainText(self._draft)
        self.lost.setText("\n".join(inert_line(each, 400) for each in draft.lost))
        self._fields["lost"].setVisible(bool(draft.lost))
        self._is_shown = True
        self._allow()
        self.fit()

    def _allow(self) -> None:
        is_named = self.model.key != _OTHER or bool(self.other_model.text().strip())
        self.allow_saving(self._is_shown and is_named and bool(self.text.text.strip()))

    def _start(self) -> None:
        if self._save.isEnabled():
            self._save.setEnabled(False)
            self._save.setText("Handing over …")
            self._bridge.run(self._ask(self.to, self.text.text), name="hand a job over")

    async def _ask(self, to: HandOverTo, text: str) -> None:
        try:
            job = await self._starter().hand_over(self._job, to, text)
        except (LlmgwError, OSError) as error:
            self.show_saving(is_under_way=False)
            self._refuse(error)
            return
        self.started.emit(job)
        self.accept()

    def _refuse(self, error: Exception) -> None:
        """Said beside the field that it is about, if there is one."""
        about = getattr(error, "field", "")
        if about == "model" and self.model.key == _OTHER:
            about = "otherModel"
        field, words = self._fields.get(about), str(error)
        for each in self._fields.values():
            each.set_wrong("")
        if field is None:
            self.show_problem(inert_line(words, 600))
            return
        said = words.partition(": ")[2] or words
        field.set_wrong(inert_line(f"{said[:1].upper()}{said[1:].rstrip('.')}.", 400))
        self.show_problem("")
        self._scroll.ensureWidgetVisible(field)

    def _fail(self, error: Exception) -> None:
        self.show_problem(str(error) or "What can be chosen cannot be read now.")

    def _lay_out(self) -> None:
        flows = []
        for name in ("cli", "model"):
            held = QWidget()
            v_box(self._theme, self._fields[name], None, on=held, margins=0)
            flows.append(Flowed(held, stretch=1, comfortable=self._theme.space(_FIELD_UNITS)))
        pair = Reflow(flows, [(2,), (1, 1)], spacing=self._theme.space(3))
        title = FlowingLabel(self._theme, f"«{inert_line(title_of(self._job), 160)}»")
        for part in (title, self.words, pair):
            self.fields.addWidget(part)
        for name in ("otherModel", "project", "prompt", "lost"):
            self.fields.addWidget(self._fields[name])
        self.fields.addStretch(1)
        for name in ("otherModel", "project", "lost"):
            self._fields[name].hide()

    def _connect(self) -> None:
        self.save_wanted.connect(self._start)
        self.text.sent.connect(self._start)
        self.text.left.connect(self.reject)
        self.text.textChanged.connect(self._allow)
        self.cli.activated.connect(lambda _: self._show_cli())
        self.model.activated.connect(lambda _: self._show_model())
        self.account.activated.connect(lambda _: self._look())
        self.other_model.textChanged.connect(self._allow)
        self.other_model.editingFinished.connect(self._look)
