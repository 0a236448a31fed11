"""Who is it: a presented key becomes a Principal, or Unauthenticated is raised.

Keys are compared as SHA-256 digests in a table, so a look-up takes the same time whatever part of
a wrong key happens to be right. The static token of the environment is one more row of it.
"""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from hashlib import sha256
from typing import Protocol

from llmgw_desktop.domain.access.access_errors import Unauthenticated, UnnamedPerson
from llmgw_desktop.domain.access.principal import (
    BEARER,
    LOCAL,
    Client,
    Principal,
    PrincipalKind,
    proxied,
)
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import (
    MalformedRequest,
    StoreError,
    StoreInQuestion,
    StoreUnavailable,
)
from llmgw_desktop.domain.events import KeysGone, KeysTroubled
from llmgw_desktop.domain.settings.door import AccessSettings, is_person
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.store.access.clients import ClientStore

_log = logging.getLogger(__name__)

RUN_HEADER = "x-llmgw-run"
"""Where a run of a CLI shows its key that has to show another one of its own."""
REFRESH_S = 1.0
"""A key revoked by another process is noticed within this time; by this one, at once. One that it
made opens at once: who comes with an unknown key has the file looked at, which takes 10 µs, and
read where it changed."""


def key_digest(key: str) -> bytes:
    """What is stored of a key."""
    return sha256(key.encode("utf-8", "surrogateescape")).digest()


class Knocker(Protocol):
    """What of a caller tells who he is."""

    @property
    def presented_keys(self) -> Sequence[str]: ...

    @property
    def is_from_here(self) -> bool: ...

    def header_lines(self, name: str) -> Sequence[str]: ...


class Tokens(Protocol):
    """Access tokens that programs were given by OAuth."""

    def find(self, digest: bytes) -> Principal | None:
        """None for what is no token, or none any more."""


class RunKeys(Protocol):
    """Keys of runs of CLIs whose model requests come to this gateway."""

    @property
    def are_any(self) -> bool: ...

    def find(self, digest: bytes) -> Principal | None:
        """Whoever asked for the run; None for what is no run's key, or none any more."""


@value(kw_only=False)
class OwnKeys:
    """Those that stand in no store: the access key of this computer's person, and what the settings
    say of the static token and of a trusted proxy."""

    local: str = field(repr=False)
    access: AccessSettings = field(default_factory=AccessSettings, repr=False)

    def principals(self) -> dict[bytes, Principal]:
        """By their digests."""
        bearer = {key_digest(self.access.bearer): BEARER} if self.access.bearer else {}
        return {key_digest(self.local): LOCAL} | bearer


