"""Makes the tables of docs/approval-gate.md out of the code. Run it to write them anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from llmgw_desktop.clis.mcp_servers import takes_servers
from llmgw_desktop.clis.registry import NAMES, cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.mcp_server import UNKNOWN_SCORE, USUAL_SCORES
from llmgw_desktop.engine.questions.approvals.score import LIMITS, MCP_SERVER, SIGNS

PAGE = Path(__file__).parents[4] / "docs" / "approval-gate.md"
BEGIN, END = "<!-- made from the code: {} -->", "<!-- end -->"


def tables() -> dict[str, str]:
    return {"score": _score(), "limits": _limits(), "modes": _modes(), "fields": _fields()}


def page(text: str) -> str:
    for name, table in tables().items():
        begin = BEGIN.format(name)
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(END)
        text = f"{before}{begin}\n{table}{END}{after}"
    return text


def _score() -> str:
    usual = ", ".join(f"{name} {points}" for name, points in USUAL_SCORES.items())
    rows = [
        (f"{sign.words} (`{sign.code}`)", f"+{sign.points}")
        if sign is not MCP_SERVER
        else (f"each MCP server (`{sign.code}`)", f"its own: {usual}; others {UNKNOWN_SCORE}")
        for sign in SIGNS
    ]
    return _table(("what is found", "points"), rows)


def _limits() -> str:
    rows = [(f"`{policy}`", str(points)) for policy, points in LIMITS.items()]
    return _table(("policy", "most points"), rows)


def _modes() -> str:
    rows = []
    for name in NAMES:
        rights = cli_of(name).rights
        safe = ", ".join(f"`{key}: {_word(value)}`" for key, value in rights.safe.items())
        narrow = " ".join(f"`{word}`" for word in sorted(rights.modes))
        use = cli_of(name).servers
        servers = "yes" if use and use.takes else "where it asks"
        servers = servers if takes_servers(cli_of(name)) else "no"
        rows.append((name.value, safe, f"`{rights.mode}`: {narrow}", servers, _added(name)))
    head = ("CLI", "safe mode", "kept as asked", "mcpServers", "requestInstructions")
    return _table(head, rows)


def _fields() -> str:
    rows = []
    for name in NAMES:
        rights = cli_of(name).rights
        reaches = sorted(rights.reaches | rights.texts_reach)
        rows.append((name.value, _names(sorted(rights.widens)), _names(reaches)))
    head = ("CLI", "more than the safe mode", "names something of this computer")
    return _table(head, rows)


def _added(name: CliName) -> str:
    option = cli_of(name).instructions
    return f"`{option}`" if option else "before the prompt"


def _word(value: object) -> str:
    return "true" if value is True else str(value).replace("'", '"')


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
