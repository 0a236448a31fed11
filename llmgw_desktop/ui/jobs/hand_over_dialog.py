"""A job is handed over: to which CLI, with which model and account, what that one is told, which
can be changed, and what does not go along.
"""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.jobs.starting import JobChoices, JobStarter
from llmgw_desktop.app.jobs.words import hand_over_words, title_of
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.submission import HandOver, HandOverTo
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.jobs.new_job import JobForm
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.fields import ChoiceBox, Field, PromptField
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone

_AS_NOW = "\0as-now"
_TEXT_HINT = "Change it as you like: the other one is told exactly this."


class HandOverDialog(JobForm):
    """Another CLI than the job's stands there first."""

    def __init__(
        self,
        theme: Theme,
        starter: Callable[[], JobStarter],
        bridge: Bridge,
        *,
        job: Job,
        parent: QWidget,
    ) -> None:
        words = ("Hand over", "Hand over", "To")
        super().__init__(theme, starter, bridge, words=words, parent=parent)
        self._job = job
        self._draft = ""
        self._asked_for: HandOverTo | None = None
        self._is_shown = False
        """What would be told of what is chosen."""
        self.words = FlowingLabel(theme, hand_over_words(job), tone=Tone.MUTED)
        self.account = ChoiceBox(theme, [], name="Account")
        self.text = PromptField(theme, "What it is told", "What it is told", least=9, most=18)
        self.lost = FlowingLabel(theme, tone=Tone.MUTED)
        self._fields |= {
            "project": Field(theme, "Account", self.account),
            "prompt": Field(theme, "What it is told", self.text, _TEXT_HINT),
            "lost": Field(theme, "Does not go along", self.lost),
        }
        self._lay_out()
        self._connect()
        self.allow_saving(False)
        self.fit()

    @property
    def to(self) -> HandOverTo:
        account = self.account.key
        return HandOverTo(self.cli.key, self.model_name, None if account == _AS_NOW else account)

    @property
    def lost_words(self) -> str:
        return self.lost.text()

    @override
    def show_choices(self, choices: JobChoices) -> None:
        self._choices = choices
        self._offer(sorted(choices.clis, key=lambda each: each.name == self._job.cli))
        if choices.clis:
            self._show_cli()

    @override
    def _show_cli(self) -> None:
        chosen = self._chosen
        accounts = chosen.accounts if chosen else ()
        self.account.clear()
        self.account.add(_AS_NOW, "As this job has it")
        for name in accounts:
            self.account.addItem(inert_line(name, 80), name)
        self._fields["project"].setVisible(bool(accounts))
        super()._show_cli()

    @override
    def _show_model(self) -> None:
        super()._show_model()
        self._look()
        self._allow()

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
        self._unmark()
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
        self.allow_saving(self._is_shown and self._has_model and bool(self.text.text.strip()))

    def _start(self) -> None:
        if self._save.isEnabled():
            self._show_busy("Handing over …")
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

    def _lay_out(self) -> None:
        title = FlowingLabel(self._theme, f"«{inert_line(title_of(self._job), 160)}»")
        for part in (title, self.words, self._pair("cli", "model")):
            self.fields.addWidget(part)
        for name in ("otherModel", "project", "prompt", "lost"):
            self.fields.addWidget(self._fields[name])
        self.fields.addStretch(1)
        for name in ("project", "lost"):
            self._fields[name].hide()

    def _connect(self) -> None:
        self.save_wanted.connect(self._start)
        self.text.sent.connect(self._start)
        self.text.left.connect(self.reject)
        self.text.textChanged.connect(self._allow)
        self.account.activated.connect(lambda _: self._look())
        self.other_model.textChanged.connect(self._allow)
        self.other_model.editingFinished.connect(self._look)
