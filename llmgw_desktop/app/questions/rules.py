"""Lasting rules for a person: what they say of a wish, why, and how they are changed."""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.clis.registry import NAMES
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    AskingJob,
    DecisionWay,
    FileChange,
    PermissionDecision,
    PermissionKind,
    PermissionQuestion,
)
from llmgw_desktop.domain.jobs.rules.book import NOT_PLACED, RuleBook, Ruling
from llmgw_desktop.domain.jobs.rules.hosts import host_of
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict, StandingRule
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.questions.permissions.review import Review, reviewed
from llmgw_desktop.engine.questions.permissions.standing import RulesNow, shell_of
from llmgw_desktop.store.settings.editor import Edit
from llmgw_desktop.store.settings.reader import load_settings, settings_of
from llmgw_desktop.store.settings.rules import rule_table
from llmgw_desktop.store.settings.text import read_settings_file
from llmgw_desktop.store.toml_changes import AddTable, RemoveTable, SetKeys, TomlValue
from llmgw_desktop.wire.shell.windows import read_command

_ADDRESS = "rules"
_BEATEN = "the rule '{rule}' counts before it, so it would change nothing: change that one"
RuleTable = dict[str, TomlValue]
"""A rule as the settings file holds it."""


@value
class TriedWish:
    """What an agent might want, to be tried against the rules."""

    command: str = ""
    path: str = ""
    """Of a file that is changed."""
    url: str = ""
    tool: str = ""
    """`server/tool`."""
    cli: CliName = NAMES[0]
    client: str = "local"
    folder: str
    """Absolute."""
    workspace: str = ""
    top: str = ""

    @property
    def ask(self) -> Ask:
        server, _, tool = self.tool.rpartition("/")
        changes = (FileChange(path=self.path),) if self.path else ()
        kind = PermissionKind.OTHER
        for said, told in (
            (self.tool, PermissionKind.MCP),
            (self.url, PermissionKind.FETCH),
            (self.path, PermissionKind.EDIT),
            (self.command, PermissionKind.COMMAND),
        ):
            kind = told if said else kind
        return Ask(
            native_id="tried",
            kind=kind,
            command=self.command,
            changes=changes,
            url=self.url,
            server=server,
            tool=tool,
        )

    @property
    def job(self) -> AskingJob:
        return AskingJob(
            id="tried",
            owner=self.client,
            client=self.client,
            cli=self.cli,
            working_dir=self.folder,
            workspace=self.workspace,
            top=self.top,
        )


def tried(
    wish: TriedWish, rules: Sequence[StandingRule], is_private: Callable[[Path], bool], at_s: float
) -> Ruling:
    """As a job would be answered now. Touches the disk."""
    review = reviewed(wish.job, wish.ask, is_private, RulesNow(RuleBook(rules), at_s))
    return ruling_of(review)


def ruling_of(review: Review) -> Ruling:
    if review.refusal:
        return Ruling(verdict=RuleVerdict.DENY, why=review.refusal)
    return review.ruling or Ruling(verdict=RuleVerdict.ASK, why=NOT_PLACED)


def programs_in(wish: TriedWish) -> tuple[list[str], str]:
    """The programs that a command starts, each with its words; and why it is not clear."""
    read = read_command(wish.command, shell_of(wish.cli))
    every = sorted(read.every, key=lambda each: -len(each.words))
    return [" ".join(word.text for word in each.words) for each in every], read.unclear


def rule_read(table: Mapping[str, TomlValue]) -> StandingRule:
    """As it would be read from the file. Raises ConfigError with one sentence."""
    import tomlkit

    text = tomlkit.dumps({_ADDRESS: [dict(table)]})
    found = settings_of("the rule", text.encode(), {}).settings.rules[0]
    if found.mistake:
        at, _, words = found.mistake.partition(": ")
        error = ConfigError(words, file="the rule")
        error.key = at.partition("[")[0]  # for a form: beside its field
        raise error
    return found


def adding(base: bytes, table: Mapping[str, TomlValue]) -> Edit:
    """Raises ConfigError for a rule with a mistake, and for a name that another one has."""
    rule = rule_read(table)
    if any(each.get("name") == rule.name for each in _tables(base)):
        raise ConfigError(f"there is a rule '{rule.name}' already", file="the rule")
    change = AddTable(table=(_ADDRESS,), values=dict(table), is_element=True)
    return Edit(base=base, changes=(change,))


