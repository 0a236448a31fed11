"""Tables of folders. `[workspaces]`: those that jobs may work in, and where programs may add more;
`[pins.NAME]`: those whose programs leave through one account, or not at all.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.jobs.approval import ApprovalStrategy
from llmgw_desktop.domain.jobs.workspace import (
    ALIAS,
    ALIAS_WORDS,
    DEEPEST_CREATION,
    AllowedRoot,
    Workspace,
    WorkspaceKind,
    WorkspaceSettings,
)
from llmgw_desktop.domain.provider import Provider
from llmgw_desktop.domain.routing.route import FolderPin, RouteTarget
from llmgw_desktop.domain.setting import (
    Kind,
    PlainText,
    Setting,
    Shape,
    Texts,
    Unfit,
    WholeNumber,
    Word,
    YesNo,
)
from llmgw_desktop.store.settings.clients import CLIENT_KEYS, ClientTables
from llmgw_desktop.store.settings.clis import CONTAIN_KEYS, contain_settings
from llmgw_desktop.store.settings.places import PRACTICE, KnownPlaces, is_name
from llmgw_desktop.store.settings.text import KeyPath, SettingsText, said_by_environment

ADMIN_VARIABLE = "LLM_GATEWAY_WORKSPACE_ADMIN"
_MOST = 200


class AliasName(Kind):
    """How a workspace or root is called."""

    expected = ALIAS_WORDS

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or not ALIAS.fullmatch(raw):
            raise Unfit(self.expected)
        return raw


class FolderPath(Kind):
    """Where it is; whether it is there is looked at when it is used."""

    expected = "an absolute path, or one that begins with ~/"

    def read(self, raw: object) -> str:
        path = PlainText().read(raw)
        if not (PurePath(path).is_absolute() or path.startswith("~/")):
            raise Unfit(self.expected)
        return path


WORKSPACES_KEYS: dict[str, Setting] = {
    "default": Setting(
        AliasName(),
        "The workspace of runs that name a relative `workingDir` and no workspace.",
    ),
    "admin": Setting(
        YesNo(),
        "Whether programs with the permission `workspace:admin` may make and register workspaces.",
        env=(ADMIN_VARIABLE,),
    ),
}
REPO_KEYS: dict[str, Setting] = {
    "alias": Setting(AliasName(), "How runs name it. Required."),
    "path": Setting(FolderPath(), "Where it is. Required."),
    "kind": Setting(Word(words=WorkspaceKind), "What it is; a folder if left out."),
    "providers": Setting(
        Texts(each="a CLI's name", is_fit=lambda text: text in set(CliName)),
        "The CLIs that may work there; all if left out.",
    ),
    "allow_worktree": Setting(
        YesNo(), "A job may have a git worktree of its own of what lies there."
    ),
    "allow_add_dir": Setting(YesNo(), "Callers elsewhere may name further folders inside it."),
    "approvals": Setting(
        Word(words=ApprovalStrategy),
        "The least for runs there, whoever asks: [approval-gate.md](approval-gate.md).",
    ),
    "snapshot": Setting(
        YesNo(),
        "Whether runs there get a snapshot first: [undo.md](undo.md).",
        since="0.2.0",
    ),
    **CONTAIN_KEYS,
}
ROOT_KEYS: dict[str, Setting] = {
    "alias": Setting(AliasName(), "How programs name it. Required."),
    "path": Setting(FolderPath(), "Where it is. Required."),
    "allow_register_existing_git_repos": Setting(
        YesNo(), "Repositories below it may be registered."
    ),
    "allow_create_directories": Setting(YesNo(), "New folders may be made below it."),
    "allow_init_git_repos": Setting(YesNo(), "New git repositories, too."),
    "max_create_depth": Setting(
        WholeNumber(least=1, most=DEEPEST_CREATION),
        "How many folders below it a new one may lie.",
    ),
}
"""Key, kind of value, meaning."""


class WorkspaceTables:
    """Reads all of it. A workspace or root with a mistake is off, and the others are as they are.
    Raises ConfigError for all else."""

    def __init__(self, text: SettingsText, env: Mapping[str, str]) -> None:
        self._text = text
        self._env = env
        self._off: dict[str, str] = {}

    def read(self) -> WorkspaceSettings:
        table = self._text.table(("workspaces",))
        own = {name: raw for name, raw in table.items() if name not in ("repos", "allowed_roots")}
        values = self._text.values(("workspaces",), own, WORKSPACES_KEYS)
        values |= said_by_environment(WORKSPACES_KEYS, self._env)
        roots = self._listed(table, "allowed_roots", ROOT_KEYS)
        self._off.clear()
        repos = self._listed(table, "repos", REPO_KEYS)
        return WorkspaceSettings(
            **values,
            repos=tuple(self._repo(each) for each in repos),
            allowed_roots=tuple(AllowedRoot(**each) for each in roots),
            off=dict(self._off),
        )

    def _repo(self, values: dict[str, Any]) -> Workspace:
        clis = tuple(CliName(name) for name in values.pop("providers", ()))
        contained = contain_settings(values)
        return Workspace(**values, clis=clis, containment=contained, is_of_settings=True)

    def _listed(
        self, table: Mapping[str, Any], name: str, keys: Mapping[str, Setting]
    ) -> list[dict[str, Any]]:
        path: KeyPath = ("workspaces", name)
        tables = table.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            raise self._text.error(path, f"expected tables, each [[workspaces.{name}]]")
        if len(tables) > _MOST:
            raise self._text.error(path, f"expected at most {_MOST}")
        listed: list[dict[str, Any]] = []
        for number, each in enumerate(tables):
            try:
                values = self._entry((*path, number), each, keys)
            except ConfigError as error:
                self._put_off(each, error)
                continue
            if any(values["alias"] == other["alias"] for other in listed):
                # Which of the two is meant nobody knows.
                problem = "is the alias of an earlier one, so neither of them is used"
                self._put_off(each, self._text.error((*path, number, "alias"), problem))
                listed = [other for other in listed if other["alias"] != values["alias"]]
                continue
            if values["alias"] not in self._off:
                listed.append(values)
        return listed

    def _entry(
        self, path: KeyPath, table: Mapping[str, object], keys: Mapping[str, Setting]
    ) -> dict[str, Any]:
        values = self._text.values(path, table, keys)
        for key in ("alias", "path"):
            if key not in values:
                raise self._text.error(
                    path, f"{key} is missing: expected {keys[key].kind.expected}"
                )
        return values

    def _put_off(self, table: Mapping[str, object], error: ConfigError) -> None:
        self._text.warnings.append(f"{error}. It is off; the others are used.")
        if isinstance(alias := table.get("alias"), str):
            self._off.setdefault(alias, str(error))


MOST_PINS = 500
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
_SINCE = "0.2.0"
PIN_KEYS: dict[str, Setting] = {
    "folder": Setting(
        FolderPath(), "The folder that is pinned; `llmgw pin` sets it up. Required.", since=_SINCE
    ),
    "account": Setting(
        Shape('a text such as "provider/account" or "provider"'),
        "Whom everything leaves through that comes by the folder's own base URL "
        "(`/as/pinned.NAME`). Required.",
        since=_SINCE,
    ),
    "model": Setting(
        PlainText(), "Who answers, whatever was asked for; as asked if left out.", since=_SINCE
    ),
    "budgets": Setting(
        CLIENT_KEYS["budgets"].kind,
        "What all that comes by it may use up together, beside what its client may.",
        since=_SINCE,
    ),
}


class PinTables:
    """Reads all of them. Raises ConfigError: a pin that does not hold is none."""

    def __init__(self, text: SettingsText, providers: Sequence[Provider]) -> None:
        self._text = text
        self._providers = {each.name: each for each in providers}
        self._places = KnownPlaces(providers)
        self._clients = ClientTables(text, providers)

    def read(self) -> tuple[FolderPin, ...]:
        tables = self._text.table(("pins",))
        if len(tables) > MOST_PINS:
            raise self._text.error(("pins",), f"expected at most {MOST_PINS} pins")
        return tuple(self._pin(name, self._text.table(("pins", name))) for name in tables)

    def _pin(self, name: str, table: Mapping[str, object]) -> FolderPin:
        path = ("pins", name)
        if not _NAME.fullmatch(name):
            raise self._text.error(path, "expected 1 to 48 small letters, digits and -")
        for key in table:
            if key not in PIN_KEYS:
                known = ", ".join(PIN_KEYS)
                raise self._text.error((*path, key), f"is nothing of a pin; there are {known}")
        texts = {
            key: str(self._text.value((*path, key), PIN_KEYS[key].kind, table[key]))
            for key in ("folder", "model")
            if key in table
        }
        target = self._target((*path, "account"), table.get("account"))
        budgets = (
            self._clients.budgets((*path, "budgets"), table["budgets"])
            if "budgets" in table
            else ()
        )
        if "folder" not in texts:
            raise self._text.error(path, "a pin needs folder")
        return FolderPin(
            name=name,
            provider=target.provider,
            account=target.account,
            budgets=budgets,
            **texts,
        )

    def _target(self, path: KeyPath, raw: object) -> RouteTarget:
        if raw is None:
            raise self._text.error(path[:-1], "a pin needs account")
        if not isinstance(raw, str) or not is_name(raw):
            raise self._text.error(path, f"expected {PIN_KEYS['account'].kind.expected}")
        try:
            target = self._places.target(raw)
        except Unfit as unfit:
            raise self._text.error(path, str(unfit)) from None
        if target.model and target.provider != PRACTICE:
            raise self._text.error(path, "expected no model here; model = names it")
        provider = self._providers.get(target.provider)
        if provider is not None and not target.account and len(provider.accounts) > 1:
            names = ", ".join(each.name for each in provider.accounts[:12])
            raise self._text.error(
                path, f'expected one account, "{provider.name}/NAME" (there are: {names})'
            )
        return target
