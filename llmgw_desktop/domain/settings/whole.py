"""What a person has set, checked. Reading the file is `store/settings/reader.py`'s work."""

from collections.abc import Callable
from dataclasses import field, fields
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from llmgw_desktop.domain.brakes import BrakeSettings
from llmgw_desktop.domain.flights.alarms import NotifyTarget
from llmgw_desktop.domain.flights.price import PriceRule
from llmgw_desktop.domain.guard import GuardRule
from llmgw_desktop.domain.jobs.approval import ApprovalSettings
from llmgw_desktop.domain.jobs.changes import UndoSettings
from llmgw_desktop.domain.jobs.cli_settings import ALL_CLIS, CliSettings
from llmgw_desktop.domain.jobs.rules.rule import StandingRule
from llmgw_desktop.domain.jobs.workspace import WorkspaceSettings
from llmgw_desktop.domain.mcp_server import McpServer
from llmgw_desktop.domain.policy import ClientPolicy
from llmgw_desktop.domain.provider import PRACTICE_PREFIX, Provider
from llmgw_desktop.domain.routing.route import Alias, FolderPin, RouteRule
from llmgw_desktop.domain.setting import Setting, settings_of_table
from llmgw_desktop.domain.settings.door import (
    AccessSettings,
    HttpSettings,
    OauthSettings,
    PocketSettings,
    TelemetrySettings,
    UpdateSettings,
    WebViewSettings,
)
from llmgw_desktop.domain.settings.tables import (
    BackupSettings,
    CacheSettings,
    CompressionSettings,
    FailoverSettings,
    JobSettings,
    LimitSettings,
    RecorderSettings,
    RoutingSettings,
    StorageSettings,
    UpstreamSettings,
)
from llmgw_desktop.domain.values import value

_T = TypeVar("_T")


class SettingGroup(StrEnum):
    """What a table of the settings is about, as the window's page has them, in its order."""

    GENERAL = "General"
    GATEWAY = "Gateway"
    RECORDING = "Recording"
    COSTS = "Prices and budgets"
    NOTIFICATIONS = "Notifications"
    PRIVACY = "Privacy and security"
    NETWORK = "Providers' network"
    ADVANCED = "Advanced"

    @property
    def words(self) -> str:
        return _OF_GROUPS[self]


_OF_GROUPS = {
    SettingGroup.GENERAL: "How the program starts and looks, and how it hears of newer versions.",
    SettingGroup.GATEWAY: "Where programs reach the gateway, and how much may go on at once.",
    SettingGroup.RECORDING: "What is kept of requests and answers, where, and for how long.",
    SettingGroup.COSTS: "What models cost, what may be spent, and what saves some of it.",
    SettingGroup.NOTIFICATIONS: "When somebody is told, and how.",
    SettingGroup.PRIVACY: "Who is let in, what agents may do, and what leaves this computer.",
    SettingGroup.NETWORK: "Who answers, how long that is waited for, and what happens if not.",
    SettingGroup.ADVANCED: "Runs of vendors' CLIs, their folders and tools.",
}


def _table(
    made: Callable[[], _T], name: str, words: str, group: SettingGroup = SettingGroup.ADVANCED
) -> _T:
    """A table that is there once, of fields that are settings; `words` say what it is about."""
    said = {"table": tuple(name.split(".")), "words": words, "group": group}
    found: _T = field(default_factory=made, metadata=said)
    return found


