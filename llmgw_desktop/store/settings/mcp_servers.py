"""The `[mcp_servers.NAME]` tables: MCP servers that runs may be given by their names."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.mcp_server import FROM_VAULT, MOST_POINTS, AskAbout, McpServer
from llmgw_desktop.domain.setting import (
    Kind,
    PlainText,
    Seconds,
    Setting,
    TableKind,
    Texts,
    Unfit,
    WholeNumber,
    Word,
    YesNo,
)
from llmgw_desktop.domain.settings.address_kinds import VaultReference
from llmgw_desktop.domain.vault import EntryUnfit, reference
from llmgw_desktop.store.settings.clis import ProgramName, Variables
from llmgw_desktop.store.settings.text import SettingsText

if TYPE_CHECKING:
    from llmgw_desktop.store.settings.text import KeyPath

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_ADDRESS = re.compile(r"https://\S{1,2000}|http://(?:127\.0\.0\.1|localhost|\[::1\])(?:[:/]\S*)?")
_MOST = 100
_SINCE = "0.2.0"
_MOST_TOOLS = 500
_LONGEST_PATTERN = 200
_OWN_NAME = re.compile(r"[a-z0-9_]{1,40}")
_OWN_WORDS = re.compile(r"(?s).{1,2000}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,200}")
_PROFILES = ("core", "review", "full", "search", "code")


def _patterns(each: str) -> Texts:
    return Texts(each=each, is_fit=lambda text: 0 < len(text) <= _LONGEST_PATTERN)


def _checked(texts: Mapping[str, str], expected: str) -> Mapping[str, str]:
    """What is said of the vault names an entry of it."""
    for text in texts.values():
        for named in FROM_VAULT.findall(text):
            try:
                reference(named)
            except EntryUnfit:
                raise Unfit(f"{expected}; the vault has no such place as one of them") from None
        if "${vault:" in FROM_VAULT.sub("", text):
            raise Unfit(f"{expected}; one of them begins ${{vault: and does not end")
    return texts


class ServerVariables(TableKind):
    """As those of a CLI; `${vault:PROVIDER/NAME}` in one is filled in when a run begins."""

    expected = f"{Variables.expected}; ${{vault:PROVIDER/NAME}} stands for what the vault keeps"

    def read(self, raw: object) -> Mapping[str, str]:
        return _checked(Variables().read(raw), self.expected)


class Headers(TableKind):
    """Of requests to a server. No message repeats a value: it may be a key."""

    expected = "a table of headers and their texts, with ${vault:PROVIDER/NAME} as in env"

    def read(self, raw: object) -> Mapping[str, str]:
        if not isinstance(raw, dict) or not all(
            _HEADER.fullmatch(name)
            and isinstance(value, str)
            and value.isprintable()
            and len(value) <= 8192
            for name, value in raw.items()
        ):
            raise Unfit(self.expected)
        return _checked(raw, self.expected)


class TextsByTool(TableKind):
    """A text for each of some tools, by the names that their server gives them."""

    def __init__(self, each: str, fits: re.Pattern[str]) -> None:
        self._fits = fits
        self._each = each

    @property
    def expected(self) -> str:
        return f'a table such as {{ "its-tool" = "…" }}: {self._each}'

    def read(self, raw: object) -> Mapping[str, str]:
        if not isinstance(raw, dict) or len(raw) > _MOST_TOOLS:
            raise Unfit(self.expected)
        for name, text in raw.items():
            is_text = isinstance(text, str) and self._fits.fullmatch(text)
            if not is_text or not name or len(name) > _LONGEST_PATTERN:
                raise Unfit(self.expected)
        return dict(raw)


class Address(Kind):
    """Where a server is; credentials go by headers."""

    expected = "an address that begins with https://, or with http:// on this computer"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or not _ADDRESS.fullmatch(raw) or "@" in raw:
            raise Unfit(self.expected)
        return raw


SERVER_KEYS: dict[str, Setting] = {
    "command": Setting(ProgramName(), "The program that is the server; this or `url`."),
    "args": Setting(
        Texts(each="an argument", is_fit=lambda text: "\0" not in text and len(text) < 8192),
        "Its arguments. Every program can read them: secrets go into `env`.",
    ),
    "env": Setting(ServerVariables(), "Its variables."),
    "url": Setting(
        Address(), "Where it listens: streamable HTTP, or its predecessor HTTP+SSE (offered only)."
    ),
    "headers": Setting(Headers(), "Sent with each request to `url`."),
    "managed": Setting(YesNo(), "Whether runs that the gate manages may have it."),
    "score": Setting(
        WholeNumber(least=0, most=MOST_POINTS),
        "Points with the gate. Left out: exa 2, ref_tools 1, agent_browser 4, sqry and trstr 0,"
        " all others 2.",
    ),
    "enabled": Setting(YesNo(), "Whether it is given to any run."),
    "offer": Setting(
        YesNo(),
        "Whether the gateway's own MCP door offers its tools: [tools.md](tools.md).",
        since=_SINCE,
    ),
    "tools": Setting(
        _patterns("a pattern of tools' names"),
        "Which of its tools are offered, by the names it gives them: `*` and `?` are wild cards."
        " Left out: all.",
        since=_SINCE,
    ),
    "hide": Setting(
        _patterns("a pattern of tools' names"),
        "Which are not offered, whatever `tools` says.",
        since=_SINCE,
    ),
    "rename": Setting(
        TextsByTool("1 to 40 of a-z, 0-9 and _", _OWN_NAME),
        "Names of your own for its tools; the server's name and `__` stand before them.",
        since=_SINCE,
    ),
    "describe": Setting(
        TextsByTool("1 to 2,000 characters", _OWN_WORDS),
        "Descriptions of your own for its tools.",
        since=_SINCE,
    ),
    "clients": Setting(
        _patterns("a pattern of clients' names"),
        "Which clients may use what it offers. Left out: you, and programs of this computer that"
        " have a key; a client from elsewhere has to be named here.",
        since=_SINCE,
    ),
    "profiles": Setting(
        Texts(each="core, review, full, search or code", is_fit=lambda text: text in _PROFILES),
        "In which profiles of the MCP door it is offered. Left out: in all.",
        since=_SINCE,
    ),
    "ask": Setting(
        Word(words=AskAbout),
        "Which calls of its tools you are asked about, where no rule of yours says: `risky` are"
        " those that may destroy and those of which it says nothing; `everything`, `nothing`. Left"
        " out: `risky`.",
        since=_SINCE,
    ),
    "answer_within_s": Setting(
        Seconds(least=1, most=86_400),
        "How long a call may be silent. Left out: 300.",
        since=_SINCE,
    ),
    "share": Setting(
        YesNo(),
        "Whether all callers share one process of it. `false`: each session of a client has its"
        " own, for servers that keep something of one caller. Left out: true.",
        since=_SINCE,
    ),
    "sampling_model": Setting(
        PlainText(),
        "The model, as in a request, that answers the server where it wants a model's words and"
        " the calling program has none to offer; you are asked each time. Left out: none.",
        since=_SINCE,
    ),
    "sampling_tokens": Setting(
        WholeNumber(least=1, most=100_000_000),
        "How many tokens of that model it may use in a day. Left out: 20,000.",
        since=_SINCE,
    ),
    "oauth_client_id": Setting(
        PlainText(),
        "Where people sign in for it: the id of a program that you registered there, or the"
        " https address of a document about it. Left out: the gateway registers itself.",
        since=_SINCE,
    ),
    "oauth_client_secret": Setting(
        VaultReference(), "The entry of the vault that holds that program's secret.", since=_SINCE
    ),
    "oauth_scopes": Setting(
        Texts(each="a scope", is_fit=lambda text: bool(_SCOPE.fullmatch(text))),
        "What a sign-in asks for. Left out: what the server names.",
        since=_SINCE,
    ),
}
"""Key, kind of value, meaning."""


class McpServerTables:
    """Reads all of them, in the order of the file; one with a mistake is off, the others not."""

    def __init__(self, text: SettingsText) -> None:
        self._text = text

    def read(self) -> tuple[McpServer, ...]:
        found: list[McpServer] = []
        tables = self._text.table(("mcp_servers",))
        if len(tables) > _MOST:
            raise self._text.error(("mcp_servers",), f"expected at most {_MOST}")
        for name, table in tables.items():
            try:
                found.append(self._server(name, table))
            except ConfigError as error:
                self._text.warnings.append(f"{error}. It is off; the others are used.")
                if _NAME.fullmatch(name):
                    found.append(McpServer(name=name, enabled=False))
        return tuple(found)

    def _server(self, name: str, table: object) -> McpServer:
        path: KeyPath = ("mcp_servers", name)
        if not _NAME.fullmatch(name):
            raise self._text.error(path, "expected a name of letters, digits, - and _")
        if not isinstance(table, dict):
            raise self._text.error(path, f"expected a table, [mcp_servers.{name}]")
        values = self._text.values(path, table, SERVER_KEYS)
        if bool(values.get("command")) == bool(values.get("url")):
            raise self._text.error(path, "expected a command or a url, one of them")
        return McpServer(name=name, **values)
