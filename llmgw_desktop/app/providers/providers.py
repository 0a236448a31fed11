"""Who answers: all providers with how they stand, and what a person can do with them.

Everything here is quick but `test` and `look_for_ollama`. A change of the settings is only made
ready: the window has a worker write it, and the watch of the file takes it over.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from llmgw_desktop.app.providers.accounts import (
    KeyKeeping,
    KeySource,
    KeyVault,
    ProviderAccounts,
    ProviderForm,
    default_form,
    form_of,
    free_name,
    values_of,
)
from llmgw_desktop.app.providers.cards import (
    KnownOfAccounts,
    ProviderCard,
    card_of,
    practice_card,
    with_reserve,
)
from llmgw_desktop.app.providers.probe import LOCAL_SERVERS, OLLAMA_URL, Probed, ProviderProbe
from llmgw_desktop.app.providers.usage import Accounts
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError, StoreUnavailable
from llmgw_desktop.domain.provider import (
    DEFAULT_ACCOUNT,
    KINDS,
    Provider,
    ProviderKind,
    account_id,
)
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.settings.editor import Edit
from llmgw_desktop.store.system_keyring import known_secret
from llmgw_desktop.store.toml_changes import AddTable, RemoveTable, SetKeys

if TYPE_CHECKING:
    from llmgw_desktop.app.providers.models import ShownModel


@value
class FoundKey:
    """A key that was found here; nothing is done with it unasked."""

    variable: str
    kind: ProviderKind
    words: str


@value
class AccountTest:
    """What one account's test brought."""

    account: str
    is_well: bool
    words: str