class Authenticator:
    """Knows the access key of this computer's person, the keys of the stored clients, the static
    token of the environment, and who it is that a trusted proxy speaks for."""

    def __init__(
        self,
        own: OwnKeys,
        *,
        clients: ClientStore | None,
        clock: Clock,
        bus: Bus,
        tokens: Tokens | None = None,
        runs: RunKeys | None = None,
    ) -> None:
        """Without a client store no client's key opens; without `tokens` none of OAuth's; without
        `runs` none of a run's. `bus` is told on the loop: KeysGone, KeysTroubled."""
        self._access = own.access
        self._own = own.principals()
        self._clients = clients
        self._bus = bus
        self._runs = runs
        self._problem = ""
        self._trouble: type[StoreError] = StoreUnavailable
        self._clock = clock
        self._tokens = tokens
        self._checked_at_s = -REFRESH_S
        self._version: int | None = None
        self._own_writes = 0
        self._principals: dict[bytes, Principal] = dict(self._own)
        self._ends: dict[bytes, float] = {}
        """Of keys that others have taken the place of."""
        self._has_told = False
        self._state = 0

    @property
    def state_of_keys(self) -> int:
        """Another number whenever other keys open than before, as far as is known now."""
        self._refresh(REFRESH_S)
        return self._state

    def is_lasting(self, principal: Principal) -> bool:
        """As he was found by his key he is found again, until the state of keys is another. Tokens,
        keys that end soon and those of runs have ends of their own."""
        is_kept = principal.kind in (PrincipalKind.LOCAL, PrincipalKind.KEY) and not principal.job
        return is_kept and not self._ends

    @property
    def problem(self) -> str:
        """Why clients' keys cannot be looked up now, in a sentence; empty where they can."""
        self._refresh(REFRESH_S)
        return self._problem

    @property
    def in_question(self) -> str:
        """The problem, where it is that `gateway.db` is not what it was; as of the last look."""
        return self._problem if self._trouble is StoreInQuestion else ""

    def identify(self, caller: Knocker) -> Principal:
        """Raises Unauthenticated, UnnamedPerson, StoreUnavailable or StoreInQuestion (whose key
        it is cannot be looked up); two different keys in one request are MalformedRequest."""
        presented_keys = caller.presented_keys
        if not presented_keys:
            raise Unauthenticated
        key = presented_keys[0]
        if any(other != key for other in presented_keys[1:]):
            raise MalformedRequest("The request carries two different access keys; send one.")
        digest = key_digest(key)
        if self._runs is not None and self._runs.are_any:
            run = self._run(digest, caller)
            if run is not None:
                return run
        principal = self._holder(digest)
        if principal is LOCAL and not caller.is_from_here:
            raise Unauthenticated  # as if there were no such key: it is for this computer
        if principal is BEARER and self._access.trusted_header:
            return self._person(caller.header_lines(self._access.trusted_header))
        return principal

    def is_person(self, caller: Knocker) -> bool:
        """Shows the access key of this computer, on this computer."""
        keys = caller.presented_keys
        is_his = bool(keys) and self._own.get(key_digest(keys[0])) is LOCAL
        return is_his and caller.is_from_here

    def run_of(self, caller: Knocker) -> Principal | None:
        """Who shows a run's key in the header of its own, beside a key that is the program's."""
        if self._runs is None or not self._runs.are_any:
            return None
        lines = caller.header_lines(RUN_HEADER)
        return self._run(key_digest(lines[0]), caller) if len(lines) == 1 else None

    def _run(self, digest: bytes, caller: Knocker) -> Principal | None:
        """Runs are on this computer; and who may not come any more has none."""
        if self._runs is None or not caller.is_from_here:
            return None
        principal = self._runs.find(digest)
        if principal is None or principal.kind is not PrincipalKind.KEY:
            return principal
        self._refresh(REFRESH_S)
        return principal if principal.client_id in _ids(self._principals) else None

    def look_again(self) -> None:
        """Somebody says that keys were made or revoked."""
        self._refresh(0.0)

    def holders(self) -> Sequence[Principal]:
        """Whoever has a key that opens."""
        self._refresh(REFRESH_S)
        return tuple(self._principals.values())

    def _holder(self, digest: bytes) -> Principal:
        self._refresh(REFRESH_S)
        principal = self._principals.get(digest)
        if principal is None and self._tokens is not None:
            principal = self._tokens.find(digest)
        if principal is None:
            self._refresh(0.0)
            principal = self._principals.get(digest)
        if self._problem and digest not in self._own:
            # never a 401, which would tell a program that its key is bad
            raise self._trouble(self._problem)
        if principal is None or self._clock.now_s() >= self._ends.get(digest, math.inf):
            raise Unauthenticated
        return principal

    def _person(self, lines: Sequence[str]) -> Principal:
        """Whom the proxy names. One that it names badly is nobody: whoever fell back to the
        principal that all share would see what others asked."""
        if not lines:
            self._tell_once()
            return BEARER
        name = lines[0]
        if len(lines) > 1 or not is_person(name):
            raise UnnamedPerson(self._access.trusted_header)
        return proxied(name)

    def _tell_once(self) -> None:
        if not self._has_told:
            self._has_told = True
            _log.warning(
                "a request came with the static token and without the header '%s': all such are"
                " one principal, gateway-bearer",
                self._access.trusted_header,
            )

    def _refresh(self, after_s: float) -> None:
        """Look for other keys where the last look is so long ago."""
        if self._clients is None:
            return
        now_s, own_writes = self._clock.monotonic_s(), self._clients.own_writes
        is_ours = own_writes != self._own_writes
        if now_s - self._checked_at_s < after_s and not is_ours:
            return
        self._checked_at_s, self._own_writes = now_s, own_writes
        before = self._principals
        try:
            version = self._clients.data_version()
            if version == self._version and not self._problem:
                return
            self._read(self._clients.active())
        except StoreError as error:
            is_in_question = isinstance(error, StoreInQuestion)
            self._trouble = StoreInQuestion if is_in_question else StoreUnavailable
            self._tell_problem(f"Client keys are not accepted: {error}")
            return
        self._version = version
        self._tell_problem("")
        if not is_ours and self._principals != before:
            self._clients.changed()  # by another process: nobody else notices
        if gone := _ids(before) - _ids(self._principals):
            self._bus.publish(KeysGone(client_ids=gone))

    def _tell_problem(self, problem: str) -> None:
        """What was known of keys is no longer: one may have been revoked."""
        if problem and problem != self._problem:
            _log.error(problem)
        elif self._problem and not problem:
            _log.info("client keys are accepted again")
        if problem != self._problem:
            self._state += 1
            self._problem = problem
            self._bus.publish(KeysTroubled())

    def _read(self, clients: Sequence[Client]) -> None:
        principals: dict[bytes, Principal] = {}
        ends: dict[bytes, float] = {}
        for client in clients:
            principal = Principal(
                client_id=client.id,
                name=client.name,
                scopes=client.scopes,
                wants_all_or_nothing=client.wants_all_or_nothing,
                kind=PrincipalKind.KEY,
            )
            if client.old_key_digest is not None and client.old_key_ends_at_s is not None:
                principals[client.old_key_digest] = principal
                ends[client.old_key_digest] = client.old_key_ends_at_s
            principals[client.key_digest] = principal
        self._principals, self._ends = principals | self._own, ends
        self._state += 1


def _ids(principals: Mapping[bytes, Principal]) -> frozenset[str]:
    return frozenset(each.client_id for each in principals.values())
