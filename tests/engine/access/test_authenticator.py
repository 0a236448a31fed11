"""Who a key makes its bearer, and keys that another process makes or revokes meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from llmgw_desktop.domain.access.access_errors import Unauthenticated, UnnamedPerson
from llmgw_desktop.domain.access.principal import (
    BEARER,
    DEFAULT_SCOPES,
    LOCAL,
    Client,
    Principal,
    PrincipalKind,
    Scope,
    kind_of,
)
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.settings.door import AccessSettings
from llmgw_desktop.engine.access.authenticator import (
    REFRESH_S,
    Authenticator,
    OwnKeys,
    key_digest,
)
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.store.access.clients import ClientStore
from tests.store.set_clock import SetClock

OWN, NEW = "llmgw-own", "llmgw-new"


class Knock:
    """A caller with these keys, and what a proxy says of it."""

    def __init__(self, *keys: str, from_here: bool = True, user: Sequence[str] = ()) -> None:
        self.presented_keys = keys
        self.is_from_here = from_here
        self._user = user

    def header_lines(self, name: str) -> Sequence[str]:
        return self._user if name == "x-user" else ()


class CountingStore(ClientStore):
    looks = 0
    reads = 0

    def active(self) -> list[Client]:
        self.reads += 1
        return super().active()

    def data_version(self) -> int:
        self.looks += 1
        return super().data_version()


class Desk(SimpleNamespace):
    """The gateway's own view of the file, another process's view of it, and their clock."""

    clock: SetClock
    ours: CountingStore
    theirs: ClientStore
    authenticator: Authenticator

    def refuses(self, key: str) -> bool:
        try:
            self.authenticator.identify(Knock(key))
        except Unauthenticated:
            return True
        return False


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = SetClock()
    ours = CountingStore(tmp_path / "gateway.db", clock)
    theirs = ClientStore(tmp_path / "gateway.db", clock)
    authenticator = Authenticator(OwnKeys(OWN), clients=ours, clock=clock, bus=Bus())
    yield Desk(clock=clock, ours=ours, theirs=theirs, authenticator=authenticator)
    ours.close()
    theirs.close()


def _client() -> Client:
    return Client(
        id="cli_1",
        name="editor",
        key_digest=key_digest(NEW),
        key_hint="llmgw-new",
        scopes=DEFAULT_SCOPES,
        created_at_s=1.0,
    )


def test_a_new_key_opens_at_once(desk: Desk) -> None:
    assert desk.authenticator.identify(Knock(OWN)) is LOCAL
    desk.theirs.add(_client())
    assert desk.authenticator.identify(Knock(NEW)).name == "editor"


def test_a_flood_of_wrong_keys_reads_them_once(desk: Desk) -> None:
    for _ in range(100):
        assert desk.refuses("llmgw-wrong")
    assert desk.ours.reads == 1


def test_a_known_key_looks_once_in_a_while(desk: Desk) -> None:
    desk.theirs.add(_client())
    for _ in range(100):
        desk.authenticator.identify(Knock(NEW))
        desk.clock.forward(REFRESH_S / 50)
    assert desk.ours.looks <= 3


def test_a_revoked_key_is_shut_out_in_time(desk: Desk) -> None:
    desk.theirs.add(_client())
    assert not desk.refuses(NEW)
    desk.theirs.revoke("editor")
    desk.clock.forward(1.5 * REFRESH_S)
    assert desk.refuses(NEW)


def test_what_this_program_changes_holds_from_the_next_request_on(desk: Desk) -> None:
    """Though it looked at the file a moment ago."""
    assert desk.refuses(NEW)
    desk.ours.add(_client())
    assert desk.authenticator.identify(Knock(NEW)).name == "editor"
    desk.ours.revoke("editor")
    assert desk.refuses(NEW)


TOKEN = "t0ken-of-the-proxy-0123456789abcdef"


@pytest.fixture
def proxied() -> Authenticator:
    """Behind a proxy that names people; no client has a key."""
    access = AccessSettings(bearer=TOKEN, trusted_header="x-user")
    return Authenticator(OwnKeys(OWN, access), clients=None, clock=SetClock(), bus=Bus())


class TestTheStaticToken:
    def test_all_who_share_it_are_one(self) -> None:
        access = AccessSettings(bearer=TOKEN)
        shared = Authenticator(OwnKeys(OWN, access), clients=None, clock=SetClock(), bus=Bus())
        assert shared.identify(Knock(TOKEN)) is BEARER
        assert shared.identify(Knock(TOKEN, user=["alice"])) is BEARER, "nothing names a header"
        assert shared.identify(Knock(TOKEN, from_here=False)).kind is PrincipalKind.BEARER

    @pytest.mark.parametrize("key", ["", TOKEN[:-1], TOKEN + "x", TOKEN.upper()])
    def test_nothing_like_it(self, proxied: Authenticator, key: str) -> None:
        with pytest.raises(Unauthenticated):
            proxied.identify(Knock(key, user=["alice"]))

    def test_it_never_administers(self) -> None:
        assert BEARER.is_remote
        admin = {Scope.ADMIN, Scope.CLI_ADMIN, Scope.VAULT_ADMIN, Scope.WORKSPACE_ADMIN}
        assert not BEARER.scopes & (admin | {Scope.OPERATIONS})


class TestTheTrustedHeader:
    def test_it_names_a_person(self, proxied: Authenticator) -> None:
        alice = proxied.identify(Knock(TOKEN, user=["alice@example.com"]))
        assert (alice.kind, alice.person) == (PrincipalKind.PROXIED, "alice@example.com")
        assert alice == proxied.identify(Knock(TOKEN, user=["alice@example.com"]))
        assert alice.client_id != proxied.identify(Knock(TOKEN, user=["bob"])).client_id
        assert alice.scopes == BEARER.scopes

    @pytest.mark.parametrize(
        "user", [[""], ["a", "a"], ["a", "b"], ["a,b"], [" a"], ["local"], ["LOCAL"], ["cli_1"]]
    )
    def test_who_is_named_badly_is_nobody(self, proxied: Authenticator, user: list[str]) -> None:
        with pytest.raises(UnnamedPerson, match="The header 'x-user' names nobody"):
            proxied.identify(Knock(TOKEN, user=user))

    def test_without_it_all_are_one_and_the_log_says_so_once(
        self, proxied: Authenticator, caplog: pytest.LogCaptureFixture
    ) -> None:
        for _ in range(3):
            assert proxied.identify(Knock(TOKEN)) is BEARER
        assert [record.getMessage() for record in caplog.records] == [
            "a request came with the static token and without the header 'x-user': all such are"
            " one principal, gateway-bearer"
        ]

    def test_only_the_static_token_makes_it_count(self, desk: Desk) -> None:
        access = AccessSettings(bearer=TOKEN, trusted_header="x-user")
        here = Authenticator(OwnKeys(OWN, access), clients=desk.ours, clock=desk.clock, bus=Bus())
        desk.ours.add(_client())
        assert here.identify(Knock(OWN, user=["alice"])) is LOCAL
        assert here.identify(Knock(NEW, user=["alice"])).client_id == "cli_1"
        for knock in (Knock(user=["alice"]), Knock("wrong", user=["alice"])):
            with pytest.raises(Unauthenticated):
                here.identify(knock)


class TestTheKeyOfThisComputersPerson:
    def test_it_opens_here_alone(self, desk: Desk) -> None:
        assert desk.authenticator.identify(Knock(OWN)) is LOCAL
        with pytest.raises(Unauthenticated):
            desk.authenticator.identify(Knock(OWN, from_here=False))

    def test_a_clients_key_opens_from_anywhere(self, desk: Desk) -> None:
        desk.ours.add(_client())
        assert desk.authenticator.identify(Knock(NEW, from_here=False)).name == "editor"

    def test_no_client_can_take_its_place(self, desk: Desk) -> None:
        impostor = replace(_client(), key_digest=key_digest(OWN))
        desk.ours.add(impostor)
        assert desk.authenticator.identify(Knock(OWN)) is LOCAL


def test_two_keys_are_one_too_many(desk: Desk) -> None:
    assert desk.authenticator.identify(Knock(OWN, OWN)) is LOCAL
    with pytest.raises(MalformedRequest, match="two different access keys"):
        desk.authenticator.identify(Knock(OWN, NEW))


def test_a_token_of_oauth_is_looked_up() -> None:
    tablet = Principal(client_id="oauth:x", name="tablet", scopes=DEFAULT_SCOPES)

    class Tokens:
        def find(self, digest: bytes) -> Principal | None:
            return tablet if digest == key_digest("lgt_1") else None

    access = Authenticator(OwnKeys(OWN), clients=None, clock=SetClock(), bus=Bus(), tokens=Tokens())
    assert access.identify(Knock("lgt_1", from_here=False)) is tablet
    with pytest.raises(Unauthenticated):
        access.identify(Knock("lgt_2"))


@pytest.mark.parametrize(
    ("client_id", "kind"),
    [
        ("local", PrincipalKind.LOCAL),
        ("gateway-bearer", PrincipalKind.BEARER),
        ("proxied:alice", PrincipalKind.PROXIED),
        ("cli_019a", PrincipalKind.KEY),
        ("oauth:x", PrincipalKind.OAUTH),
        ("whatever", PrincipalKind.OAUTH),
    ],
)
def test_what_kind_an_id_is_of(client_id: str, kind: PrincipalKind) -> None:
    assert kind_of(client_id) is kind


def test_a_rotated_key_opens_until_its_grace_is_over(desk: Desk) -> None:
    desk.ours.add(_client())
    other = "llmgw-other"
    ends_at_s = desk.clock.now_s() + 60
    assert desk.ours.rotate("cli_1", key_digest(other), "llmgw-oth", ends_at_s)
    for key in (NEW, other):
        assert desk.authenticator.identify(Knock(key)).client_id == "cli_1"
    desk.clock.forward(61)
    assert desk.refuses(NEW)
    assert not desk.refuses(other)
    assert not desk.ours.rotate("cli_9", key_digest("x"), "x", 0.0)


def test_keys_that_another_process_changes_are_told(desk: Desk) -> None:
    told: list[str] = []
    desk.ours.changed = lambda: told.append("changed")
    assert desk.refuses(NEW)
    desk.theirs.add(_client())
    assert not told
    desk.clock.forward(1.5 * REFRESH_S)
    assert not desk.refuses(NEW)
    assert told == ["changed"]
    desk.ours.revoke("cli_1", 5.0)
    assert told == ["changed"] * 2
    assert desk.refuses(NEW)
    assert told == ["changed"] * 2, "what this program did is told once"