def changing(base: bytes, name: str, table: Mapping[str, TomlValue]) -> Edit:
    """What is not in `table` is taken out. Raises ConfigError."""
    rule_read(table)
    at = place_of(base, name)
    held = _tables(base)[at]
    if table["name"] != name and any(each.get("name") == table["name"] for each in _tables(base)):
        raise ConfigError(f"there is a rule '{table['name']}' already", file="the rule")
    values: dict[str, TomlValue | None] = {key: None for key in held if key not in table}
    change = SetKeys(table=(_ADDRESS, at), values=values | dict(table))
    return Edit(base=base, changes=(change,))


def removing(base: bytes, name: str) -> Edit:
    """Raises ConfigError where there is none."""
    return Edit(base=base, changes=(RemoveTable(table=(_ADDRESS, place_of(base, name))),))


def place_of(base: bytes, name: str) -> int:
    """Of the rule in the file. Raises ConfigError where there is none of this name."""
    for at, each in enumerate(_tables(base)):
        if each.get("name") == name or name == f"number {at + 1}":
            return at
    raise ConfigError(f"there is no rule '{name}'", file="the rules")


def _tables(base: bytes) -> list[Mapping[str, Any]]:
    import tomllib

    found = tomllib.loads(base.decode("utf-8-sig")).get(_ADDRESS, [])
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


MOST_COMPARED = 200
"""Questions of the log that a new rule is tried on."""
_BY_PERSON = (DecisionWay.DIALOG, DecisionWay.COMMAND, DecisionWay.DEVICE)
NOT_THIS = "It would not allow this question."
_VERBS = frozenset(
    str.split(
        "git npm pnpm yarn bun cargo go docker podman kubectl make just pip uv poetry gh glab"
        " systemctl brew apt dotnet mvn gradle terraform helm rustup conda bundle rake mix"
    )
)
"""Programs whose first word says what they do."""
_WILD = frozenset("*?")
_VERB = re.compile(r"[a-z][a-z0-9:_-]{0,40}")


@value
class RuleOffer:
    """A rule that could be made of a question; `pattern` is for the person to change."""

    key: str
    """Of the rule's list that the pattern goes into."""
    pattern: str
    where: str
    """«in the workspace shop», «everywhere»."""


def offered(question: PermissionQuestion) -> RuleOffer | None:
    """None where nothing general can be said of it."""
    ask = question.ask
    where = f"in the workspace {question.workspace}" if question.workspace else "everywhere"
    if question.cli is None:
        where = f"for {inert_line(question.client, 60)}"
        if any(sign in f"{question.client}{ask.server}{ask.tool}" for sign in _WILD):
            return None  # a pattern of this name would hold for others as well
    key, pattern = "", ""
    match ask.kind:
        case PermissionKind.COMMAND:
            key, pattern = "commands", _general(ask.command, question.cli)
        case PermissionKind.EDIT:
            key, pattern = "paths", _folder_of(ask)
        case PermissionKind.FETCH:
            key, pattern = "hosts", host_of(ask.url)
        case PermissionKind.MCP if ask.tool:
            key, pattern = "tools", f"{ask.server}/{ask.tool}"
    return RuleOffer(key=key, pattern=pattern, where=where) if pattern else None


def _general(command: str, cli: CliName | None) -> str:
    """`git log *` of `timeout 5 git log -3`; empty where it is more than one plain program."""
    read = read_command(command, shell_of(cli))
    if read.unclear or len(read.commands) != 1:
        return ""
    one = read.commands[0]
    while one.does_no_more and len(one.inner) == 1:
        one = one.inner[0]
    if one.inner or not all(each.is_known for each in one.words[:2]):
        return ""
    words = [one.words[0].text]
    if one.name in _VERBS and len(one.words) > 1 and _VERB.fullmatch(one.words[1].text):
        words.append(one.words[1].text)
        third = one.words[2].text if len(one.words) > 2 and one.words[2].is_known else ""
        if words[1] in ("run", "exec", "compose") and _VERB.fullmatch(third):
            words.append(third)
    more = ["*"] if len(one.words) > len(words) else []
    return " ".join([*(shlex.quote(each) for each in words), *more])


def _folder_of(ask: Ask) -> str:
    """`/home/me/shop/src/**` of the files that it changes."""
    folders = {each.path.rpartition("/")[0] for each in ask.changes}
    only = folders.pop() if len(folders) == 1 else ""
    return f"{only}/**" if only.startswith("/") else ""