class Providers:
    """`vault` is None where there is none."""

    def __init__(
        self,
        loaded: Callable[[], LoadedSettings],
        *,
        health: Accounts,
        probe: ProviderProbe,
        env: Mapping[str, str],
        clock: Clock,
        vault: KeyVault | None = None,
    ) -> None:
        self._loaded = loaded
        self._health = health
        self._probe = probe
        self._env = env
        self._clock = clock
        self._keeping = KeyKeeping(vault)
        self.accounts = ProviderAccounts(loaded, self._keeping)
        self._listed: dict[str, str] = {}
        self._tests: dict[str, tuple[float, bool]] = {}

    @property
    def has_vault(self) -> bool:
        return self._keeping.has_vault

    @property
    def vault_entries(self) -> tuple[str, ...]:
        return self._keeping.known()

    def cards(self) -> tuple[ProviderCard, ...]:
        """In the order of the file, practice at the end."""
        known = KnownOfAccounts(
            statuses={status.account: status for status in self._health.statuses()},
            used=self._health.used,
            tests=self._tests,
        )
        now_s, spending = self._clock.now_s(), self._health.spending
        under_way = spending.under_way()
        kept = self._loaded().settings.brakes.reserve
        cards = [
            replace(
                card_of(
                    each,
                    known,
                    now_s,
                    listed=self._listed.get(each.name, ""),
                    missing_entry=self._keeping.missing,
                ),
                spending=spending.words(each.name, under_way.get(each.name, 0)),
            )
            for each in self._providers()
        ]
        return (*(with_reserve(each, kept) for each in cards), practice_card())

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way, of whomever it may be asked."""
        return bool(self._health.spending.under_way())

    def read_usage(self) -> None:
        """What was used of each account of late, for the cards that are made next. Blocks. Raises
        StoreError."""
        self._health.read_usage()

    def offers(self) -> tuple[FoundKey, ...]:
        """Keys in the environment that no provider uses."""
        accounts = [account for each in self._providers() for account in each.accounts]
        used = {account.api_key_env for account in accounts}
        held = {account.api_key for account in accounts}
        found: dict[str, FoundKey] = {}
        variables = [(name, kind) for kind, facts in KINDS.items() for name in facts.variables]
        for variable, kind in variables:
            key = known_secret(self._env, variable)
            if key and variable not in used and key not in held:
                words = f"Found in your environment: {variable}. Use it for {KINDS[kind].title}?"
                found.setdefault(key, FoundKey(variable=variable, kind=kind, words=words))
        return tuple(found.values())

    def new_form(self, kind: ProviderKind = ProviderKind.ANTHROPIC) -> ProviderForm:
        return default_form(kind, self._env, self._names(), has_vault=self.has_vault)

    def form_of(self, name: str) -> ProviderForm:
        return form_of(self._named(name))

    def is_set(self, variable: str) -> bool:
        """Whether the gateway can read this variable now."""
        return bool(known_secret(self._env, variable.strip()))

    def accept(self, offer: FoundKey) -> SettingsWish:
        name = free_name(offer.kind.value, self._names())
        form = ProviderForm(name=name, kind=offer.kind, api_key_env=offer.variable)
        return self.add(form)

    def add(self, form: ProviderForm) -> SettingsWish:
        base = self._loaded().source

        def edit() -> Edit:
            values = values_of(form, self._kept(form))
            given = {key: value for key, value in values.items() if value is not None}
            change = AddTable(table=("providers", form.name), values=given)
            return Edit(base=base, changes=(change,))

        return SettingsWish(edit=edit, said=f"{form.name} was added.")

    def change_from(self, name: str) -> Callable[[ProviderForm], SettingsWish]:
        """From what stands in the file now, whenever the form is filled in: only what the form has
        changed is written."""
        before = values_of(self.form_of(name))
        base = self._loaded().source

        def change(form: ProviderForm) -> SettingsWish:
            def edit() -> Edit:
                after = values_of(form, self._kept(form))
                changed = {key: value for key, value in after.items() if value != before[key]}
                change = SetKeys(table=("providers", name), values=changed)
                return Edit(base=base, changes=(change,) if changed else ())

            return SettingsWish(edit=edit, said=f"{name} was changed.")

        return change

    def remove(self, name: str) -> SettingsWish:
        edit = Edit(base=self._loaded().source, changes=(RemoveTable(table=("providers", name)),))
        return SettingsWish(edit=lambda: edit, said=f"{name} was removed.")

    def toggle(self, name: str, *, on: bool) -> SettingsWish:
        change = SetKeys(table=("providers", name), values={"enabled": on})
        edit = Edit(base=self._loaded().source, changes=(change,))
        return SettingsWish(edit=lambda: edit, said=f"{name} is {'on' if on else 'off'}.")

    def ask_again(self, account: str) -> None:
        """End an account's pause."""
        self._health.reset(account)

    async def test(self, name: str) -> tuple[AccountTest, ...]:
        """Ask with every account that is on. One that answers is no longer paused."""
        provider = self._named(name)
        accounts = [each for each in provider.accounts if each.enabled]
        probed = await asyncio.gather(*(self._probe.ask(provider, each) for each in accounts))
        tests = []
        for account, found in zip(accounts, probed, strict=True):
            named = account_id(name, account.name)
            self._tests[named] = self._clock.now_s(), found.is_well
            if found.is_well:
                self._health.reset(named)
                self._listed[name] = f"Lists {counted(len(found.models), 'model')}"
            tests.append(AccountTest(account=named, is_well=found.is_well, words=found.words))
        return tuple(tests)

    async def look_for_ollama(self) -> tuple[Probed, ProviderForm | None]:
        """What is said of it, and how it would be added; None where there is nothing to add."""
        found = await self._probe.look_for_ollama()
        if not found.is_well:
            return found, None
        known = next((each.name for each in self._providers() if each.base_url == OLLAMA_URL), "")
        if known:
            return Probed(is_well=True, words=f"{found.words} It is here already: {known}."), None
        form = ProviderForm(
            name=free_name("ollama", self._names()),
            kind=ProviderKind.OPENAI_COMPATIBLE,
            base_url=OLLAMA_URL,
            key_source=KeySource.NONE,
            local=True,
        )
        return found, form

    async def models(self, name: str) -> "tuple[ShownModel, ...]":
        """As its own list tells them, and as the settings name them; asks it, which costs nothing.
        Raises LlmgwError in words for the person."""
        from llmgw_desktop.app.providers.models import shown_models

        provider = self._named(name)
        account = next((each for each in provider.accounts if each.enabled), provider.accounts[0])
        listed: list[Mapping[str, Any]] = [{"id": each} for each in provider.models]
        try:
            listed += await self._probe.rows(provider, account)
        except TimeoutError as error:
            if not listed:
                raise StoreUnavailable("It does not answer. Test it on its card.") from error
        except LlmgwError:
            if not listed:
                raise
        return shown_models(listed, name, self._probe.price_of)

    async def local_servers(self) -> tuple[tuple[str, ProviderForm], ...]:
        """Those that answer on this computer and are no provider yet, each in words and as it would
        be added. Bounded in time."""
        known = {each.base_url for each in self._providers()}
        asked = {name: each for name, each in LOCAL_SERVERS.items() if each[1] not in known}
        probed = await asyncio.gather(
            *(self._probe.look_at(name, url) for name, (_, url) in asked.items())
        )
        found = []
        for (name, (title, url)), each in zip(asked.items(), probed, strict=True):
            if each.is_well:
                form = ProviderForm(
                    name=free_name(name, self._names()),
                    kind=ProviderKind.OPENAI_COMPATIBLE,
                    base_url=url,
                    key_source=KeySource.NONE,
                    local=True,
                )
                words = f"{title} on this computer, with {counted(len(each.models), 'model')}"
                found.append((words, form))
        return tuple(found)

    def _kept(self, form: ProviderForm) -> str:
        key = f"providers.{form.name}.vault"
        name = form.name or DEFAULT_ACCOUNT
        everyone = self._loaded().settings.providers
        return self._keeping.kept(
            form, kind=form.kind.value, name=name, providers=everyone, key=key
        )

    def _providers(self) -> list[Provider]:
        everyone = self._loaded().settings.providers
        return [each for each in everyone if each.kind is not ProviderKind.PRACTICE]

    def _named(self, name: str) -> Provider:
        return next(each for each in self._providers() if each.name == name)

    def _names(self) -> tuple[str, ...]:
        return ("practice", *(each.name for each in self._providers()))
