"""Providers as a person sees and changes them, on a real settings file."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.app.providers.accounts import KeySource, ProviderForm, field_of
from llmgw_desktop.app.providers.cards import ProviderCard, Trial
from llmgw_desktop.app.providers.probe import OLLAMA_URL, ProviderProbe
from llmgw_desktop.app.providers.providers import Providers
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.domain.errors import ConfigError, StoreUnavailable
from llmgw_desktop.domain.provider import AccountState, AccountStatus, ProviderKind, QuotaWindow
from tests.support.plain_settings import PlainHealth, PlainSettings, Unreachable
from tests.support.plain_vault import PlainVault
from tests.ui.plain_gateway import NOW_S, StillClock

FILE = """\
[providers.work]
kind = "openai"   # mine
models = ["a", "b", "c", "d", "e", "f"]
[[providers.work.accounts]]
name = "team"
api_key_env = "TEAM"
[[providers.work.accounts]]
name = "reserve"
api_key_env = "RESERVE"
[providers.claude]
kind = "anthropic"
api_key_env = "ANTHROPIC_API_KEY"
[providers.here]
kind = "openai-compatible"
base_url = "http://127.0.0.1:1234/v1"
local = true
"""


class Desk:
    """A settings file, what is known of the accounts, and the use case over them."""

    def __init__(self, path: Path) -> None:
        self.settings = PlainSettings(path, lambda event: None)
        self.settings.env.update(TEAM="t", RESERVE="r", ANTHROPIC_API_KEY="a")
        self.settings.write(FILE)
        self.health = PlainHealth()
        self.asker = Unreachable()
        self.vault = PlainVault()
        self.providers = self.made()

    def made(self, vault: PlainVault | None = None) -> Providers:
        return Providers(
            lambda: self.settings.loaded,
            health=self.health,
            probe=ProviderProbe(self.asker, StillClock()),
            env=self.settings.env,
            clock=StillClock(),
            vault=vault,
        )

    def do(self, wish: SettingsWish) -> str:
        self.settings.editor.apply(wish.edit())
        self.settings.read()
        return wish.said

    def card(self, name: str) -> ProviderCard:
        return next(each for each in self.providers.cards() if each.name == name)

    def table(self, name: str) -> dict[str, object]:
        found: dict[str, object] = tomllib.loads(self.settings.path.read_text())["providers"][name]
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "config.toml")


def test_cards_stand_as_the_file_lists_them(desk: Desk) -> None:
    cards = desk.providers.cards()
    assert [card.name for card in cards] == ["work", "claude", "here", "practice"]
    assert [card.is_practice for card in cards] == [False, False, False, True]
    assert [card.words for card in cards] == [*["not tried yet"] * 3, "always there"]
    work, _, here, _ = cards
    assert (work.kind, work.address) == ("OpenAI", "api.openai.com/v1")
    assert work.models == "6 models: a, b, c, d and 2 more"
    assert here.address == "127.0.0.1:1234/v1 · on this computer"
    assert here.accounts[0].credential == "needs no key"


def test_a_provider_stands_as_well_as_its_best_account(desk: Desk) -> None:
    def cool(account: str, seconds: float) -> None:
        desk.health.known[account] = AccountStatus(
            account=account,
            state=AccountState.COOLING,
            until_s=NOW_S + seconds,
            reason="It asked for a pause (429).",
        )

    cool("work/team", 118)
    card = desk.card("work")
    assert (card.state, card.words) == (AccountState.READY, "1 of 2 accounts ready")
    assert card.accounts[0].words == "cooling 2 m"
    assert card.accounts[0].can_ask_again
    assert card.counts_down
    cool("work/reserve", 20)
    assert desk.card("work").state is AccountState.COOLING
    desk.providers.ask_again("work/team")
    assert desk.health.reset_accounts == ["work/team"]
    assert desk.card("work").words == "1 of 2 accounts ready"


def test_models_that_rest_are_named_on_an_account_that_stands_well(desk: Desk) -> None:
    desk.health.known["claude"] = AccountStatus(
        account="claude", cooling_models=(("opus", NOW_S + 90), ("haiku", NOW_S - 1))
    )
    card = desk.card("claude")
    assert (card.words, card.accounts[0].reason) == ("ready", "Left alone for now: opus (2 m).")
    assert card.accounts[0].can_ask_again
    assert card.counts_down


def test_an_entry_that_the_vault_lacks_is_told_before_anybody_asks(desk: Desk) -> None:
    by_hand = '[providers.new]\nkind = "anthropic"\nvault = "antropic/default"\n'
    desk.settings.write(FILE + by_hand)
    desk.providers = desk.made(desk.vault)
    card = desk.card("new")
    assert (card.state, card.words) == (AccountState.AUTH_REQUIRED, "needs a key")
    assert card.accounts[0].reason == "The vault has no key antropic/default. Give it a key."
    assert card.counts_down, "the key may come from the command line"
    desk.vault.keep_key("antropic", "default", "k")
    assert desk.card("new").state is AccountState.READY


def test_which_way_a_provider_is_reached_is_told(desk: Desk) -> None:
    table = '[providers.far]\nkind = "anthropic"\napi_key_env = "TEAM"\n'
    desk.settings.write(FILE + table + 'proxy = "http://p:3128"\nproxy_vault = "proxy/office"\n')
    desk.providers = desk.made(desk.vault)
    card = desk.card("far")
    assert card.address == "api.anthropic.com · through http://p:3128"
    reason = "Its proxy's sign-in is missing. Store it: llmgw vault set proxy office."
    assert card.accounts[0].reason == reason
    assert (card.words, card.accounts[0].wants_key) == ("no way to it", False)
    desk.vault.keep_key("proxy", "office", "ada:word")
    assert desk.card("far").state is AccountState.READY
    form = desk.providers.form_of("far")
    assert form.proxy == "http://p:3128"
    desk.do(desk.providers.change_from("far")(replace(form, proxy="socks5://q:1")))
    assert desk.table("far")["proxy"] == "socks5://q:1"
    assert desk.table("far")["proxy_vault"] == "proxy/office"


def test_a_provider_to_which_no_way_leads_says_so(desk: Desk) -> None:
    desk.settings.env["HTTPS_PROXY"] = "gopher://p"
    desk.settings.write(FILE)
    card = desk.card("claude")
    assert card.words == "no way to it"
    assert card.accounts[0].reason.startswith("It is not asked: the environment's HTTPS_PROXY")


@pytest.mark.parametrize(
    ("name", "words", "credential"),
    [
        ("claude", "key refused", "key from ANTHROPIC_API_KEY"),
        ("here", "needs a key", "no key is set"),
    ],
)
def test_a_refused_key_is_told_as_that_and_once(
    desk: Desk, name: str, words: str, credential: str
) -> None:
    happened = "Its vendor refused the key (401): invalid x-api-key."
    desk.health.known[name] = AccountStatus(
        account=name,
        state=AccountState.AUTH_REQUIRED,
        reason=f"{happened} Give the account another key.",
        last_error=happened,
        last_error_at_s=NOW_S,
    )
    line = desk.card(name).accounts[0]
    assert (line.words, line.credential, line.last_error) == (words, credential, "")
    assert line.wants_key


def test_quota_windows_come_with_the_account(desk: Desk) -> None:
    window = QuotaWindow(name="tokens", limit=100, remaining=5)
    desk.health.known["claude"] = AccountStatus(account="claude", windows=(window,))
    quotas = desk.card("claude").accounts[0].quotas
    assert [(each.words, each.is_low) for each in quotas] == [("5 of 100 left", True)]


def test_a_key_that_is_missing_says_what_to_do(desk: Desk) -> None:
    del desk.settings.env["ANTHROPIC_API_KEY"]
    desk.settings.write(FILE + "#\n")
    card = desk.card("claude")
    assert (card.state, card.words) == (AccountState.AUTH_REQUIRED, "needs a key")
    assert card.accounts[0].wants_key
    assert card.accounts[0].reason.startswith("ANTHROPIC_API_KEY is not set, or is empty, where")


def test_off_and_on(desk: Desk) -> None:
    assert desk.do(desk.providers.toggle("claude", on=False)) == "claude is off."
    assert desk.table("claude")["enabled"] is False
    assert (desk.card("claude").enabled, desk.card("claude").words) == (False, "off")
    desk.do(desk.providers.toggle("claude", on=True))
    assert desk.card("claude").words == "not tried yet"


def test_one_account_is_switched(desk: Desk) -> None:
    assert [each.can_be_switched for each in desk.card("work").accounts] == [True, True]
    said = desk.do(desk.providers.accounts.toggle("work", "reserve", on=False))
    assert said == "work/reserve is off."
    assert [each.state for each in desk.card("work").accounts] == [
        AccountState.READY,
        AccountState.OFF,
    ]
    assert desk.card("work").words == "not tried yet"
    assert not desk.card("claude").accounts[0].can_be_switched
    with pytest.raises(StoreUnavailable, match="claude has no table of its own"):
        desk.do(desk.providers.accounts.toggle("claude", "default", on=False))


def test_keys_in_the_environment_are_offered_and_never_used_unasked(desk: Desk) -> None:
    assert desk.providers.offers() == ()
    desk.settings.env["OPENAI_API_KEY"] = "o"
    desk.settings.env["GEMINI_API_KEY"] = desk.settings.env["GOOGLE_API_KEY"] = "g"
    offers = desk.providers.offers()
    assert [each.words for each in offers] == [
        "Found in your environment: OPENAI_API_KEY. Use it for OpenAI?",
        "Found in your environment: GEMINI_API_KEY. Use it for Google Gemini?",
    ]
    assert desk.settings.path.read_text() == FILE
    desk.do(desk.providers.accept(offers[0]))
    assert desk.table("openai") == {"kind": "openai", "api_key_env": "OPENAI_API_KEY"}
    assert len(desk.providers.offers()) == 1


def test_a_form_begins_with_what_is_there(desk: Desk) -> None:
    form = desk.providers.new_form(ProviderKind.ANTHROPIC)
    assert (form.name, form.api_key_env) == ("anthropic", "ANTHROPIC_API_KEY")
    server = desk.providers.new_form(ProviderKind.OPENAI_COMPATIBLE)
    assert (server.name, server.key_source) == ("server", KeySource.NONE)


def test_a_change_writes_only_what_was_changed(desk: Desk) -> None:
    change = desk.providers.change_from("claude")
    form = desk.providers.form_of("claude")
    assert form.base_url == ""
    desk.do(change(ProviderForm(**{**_fields(form), "models": ("claude-x",)})))
    text = FILE.replace('"ANTHROPIC_API_KEY"\n', '"ANTHROPIC_API_KEY"\nmodels = ["claude-x"]\n')
    assert desk.settings.path.read_text() == text


def test_accounts_beside_the_form_are_left_alone(desk: Desk) -> None:
    form = desk.providers.form_of("work")
    assert form.key_source is KeySource.NONE
    wish = desk.providers.change_from("work")(form)
    assert wish.edit().changes == ()


def test_a_new_key_goes_to_the_vault_and_its_entry_to_the_file(desk: Desk) -> None:
    providers = desk.made(desk.vault)
    assert providers.has_vault
    assert not desk.providers.has_vault
    form = ProviderForm(
        name="second",
        kind=ProviderKind.GROQ,
        key_source=KeySource.VAULT,
        secret="sk-very-secret",
    )
    assert "very-secret" not in repr(form)
    edit = providers.add(form).edit()
    assert desk.vault.kept == [("groq", "second", "sk-very-secret")]
    assert "very-secret" not in repr(edit)
    assert edit.changes[0].values == {"kind": "groq", "vault": "groq/second"}  # type: ignore[union-attr]


def test_what_the_settings_refuse_is_told_beside_its_field(desk: Desk) -> None:
    form = ProviderForm(name="lan", kind=ProviderKind.OPENAI_COMPATIBLE, key_source=KeySource.NONE)
    with pytest.raises(ConfigError) as caught:
        desk.do(desk.providers.add(form))
    assert field_of(caught.value) == "base_url"
    with pytest.raises(ConfigError) as caught:
        desk.do(desk.providers.add(ProviderForm(name="Not Good", kind=ProviderKind.GROQ)))
    assert field_of(caught.value) == "name"
    assert desk.settings.path.read_text() == FILE


def test_removing(desk: Desk) -> None:
    assert desk.do(desk.providers.remove("here")) == "here was removed."
    assert [card.name for card in desk.providers.cards()] == ["work", "claude", "practice"]


MODELS = b'{"data": [{"id": "claude-x"}, {"id": "claude-y"}]}'


async def test_a_test_asks_with_every_account_that_is_on(desk: Desk) -> None:
    desk.asker.answers["https://api.openai.com/v1"] = (200, MODELS)
    tests = await desk.providers.test("work")
    assert [(each.account, each.is_well) for each in tests] == [
        ("work/team", True),
        ("work/reserve", True),
    ]
    assert tests[0].words == "Answered in 0 ms with 2 models, claude-x, claude-y."
    assert [(each.api_key, path) for each, path in desk.asker.asked] == [
        ("t", "/models"),
        ("r", "/models"),
    ]
    assert desk.health.reset_accounts == ["work/team", "work/reserve"]


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, b"", "The key was refused (401). Replace it"),
        (404, b"", "has no list of models at this address (404)"),
        (429, b"", "asks for a pause or has no quota left (429)"),
        (503, b"", "a fault of its own (503)"),
        (302, b"", "status 302 instead"),
        (200, b"<html>", "something else than a list of models"),
        (200, b'{"data": 3}', "something else than a list of models"),
    ],
)
async def test_what_went_wrong_is_said_with_what_to_do(
    desk: Desk, status: int, body: bytes, words: str
) -> None:
    desk.asker.answers["https://api.anthropic.com"] = (status, body)
    (test,) = await desk.providers.test("claude")
    assert not test.is_well
    assert words in test.words
    assert desk.health.reset_accounts == []


async def test_nothing_is_called_ready_before_it_was_tried(desk: Desk) -> None:
    """Nor while its last test failed."""
    assert (desk.card("claude").trial, desk.card("claude").words) == (Trial.NONE, "not tried yet")
    desk.asker.answers["https://api.anthropic.com"] = (404, b"")
    await desk.providers.test("claude")
    assert (desk.card("claude").trial, desk.card("claude").words) == (
        Trial.FAILED,
        "its test failed",
    )
    desk.asker.answers["https://api.anthropic.com"] = (200, MODELS)
    await desk.providers.test("claude")
    assert (desk.card("claude").trial, desk.card("claude").words) == (None, "ready")


def test_a_request_that_was_answered_counts_more_than_an_older_test(desk: Desk) -> None:
    desk.providers._tests["claude"] = NOW_S - 5, False
    assert desk.card("claude").words == "its test failed"
    desk.health.known["claude"] = AccountStatus(account="claude", last_used_at_s=NOW_S - 1)
    assert desk.card("claude").words == "ready"


async def test_nobody_there(desk: Desk) -> None:
    (test,) = await desk.providers.test("here")
    assert test.words == "'here' refused the connection. Is it running?"


async def test_ollama_is_looked_for_and_offered(desk: Desk) -> None:
    found, form = await desk.providers.look_for_ollama()
    assert (found.is_well, form) == (False, None)
    assert found.words == "No Ollama answers on 127.0.0.1:11434. Start it and look again."
    desk.asker.answers[OLLAMA_URL] = (200, b'{"data": [{"id": "qwen3"}]}')
    found, form = await desk.providers.look_for_ollama()
    assert found.words == "Ollama runs on this computer, with 1 model, qwen3."
    assert form is not None
    desk.do(desk.providers.add(form))
    assert desk.table("ollama") == {
        "kind": "openai-compatible",
        "base_url": OLLAMA_URL,
        "local": True,
    }
    found, form = await desk.providers.look_for_ollama()
    assert form is None
    assert found.words.endswith("It is here already: ollama.")


def _fields(form: ProviderForm) -> dict[str, object]:
    return {name: getattr(form, name) for name in form.__dataclass_fields__}
