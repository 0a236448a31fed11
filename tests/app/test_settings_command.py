"""`llmgw settings`: what is set, said and changed without a window."""

import argparse
import json
from dataclasses import make_dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llmgw_desktop.app.settings.command import run
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.setting import WholeNumber, setting
from llmgw_desktop.domain.settings.tables import JobSettings
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.store.settings.schema import settings_schema
from tests.store.test_settings_reference import EXAMPLE, reference

FILE = """\
# Mine.
[recorder]
level = "figures"  # no bodies

# The door.
[http]
port = 4000
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places.of({"LLMGW_HOME": str(tmp_path)})
    made.make()
    made.config_file.write_text(FILE)
    return made


def said(places: Places, *words: str, **env: str) -> int:
    names = dict(zip(("verb", "name", "value"), (*words, None, None), strict=False))
    given = argparse.Namespace(json=words[0] in ("list", "get"), **names)
    return run(given, places, env)


def told(places: Places, capsys: pytest.CaptureFixture[str], *words: str, **env: str) -> Any:
    capsys.readouterr()
    said(places, *words, **env)
    return json.loads(capsys.readouterr().out)


def test_a_change_leaves_all_else_as_it_is(places: Places) -> None:
    said(places, "set", "http.port", "4001")
    said(places, "set", "recorder.max_bytes", "2 GB")
    said(places, "set", "http.allowed_hosts", "box.lan, box.lan:1")
    said(places, "set", "http.oauth.enabled", "off")
    changed = FILE.replace("4000", "4001").replace("bodies\n", 'bodies\nmax_bytes = "2 GB"\n')
    changed += 'allowed_hosts = ["box.lan", "box.lan:1"]\n\n[http.oauth]\nenabled = false\n'
    assert places.config_file.read_text() == changed
    for name in ("recorder.max_bytes", "http.allowed_hosts", "http.port"):
        said(places, "reset", name)
    said(places, "reset", "failover.retries")  # nothing is written, no table made
    left = FILE.replace("port = 4000\n", "") + "\n[http.oauth]\nenabled = false\n"
    assert places.config_file.read_text() == left


def test_each_says_what_holds_and_who_says_so(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = told(places, capsys, "list", LLM_GATEWAY_PORT="5000")
    by_name = {each["name"]: (each["value"], each["saidBy"]) for each in listed}
    assert by_name["http.port"] == (5000, "LLM_GATEWAY_PORT")
    assert by_name["recorder.level"] == ("figures", "file")
    assert by_name["jobs.retries"] == (2, "default")
    one = told(places, capsys, "get", "recorder.level")
    assert (one["default"], one["expected"]) == ("full", 'one of "full", "figures", "off"')


def test_what_does_not_fit_is_refused_with_what_is_expected(places: Places) -> None:
    with pytest.raises(ConfigError, match=r"http\.port: expected a whole number from 0 to 65535"):
        said(places, "set", "http.port", "many")
    with pytest.raises(ConfigError, match=r"'http\.port' is probably meant"):
        said(places, "get", "http.prot")
    with pytest.raises(ConfigError, match="go together"):  # what the whole file does not allow
        said(places, "set", "http.tls_key", "/nowhere")
    assert places.config_file.read_text() == FILE


NAMED = """\
[providers.work]
kind = "openai"  # paid
vault = "openai/a"

[[providers.work.accounts]]
name = "team"
api_key_env = "TEAM_KEY"

[[routes]]
name = "cheap"
match = { model = "a-*" }
to = ["work:a"]

[[routes]]
to = ["work"]

[clients."my tool"]
parallel = 3
expires = 2027-01-31
budgets = [{ usd = 2.5, per = "day" }]

[mcp_servers.exa]
url = "https://mcp.exa.ai/mcp"
headers = { Authorization = "Bearer sk-live-0123456789abcdef" }

