"""What the lasting rules say of an agent's question: the ask as a wish, with where its paths lead.

Touches the disk: for a thread.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, product
from typing import Protocol

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import Ask, AskingJob, PermissionKind
from llmgw_desktop.domain.jobs.rules.book import RuleBook, Ruling
from llmgw_desktop.domain.jobs.rules.command import CommandShell, ParsedCommand
from llmgw_desktop.domain.jobs.rules.hosts import host_of
from llmgw_desktop.domain.jobs.rules.ready import Wish
from llmgw_desktop.domain.jobs.rules.rule import RuleKind, RuleSituation, RuleVerdict
from llmgw_desktop.domain.values import value

_ODD = "It holds what a person has to look at: {rule} would allow it."
_ORDER = tuple(RuleVerdict)
_SAID_ALONE = frozenset(
    str.split(
        "command commands description timeout timeout_ms timeoutMs run_in_background is_background"
        " directory dir_path workdir cwd explanation title rationale"
    )
)
"""Of a command's arguments: they change nothing of what it may do."""
_NAMES_ITSELF = ("variant", "Bash")
"""Grok's word for the tool that runs commands."""
_READS = frozenset(
    str.split("read read_file readfile view read_many_files cat view_image grep grep_search")
)
"""A search reads what lies in its folder."""
_PATHS = tuple(
    str.split(
        "file_path path filePath absolute_path target_file filename paths dir_path target_directory"
    )
)
_SIGNS = re.compile("[_.-]+")
_MOST_READINGS = 8
_KINDS = {
    PermissionKind.COMMAND: RuleKind.COMMAND,
    PermissionKind.EDIT: RuleKind.WRITE,
    PermissionKind.FETCH: RuleKind.FETCH,
    PermissionKind.MCP: RuleKind.MCP,
    PermissionKind.OTHER: RuleKind.OTHER,
}


class Lookup(Protocol):
    """Where paths of a job lead."""

    @property
    def top(self) -> str: ...

    @property
    def home(self) -> str: ...

    def look_up(self, said: str, folder: str) -> tuple[str, ...]: ...


@value(kw_only=False)
class RulesNow:
    book: RuleBook
    at_s: float = 0.0
    """Wall clock."""

    def of(self, job: AskingJob, ask: Ask, view: Lookup, *, is_odd: bool) -> Ruling | None:
        """None where there are no rules. `is_odd`: nothing allows it but a person."""
        if not self.book:
            return None
        minute = minute_of_day(self.at_s)
        found = [self.book.judge(each) for each in wishes(job, ask, view, minute)]
        ruling = min(found, key=lambda each: (_ORDER.index(each.verdict), not each.rule))
        is_odd = is_odd or bool(ask.command and _more_than_said(ask))
        if is_odd and ruling.verdict is RuleVerdict.ALLOW:
            return Ruling(verdict=RuleVerdict.ASK, why=_ODD.format(rule=ruling.rule))
        return ruling


NO_RULES = RulesNow(RuleBook())


def minute_of_day(at_s: float) -> int:
    """Here."""
    now = datetime.fromtimestamp(at_s, tz=UTC).astimezone()
    return now.hour * 60 + now.minute


def wishes(job: AskingJob, ask: Ask, view: Lookup, minute: int) -> Iterator[Wish]:
    """All that it is: a command that brings changes with it is both."""
    kind = _KINDS[ask.kind]
    read = _read_paths(ask)
    if read:
        kind = RuleKind.READ
    kinds = {kind}
    if ask.changes:
        kinds.add(RuleKind.WRITE)
    if ask.url:
        kinds.add(RuleKind.FETCH)
    if ask.command:
        kinds.add(RuleKind.COMMAND)
    folder = ask.cwd or ""
    said = [each.path for each in ask.changes] or read
    command = _read(ask.command, job.cli) if ask.command else None
    for each, tool in product(sorted(kinds), _tools(ask)):
        yield Wish(
            kind=each,
            command=command if each is RuleKind.COMMAND else None,
            places=tuple(view.look_up(one, folder) for one in said),
            top=view.top,
            home=view.home,
            host=host_of(ask.url),
            tool=tool,
            situation=RuleSituation(
                cli=job.cli or "",
                client=job.client,
                workspace=job.workspace,
                minute=minute,
                is_remote=job.is_remote,
            ),
            look=lambda one, inside: view.look_up(
                one,
                os.path.join(folder, inside) if inside and inside[0] != "~" else inside or folder,  # noqa: PTH118 - texts
            ),
        )


def _tools(ask: Ask) -> list[str]:
    """`server/tool`, in each way that a name may be read which does not tell them apart."""
    found = [f"{ask.server}/{ask.tool}"]
    if ask.kind is PermissionKind.MCP and not ask.server:
        found += [
            f"{ask.tool[: sign.start()]}/{ask.tool[sign.end() :]}"
            for sign in islice(_SIGNS.finditer(ask.tool), _MOST_READINGS)
        ]
    return found


def _more_than_said(ask: Ask) -> set[str]:
    """What else it wants for a command, such as to run outside of a sandbox."""
    return {
        name
        for name, said in ask.arguments.items()
        if said and name not in _SAID_ALONE and (name, said) != _NAMES_ITSELF
    }


def _read(command: str, cli: CliName | None) -> ParsedCommand:
    from llmgw_desktop.wire.shell.windows import read_command  # with the first question of an agent

    return read_command(command, shell_of(cli))


def shell_of(cli: CliName | None) -> CommandShell:
    """Whose words the commands of its agent are written in."""
    if cli is None or os.name != "nt":
        return CommandShell.POSIX
    return cli_of(cli).shell_on_windows


def _read_paths(ask: Ask) -> list[str]:
    if ask.kind is not PermissionKind.OTHER or ask.tool.casefold() not in _READS:
        return []
    found: list[object] = []
    for name in _PATHS:
        said = ask.arguments.get(name)
        found += said if isinstance(said, list) else [said]
    return [each for each in found if isinstance(each, str) and each]
