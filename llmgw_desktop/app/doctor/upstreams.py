"""The providers of the settings: which are on, and whether their keys are there. Whether they
answer is asked only where a person wants it: `--online`."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from llmgw_desktop.app.clis.cards import drift_words, sign_words, version_words
from llmgw_desktop.app.clis.sign_in import SignedIn
from llmgw_desktop.app.clis.survey import CliFound, CliSurvey
from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway
from llmgw_desktop.app.connect.pinning import make_pins
from llmgw_desktop.app.connect.program_keys import address_in_settings
from llmgw_desktop.app.doctor.report import DoctorFinding, FindingState, ReportSection
from llmgw_desktop.app.policy.commands import standing_words
from llmgw_desktop.app.providers.probe import Probed, ProviderProbe
from llmgw_desktop.app.providers.usage import credential_words
from llmgw_desktop.app.vault.credentials import VaultNames, sign_in_files
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import ConfigError, StoreError
from llmgw_desktop.domain.provider import KINDS, Account, Provider, ProviderKind, account_id
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.jobs.configured import KnownClis
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.engine.upstream.keys import ProviderKeys
from llmgw_desktop.store.database.database import is_of_today
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

_SET_IT = "Set it where the gateway is started, or name another key."
_STORE_IT = "Store it: llmgw vault set "


def look_at_providers(
    places: Places, env: Mapping[str, str], settings: Settings, *, online: bool
) -> ReportSection:
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
            DoctorFinding(
                name="none",
                title="None",
                state=FindingState.NOTE,
                says="Only the practice provider answers: models named practice/…",
                do="Add one on the Providers page, or in the settings: [providers.NAME].",
            )
        )
    return ReportSection(name="providers", title="Providers", findings=tuple(findings))


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
        keys = ProviderKeys(self._vault, clock, learn=lambda _: None) if self._vault else None
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
) -> DoctorFinding:
    name = account_id(provider.name, account.name)
    problem, probed = missing[name], asked.get(name)
    is_on = provider.enabled and account.enabled
    credential = credential_words(
        provider.credential_of(account), account.api_key_env, account.vault
    )
    words = [KINDS[provider.kind].title, credential, *filter(None, (provider.way.words,))]
    state, do = FindingState.OK, ""
    if not is_on:
        state, words = FindingState.NOTE, [*words, "off"]
    elif problem:
        state, words, do = (
            FindingState.WARN,
            [KINDS[provider.kind].title, problem],
            _what_to_do(provider, account, problem),
        )
    elif provider.way.problem:
        state, do = FindingState.WARN, "Correct that variable, or set proxy of this provider."
        words.append(f"it is not asked: {provider.way.problem}")
    elif probed is not None:
        state = FindingState.OK if probed.is_well else FindingState.WARN
        words.append(probed.words)
    return DoctorFinding(
        name=name,
        title=name,
        state=state,
        says=" · ".join(words),
        do=do,
        more={
            "kind": provider.kind,
            "enabled": is_on,
            "has_key": not problem,
            "proxy": str(provider.way.proxy) if provider.way.proxy else None,
            "way_by": provider.way.because or None,
            "reachable": probed.is_well if probed is not None else None,
        },
    )


def _what_to_do(provider: Provider, account: Account, problem: str) -> str:
    sign_in = provider.way.vault
    if sign_in and problem.endswith(sign_in) and sign_in != account.vault:
        return f"{_STORE_IT}{sign_in.replace('/', ' ')}, as name:password."
    if account.vault:
        return _STORE_IT + account.vault.replace("/", " ")
    if account.api_key_env:
        return f"{account.api_key_env}: {_SET_IT[0].lower()}{_SET_IT[1:]}"
    return "Name where its key is: api_key_env or vault."


def look_at_clis(places: Places, env: Mapping[str, str], settings: Settings) -> ReportSection:
    clis = KnownClis(settings.clis)
    survey = CliSurvey(
        clis, Launcher(env, settings.clis), vault_files=lambda: _vault_files(places, env)
    )
    said = {each.name: each for each in settings.clis}

    def look(name: CliName) -> CliFound:
        is_on = said[name].enabled
        return survey.look(name, with_flags=True) if is_on else survey.find(name)

    with ThreadPoolExecutor(len(CliName)) as pool:
        found = list(pool.map(look, CliName))
    findings = tuple(
        _cli_finding(each, clis[each.name].sign_in.guidance, is_on=said[each.name].enabled)
        for each in found
    )
    return ReportSection(name="clis", title="Vendors' CLIs", findings=findings)


def _vault_files(places: Places, env: Mapping[str, str]) -> frozenset[str]:
    """By name; nothing is opened. Raises StoreError."""
    if not places.gateway_db.exists() or not is_of_today(places.gateway_db, GATEWAY_STEPS):
        return frozenset()
    vault = Vault(places.gateway_db, MasterKeys(env, places.data_folder), SystemClock())
    try:
        return sign_in_files(vault)
    finally:
        vault.close()


def _cli_finding(found: CliFound, guidance: str, *, is_on: bool) -> DoctorFinding:
    state, says, do = _words(found, guidance, is_on=is_on)
    drift = found.drift
    return DoctorFinding(
        name=found.name,
        title=cli_of(found.name).title,
        state=state,
        says=says,
        do=do,
        more={
            "installed": found.is_installed,
            "enabled": is_on,
            "program": found.program or None,
            "version": found.version or None,
            "contract_version": found.contract_version,
            "signed_in": found.sign.state,
            "signed_in_by": found.sign.where or None,
            "missing_flags": None
            if drift is None
            else {e.flag: list(e.fields) for e in drift.gone},
        },
    )


def _words(found: CliFound, guidance: str, *, is_on: bool) -> tuple[FindingState, str, str]:
    """How it stands, what is said of it, what to do."""
    if not found.is_installed:
        is_usual = "/" not in found.command
        do = (
            cli_of(found.name).packaging.install
            if is_usual
            else f"Correct clis.{found.name}.command."
        )
        return FindingState.NOTE, f"There is no program called {found.command}.", do
    here = " · ".join(
        each for each in (version_words(found), sign_words(found.sign), found.program) if each
    )
    if not is_on:
        return FindingState.NOTE, f"{here} · off", ""
    if found.problem:
        return FindingState.WARN, f"{found.program} · {found.problem}", "Try it in a terminal."
    if drift := drift_words(found):
        return (
            FindingState.WARN,
            here,
            f"{drift} Update LLM Gateway, or install {found.contract_version}.",
        )
    if found.sign.state is SignedIn.NO:
        return FindingState.WARN, here, f"{guidance[:1].upper()}{guidance[1:]}"
    return FindingState.OK, here, ""


def look_at_pins(places: Places, env: Mapping[str, str]) -> tuple[ReportSection, ...]:
    """Nothing where no folder is pinned."""
    try:
        found = make_pins(
            places, SystemClock(), env, lambda: address_in_settings(places, env)
        ).all()
    except (ConfigError, StoreError):
        return ()  # said of the settings, or of what is kept of programs
    findings = [
        DoctorFinding(
            name=each.name,
            title=each.folder or each.name,
            state=FindingState.WARN if each.problem else FindingState.OK,
            says=f"{each.words} · {each.problem}" if each.problem else each.words,
            do=f"Pin it anew, or take it back: llmgw unpin {each.folder}" if each.problem else "",
            more={"folder": each.folder, "url": each.url, "files": list(each.files)},
        )
        for each in found
    ]
    if not findings:
        return ()
    return (ReportSection(name="pins", title="Pinned folders", findings=tuple(findings)),)


def look_at_targets(
    places: Places, env: Mapping[str, str], settings: Settings
) -> tuple[ReportSection, ...]:
    """For the doctor; nothing where nobody is named."""
    if not settings.notify:
        return ()
    try:
        told = RunningGateway(places, env).ask("GET", "/v1/notify", within_s=5.0)
    except NotRunning:
        told = None
    known = told.fields.get("targets", []) if told is not None and told.status == 200 else []
    standings = {each["name"]: each for each in known}
    found = [
        _target_finding(each.name, standings.get(each.name), is_on=each.is_on)
        for each in settings.notify
    ]
    return (ReportSection(name="notify", title="Alarms", findings=tuple(found)),)


def _target_finding(name: str, standing: Mapping[str, Any] | None, *, is_on: bool) -> DoctorFinding:
    problem = None if standing is None else standing["problem"]
    words = "off"
    if is_on:
        words = "not tried: the gateway does not run"
        words = words if standing is None else standing_words(standing)
    state = FindingState.OK if is_on and standing is not None else FindingState.NOTE
    return DoctorFinding(
        name=name,
        title=name,
        state=FindingState.WARN if problem and is_on else state,
        says=words,
        do=f"Correct it in [[notify]], then try: llmgw notify test {name}"
        if problem and is_on
        else "",
        more={"on": is_on, "reached": None if not standing or not standing["at"] else not problem},
    )
