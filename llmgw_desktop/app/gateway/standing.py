"""Calls that may wait for a person or a dead service: they are waited for so long and no longer."""

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import Any, TypeVar

from llmgw_desktop.app.audit.book import HEAD_LOST
from llmgw_desktop.app.command_line.running_gateway import (
    ANSWERS_WITHIN_S,
    NotRunning,
    RunningGateway,
)
from llmgw_desktop.app.safekeeping.at_rest import LostFlights, vault_facts, ways_out
from llmgw_desktop.app.safekeeping.safekeeping import Safekeeping
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import SchemaTooNew, StoreError
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.database.database import is_of_today
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.database.store_mark import why_nothing
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.backups import backups_in
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

_T = TypeVar("_T")


class Late(Exception):
    """It did not come back in time."""


def within(seconds: float, call: Callable[[], _T]) -> _T:
    """What `call` gives or raises. One that is late is left to itself; it cannot keep the program
    from ending. Raises Late."""
    given: list[_T] = []
    raised: list[Exception] = []

    def run() -> None:
        try:
            given.append(call())
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True, name="doctor")
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not given:
        raise Late
    return given[0]


_PATIENCE_S = 5.0
_KEYRING_WAITS = (
    "The vault does not open: the system's keyring does not answer. It may be waiting for its"
    " password in a window; enter it there."
)
_TO_DO = {
    "gateway": "Its log says more. Stop it and start it again.",
    "recorder": "Requests still go through. The log says when it began.",
    "settings": "Correct the file; the settings from before it stay in force until then.",
    "audit": HEAD_LOST,
}


@value
class GatewayStanding:
    """Each sentence is empty where all is well."""

    store: str
    """What is wrong with `gateway.db`."""
    store_do: str
    """What a person can do about that."""
    vault: str
    """Why what the vault holds cannot be used."""
    vault_warning: str
    """Why it cannot be used after the next start."""
    lost_flights: int | None
    """Of which what was said can never be read; None where that is not known."""
    told: Mapping[str, Any] | None
    """What the running gateway says of itself (`/health/detail`); None where none answers."""
    silence: str
    """Why it says nothing of itself."""

    @property
    def problems(self) -> tuple[tuple[str, str, str], ...]:
        """Of a gateway that runs: part, sentence, and what to do where that is not in it."""
        if self.told is None:
            return ()
        store = (("store", self.store, self.store_do),) if self.store else ()
        told = ((each["part"], each["says"]) for each in self.told.get("problems", ()))
        found = list(store)
        for part, says in told:
            if part != "store" and (short := _told_once(says, [each[1] for each in found])):
                found.append((part, short, _TO_DO.get(part, "")))
        return tuple(found)


def _told_once(says: str, before: Iterable[str]) -> str:
    """Without a cause that was told already; empty where that is all it says."""
    for cause in before:
        if says == cause:
            return ""
        if says.endswith(f": {cause}"):
            return f"{says.removesuffix(f': {cause}')}."
    return says


def standing(
    places: Places, env: Mapping[str, str], *, within_s: float = ANSWERS_WITHIN_S
) -> GatewayStanding:
    """As the running gateway knows it, and as the files lie. Waits for disk and keyring, and so
    long for the gateway's answer."""
    told, silence = _told(places, env, within_s)
    later = _of_later(places)
    store = Safekeeping(places, env).wrong() or _member(told, "store") or later
    problem, warning, lost = _of_gateway(told) if told else _of_files(places, env, store)
    return GatewayStanding(
        store=store,
        store_do=_ways_out(places, of_later=bool(later)) if store else "",
        vault=problem if problem != store else "",
        vault_warning=warning,
        lost_flights=lost,
        told=told,
        silence=silence,
    )


def _of_later(places: Places) -> str:
    """Of a file that no backup or mark speaks against: this program is older than it."""
    try:
        if places.gateway_db.exists():
            is_of_today(places.gateway_db, GATEWAY_STEPS)
    except SchemaTooNew as error:
        return str(error)
    except StoreError:
        pass  # said as what it is
    return ""


def _ways_out(places: Places, *, of_later: bool) -> str:
    backups = backups_in(places.backups_folder)
    ways = ways_out(backups, can_stay=not (of_later or why_nothing(places.gateway_db)))
    return f"Start that later version, or: {ways}" if of_later else ways


def _told(
    places: Places, env: Mapping[str, str], within_s: float
) -> tuple[Mapping[str, Any] | None, str]:
    try:
        told = RunningGateway(places, env).ask("GET", "/health/detail", within_s=within_s)
    except NotRunning as error:
        return None, str(error)
    return (told.fields, "") if told.status == 200 else (None, told.problem)


def _member(told: Mapping[str, Any] | None, part: str, name: str = "problem") -> str:
    said = (told or {}).get(part, {}).get(name, "")
    return said if isinstance(said, str) else ""


def _of_gateway(told: Mapping[str, Any]) -> tuple[str, str, int | None]:
    lost = told.get("recorder", {}).get("lost_flights")
    return _member(told, "vault"), _member(told, "vault", "warning"), lost


def _of_files(places: Places, env: Mapping[str, str], store: str) -> tuple[str, str, int | None]:
    """As a gateway that started now would know it. What is in question is opened by nobody."""
    if store or not places.gateway_db.exists():
        return "", "", None if store else 0
    try:
        if not is_of_today(places.gateway_db, GATEWAY_STEPS):
            return "", "", None
        keys = MasterKeys(env, places.data_folder)
        with closing(Vault(places.gateway_db, keys, SystemClock())) as vault:
            lost = LostFlights(vault, places.flights_db).count()
            return *within(_PATIENCE_S, lambda: vault_facts(vault)), lost
    except Late:
        return _KEYRING_WAITS, "", None
    except StoreError as error:
        return str(error), "", None
