"""A job is asked for: which CLI, what it shall do, where, with which model, asked first or not."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from llmgw_desktop.app.jobs.starting import CliChoice, JobChoices, JobStarter, NewJob, PlaceChoice
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import ChoiceBox, Field, PromptField, TextLine
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, h_box, v_box
from llmgw_desktop.ui.widgets.toggles import Tick

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


class NewJobDialog(FormDialog):
    """`begin` reads what there is to choose from. `started` has the Job; then it closes itself."""

    started = Signal(object)

    def __init__(
        self,
        theme: Theme,
        starter: Callable[[], JobStarter],
        bridge: Bridge,
        *,
        settings: QSettings,
        parent: QWidget,
    ) -> None:
        super().__init__(theme, "New job", "Start", parent)
        self._starter = starter
        self._bridge = bridge
        self._settings = settings
        self._choices = JobChoices()
        self._places: dict[str, PlaceChoice] = {}
        self.prompt = PromptField(
            theme, "What is to be done? Ctrl+Enter starts it.", "Prompt", least=4, most=12
        )
        self.cli = ChoiceBox(theme, [], name="CLI")
        self.model = ChoiceBox(theme, [], name="Model")
        self.other_model = TextLine(theme, "Its name, as the CLI knows it", name="Other model")
        self.where = ChoiceBox(theme, [_NOWHERE], name="Where")
        self.browse = Button(theme, "Choose…", icon="folder", name="Choose a folder")
        self.asks = Tick(theme, _ASK)
        self.own_worktree = Tick(theme, _WORKTREE)
        place = QWidget()
        h_box(theme, (self.where, 1), self.browse, on=place, gap=2, margins=0)
        self._fields = {
            "prompt": Field(theme, "Prompt", self.prompt),
            "cli": Field(theme, "CLI", self.cli),
            "model": Field(theme, "Model", self.model),
            "otherModel": Field(theme, "Other model", self.other_model),
            "workingDir": Field(theme, "Where", place, _WHERE_HINT),
            "approvals": Field(theme, "Before it acts", self.asks, _ASKS_HINT),
            "worktree": Field(theme, "Worktree", self.own_worktree, _NO_TREE_HINT),
        }
        self._lay_out()
        self._connect()
        self.allow_saving(False)
        self.fit()
        self.prompt.setFocus()

    def begin(self) -> None:
        """With what holds now."""
        self._bridge.fetch(self, lambda: self._starter().choices(), self.show_choices, self._fail)

    @property
    def filled(self) -> NewJob:
        place = self._places.get(self.where.key)
        model = self.other_model.text().strip() if self._names_model else self.model.key
        return NewJob(
            cli=self.cli.key,
            prompt=self.prompt.text,
            model=model,
            workspace=place.alias if place else "",
            folder=place.path if place else "",
            asks=self.asks.isEnabled() and self.asks.isChecked(),
            own_worktree=self.own_worktree.isEnabled() and self.own_worktree.isChecked(),
        )

    def show_choices(self, choices: JobChoices) -> None:
        """What was chosen last stands there first."""
        self._choices = choices
        for each in choices.clis:
            self.cli.addItem(inert_line(each.title, 60), each.name)
        for place in choices.places:
            self._add_place(place)
        self.cli.choose(str(self._settings.value(_KEPT.format("cli"), "")))
        self.where.choose(str(self._settings.value(_KEPT.format("where"), "")))
        self._show_cli()
        self._show_where()
        for box in (self.cli, self.model):
            box.setEnabled(bool(choices.clis))
        if not choices.clis:
            self.show_problem("No CLI that the gateway can run is installed and switched on.")
        self._look()

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

    @property
    def _names_model(self) -> bool:
        return self.model.key == _OTHER_MODEL

    @property
    def _chosen(self) -> CliChoice | None:
        return next((each for each in self._choices.clis if each.name == self.cli.key), None)

    def _show_cli(self) -> None:
        chosen = self._chosen
        self.model.clear()
        usual = chosen.usual_model if chosen else ""
        words = f"Its usual one, {inert_line(usual, 60)}" if usual else "The one that it chooses"
        self.model.addItem(words, "")
        for each in chosen.models if chosen else ():
            self.model.addItem(inert_line(each, 80), each)
        self.model.addItem("Another…", _OTHER_MODEL)
        self._show_model()
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

    def _show_model(self) -> None:
        self._fields["otherModel"].setVisible(self._names_model)
        self.fit()

    def _show_where(self) -> None:
        place = self._places.get(self.where.key)
        is_git = place is not None and place.is_git
        self.own_worktree.setEnabled(is_git)
        self._fields["worktree"].set_hint(_TREE_HINT if is_git else _NO_TREE_HINT)
        self._fields["workingDir"].set_hint("" if place else _WHERE_HINT)

    def _browse(self) -> None:
        place = self._places.get(self.where.key)
        dialog = QFileDialog(self, "Choose a folder", place.path if place else "")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.choose_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _look(self) -> None:
        is_enough = bool(self._choices.clis) and bool(self.prompt.text.strip())
        self.allow_saving(is_enough)

    def _start(self) -> None:
        if self._save.isEnabled():
            self._save.setEnabled(False)
            self._save.setText("Starting …")
            self._bridge.run(self._ask(self.filled), name="start a job")

    async def _ask(self, wish: NewJob) -> None:
        for each in self._fields.values():
            each.set_wrong("")
        self._show_where()
        self._show_asks()
        try:
            job = await self._starter().start(wish)
        except (LlmgwError, OSError) as error:
            self._refuse(error)
            return
        self._settings.setValue(_KEPT.format("cli"), wish.cli)
        self._settings.setValue(_KEPT.format("where"), self.where.key)
        if self.asks.isEnabled():
            self._settings.setValue(_KEPT.format("asks"), wish.asks)
        self.started.emit(job)
        self.accept()

    def _refuse(self, error: Exception) -> None:
        """Said beside the field that it is about, if there is one."""
        self.show_saving(is_under_way=False)
        about = getattr(error, "field", "")
        about = {"workspace": "workingDir"}.get(about, about)
        if about == "model" and self._names_model:
            about = "otherModel"
        field, words = self._fields.get(about), str(error)
        if field is None:
            self.show_problem(inert_line(words, 600))
            return
        said = words.partition(": ")[2] or words
        field.set_wrong(inert_line(f"{said[:1].upper()}{said[1:]}.".replace("..", "."), 400))
        self.show_problem("")
        self._scroll.ensureWidgetVisible(field)

    def _fail(self, error: Exception) -> None:
        self.show_problem(str(error) or "What can be chosen cannot be read now.")

    def _lay_out(self) -> None:
        comfortable = self._theme.space(_FIELD_UNITS)
        names = ("cli", "model", "approvals", "worktree")
        flowed = {
            name: Flowed(self._at_top(name), stretch=1, comfortable=comfortable) for name in names
        }

        def pair(first: str, second: str) -> QWidget:
            flows = [flowed[first], flowed[second]]
            return Reflow(flows, [(2,), (1, 1)], spacing=self._theme.space(3))

        for part in (
            self._fields["prompt"],
            pair("cli", "model"),
            self._fields["otherModel"],
            self._fields["workingDir"],
            pair("approvals", "worktree"),
        ):
            self.fields.addWidget(part)
        self.fields.addStretch(1)
        self._fields["otherModel"].hide()

    def _at_top(self, name: str) -> QWidget:
        """A hint of two lines moves no field beside it."""
        held = QWidget()
        v_box(self._theme, self._fields[name], None, on=held, margins=0)
        return held

    def _connect(self) -> None:
        self.save_wanted.connect(self._start)
        self.prompt.sent.connect(self._start)
        self.prompt.left.connect(self.reject)
        self.prompt.textChanged.connect(self._look)
        self.cli.activated.connect(lambda _: self._show_cli())
        self.model.activated.connect(lambda _: self._show_model())
        self.where.activated.connect(lambda _: self._show_where())
        self.asks.toggled.connect(lambda _: self._show_asks())
        self.browse.clicked.connect(self._browse)
