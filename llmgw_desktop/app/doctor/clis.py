"""Vendors' CLIs: which are here, whether somebody is signed in, and whether they still take what
the gateway gives them. All are asked at once."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from llmgw_desktop.app.cli_survey import CliFound, CliSurvey
from llmgw_desktop.app.cli_words import INSTALL, TITLES, drift_words, sign_words, version_words
from llmgw_desktop.app.doctor.report import Finding, Section, State
from llmgw_desktop.app.sign_in_signs import SignedIn
from llmgw_desktop.app.vault_names import sign_in_files
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.settings import Settings
from llmgw_desktop.engine.jobs.known_clis import KnownClis
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.store.database import is_of_today
from llmgw_desktop.store.gateway_steps import GATEWAY_STEPS
from llmgw_desktop.store.master_key import MasterKeys
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault import Vault


def look_at_clis(places: Places, env: Mapping[str, str], settings: Settings) -> Section:
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
        _finding(each, clis[each.name].sign_in.guidance, is_on=said[each.name].enabled)
        for each in found
    )
    return Section(name="clis", title="Vendors' CLIs", findings=findings)


def _vault_files(places: Places, env: Mapping[str, str]) -> frozenset[str]:
    """By name; nothing is opened. Raises StoreError."""
    if not places.gateway_db.exists() or not is_of_today(places.gateway_db, GATEWAY_STEPS):
        return frozenset()
    vault = Vault(places.gateway_db, MasterKeys(env, places.data_folder), SystemClock())
    try:
        return sign_in_files(vault)
    finally:
        vault.close()


def _finding(found: CliFound, guidance: str, *, is_on: bool) -> Finding:
    state, says, do = _words(found, guidance, is_on=is_on)
    drift = found.drift
    return Finding(
        name=found.name,
        title=TITLES[found.name],
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


def _words(found: CliFound, guidance: str, *, is_on: bool) -> tuple[State, str, str]:
    """How it stands, what is said of it, what to do."""
    if not found.is_installed:
        is_usual = "/" not in found.command
        do = INSTALL[found.name] if is_usual else f"Correct clis.{found.name}.command."
        return State.NOTE, f"There is no program called {found.command}.", do
    here = " · ".join(
        each for each in (version_words(found), sign_words(found.sign), found.program) if each
    )
    if not is_on:
        return State.NOTE, f"{here} · off", ""
    if found.problem:
        return State.WARN, f"{found.program} · {found.problem}", "Try it in a terminal."
    if drift := drift_words(found):
        return State.WARN, here, f"{drift} Update LLM Gateway, or install {found.contract_version}."
    if found.sign.state is SignedIn.NO:
        return State.WARN, here, f"{guidance[:1].upper()}{guidance[1:]}"
    return State.OK, here, ""
