"""A job is asked for: which CLI, what it shall do, where, with which model, asked first or not.

`JobForm` is what a new job and a job that is handed over ask alike.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from typing_extensions import override

from llmgw_desktop.app.jobs.starting import CliChoice, JobChoices, JobStarter, NewJob, PlaceChoice
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import ChoiceBox, Field, PromptField, TextLine
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, h_box, v_box
from llmgw_desktop.ui.widgets.toggles import Tick
from llmgw_desktop.ui.widgets.words import said

_OTHER_MODEL = "\0other"
_NOWHERE = ("", "An empty folder of its own")
_ASK = "Ask me before it acts"
_WORKTREE = "In a git worktree of its own"
_FIELD_UNITS = 50
_KEPT = "new-job/{}"
_ASKS_HINT = "Its questions come up on the screen; silence denies."
_ACTS_HINT = "It asks nobody: its own settings and your rules count."
_CANNOT_ASK = "This CLI cannot be made to ask: its own settings and your rules count."
_ALWAYS_ASKS = "The settings let only agents run that ask (approvals.agents)."
_WHERE_HINT = "Without a folder it sees none of your files."
_TREE_HINT = "Your own checkout stays as it is; its changes lie on a branch."
_NO_TREE_HINT = "Choose a folder that lies in a git repository."


class JobForm(FormDialog):
    """`begin` reads what there is to choose from. `started` has the Job; then it closes itself."""

    started = Signal(object)

    def __init__(
        self,
        theme: Theme,
        starter: Callable[[], JobStarter],
        bridge: Bridge,
        *,
        words: tuple[str, str, str],
        parent: QWidget,
    ) -> None:
        """`words`: its title, its button, and what the choice of the CLI is called."""
        title, save, to = words
        super().__init__(theme, title, save, parent)
        self._starter = starter
        self._bridge = bridge
        self._choices = JobChoices()
        self.cli = ChoiceBox(theme, [], name=to)
        self.model = ChoiceBox(theme, [], name="Model")
        self.other_model = TextLine(theme, "Its name, as the CLI knows it", name="Other model")
        self._fields = {
            "cli": Field(theme, to, self.cli),
            "model": Field(theme, "Model", self.model),
            "otherModel": Field(theme, "Other model", self.other_model),
        }
        self._fields["otherModel"].hide()
        self.cli.activated.connect(lambda _: self._show_cli())
        self.model.activated.connect(lambda _: self._show_model())

    def begin(self) -> None:
        """With what holds now."""
        self._bridge.fetch(self, lambda: self._starter().choices(), self.show_choices, self._fail)

    def show_choices(self, choices: JobChoices) -> None:
        raise NotImplementedError

    @property
    def model_name(self) -> str:
        """Empty: the CLI's usual one."""
        return self.other_model.text().strip() if self._names_model else self.model.key

    @property
    def _names_model(self) -> bool:
        return self.model.key == _OTHER_MODEL

    @property
    def _has_model(self) -> bool:
        return not self._names_model or bool(self.model_name)

    @property
    def _chosen(self) -> CliChoice | None:
        return next((each for each in self._choices.clis if each.name == self.cli.key), None)

    def _offer(self, clis: Sequence[CliChoice]) -> None:
        for each in clis:
            self.cli.addItem(inert_line(each.title, 60), each.name)
        for box in (self.cli, self.model):
            box.setEnabled(bool(clis))
        if not clis:
            self.show_problem("No CLI that the gateway can run is installed and switched on.")

    def _show_cli(self) -> None:
        chosen = self._chosen
        self.model.clear()
        usual = inert_line(chosen.usual_model, 60) if chosen else ""
        self.model.add("", f"Its usual one, {usual}" if usual else "The one that it chooses")
        for each in chosen.models if chosen else ():
            self.model.addItem(inert_line(each, 80), each)
        self.model.add(_OTHER_MODEL, "Another…")
        self._show_model()

    def _show_model(self) -> None:
        self._fields["otherModel"].setVisible(self._names_model)
        self.fit()

    def _show_busy(self, words: str) -> None:
        self._save.setEnabled(False)
        self._save.setText(words)

    def _refuse(self, error: Exception) -> None:
        """Said beside the field that it is about, if there is one."""
        about = getattr(error, "field", "")
        about = {"workspace": "workingDir"}.get(about, about)
        if about == "model" and self._names_model:
            about = "otherModel"
        field, words = self._fields.get(about), str(error)
        self._unmark()
        if field is None:
            self.show_problem(inert_line(words, 600))
            return
        told = words.partition(": ")[2] or words
        field.set_wrong(inert_line(f"{told[:1].upper()}{told[1:].rstrip('.')}.", 400))
        self.show_problem("")
        self._scroll.ensureWidgetVisible(field)

    def _unmark(self) -> None:
        for each in self._fields.values():
            each.set_wrong("")

    def _fail(self, error: Exception) -> None:
        self.show_problem(str(error) or "What can be chosen cannot be read now.")

    def _pair(self, first: str, second: str) -> QWidget:
        """Side by side where there is room; a hint of two lines moves no field beside it."""
        flows = []
        for name in (first, second):
            held = QWidget()
            v_box(self._theme, self._fields[name], None, on=held, margins=0)
            flows.append(Flowed(held, stretch=1, comfortable=self._theme.space(_FIELD_UNITS)))
        return Reflow(flows, [(2,), (1, 1)], spacing=self._theme.space(3))


