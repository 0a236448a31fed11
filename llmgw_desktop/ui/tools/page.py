"""Tools: other MCP servers behind the gateway's door, how they are, what they offer, and what is
held back until a person has looked.

Rows come ready from `app/mcp/tool_desk.py`; the engine is asked on the loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QColor, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget
from typing_extensions import override

from llmgw_desktop.app.mcp.tool_desk import ToolDesk, ToolRow, helpers_words
from llmgw_desktop.app.safekeeping.importing.adding import ServerAdder
from llmgw_desktop.app.safekeeping.importing.taking import ImportLook, ProgramServers
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, SettingsChanged, ToolServersChanged
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.tools.add_dialog import AddDialog
from llmgw_desktop.ui.tools.import_dialog import ImportDialog
from llmgw_desktop.ui.tools.pane import MARKS, ToolPane, says_in_words
from llmgw_desktop.ui.widgets.button import Button, add_key
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.fields import SearchField
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone, colour_of
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, h_box, v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, PacedRefresh
from llmgw_desktop.ui.widgets.panes import PaneSplitter
from llmgw_desktop.ui.widgets.row_model import Column, RowModel
from llmgw_desktop.ui.widgets.tables import FittedTable, TableLook
from llmgw_desktop.ui.widgets.texts import CodeBlock
from llmgw_desktop.ui.widgets.toggles import Segmented

_INDENT = "      "
COLUMNS: tuple[Column[ToolRow], ...] = (
    Column(
        key="name",
        title="Server and tool",
        text=lambda row: row.server if row.is_server else f"{_INDENT}{row.tool}",
        widest=f"{_INDENT}list_allowed_directories",
        has_mark=True,
        tells=lambda row: row.name or row.server,
        spoken=lambda row: f"{row.server} {row.tool}, {row.state_words}",
    ),
    Column(
        key="state",
        title="State",
        text=lambda row: row.state_words,
        widest="waits for your browser",
        is_words=True,
    ),
    Column(
        key="says",
        title="What it says of itself",
        hint="Somebody else's words: an agent reads them as an instruction",
        text=says_in_words,
        is_quiet=True,
    ),
)
_NONE = "No MCP server is offered yet."
_NONE_TEXT = (
    "Set one up once, and all programs have its tools by the gateway's own MCP door: one process,"
    " secrets from the vault, your word on what may destroy. This in the settings file does it:"
)
_EXAMPLE = '[mcp_servers.clock]\ncommand = "uvx"\nargs = ["mcp-server-time"]\noffer = true'
_NOT_READ = "The tools cannot be told."
_WIDE_SHARES = (3, 2)


class ToolsPage(QWidget, MadeInSteps):
    """A list of servers with their tools, and a pane for the chosen one."""

    flights_wanted = Signal(object)
    file_wanted = Signal()
    page_wanted = Signal(str)
    """A browser has to open this address."""
    said = Signal(str, object)

    def __init__(
        self,
        desk: ToolDesk,
        bridge: Bridge,
        theme: Theme,
        *,
        programs: ProgramServers,
        settings: QSettings,
    ) -> None:
        super().__init__()
        self._desk, self._bridge, self._theme = desk, bridge, theme
        self._programs = programs
        self._adder = ServerAdder(programs.places, programs.env)
        self._all: tuple[ToolRow, ...] = ()
        self._was_looked = False
        self._address = ""
        """Where the last sign-in was begun."""
        self._begin(self._made(settings))

    def _made(self, settings: QSettings) -> Iterator[None]:
        theme = self._theme
        self._model: RowModel[ToolRow] = RowModel(COLUMNS, lambda row: row.key, self)
        look = TableLook(name="Tools", noun="tool", go_first=("says",), ink=_ink, mark=_mark)
        self.table = FittedTable(theme, self._model, look)
        yield
        self.pane = ToolPane(theme)
        yield
        self._splitter = PaneSplitter(theme, self.table, self.pane, settings=settings, key="tools")
        yield
        self.field = SearchField(theme, "Find a tool")
        self.which = Segmented(theme, [("all", "All"), ("held", "Held back")], name="Which tools")
        self._count = FlowingLabel(theme, tone=Tone.MUTED)
        self.add = Button(theme, "Add…", icon="plus", name="Add a server from its server.json")
        self.bring = Button(theme, "Import…", icon="plus", name="Import from programs")
        self.file = Button(theme, icon="edit", name="Open the settings file")
        yield
        self.banner = Banner(theme, closable=False)
        self.nothing = EmptyState(theme, icon="tools", title=_NONE, text=_NONE_TEXT)
        self.nothing.add(CodeBlock(theme, _EXAMPLE, name="example"))
        self.no_match = EmptyState(theme, icon="search", title="No tool matches.")
        yield
        self._refresh = PacedRefresh(self, self._read)
        self._lay_out()
        yield
        self._connect(settings)

    @property
    def rows(self) -> tuple[ToolRow, ...]:
        """Those in the list."""
        return self._model.rows

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh.ask(at_once=True)

    def _connect(self, settings: QSettings) -> None:
        self._bridge.events.connect(self._on_events)
        self.field.textChanged.connect(lambda _: self._show())
        self.which.chosen.connect(lambda _: self._show())
        self.file.clicked.connect(self.file_wanted)
        self.bring.clicked.connect(self.open_import)
        self.add.clicked.connect(self.open_add)
        self.pane.remove.clicked.connect(self._remove)
        self.table.chosen.connect(self.pane.show_row)
        self.table.opened.connect(lambda: self.pane.text.setFocus())
        self.pane.left.connect(self.table.setFocus)
        self.pane.approve.clicked.connect(lambda: self._decide(self._desk.approve))
        self.pane.hide_it.clicked.connect(lambda: self._decide(self._desk.hide))
        self.pane.restart.clicked.connect(self._restart)
        self.pane.calls.clicked.connect(self._show_calls)
        self.pane.sign_in.clicked.connect(self._sign_in)
        self.pane.sign_out.clicked.connect(lambda: self._of_server(self._desk.sign_out))
        self.pane.give_up.clicked.connect(self._give_up)
        self.pane.copy.clicked.connect(self._copy)
        self._splitter.begin(self.pane.turn, *_WIDE_SHARES)
        add_key(self, "Find a tool", ("Ctrl+F", "/"), self.field.setFocus)

    def open_import(self) -> ImportDialog:
        dialog = ImportDialog(self._theme, self._programs, self._bridge, self)
        dialog.brought.connect(
            lambda words, look: self.said.emit(words, lambda: self._run(lambda: self._sent(look)))
        )
        dialog.open()
        dialog.begin()
        return dialog

    def open_add(self) -> AddDialog:
        dialog = AddDialog(self._theme, self._adder, self._bridge, self)
        dialog.added.connect(
            lambda name, words: self.said.emit(words, lambda: self._run(lambda: self._gone(name)))
        )
        dialog.open()
        return dialog

    async def _sent(self, look: ImportLook) -> str:
        """Back to where it came from."""
        return await asyncio.to_thread(self._adder.take_back, look)

    async def _gone(self, name: str) -> str:
        await asyncio.to_thread(self._adder.remove, name)
        return f"{name} is not set up any more."

    def _remove(self) -> None:
        if (row := self.pane.row) is not None:
            self._bridge.run(self._removed(row.server), name="tools")

    async def _removed(self, name: str) -> None:
        try:
            removed = await asyncio.to_thread(self._adder.remove, name)
        except LlmgwError as error:
            self.banner.say(BannerKind.ERROR, "That was not done.", inert_line(str(error), 400))
            return

        async def put_back() -> str:
            await asyncio.to_thread(self._adder.put_back, removed)
            return f"{name} is set up again."

        undo = lambda: self._run(put_back)  # noqa: E731
        self.said.emit(f"{name} is not set up any more.", undo)

    def _on_events(self, events: tuple[Event, ...]) -> None:
        if any(isinstance(each, ToolServersChanged | SettingsChanged) for each in events):
            self._refresh.ask()

    def _read(self) -> None:
        self._bridge.run(self._come(), name="tools")

    async def _come(self) -> None:
        """What is known first; then what servers say that were never asked: that may take long."""
        try:
            self._take(await self._desk.rows())
            if not self._was_looked:
                self._was_looked = True
                await self._desk.look()
                self._take(await self._desk.rows())
        except LlmgwError as error:
            self.banner.say(BannerKind.ERROR, _NOT_READ, inert_line(str(error), 400))
        finally:
            self._refresh.ended()

    def _take(self, rows: Sequence[ToolRow]) -> None:
        self._all = tuple(rows)
        self._show()

    def _show(self) -> None:
        words = self.field.text().casefold().split()
        is_held = self.which.key == "held"
        found = [each for each in self._all if not each.is_server and _fits(each, words, is_held)]
        servers = {each.server for each in found}
        alone = not words and not is_held
        self._model.show_rows(
            [each for each in self._all if each in found or _leads(each, servers, alone)]
        )
        self._stack.setCurrentWidget(
            self.nothing if not self._all else self._splitter if self.rows else self.no_match
        )
        for each in (self.field, self.which, self._count):
            each.setVisible(bool(self._all))
        held = sum(each.is_held_back for each in self._all)
        tools = counted(sum(not each.is_server for each in self._all), "tool")
        words_of_count = f"{tools}, {held:,} held back" if held else tools
        helpers = helpers_words(self._all)
        self._count.setText(f"{words_of_count} · {helpers}" if helpers else words_of_count)
        if self.rows and self.table.chosen_row < 0:
            self.table.choose_row(next((at for at, r in enumerate(self.rows) if r.is_held_back), 0))

    def _decide(self, do: Callable[[ToolRow], Awaitable[str]]) -> None:
        """What was hidden, or offered, can be made so again; what was held back was so by nobody's
        word."""
        row = self.pane.row
        if row is None:
            return
        back = {"hidden": self._desk.hide, "offered": self._desk.approve}.get(row.state)
        undo = None if back is None else lambda: self._run(lambda: back(row))
        self._run(lambda: do(row), undo)

    def _restart(self) -> None:
        row = self.pane.row
        if row is not None:
            self.pane.restart.setEnabled(False)
            self._run(lambda: self._desk.restart(row.server))

    def _of_server(self, do: Callable[[str], Awaitable[str]]) -> None:
        if (row := self.pane.row) is not None:
            self._run(lambda: do(row.server))

    def _sign_in(self) -> None:
        self._of_server(self._signed_in)

    async def _signed_in(self, server: str) -> str:
        """The browser opens, and is waited for."""
        self.pane.sign_in.setEnabled(False)
        try:
            self._address = await self._desk.sign_in(server)
        finally:
            self.pane.sign_in.setEnabled(True)
        self.page_wanted.emit(self._address)
        self._refresh.ask(at_once=True)
        return await self._desk.signed_in(server)

    def _give_up(self) -> None:
        if (row := self.pane.row) is not None:
            self._desk.give_up(row.server)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.said.emit("The address was copied: open it in a browser of this computer.", None)

    def _run(
        self, do: Callable[[], Awaitable[str]], undo: Callable[[], object] | None = None
    ) -> None:
        self._bridge.run(self._done(do, undo), name="tools")

    async def _done(
        self, do: Callable[[], Awaitable[str]], undo: Callable[[], object] | None
    ) -> None:
        try:
            words = await do()
        except LlmgwError as error:
            self.banner.say(BannerKind.ERROR, "That was not done.", inert_line(str(error), 400))
        else:
            self.banner.hide()
            self.said.emit(words, undo)
        finally:
            self.pane.restart.setEnabled(True)
            self._refresh.ask(at_once=True)

    def _show_calls(self) -> None:
        row = self.pane.row
        if row is not None:
            model = f"{row.server}/{row.tool or '*'}"
            quoted = f'"{model}"' if " " in model else model
            self.flights_wanted.emit(" ".join(("protocol:mcp", f"model:{quoted}")))

    def _lay_out(self) -> None:
        theme = self._theme
        self._stack = QStackedWidget()
        for each in (QWidget(), self._splitter, self.nothing, self.no_match):
            self._stack.addWidget(each)
        acts = QWidget()
        h_box(theme, None, self.add, self.bring, self.file, on=acts, gap=2, margins=0)
        parts = [
            Flowed(self.field, stretch=2, comfortable=theme.space(50)),
            Flowed(self.which, stretch=0),
            Flowed(self._count, stretch=3, comfortable=lambda: self._count.sizeHint().width()),
            Flowed(acts, stretch=0),
        ]
        flow = Reflow(parts, [(4,), (2, 2), (2, 1, 1), (1, 1, 1, 1)], spacing=theme.space(2))
        bar = v_box(theme, flow, margins=(6, 4, 6, 3))
        v_box(theme, self.banner, bar, (self._stack, 1), on=self, gap=0, margins=0)


def _ink(row: ToolRow, column: Column[ToolRow], colours: Colours) -> QColor | None:
    if column.key == "state":
        return colour_of(MARKS[row.state][1], colours)
    if column.key == "name" and row.state in ("hidden", "shut", "gone"):
        return colours.muted
    return None


def _mark(row: ToolRow, colours: Colours) -> tuple[str, QColor]:
    icon, tone = MARKS[row.state]
    return icon, colour_of(tone, colours)


def _fits(row: ToolRow, words: Sequence[str], is_held: bool) -> bool:
    text = f"{row.server}/{row.tool} {row.name} {row.says}".casefold()
    return (row.is_held_back or not is_held) and all(word in text for word in words)


def _leads(row: ToolRow, servers: set[str], alone: bool) -> bool:
    """A server stands above its tools; one without tools where nothing is filtered."""
    return row.is_server and (alone or row.server in servers)
