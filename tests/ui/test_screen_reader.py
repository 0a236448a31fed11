"""What a screen reader hears of the window, asked over AT-SPI on a real accessibility bus: names,
roles, tables with their cells and headers, charts in words, buttons that it can press."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from llmgw_desktop.ui.shell.page_makers import PAGES
from tests.support.x_screen import do, missing_screen
from tests.ui.test_tray_host import Desk, _line, _missing, _python_with_gi

_LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
_PROGRAM = """
import sys
from pathlib import Path
from llmgw_desktop.ui.application import make_application
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Appearance, Theme
from tests.support.dialog_scene import set_dialog_scene
from tests.ui.at_once import run_at_once
from tests.ui.test_accessible_pages import made_shell

Bridge.run = run_at_once
app = make_application()
theme = Theme(app, Appearance.LIGHT)
with made_shell(theme, Path(sys.argv[1])) as shell:
    set_dialog_scene(shell)
    shell.window.resize(1160, 760)
    print("shown", flush=True)
    app.exec()
"""
_MARKUP = re.compile(r"</\w+>|<(p|b|br|i|a|code|span|table|t[rd])\b")
_PLAY_NOTHING = {"filler", "panel", "unknown", "invalid", "layered pane", "viewport", "scroll pane"}
"""What an owner of the focus must not be: whoever hears it learns nothing from it."""
_CONTROLS = {"check box", "combo box", "dialog", "list", "page tab", "push button", "radio button"}
_CONTROLS |= {"menu item", "table", "text"}
"""Of these each has a name, whether Tab leads to it or not."""
_WAITING = "Waiting (7)"
_EDITS = "wants to change 2 files: /home/ada/src/app/parser.py and 1 more"
_RUNS = "wants to run a command: pytest -q tests/test_parser.py && git add -A"
_TAKE_OUT = "Take them out of the programs that are connected. A copy of each file stays beside it."
_PRESSED = "push button|menu item|page tab|cell"


class Node(NamedTuple):
    depth: int
    role: str
    name: str
    words: str
    states: list[str]
    interfaces: list[str]


pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        bool(sys.platform != "linux" or _missing() or missing_screen() or not _LAUNCHER.exists()),
        reason="needs Linux with a session bus, a screen and at-spi2-core",
    ),
]


class Reader:
    """The child that asks; see tests/ui/screen_reader.py."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self._child = subprocess.Popen(
            [_python_with_gi(), str(Path(__file__).with_name("screen_reader.py"))],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._read() == "ready"

    def ask(self, *words: str | bool | int) -> Any:
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(words) + "\n")
        self._child.stdin.flush()
        return self._read()

    def nodes(self) -> list[Node]:
        return [Node(*each) for each in self.ask("read")]

    def end(self) -> None:
        self._child.kill()
        self._child.communicate()

    def _read(self) -> Any:
        assert self._child.stdout is not None
        said = json.loads(self._child.stdout.readline())
        assert "answer" in said, said
        return said["answer"]


