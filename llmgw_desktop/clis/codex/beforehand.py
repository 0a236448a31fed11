"""What a person's own Codex allows beforehand, so that nobody would be asked: rules on the disk,
and tools of MCP servers. Its app server reads both for us, before the thread begins."""

import re
from collections.abc import Iterator
from pathlib import PurePath

from llmgw_desktop.clis.codex import app_server
from llmgw_desktop.clis.codex.app_server import Message
from llmgw_desktop.clis.dialogue import Send
from llmgw_desktop.clis.told import listed, object_of, text_of

_RULES = "llmgw-rules-"
_CONFIG = "llmgw-config"
_EVERYWHERE = "/etc/codex"
_NOT_THERE = ("No such file", "Not a directory", "os error 2)", "os error 20)", "os error 3)")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_HAS_RULES = (
    "has rules of its own in {folder} that may allow commands unasked: move them away, or let it"
    " run without asking"
)


class Beforehand:
    """Of one run. `problem`: why it cannot be had to ask; `settings`: what the thread is given so
    that it does."""

    def __init__(self, cwd: str) -> None:
        self._cwd = cwd
        self._folders: dict[str, str] = {}
        self._missing: set[str] = set()
        self.problem = ""
        self.settings: dict[str, object] = {}

    @property
    def is_known(self) -> bool:
        return not self._missing

    def begin(self, codex_home: str) -> Iterator[Send]:
        at = PurePath(self._cwd)
        own = [str(each / ".codex") for each in (at, *at.parents)]
        homes = dict.fromkeys([each for each in (codex_home, _EVERYWHERE, *own) if each])
        for number, home in enumerate(homes):
            name, folder = f"{_RULES}{number}", str(PurePath(home) / "rules")
            self._folders[name] = folder
            self._missing.add(name)
            yield Send(
                key=name, data=app_server.request(name, "fs/readDirectory", {"path": folder})
            )
        self._missing.add(_CONFIG)
        yield Send(key=_CONFIG, data=app_server.request(_CONFIG, "config/read", {"cwd": self._cwd}))

    def takes(self, message: Message) -> bool:
        """Whether this was the answer to one of its questions."""
        name = message.get("id")
        if not isinstance(name, str) or name not in self._missing:
            return False
        self._missing.discard(name)
        result = object_of(message.get("result"))
        told = text_of(object_of(message.get("error")).get("message"))
        if name == _CONFIG:
            self._read_config(result, told)
        elif "error" in message and not any(word in told for word in _NOT_THERE):
            self.problem = f"does not say which rules it has in {self._folders[name]}"
        elif any(_is_rule(object_of(each)) for each in listed(result.get("entries"))):
            self.problem = _HAS_RULES.format(folder=self._folders[name])
        return True

    def _read_config(self, result: Message, told: str) -> None:
        config = result.get("config")
        if not isinstance(config, dict):
            self.problem = f"does not tell its settings: {told[:300]}"
            return
        for server, said in object_of(config.get("mcp_servers")).items():
            tools = object_of(object_of(said).get("tools"))
            if not all(_NAME.fullmatch(each) for each in (server, *tools)):
                self.problem = f"has an MCP server or tool of an unusual name: {server[:60]!r}"
                return
            top = f"mcp_servers.{server}"
            self.settings[f"{top}.default_tools_approval_mode"] = "prompt"
            for tool in tools:
                self.settings[f"{top}.tools.{tool}.approval_mode"] = "prompt"


def _is_rule(entry: Message) -> bool:
    return text_of(entry.get("fileName")).endswith(".rules")
