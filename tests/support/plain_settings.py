"""Settings, accounts and a router for window tests: a real file, and the rest as a test says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from llmgw_desktop.domain.errors import ConfigError, UpstreamRefused
from llmgw_desktop.domain.events import Event, SettingsChanged
from llmgw_desktop.domain.provider import AccountStatus, Upstream
from llmgw_desktop.domain.routing.route import RouteDecision, RouteQuestion
from llmgw_desktop.domain.settings.whole import LoadedSettings, Settings
from llmgw_desktop.store.settings.editor import SettingsEditor
from llmgw_desktop.store.settings.reader import load_settings, settings_of


class PlainSettings:
    """A settings file as the container keeps one; `env` is what its variables hold."""

    def __init__(self, path: Path, publish: Callable[[Event], None]) -> None:
        self.path = path
        self.env: dict[str, str] = {}
        self._publish = publish
        self.editor = SettingsEditor(path, lambda file, raw: settings_of(file, raw, self.env))
        self.loaded: LoadedSettings = self._load()

    def __call__(self) -> Settings:
        """As the window asks its container for what holds."""
        return self.loaded.settings

    def write(self, text: str) -> None:
        """As a person with an editor does."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(text)
        self.read()

    def read(self) -> None:
        before = self.loaded
        try:
            self.loaded = self._load()
        except ConfigError as error:
            self._publish(SettingsChanged(settings=before.settings, problem=str(error)))
            return
        if self.loaded.source != before.source:
            self._publish(SettingsChanged(settings=self.loaded.settings))

    def _load(self) -> LoadedSettings:
        return load_settings(self.path, self.env)


class PlainSpending:
    """As app's ProviderSpending."""

    def __init__(self) -> None:
        self.running: dict[str, int] = {}
        self.told: dict[str, str] = {}

    def under_way(self) -> dict[str, int]:
        return self.running

    def words(self, provider: str, under_way: int) -> str:
        told = self.told.get(provider, "")
        now = f"{under_way} under way" if under_way else ""
        return " · ".join(each for each in (now, told) if each)


class PlainHealth:
    """As app's Accounts: `uses` is what the next look at the record brings."""

    def __init__(self) -> None:
        self.known: dict[str, AccountStatus] = {}
        self.reset_accounts: list[str] = []
        self.uses: dict[str, str] = {}
        self._read: dict[str, str] = {}
        self.spending = PlainSpending()

    def used(self, account: str) -> str:
        return self._read.get(account, "")

    def read_usage(self) -> None:
        self._read = dict(self.uses)

    def statuses(self) -> tuple[AccountStatus, ...]:
        return tuple(self.known.values())

    def reset(self, account: str) -> None:
        self.reset_accounts.append(account)
        self.known.pop(account, None)


class PlainExplainer:
    """As app's route explainer: says what it was told to say."""

    def __init__(self) -> None:
        self.asked: list[RouteQuestion] = []
        self.decision = RouteDecision(candidates=(), reason="Nobody was asked.")
        self.trouble: Exception | None = None

    def explain(self, question: RouteQuestion) -> RouteDecision:
        self.asked.append(question)
        if self.trouble is not None:
            raise self.trouble
        return self.decision


class PlainAnswer:
    """A provider's answer, at once."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self._body = body
        self.is_closed = False

    async def read(self) -> bytes:
        body, self._body = self._body, b""
        return body

    async def close(self) -> None:
        self.is_closed = True


class Unreachable:
    """As engine's HttpClient: nobody is there, unless an answer was put by for an address."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[tuple[Upstream, str]] = []

    async def get(self, upstream: Upstream, path: str) -> PlainAnswer:
        self.asked.append((upstream, path))
        if upstream.base_url not in self.answers:
            raise UpstreamRefused(f"'{upstream.provider}' refused the connection. Is it running?")
        return PlainAnswer(*self.answers[upstream.base_url])