[[prices]]
input = 1
output = 2.5
"""


def test_tables_with_names_are_told_by_them_and_without_secrets(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    places.config_file.write_text(NAMED)
    listed = {each["name"]: each["value"] for each in told(places, capsys, "list")}
    assert listed["providers.work.accounts.team.api_key_env"] == "TEAM_KEY"
    assert listed["routes.cheap.match.model"] == "a-*"
    assert listed["routes[1].to"] == ["work"]
    assert listed['clients."my tool".budgets'] == [{"usd": 2.5, "per": "day"}]
    assert listed['clients."my tool".expires'] == "2027-01-31"
    assert listed["prices[0].output"] == 2.5
    assert "sk-live" not in json.dumps(listed)
    assert "clis.codex.max_running" not in listed, "what nobody set is told when it is asked for"
    codex = {each["name"]: each for each in told(places, capsys, "list", "clis.codex")}
    assert codex["clis.codex.max_running"]["value"] is None
    assert codex["clis.codex.enabled"]["value"] is True
    assert told(places, capsys, "get", "routes[0].enabled")["name"] == "routes.cheap.enabled"
    assert told(places, capsys, "get", "clients.'my tool'.parallel")["value"] == 3


def test_tables_with_names_are_changed_in_their_place(places: Places) -> None:
    places.config_file.write_text(NAMED)
    said(places, "set", "providers.work.models", "a, b")
    said(places, "set", "providers.work.accounts.team.weight", "5")
    said(places, "set", "routes.cheap.enabled", "off")
    said(places, "set", "routes[1].name", "rest")
    said(places, "set", "routes.night.to", "work:a")
    said(places, "set", "clients.new.parallel", "2")
    said(places, "set", "prices[0].input", "1.5")
    said(places, "set", "aliases.fast", "work/a")
    settings = load_settings(places.config_file, {}).settings
    assert settings.providers[0].models == ("a", "b")
    assert settings.providers[0].accounts[1].weight == 5
    rules = [(each.name, each.enabled) for each in settings.routes]
    assert rules == [("cheap", False), ("rest", True), ("night", True)]
    assert settings.clients[1].parallel == 2
    assert settings.aliases[0].to == ("work/a",)
    said(places, "reset", "clients.new.parallel")
    assert "clients.new" not in places.config_file.read_text(), "no table is left over nothing"
    assert 'kind = "openai"  # paid\n' in places.config_file.read_text()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("clis.codex.max_running", "4000", r"clis\.codex\.max_running: expected a whole number"),
        ("providers.wrok.enabled", "true", r"line \d+: providers\.wrok\.kind: expected one of"),
        ("providers.work.timeout_ms", "1", r"\[providers\.NAME\] has kind, base_url"),
        ("routes.night.enabled", "true", r"line \d+: routes\[2\]\.to: expected a list of 1 to 50"),
        ("clis.codx.enabled", "true", r"'clis\.codex\.enabled' is probably meant"),
        ("guards[3].on", "true", "there is no such setting"),
        ('clients."half', "1", "there is no such setting"),
    ],
)
def test_what_does_not_fit_in_tables_with_names_is_refused(
    places: Places, name: str, value: str, words: str
) -> None:
    places.config_file.write_text(NAMED)
    with pytest.raises(ConfigError, match=words):
        said(places, "set", name, value)
    with pytest.raises(ConfigError, match="of this name does not stand in the file"):
        said(places, "get", "clients.nobody.parallel")
    assert places.config_file.read_text() == NAMED


def test_schema_takes_the_example_and_no_slip(capsys: pytest.CaptureFixture[str]) -> None:
    import tomllib

    schema = settings_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    fits = jsonschema.Draft202012Validator(schema).is_valid
    example = tomllib.loads(EXAMPLE.split("```toml\n")[1].split("```")[0])
    assert fits(example)
    assert fits(tomllib.loads(FILE))
    named = tomllib.loads(NAMED.replace("expires = 2027-01-31\n", ""))
    assert fits(named | {"aliases": {"fast": ["a", "b"]}})
    wrongs = ("[http]\nprot = 1", "[http]\nport = 70000", "[clis.claude]\nmax_running = 0")
    for wrong in (*wrongs, "[clis.cluade]", "[[routes]]\nmatch.modle = 1", "[clients.a]\nodd = 1"):
        assert not fits(tomllib.loads(wrong)), wrong


def test_a_setting_that_is_added_to_a_table_shows_everywhere(
    places: Places, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    naps_kind = WholeNumber(least=1, most=9)
    field = setting(7, naps_kind, "How many naps.", env=("MADE_UP_NAPS",), since="0.2.0")
    with_naps = make_dataclass(
        "WithNaps", [("naps", int, field)], bases=(JobSettings,), kw_only=True
    )
    monkeypatch.setattr(Settings.__dataclass_fields__["jobs"], "default_factory", with_naps)
    places.config_file.write_text("[jobs]\nnaps = 3\n")

    def naps(**env: str) -> int:
        jobs: Any = load_settings(places.config_file, env).settings.jobs
        return int(jobs.naps)

    assert (naps(), naps(MADE_UP_NAPS="4")) == (3, 4)
    said(places, "set", "jobs.naps", "5")
    assert places.config_file.read_text() == "[jobs]\nnaps = 5\n"
    listed = {each["name"]: each["value"] for each in told(places, capsys, "list")}
    assert listed["jobs.naps"] == 5
    node = settings_schema()["properties"]["jobs"]["properties"]["naps"]
    assert node == {
        "type": "integer",
        "minimum": 1,
        "maximum": 9,
        "description": "How many naps.",
        "default": 7,
        "x-since": "0.2.0",
        "x-environment": ["MADE_UP_NAPS"],
    }
    row = "| `naps` | a whole number from 1 to 9 | `7` | `MADE_UP_NAPS` | 0.2.0 | How many naps. |"
    assert row in reference()
    places.config_file.write_text("[jobs]\nnaps = 10\n")
    with pytest.raises(ConfigError, match=r"line 2: jobs\.naps: expected a whole number from 1"):
        naps()