def always_table(question: PermissionQuestion, offer: RuleOffer) -> dict[str, TomlValue]:
    """The rule as the settings file would hold it."""
    table: dict[str, TomlValue] = {
        "name": f"{offer.pattern} {offer.where}"[:80],
        "action": str(RuleVerdict.ALLOW),
        offer.key: [offer.pattern],
    }
    if question.workspace:
        table["workspaces"] = [question.workspace]
    if question.cli is None:
        table["clients"] = [question.client]
    return table


def would_have_words(
    question: PermissionQuestion, offer: RuleOffer, log: Sequence[PermissionDecision]
) -> str:
    """What the rule would have decided. Raises ConfigError for a pattern with a mistake.
    Touches the disk."""
    book = RuleBook((rule_read(always_table(question, offer)),))
    if not _allows(book, question):
        return NOT_THIS
    found = [each for each in log if _allows(book, each.question)]
    denied = sum(not each.answer.allows and each.answer.way in _BY_PERSON for each in found)
    told = f"Holds {offer.where}. Of the last {counted(len(log), 'question')} it would have allowed"
    if not found:
        return f"{told} none."
    return f"{told} {len(found):,}" + (f", {denied:,} of which you denied." if denied else ".")


def _allows(book: RuleBook, question: PermissionQuestion) -> bool:
    return _judged(book, question).verdict is RuleVerdict.ALLOW


def _judged(book: RuleBook, question: PermissionQuestion) -> Ruling:
    job = AskingJob(
        id=question.job_id,
        owner=question.owner,
        client=question.client,
        cli=question.cli,
        working_dir=question.ask.cwd or "/",
        workspace=question.workspace,
    )
    rules = RulesNow(book, question.asked_at_s)
    return ruling_of(reviewed(job, question.ask, lambda _: False, rules))


def always_wish(
    question: PermissionQuestion, offer: RuleOffer, settings_file: Path
) -> SettingsWish:
    """Its `edit` reads the disk, and raises ConfigError; also where a rule of the file would
    ask for it, or deny it, all the same."""
    table = always_table(question, offer)

    def edit() -> Edit:
        base = read_settings_file(settings_file)
        made = adding(base, table)
        others = settings_of("the settings", base, {}).settings.rules
        found = _judged(RuleBook((*others, rule_read(table))), question)
        if found.verdict is not RuleVerdict.ALLOW and found.rule:
            raise ConfigError(_BEATEN.format(rule=found.rule), file="the rule")
        return made

    said = f"{inert_line(offer.pattern, 80)} is allowed {offer.where} from now on."
    return SettingsWish(edit=edit, said=said)


class RuleList:
    """Of the settings file, for a window. `all` and `tried` are for a thread, and raise
    ConfigError."""

    def __init__(
        self,
        settings_file: Path,
        env: Mapping[str, str],
        is_private: Callable[[Path], bool],
        clock: Clock,
    ) -> None:
        self._file = settings_file
        self._env = env
        self._is_private = is_private
        self._clock = clock

    def all(self) -> tuple[StandingRule, ...]:
        """In the order of the file, those that are off or cannot be read too."""
        return load_settings(self._file, self._env).settings.rules

    def table_of(self, rule: StandingRule) -> RuleTable:
        return rule_table(rule)

    def tried(self, command: str) -> str:
        """What would become of it in the person's own folder, in one line."""
        wish = TriedWish(command=command, folder=str(Path.home()))
        found = tried(wish, self.all(), self._is_private, self._clock.now_s())
        return f"{found.verdict}: {found.why}"

    def saving(self, table: RuleTable, name: str = "") -> SettingsWish:
        """A new one, or in the place of that. For a thread: a mistake is told now."""
        base = read_settings_file(self._file)
        said = inert_line(str(table.get("name", "")), 80)
        if name:
            changing(base, name, table)
            return SettingsWish(
                edit=lambda: changing(read_settings_file(self._file), name, table),
                said=f"The rule {said} is changed.",
            )
        adding(base, table)
        return SettingsWish(
            edit=lambda: adding(read_settings_file(self._file), table),
            said=f"The rule {said} holds from now on.",
        )

    def removing(self, name: str) -> SettingsWish:
        return SettingsWish(
            edit=lambda: removing(read_settings_file(self._file), name),
            said=f"The rule {inert_line(name, 80)} is gone.",
        )

    def switching(self, rule: StandingRule, *, on: bool) -> SettingsWish:
        table = rule_table(replace(rule, is_on=on))
        return SettingsWish(
            edit=lambda: changing(read_settings_file(self._file), rule.name, table),
            said=f"The rule {inert_line(rule.name, 80)} is {'on' if on else 'off'}.",
        )