class Scene:
    """The whole program, all of its pages filled, with a reader beside it."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o700)
        self._desk = Desk(folder)
        self._desk.env |= {"LLMGW_HOME": str(folder), "QT_SCALE_FACTOR": "1"}
        env = {**self._desk.env, "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        self._desk._start(["openbox", "--sm-disable"])  # who gives dialogs the keyboard
        self.reader = Reader(self._desk.env)
        self._program = self._desk._start([sys.executable, "-c", _PROGRAM, str(folder)], env)
        assert _line(self._program) == "shown"
        assert self.reader.ask("await", "llmgw-desktop")

    def is_alive(self) -> bool:
        return self._program.poll() is None

    def end(self) -> None:
        self.reader.end()
        self._desk.end()


@pytest.fixture(scope="module")
def scenes() -> Iterator[list[Scene]]:
    made: list[Scene] = []
    try:
        yield made
    finally:
        for each in made:
            each.end()


@pytest.fixture
def reader(scenes: list[Scene], tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """One program for all tests; where one ended it, those after get another."""
    if not scenes or not scenes[-1].is_alive():
        scenes.append(Scene(tmp_path_factory.mktemp("reader")))
    return scenes[-1].reader


def trouble_of(nodes: list[Node]) -> list[str]:
    found = []
    for node, after in zip(nodes, [*nodes[1:], nodes[0]], strict=True):
        is_leaf = after.depth <= node.depth
        what = f"{node.role} “{node.name[:60]}” {node.words[:80]}"
        if "focusable" in node.states or node.role in _CONTROLS:
            found += [f"no name: {what}"] * (not node.name.strip())
        if "focusable" in node.states or (is_leaf and node.name):
            found += [f"no role: {what}"] * (node.role in _PLAY_NOTHING)
        if node.role == "chart" and "focusable" in node.states:
            found += [f"no figures: {what}"] * (not re.search(r"\d", node.name + node.words))
        if node.role == "combo box":  # on Linux its name is what is chosen
            found += [f"of what: {what}"] * (":" not in node.name and not node.words)
        found += [f"markup: {what}"] * bool(_MARKUP.search(node.name + node.words))
    return found


def told_by_dialog(nodes: list[Node]) -> set[str]:
    """By what stands in it but labels: these a reader comes to by another way than the Tab key."""
    at = next((i for i, node in enumerate(nodes) if node.role == "dialog"), 0)
    below = takewhile(lambda node: node.depth > nodes[at].depth, nodes[at + 1 :])
    inside = [node for node in (nodes[at], *below) if node.role != "label"]
    return {words for node in inside for words in (node.name, node.words)}


def settled(reader: Reader, wanted: frozenset[str] = frozenset()) -> tuple[list[Node], list[str]]:
    """What stands there once it has come, and what is wrong with it: pages are made in steps."""
    for _ in range(20):
        nodes = reader.nodes()
        missing = wanted - told_by_dialog(nodes)
        if not (found := [*trouble_of(nodes), *(f"not told: {each}" for each in missing)]):
            break
    return nodes, found


def walk(reader: Reader, steps: str) -> None:
    """Presses, one after the other, and keys in a window where there is no button."""
    for step in steps.split(" → "):
        where, _, keys = step.partition(": ")
        if where in ("frame", "dialog"):
            assert reader.ask("await_front", where), step
            do(reader.env, "key", *keys.split())
        else:  # what is made in steps may come a little later
            assert any(reader.ask("press", _PRESSED, step) for _ in range(40)), step


def test_every_page_is_told(reader: Reader) -> None:
    trouble = []
    for page in PAGES:
        assert reader.ask("press", "radio button", page.title) is True, page.title
        assert reader.ask("await_frame", f"{page.title} — LLM Gateway"), page.title
        nodes, found = settled(reader)
        trouble += [f"{page.key}: {each}" for each in found]
        chosen = [n.name for n in nodes if n.role == "radio button" and "checked" in n.states]
        assert page.title in chosen
        badges = {n.name: n.words for n in nodes if n.role == "radio button" and n.words}
        assert badges == {"Jobs": "3 jobs run, 2 wait", "Access": "7 questions wait for you"}
    assert not trouble, "\n".join(trouble)


def test_tables_tell_their_cells_and_headers(reader: Reader) -> None:
    assert reader.ask("press", "radio button", "Flights")
    assert reader.ask("await_frame", "Flights — LLM Gateway")
    cells = reader.ask("cells", "Flights")
    assert {"Time", "Client", "Model", "State"} <= {head for head, _, _ in cells}
    assert {role for _, role, _ in cells} == {"cell"}
    told = {head: said for head, _, said in cells}
    assert told["Client"] == "claude-code"
    assert all(said for head, said in told.items() if head in ("Time", "Client", "Model", "State"))


def test_what_a_reader_switches_is_switched(reader: Reader) -> None:
    """`Toggle`, the first thing that a reader offers for a switch, has no click in it."""
    assert reader.ask("press", "radio button", "Providers")
    assert reader.ask("await_frame", "Providers — LLM Gateway")
    switches = [n for n in reader.nodes() if n.role == "check box" and "checked" in n.states]
    assert reader.ask("press", "check box", switches[0].name) is True
    assert reader.ask("await_state", "check box", switches[0].name, "checked", False)


@pytest.mark.parametrize(
    ("page", "opens", "closes", "told"),
    [
        ("Jobs", "New job…", "Cancel", {"Prompt"}),
        ("Providers", "Add provider…", "Cancel", {"Name", "Address"}),
        ("Providers", "Add an account to anthropic", "Cancel", {"Name"}),
        ("Providers", "Models of anthropic", "Close", set()),
        ("Providers", "Settings of Codex…", "Cancel", set()),
        ("Providers", "Edit work-openai/team", "Cancel", set()),
        ("Routes", "Add route…", "Cancel", {"Name"}),
        ("Routes", "Edit route “reviews”", "Cancel", {"Name"}),
        ("Clients", "Make a key…", "Cancel", {"Name"}),
        ("Clients", "Scene → Client → New key", "Cancel", {"The key that it has now"}),
        (
            "Clients",
            "Scene → Client → Limits → Add a budget → Add a rate limit",
            "Cancel",
            {"Amount of the budget", "How long the rate limit lasts", "Time zone"},
        ),
        ("Tools", "Import from programs", "Cancel", {"Import", _TAKE_OUT}),
        ("Tools", "Add a server from its server.json", "Cancel", set()),
        ("Log", "Copy for a bug report", "Close", set()),
        ("Log", "Help → About, and licences …", "Close", {"What is shown", "Text"}),
        ("Log", "Help → Welcome", "dialog: Escape", {"Later", "Next"}),
        ("Log", "Help → Keyboard shortcuts", "Close", {"Keyboard shortcuts — LLM Gateway"}),
        ("Log", "Gateway → Back up …", "Cancel", {"Choose the file", "Passphrase", "Once more"}),
        ("Log", "Gateway → Restore a backup …", "Cancel", {"Its passphrase"}),
        ("Log", "Gateway → Quit", "Don't quit", {"Stop all and quit", "Leave running"}),
        ("Log", "Scene → Conflict", "Keep the file as it is", {"In the file now"}),
        ("Log", "frame: ctrl+k", "dialog: Escape", {"What was found", "Flights, Page · Ctrl+2"}),
        ("Overview", "Show charts larger", "dialog: Escape", {"Logarithmic latency"}),
        ("Flights", "claude-code → View → Ask again…", "Cancel", {"Models", "Other members"}),
        (
            "Flights",
            "nightly-review → View → Compare two flights",
            "dialog: Escape",
            {"Figures of both", "Also what is the same"},
        ),
        ("Flights", "Imported flights", "dialog: Escape", {"Set", "Remove this set…"}),
        ("Access", "Rules → Add rule…", "Cancel", {"Name of the rule", "MCP tools"}),
        ("Access", "Workspaces → Add workspace…", "Cancel", {"Alias", "Choose its folder"}),
        (
            "Access",
            "Devices → Pair a device… → dialog: p Return",
            "Cancel",
            {"QR code for the device"},
        ),
        ("Access", f"{_WAITING} → Look: “Claude Code” asks for access", "All questions", {"Until"}),
        ("Access", f"{_WAITING} → Look: Held: claude-code repeats itself", "All questions", set()),
        ("Access", f"{_WAITING} → Look: Codex {_EDITS}", "All questions", set()),
        ("Access", f"{_WAITING} → Look: Claude Code {_RUNS}", "All questions", set()),
        ("Access", f"{_WAITING} → All 2… like this: Claude Code {_RUNS}", "All questions", set()),
    ],
)
def test_dialogs_are_told(
    reader: Reader, page: str, opens: str, closes: str, told: set[str]
) -> None:
    assert reader.ask("press", "radio button", page)
    assert reader.ask("await_frame", f"{page} — LLM Gateway")
    walk(reader, opens)
    assert reader.ask("await_windows", 2)
    nodes, found = settled(reader, frozenset(told))
    assert not found, "\n".join(found)
    assert "dialog" in {node.role for node in nodes}
    walk(reader, closes)
    assert reader.ask("await_windows", 1)
