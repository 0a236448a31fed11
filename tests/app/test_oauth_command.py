"""`llmgw oauth`: programs made known, given other secrets and refused, in words."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from llmgw_desktop.app.access.oauth_command import run
from llmgw_desktop.app.commands import parse
from llmgw_desktop.domain.access.consent import USUAL_SCOPES, ClientMade, ClientProof, OauthClient
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.store.access.oauth_clients import (
    CONSENT_PASSWORD,
    REGISTRATION_SECRET,
    OauthClientStore,
    matches,
)
from llmgw_desktop.store.paths import Places

BACK = "http://127.0.0.1/callback"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places.of({"LLMGW_HOME": str(tmp_path / "gateway")})
    places.make()
    return places


def _words(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    lines = capsys.readouterr().out.splitlines()
    return dict(line.split("\t") for line in lines)  # type: ignore[misc]


def _clients(places: Places) -> list[OauthClient]:
    store = OauthClientStore(places.gateway_db)
    try:
        return store.all()
    finally:
        store.close()


def test_made_known_given_another_secret_and_refused(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(parse(["oauth", "client", "list"]), places, {}) == 0
    assert "oauth client add" in capsys.readouterr().err
    adding = ["oauth", "client", "add", "Shop", "--redirect-uri", BACK, "--scope", "mcp"]
    assert run(parse(adding), places, {}) == 0
    first = _words(capsys)
    assert set(first) == {"client_id", "client_secret"}
    (client,) = _clients(places)
    assert (client.id, client.name, client.proof) == (
        first["client_id"],
        "Shop",
        ClientProof.BASIC,
    )
    assert client.scopes == {Scope.MCP}
    assert matches(first["client_secret"], client.secret_hash)
    assert run(parse(["oauth", "client", "rotate", "Shop"]), places, {}) == 0
    second = _words(capsys)
    assert second["client_id"] == first["client_id"]
    assert not matches(first["client_secret"], _clients(places)[0].secret_hash)
    assert matches(second["client_secret"], _clients(places)[0].secret_hash)
    assert run(parse(["oauth", "client", "list"]), places, {}) == 0
    listed = capsys.readouterr().out
    assert "Shop" in listed
    assert second["client_secret"] not in listed
    assert client.secret_hash not in listed
    assert run(parse(["oauth", "client", "revoke", client.id]), places, {}) == 0
    capsys.readouterr()
    assert run(parse(["oauth", "client", "revoke", "Shop"]), places, {}) == 1
    assert run(parse(["oauth", "client", "rotate", "Shop"]), places, {}) == 1
    assert "no active program 'Shop'" in capsys.readouterr().err


def test_a_public_one_has_no_secret(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    adding = ["oauth", "client", "add", "Agent", "--public", "--redirect-uri", BACK]
    assert run(parse(adding), places, {}) == 0
    assert set(_words(capsys)) == {"client_id"}
    (client,) = _clients(places)
    assert client.is_public
    assert client.scopes == USUAL_SCOPES
    assert run(parse(["oauth", "client", "rotate", "Agent"]), places, {}) == 2
    assert "has no secret" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["Agent"], "--redirect-uri"),
        (["Agent", "--redirect-uri", "http://evil.example/"], "127.0.0.1"),
        (["", "--redirect-uri", BACK], "1 to 60"),
        (["a\u202eb", "--redirect-uri", BACK], "1 to 60"),
        (["sk-proj-0123456789abcdef0123456789abcdef", "--redirect-uri", BACK], "looks like a key"),
    ],
)
def test_what_cannot_be_one_is_said(
    places: Places, capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    assert run(parse(["oauth", "client", "add", *more]), places, {}) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""
    assert _clients(places) == []


def test_one_name_is_one_program(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    adding = ["oauth", "client", "add", "Agent", "--public", "--redirect-uri", BACK]
    assert run(parse(adding), places, {}) == 0
    assert run(parse(adding), places, {}) == 2
    assert "already a program named 'Agent'" in capsys.readouterr().err


def test_admin_cannot_be_asked_for(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as wrong:
        parse(["oauth", "client", "add", "A", "--redirect-uri", BACK, "--scope", "admin"])
    assert wrong.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_a_secret_is_never_an_argument(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as wrong:
        parse(["oauth", "shared-secret", "set", "hush-hush-hush-hush"])
    assert wrong.value.code == 2
    assert "hush" not in capsys.readouterr().err


def test_the_shared_secret_is_read_and_hashed(
    places: Places, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = parse(["oauth", "shared-secret", "set"])
    monkeypatch.setattr("sys.stdin", io.StringIO("too short\n"))
    assert run(setting, places, {}) == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("long enough to be one\n"))
    assert run(setting, places, {}) == 0
    assert "long enough" not in "".join(capsys.readouterr())
    store = OauthClientStore(places.gateway_db)
    kept = store.secret(REGISTRATION_SECRET)
    store.close()
    assert matches("long enough to be one", kept)
    assert b"long enough" not in places.gateway_db.read_bytes()


def test_a_name_that_a_program_chose_is_inert_and_means_nothing(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    store = OauthClientStore(places.gateway_db)
    hostile = OauthClient(
        id="oac_hostile",
        name="Shop\x1b[31m\u202e" + "x" * 900,
        made=ClientMade.REGISTERED,
        redirect_uris=(BACK,),
    )
    store.add(hostile)
    store.close()
    assert run(parse(["oauth", "client", "list"]), places, {}) == 0
    listed = capsys.readouterr().out
    assert "\x1b" not in listed
    assert "\u202e" not in listed
    assert all(len(line) < 600 for line in listed.splitlines())
    assert run(parse(["oauth", "client", "revoke", hostile.name]), places, {}) == 1
    assert run(parse(["oauth", "client", "revoke", hostile.id]), places, {}) == 0


def test_the_password_of_the_page_is_read_hashed_and_cleared(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    setting = parse(["oauth", "consent-password", "set"])
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert run(setting, places, {}) == 2
    assert "The password has 10 to" in capsys.readouterr().err
    assert _consent_password(places) == ""
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    assert run(setting, places, {}) == 0
    assert matches("correct horse battery", _consent_password(places))
    with pytest.raises(SystemExit):
        parse(["oauth", "consent-password", "set", "correct horse battery"])
    assert "correct horse" not in capsys.readouterr().err
    assert run(parse(["oauth", "consent-password", "clear"]), places, {}) == 0
    assert _consent_password(places) == ""


def _consent_password(places: Places) -> str:
    store = OauthClientStore(places.gateway_db)
    try:
        return store.secret(CONSENT_PASSWORD)
    finally:
        store.close()