@value
class Settings:
    """All of config.toml with the environment's word on top."""

    http: HttpSettings = _table(
        HttpSettings,
        "http",
        "Where the gateway listens, and who may call it. Changes hold from the next start on.",
        SettingGroup.GATEWAY,
    )
    oauth: OauthSettings = _table(
        OauthSettings,
        "http.oauth",
        "Programs that ask to be let in, and a person who answers.",
        SettingGroup.PRIVACY,
    )
    upstream: UpstreamSettings = _table(
        UpstreamSettings,
        "upstream",
        "How long providers are waited for, and how much they may answer.",
        SettingGroup.NETWORK,
    )
    recorder: RecorderSettings = _table(
        RecorderSettings,
        "recorder",
        "What is kept of each flight, and for how long.",
        SettingGroup.RECORDING,
    )
    backups: BackupSettings = _table(
        BackupSettings,
        "backups",
        "Automatic backups of gateway.db: which are kept. The newest always is.",
        SettingGroup.RECORDING,
    )
    storage: StorageSettings = _table(
        StorageSettings, "storage", "How what is kept lies on the disk.", SettingGroup.RECORDING
    )
    telemetry: TelemetrySettings = _table(
        TelemetrySettings,
        "telemetry",
        "What goes through, told to an OpenTelemetry collector (the extra `otel`).",
        SettingGroup.PRIVACY,
    )
    routing: RoutingSettings = _table(
        RoutingSettings,
        "routing",
        "What holds where a route says nothing else, and for requests that no route is for.",
        SettingGroup.NETWORK,
    )
    failover: FailoverSettings = _table(
        FailoverSettings,
        "failover",
        "What happens when an account does not answer.",
        SettingGroup.NETWORK,
    )
    jobs: JobSettings = _table(JobSettings, "jobs", "Runs of vendors' CLIs.")
    undo: UndoSettings = _table(
        UndoSettings, "undo", "Snapshots by which the work of agents can be taken back."
    )
    limits: LimitSettings = _table(
        LimitSettings, "limits", "How much may go on at once.", SettingGroup.GATEWAY
    )
    cache_awareness: CacheSettings = _table(
        CacheSettings,
        "cache_awareness",
        "What is known and told of vendors' prompt caches.",
        SettingGroup.COSTS,
    )
    compression: CompressionSettings = _table(
        CompressionSettings,
        "compression",
        "Shorter answers, where a request does not say.",
        SettingGroup.COSTS,
    )
    approvals: ApprovalSettings = _table(
        ApprovalSettings,
        "approvals",
        "What agents may do unasked, and who answers when they ask.",
        SettingGroup.PRIVACY,
    )
    brakes: BrakeSettings = _table(
        BrakeSettings,
        "brakes",
        "What requests are held for until a person decides.",
        SettingGroup.PRIVACY,
    )
    updates: UpdateSettings = _table(
        UpdateSettings,
        "updates",
        "Whether there is a newer version; nobody is asked unless a person says so.",
        SettingGroup.GENERAL,
    )
    ui: WebViewSettings = _table(
        WebViewSettings,
        "ui",
        "What the window speaks; and the gateway in a browser, for where there is no window.",
        SettingGroup.GENERAL,
    )
    pocket: PocketSettings = _table(
        PocketSettings,
        "pocket",
        "Questions, jobs and limits on a phone in the same network.",
        SettingGroup.PRIVACY,
    )
    access: AccessSettings = field(default_factory=AccessSettings)
    mcp_servers: tuple[McpServer, ...] = ()
    """Those with a mistake too, switched off."""
    clis: tuple[CliSettings, ...] = ALL_CLIS
    """Each of them, always."""
    providers: tuple[Provider, ...] = ()
    """In the order of the file."""
    workspaces: WorkspaceSettings = field(default_factory=WorkspaceSettings)
    prices: tuple[PriceRule, ...] = ()
    """In the order of the file; the first that matches holds."""
    routes: tuple[RouteRule, ...] = ()
    """In the order of the file, those that are switched off too."""
    aliases: tuple[Alias, ...] = ()
    clients: tuple[ClientPolicy, ...] = ()
    """What those may spend and ask for that have a policy."""
    guards: tuple[GuardRule, ...] = ()
    """In the order of the file, those that are switched off too."""
    rules: tuple[StandingRule, ...] = ()
    """In the order of the file, those that are off or cannot be read too."""
    notify: tuple[NotifyTarget, ...] = ()
    """In the order of the file, those that are switched off too."""
    pins: tuple[FolderPin, ...] = ()
    """Folders whose programs leave through one account."""

    @property
    def policies(self) -> tuple[ClientPolicy, ...]:
        """Of clients, and of pins that have budgets, under their labels."""
        pins = [each for each in self.pins if each.budgets]
        return (
            *self.clients,
            *(ClientPolicy(client=each.label, budgets=each.budgets) for each in pins),
        )

    @property
    def practice(self) -> tuple[str, ...]:
        """The names of practice providers: what they answer is no real traffic. There is one,
        which is built in and needs no table."""
        return (PRACTICE_PREFIX.rstrip("/"),)

    @property
    def everyone(self) -> tuple[Provider, ...]:
        """The providers of the file, then the CLIs."""
        return (*self.providers, *(cli.provider for cli in self.clis))

    @property
    def api_keys(self) -> tuple[str, ...]:
        """Every key that was read; none is ever written down or shown."""
        accounts = (account for provider in self.providers for account in provider.accounts)
        keys = [account.api_key for account in accounts]
        keys += [secret for provider in self.providers for secret in provider.way.secrets]
        keys += [secret for server in self.mcp_servers for secret in server.secrets]
        keys += [secret for target in self.notify for secret in target.way.secrets]
        own = (self.access.bearer,) if self.access.bearer else ()
        return (*keys, *own, *(secret for cli in self.clis for secret in cli.secrets))


@value
class LoadedSettings:
    """Settings with what the reader of the file should be told."""

    settings: Settings
    warnings: tuple[str, ...] = ()
    """Unknown keys and the like: one sentence each, with file and line."""
    source: bytes = field(default=b"", repr=False, compare=False)
    """The file as it was read, for those who change it."""


class SingleTable(NamedTuple):
    """A table of the file that is there once."""

    field: str
    """Of Settings."""
    path: tuple[str, ...]
    """In the file."""
    made: type[Any]
    """The dataclass that holds its values; its fields say what each of its settings is."""
    words: str
    group: SettingGroup

    @property
    def settings(self) -> dict[str, Setting]:
        return settings_of_table(self.made)

    @property
    def defaults(self) -> Any:
        return self.made()


def single_tables() -> tuple[SingleTable, ...]:
    """All of them, in the order in which they are shown."""
    found: list[Any] = [each for each in fields(Settings) if "table" in each.metadata]
    return tuple(
        SingleTable(
            field=each.name,
            path=each.metadata["table"],
            made=each.default_factory,
            words=each.metadata["words"],
            group=each.metadata["group"],
        )
        for each in found
    )
