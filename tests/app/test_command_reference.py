"""docs/commands.md says what the commands say of themselves. Run this file to write it anew."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.app.command_line.command_line import Command
from llmgw_desktop.app.commands import read_in

DOCS = Path(__file__).parents[2] / "docs"
_PAGES = {
    "desktop": "window.md",
    "mcp": "mcp-stdio.md",
    "key": "keys.md",
    "connect": "connect.md",
    **dict.fromkeys(("pin", "unpin"), "pins.md"),
    "questions": "questions.md",
    "consent": "consent.md",
    "approvals": "approvals.md",
    "held": "brakes.md",
    "rules": "rules.md",
    "tools": "tools.md",
    "audit": "audit.md",
    **dict.fromkeys(("backup", "restore"), "backups.md"),
    "demo": "demo.md",
    "doctor": "doctor.md",
    **dict.fromkeys(("flights", "check"), "flights.md"),
    "import": "import.md",
    "jobs": "jobs.md",
    "route": "routing.md",
    **dict.fromkeys(("limits", "status"), "policy.md"),
    "notify": "alarms.md",
    "settings": "settings.md",
    "ui": "web-view.md",
    "pocket": "pocket.md",
    "receipt": "validation.md",
    "vault": "vault.md",
    "oauth": "oauth.md",
    "workspace": "workspaces.md",
}
"""Where more is said of a command."""
_TOP = """\
# Commands

Every command of `llmgw`, in the order of its help. Without one it is the app: tray, windows and
gateway.

```sh
llmgw doctor                  # what is here, what is wrong, and what to do about it
llmgw flights list cost>0.05  # the dear requests
```

`llmgw COMMAND --help` explains each option. Exit codes: 0 done, 1 failed, 2 wrong usage or
settings, 3 already running. Secrets are never arguments: they are asked for, or read from standard
input.
"""


def page() -> str:
    rows = [row for command in read_in([]) for row in _rows(command)]
    return "\n".join([_TOP, "| say | it does | more |", "|---|---|---|", *rows, ""])


def _rows(command: Command) -> Iterator[str]:
    parser = argparse.ArgumentParser(prog=f"llmgw {command.name}")
    command.arguments(parser)
    page = _PAGES.get(command.name)
    link = f"[{page.removesuffix('.md')}]({page})" if page else ""
    for usage, said in _usages(parser, command.help):
        yield f"| `{usage}` | {said} | {link} |"


def _usages(parser: argparse.ArgumentParser, said: str) -> Iterator[tuple[str, str]]:
    verbs = _verbs(parser)
    if not verbs:
        yield _usage(parser), said.replace("|", "\\|")
        return
    for below in verbs.values():
        yield from _usages(*below)


def _verbs(parser: argparse.ArgumentParser) -> dict[str, tuple[argparse.ArgumentParser, str]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            said = {each.dest: each.help or "" for each in action._choices_actions}
            return {verb: (below, said[verb]) for verb, below in action.choices.items()}
    return {}


def _usage(parser: argparse.ArgumentParser) -> str:
    """In one line, as a table takes it."""
    told = " ".join(parser.format_usage().removeprefix("usage: ").split())
    return re.sub(r" \[-h\]", "", told).replace("|", "\\|")


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="argparse words its help anew")
def test_the_page_says_what_the_commands_say() -> None:
    assert (DOCS / "commands.md").read_text() == page()


def test_every_page_that_is_named_is_there() -> None:
    assert {each for each in _PAGES.values() if not (DOCS / each).is_file()} == set()
    assert set(_PAGES) <= {command.name for command in read_in([])}


if __name__ == "__main__":
    (DOCS / "commands.md").write_text(page())
