"""`llmgw route explain`: what it says, in words and as JSON, and its exit code."""

import json
from pathlib import Path

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.routing import command
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.routing.accounts import AccountStore

CONFIG = """
[providers.claude]
kind = "anthropic"
[[providers.claude.accounts]]
name = "work"
api_key_env = "K"
[[providers.claude.accounts]]
name = "home"
api_key_env = "GONE"
[providers.local]
kind = "openai-compatible"
base_url = "http://127.0.0.1:9/v1"
local = true
models = ["small"]
[[routes]]
name = "background"
match = { client = "claude-code", max_input_tokens = 1000 }
to = ["local:small", "claude"]
strategy = "pinned"
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    places.make()
    places.config_file.write_text(CONFIG, "utf-8")
    return places


def _said(places: Places, capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = command.run(parse(["route", "explain", *argv]), places, {"K": "sk-1"})
    said = capsys.readouterr()
    return code, said.out, said.err


def test_in_words(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("claude-haiku-5", "--client", "claude-code", "--tokens", "900")
    code, out, err = _said(places, capsys, *asked)
    assert code == 0
    assert err.startswith("llmgw: The variables are those of this shell;")
    assert out.splitlines() == [
        "Routes:",
        "  + background: Everything fits.",
        "",
        "Route 'background' matches, number 1 of the list: it is for client 'claude-code'. "
        "3 accounts can answer; strategy pinned.",
        "",
        "   1  local  small",
        "      Route 'background' names it.",
        "   2  claude/work  claude-haiku-5",
        "      Route 'background' names it.",
        "   3  claude/home  claude-haiku-5",
        "      Asked last: The environment variable that api_key_env names is not set, or is "
        "empty.",
    ]
    assert "sk-1" not in out


def test_as_json(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _said(places, capsys, "claude-haiku-5", "--json", "--strict")
    told = json.loads(out)
    assert code == 0
    assert told["steps"][0]["matched"] is False
    assert told["steps"][0]["why"] == "It is for client 'claude-code'; this has none."
    assert (told["rule"], told["strategy"], told["strict"]) == (None, "account-pool-first", True)
    assert [(each["account"], each["rank"]) for each in told["considered"]] == [
        ("claude/work", 1),
        ("claude/home", None),
    ]
    assert told["problem"] is None


def test_nobody_answers(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = _said(places, capsys, "x\x1b[2J", "--protocol", "gemini")
    assert code == 1
    assert "background: It is for client" in out
    assert err.startswith("llmgw: No enabled provider has a model named 'x␛[2J'.\nllmgw: /")
    code, out, _ = _said(places, capsys, "x", "--protocol", "gemini", "--json")
    assert (code, json.loads(out)["problem"]) == (
        1,
        "No enabled provider has a model named 'x'.",
    )


ALONE = """
[providers.alone]
kind = "openai-compatible"
base_url = "http://127.0.0.1:9/v1"
local = true
vault = "openai/defualt"
models = ["m"]
"""


def test_an_only_candidate_without_its_key_is_told_as_that(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    places.config_file.write_text(ALONE, "utf-8")
    _, out, _ = _said(places, capsys, "m")
    assert "There is no other. Its key is missing: the vault has no key openai/defualt." in out


def test_an_only_candidate_that_was_refused_is_told_as_that(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    places.config_file.write_text(ALONE.replace('vault = "openai/defualt"\n', ""), "utf-8")
    store = AccountStore(places.gateway_db, SystemClock())
    rest = ["auth_required", None, None, "Its vendor refused the key (401).", False]
    kept = {"own": rest, "models": {}, "last_error": ["", None], "windows": []}
    store.put("alone", json.dumps(kept))
    store.close()
    _, out, _ = _said(places, capsys, "m")
    assert "There is no other. Its vendor refused the key (401)." in out


def test_what_the_file_is_warned_about_is_told_here_too(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    places.config_file.write_text('[provider.anthropic]\nkind = "anthropic"\n', "utf-8")
    code, _, err = _said(places, capsys, "m")
    assert code == 1
    assert "line 1: provider: unknown table, ignored" in err


def test_no_file_is_no_routes(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    places.config_file.unlink()
    code, out, _ = _said(places, capsys, "practice/echo")
    assert code == 0
    assert out.startswith("There are no routes.\n")
    assert "The name asks for practice. There is no other." in out


def test_a_mistake_in_the_file_is_told_as_that(places: Places) -> None:
    places.config_file.write_text('[[routes]]\nto = ["gone"]\n', "utf-8")
    with pytest.raises(ConfigError, match=r"line 2: routes\[0\]\.to\[0\]: there is no provider"):
        command.run(parse(["route", "explain", "m"]), places, {})


@pytest.mark.parametrize(
    "argv",
    [
        ["route"],
        ["route", "explain"],
        ["route", "explain", "m", "--tokens", "many"],
        ["route", "explain", "m", "--protocol", "openai"],
        ["--port", "1", "route", "explain", "m"],
    ],
    ids=" ".join,
)
def test_wrong_usage(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        parse(argv)
    assert exited.value.code == 2
    assert capsys.readouterr().err
