"""The providers of the settings: which are on, and whether their keys are there. Whether they
answer is asked only where a person wants it: `--online`."""

import asyncio
from collections.abc import Mapping

from llmgw_desktop.app.account_words import credential_words
from llmgw_desktop.app.doctor.report import Finding, Section, State
from llmgw_desktop.app.provider_cards import KIND_WORDS
from llmgw_desktop.app.provider_probe import Probed, ProviderProbe
from llmgw_desktop.app.vault_names import VaultNames
from llmgw_desktop.domain.account import Account, account_id
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.provider import Provider, ProviderKind
from llmgw_desktop.domain.settings import Settings
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.engine.upstream.keys import Keys
from llmgw_desktop.store.database import is_of_today
from llmgw_desktop.store.gateway_steps import GATEWAY_STEPS
from llmgw_desktop.store.master_key import MasterKeys
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault import Vault

_SET_IT = "Set it where the gateway is started, or name another key."
_STORE_IT = "Store it: llmgw vault set "


def look_at_providers(
    places: Places, env: Mapping[str, str], settings: Settings, *, online: bool
) -> Section:
    own = [each for each in settings.providers if each.kind is not ProviderKind.PRACTICE]
    with_keys = _Keys(places, env, settings)
    try:
        missing = with_keys.missing(own)
        asked = asyncio.run(with_keys.ask(own, missing)) if online else {}
    finally:
        with_keys.close()
    findings = [
        _finding(provider, account, missing, asked)
        for provider in own
        for account in provider.accounts
    ]
    if not own:
        findings.append(
            Finding(
                name="none",
                title="None",
                state=State.NOTE,
                says="Only the practice provider answers: models named practice/…",
                do="Add one on the Providers page, or in the settings: [providers.NAME].",
            )
        )
    return Section(name="providers", title="Providers", findings=tuple(findings))


class _Keys:
    """The vault, if there is one that this version can read without changing it."""

    def __init__(self, places: Places, env: Mapping[str, str], settings: Settings) -> None:
        self._settings = settings
        self._vault: Vault | None = None
        try:
            if places.gateway_db.exists() and is_of_today(places.gateway_db, GATEWAY_STEPS):
                keys = MasterKeys(env, places.data_folder)
                self._vault = Vault(places.gateway_db, keys, SystemClock())
        except StoreError:
            return  # the vault's own section says so

    def missing(self, providers: list[Provider]) -> dict[str, str]:
        """By account: why it has no key."""
        problems = VaultNames(self._vault).problems(providers) if self._vault else {}
        found = {
            account_id(provider.name, account.name): provider.key_problem(account)
            for provider in providers
            for account in provider.accounts
        }
        return {name: found[name] or problems.get(name, "") for name in found}

    async def ask(self, providers: list[Provider], missing: Mapping[str, str]) -> dict[str, Probed]:
        """What a test of each says; those that are off or lack their key are left out."""
        clock = SystemClock()
        keys = Keys(self._vault, clock, learn=lambda _: None) if self._vault else None
        client = HttpClient(self._settings.upstream, keys)
        probe = ProviderProbe(client, clock)
        try:
            asked = {
                account_id(provider.name, account.name): (provider, account)
                for provider in providers
                for account in provider.accounts
                if provider.enabled
                and account.enabled
                and not missing[account_id(provider.name, account.name)]
            }
            told = await asyncio.gather(*(probe.ask(*each) for each in asked.values()))
        finally:
            await client.close()
        return dict(zip(asked, told, strict=True))

    def close(self) -> None:
        if self._vault is not None:
            self._vault.close()


def _finding(
    provider: Provider, account: Account, missing: Mapping[str, str], asked: Mapping[str, Probed]
) -> Finding:
    name = account_id(provider.name, account.name)
    problem, probed = missing[name], asked.get(name)
    is_on = provider.enabled and account.enabled
    credential = credential_words(
        provider.credential_of(account), account.api_key_env, account.vault
    )
    words = [KIND_WORDS[provider.kind], credential]
    state, do = State.OK, ""
    if not is_on:
        state, words = State.NOTE, [*words, "off"]
    elif problem:
        state, words, do = State.WARN, [KIND_WORDS[provider.kind], problem], _what_to_do(account)
    elif probed is not None:
        state = State.OK if probed.is_well else State.WARN
        words.append(probed.words)
    return Finding(
        name=name,
        title=name,
        state=state,
        says=" · ".join(words),
        do=do,
        more={
            "kind": provider.kind,
            "enabled": is_on,
            "has_key": not problem,
            "reachable": probed.is_well if probed is not None else None,
        },
    )


def _what_to_do(account: Account) -> str:
    if account.vault:
        return _STORE_IT + account.vault.replace("/", " ")
    if account.api_key_env:
        return f"{account.api_key_env}: {_SET_IT[0].lower()}{_SET_IT[1:]}"
    return "Name where its key is: api_key_env or vault."