class NewJobDialog(JobForm):
    """What was chosen last stands there first."""

    def __init__(
        self,
        theme: Theme,
        starter: Callable[[], JobStarter],
        bridge: Bridge,
        *,
        settings: QSettings,
        parent: QWidget,
    ) -> None:
        words = ("New job", "Start", "CLI")
        super().__init__(theme, starter, bridge, words=words, parent=parent)
        self._settings = settings
        self._places: dict[str, PlaceChoice] = {}
        self._wanted_folder = self._goes_on_from = ""
        self.prompt = PromptField(
            theme, "What is to be done? Ctrl+Enter starts it.", "Prompt", least=4, most=12
        )
        self.where = ChoiceBox(theme, [_NOWHERE], name="Where")
        self.browse = Button(theme, "Choose…", icon="folder", name="Choose a folder")
        self.asks = Tick(theme, _ASK)
        self.own_worktree = Tick(theme, _WORKTREE)
        place = QWidget()
        h_box(theme, (self.where, 1), self.browse, on=place, gap=2, margins=0)
        self._fields |= {
            "prompt": Field(theme, "Prompt", self.prompt),
            "workingDir": Field(theme, "Where", place, _WHERE_HINT),
            "approvals": Field(theme, "Before it acts", self.asks, _ASKS_HINT),
            "worktree": Field(theme, "Worktree", self.own_worktree, _NO_TREE_HINT),
        }
        self._lay_out()
        self._connect()
        self.allow_saving(False)
        self.fit()
        self.prompt.setFocus()

    @property
    def filled(self) -> NewJob:
        place = self._places.get(self.where.key)
        return NewJob(
            cli=self.cli.key,
            prompt=self.prompt.text,
            model=self.model_name,
            workspace=place.alias if place else "",
            folder=place.path if place else "",
            asks=self.asks.isEnabled() and self.asks.isChecked(),
            own_worktree=self.own_worktree.isEnabled() and self.own_worktree.isChecked(),
            goes_on_from=self._goes_on_from,
        )

    @override
    def show_choices(self, choices: JobChoices) -> None:
        self._choices = choices
        self._offer(choices.clis)
        for place in choices.places:
            self._add_place(place)
        self.cli.choose(str(self._settings.value(_KEPT.format("cli"), "")))
        self.where.choose(str(self._settings.value(_KEPT.format("where"), "")))
        self._choose_wanted()
        self._show_cli()
        self._show_where()
        self._look()

    def fill_in(self, prompt: str, folder: str, flight_id: str = "") -> None:
        """Before it is shown; a folder that is not here is left out."""
        self._wanted_folder, self._goes_on_from = folder, flight_id
        if prompt:
            self.prompt.setPlainText(inert(prompt))

    def _choose_wanted(self) -> None:
        wanted = Path(self._wanted_folder) if self._wanted_folder else None
        if wanted is None or not wanted.is_absolute():
            return
        same = (key for key, each in self._places.items() if Path(each.path) == wanted)
        if key := next(same, ""):
            self.where.choose(key)
        elif wanted.is_dir():
            self.choose_folder(str(wanted))

    def choose_folder(self, path: str) -> None:
        """Also one that was never used here."""
        folder = Path(path)
        is_git = any((each / ".git").exists() for each in (folder, *folder.parents))
        key = self._add_place(PlaceChoice(alias="", path=path, is_git=is_git))
        self.where.choose(key)
        self._show_where()

    def _add_place(self, place: PlaceChoice) -> str:
        key = place.alias or place.path
        if key not in self._places:
            words = f"{place.alias}: {place.path}" if place.alias else place.path
            self.where.addItem(inert_line(words, 90), key)
        self._places[key] = place
        return key

    @override
    def _show_cli(self) -> None:
        super()._show_cli()
        chosen = self._chosen
        can_ask = chosen is not None and chosen.can_ask
        always = self._choices.always_asks
        self.asks.setEnabled(can_ask and not always)
        is_wanted = self._settings.value(_KEPT.format("asks"), True, bool)
        self.asks.setChecked(can_ask and (always or bool(is_wanted)))
        self._show_asks()

    def _show_asks(self) -> None:
        chosen = self._chosen
        hint = _ASKS_HINT if self.asks.isChecked() else _ACTS_HINT
        if self._choices.always_asks:
            hint = _ALWAYS_ASKS
        elif chosen is not None and not chosen.can_ask:
            hint = _CANNOT_ASK
        self._fields["approvals"].set_hint(hint)

    @override
    def _show_model(self) -> None:
        super()._show_model()
        self._look()

    def _show_where(self) -> None:
        place = self._places.get(self.where.key)
        is_git = place is not None and place.is_git
        self.own_worktree.setEnabled(is_git)
        self._fields["worktree"].set_hint(_TREE_HINT if is_git else _NO_TREE_HINT)
        self._fields["workingDir"].set_hint("" if place else _WHERE_HINT)

    def _browse(self) -> None:
        place = self._places.get(self.where.key)
        dialog = QFileDialog(self, said("Choose a folder"), place.path if place else "")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.choose_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _look(self) -> None:
        is_enough = self._has_model and bool(self.prompt.text.strip())
        self.allow_saving(is_enough and bool(self._choices.clis))

    def _start(self) -> None:
        if self._save.isEnabled():
            self._show_busy("Starting …")
            self._bridge.run(self._ask(self.filled), name="start a job")

    async def _ask(self, wish: NewJob) -> None:
        self._unmark()
        try:
            job = await self._starter().start(wish)
        except (LlmgwError, OSError) as error:
            self.show_saving(is_under_way=False)
            self._refuse(error)
            return
        self._settings.setValue(_KEPT.format("cli"), wish.cli)
        self._settings.setValue(_KEPT.format("where"), self.where.key)
        if self.asks.isEnabled():
            self._settings.setValue(_KEPT.format("asks"), wish.asks)
        self.started.emit(job)
        self.accept()

    def _lay_out(self) -> None:
        for part in (
            self._fields["prompt"],
            self._pair("cli", "model"),
            self._fields["otherModel"],
            self._fields["workingDir"],
            self._pair("approvals", "worktree"),
        ):
            self.fields.addWidget(part)
        self.fields.addStretch(1)

    def _connect(self) -> None:
        self.save_wanted.connect(self._start)
        self.prompt.sent.connect(self._start)
        self.prompt.left.connect(self.reject)
        self.prompt.textChanged.connect(self._look)
        self.other_model.textChanged.connect(self._look)
        self.where.activated.connect(lambda _: self._show_where())
        self.asks.toggled.connect(lambda _: self._show_asks())
        self.browse.clicked.connect(self._browse)
