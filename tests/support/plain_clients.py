"""As app's Clients, with ready values in place of files and keys; and a scene for pictures."""

from __future__ import annotations

from typing_extensions import override

from llmgw_desktop.app.connect.clients import ClientCard, Clients, ClientsView, ProgramState
from llmgw_desktop.app.connect.connector import Plan, Wanted
from llmgw_desktop.app.connect.pinning import PinStanding
from llmgw_desktop.app.connect.programs import PROGRAMS, Transport
from llmgw_desktop.domain.policy import Budget, Measure, Period
from llmgw_desktop.domain.routing.route import FolderPin

HTTP = """{
  "mcpServers": {
    "llmgw": {
      "url": "http://127.0.0.1:3333/mcp",
      "headers": {
        "Authorization": "Bearer YOUR-KEY"
      }
    }
  }
}"""
STDIO = """{
  "mcpServers": {
    "llmgw": {
      "command": "/home/ada/.local/bin/llmgw",
      "args": [
        "mcp"
      ]
    }
  }
}"""
EMPTY = ClientsView(
    cards=(),
    absent=tuple(program.title for program in PROGRAMS.values()),
    http_snippet=HTTP,
    stdio_snippet=STDIO,
)
DIFF = """--- /home/ada/.codex/config.toml
+++ /home/ada/.codex/config.toml
@@ -1,6 +1,16 @@
 model = "gpt-5.6"
-model_provider = "openai"
+model_provider = "llmgw"

 [tui]
 theme = "dark"
+
+[mcp_servers.llmgw]
+url = "http://127.0.0.1:3333/mcp"
+http_headers = { Authorization = "Bearer llmgw-••••••••" }
"""


class PlainClients(Clients):
    """`trouble` is raised by every call but `look`."""

    def __init__(self, view: ClientsView = EMPTY) -> None:
        self.view = view
        self.trouble: Exception | None = None
        self.asked: list[tuple[object, ...]] = []

    @override
    def look(self) -> ClientsView:
        return self.view

    @override
    def unpin(self, folder: str) -> str:
        self._note("unpin", folder)
        return f"{folder} is unpinned: .envrc is as it was before, byte for byte."

    @override
    def plan(self, name: str, wanted: Wanted) -> tuple[Plan, str]:
        self._note("plan", name, wanted)
        return Plan(program=PROGRAMS[name], wanted=wanted, changes=()), DIFF

    @override
    def plan_undo(self, name: str) -> tuple[Plan, str]:
        self._note("plan_undo", name)
        return Plan(program=PROGRAMS[name], wanted=None, changes=()), DIFF

    @override
    def carry_out(self, plan: Plan) -> str:
        self._note("carry_out", plan.program.name, plan.wanted)
        return f"{plan.program.title} is set up."

    @override
    def snippet_with_key(self) -> str:
        self._note("snippet_with_key")
        return HTTP.replace("YOUR-KEY", "llmgw-" + "k" * 43)

    def _note(self, *what: object) -> None:
        self.asked.append(what)
        if self.trouble is not None:
            raise self.trouble


def card(name: str, state: ProgramState, **more: object) -> ClientCard:
    program = PROGRAMS[name]
    values: dict[str, object] = {
        "name": name,
        "title": program.title,
        "state": state,
        "words": state.value,
        "facts": f"/usr/local/bin/{program.commands[0]} · /home/ada/.{name}/settings.json",
        "used": "",
        "why": "",
        "can_connect": state is not ProgramState.UNREADABLE,
        "can_undo": state not in (ProgramState.READY, ProgramState.UNREADABLE),
        "takes_models": program.models is not None,
        "wanted": Wanted(),
    }
    return ClientCard(**(values | more))  # type: ignore[arg-type]


_SHOP = FolderPin(
    name="shop-1a2b",
    folder="/home/ada/work/shop",
    provider="anthropic",
    account="firm",
    budgets=(Budget(measure=Measure.USD, amount=20, period=Period.DAY),),
)
PINS = (
    PinStanding(
        name=_SHOP.name,
        folder=_SHOP.folder,
        pin=_SHOP,
        url="http://127.0.0.1:3333/as/pinned.shop-1a2b",
        files=("/home/ada/work/shop/.claude/settings.local.json", "/home/ada/work/shop/.envrc"),
    ),
    PinStanding(
        name="play-33cd",
        folder="/home/ada/play",
        pin=None,
        url="http://127.0.0.1:3333/as/pinned.play-33cd",
        files=("/home/ada/play/.envrc",),
        problem="Its table [pins] is gone: what comes by its base URL is refused.",
    ),
)
FULL = ClientsView(
    pins=PINS,
    cards=(
        card(
            "claude-code",
            ProgramState.SET_UP,
            words="set up: MCP by HTTP, and its models",
            used="last asked 4 m ago · 24 h: 412 requests",
            wanted=Wanted(models=True),
        ),
        card("codex", ProgramState.READY),
        card(
            "cursor",
            ProgramState.CHANGED,
            used="last asked 3 d ago · 24 h: 0 requests",
            why="Our entry was changed. Set it up again, or undo.",
        ),
        card(
            "vscode",
            ProgramState.STALE,
            why="It asks http://127.0.0.1:3334, and the gateway is http://127.0.0.1:3333."
            " Set it up again.",
        ),
        card(
            "zed",
            ProgramState.UNREADABLE,
            why="/home/ada/.config/zed/settings.json, line 14: not valid JSON: expected ',' or '}'"
            " (column 3). Nothing was changed.",
        ),
        card(
            "gemini-cli",
            ProgramState.SET_UP,
            words="set up: MCP by stdio",
            wanted=Wanted(transport=Transport.STDIO),
        ),
    ),
    absent=("opencode", "Windsurf", "GitHub Copilot CLI", "Grok"),
    http_snippet=HTTP,
    stdio_snippet=STDIO,
)
