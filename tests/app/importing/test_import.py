"""`llmgw import`: what two other gateways have comes over once, whole or with a reason, and nothing
of theirs is changed. Their files are made here as they write them."""

from __future__ import annotations

import json
import os
import sqlite3
import time
import tomllib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.safekeeping.importing import command
from llmgw_desktop.app.safekeeping.importing.adding import ServerAdder
from llmgw_desktop.app.safekeeping.importing.taking import ProgramServers
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import ConfigError, StoreUnavailable
from llmgw_desktop.domain.jobs.job import Session
from llmgw_desktop.domain.settings.door import RegistrationPolicy
from llmgw_desktop.domain.vault import EntryKind, VaultError, address
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.jobs.session_store import SessionStore
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

KEY = "sk-import-0123456789abcdefghijklmnop"
OTHER = "sk-second-9876543210zyxwvutsrqponmlk"
MASTER = bytes(range(32))
NOW = time.time()


@dataclass
class Desk:
    places: Places
    person: Path
    said: Callable[[], tuple[str, str]]

    def run(self, *words: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
        code = command.run(parse(["import", *words]), self.places, env or {})
        return (code, *self.said())

    def settings(self) -> dict[str, object]:
        return tomllib.loads(self.places.config_file.read_text("utf-8"))

    def vault(self) -> Vault:
        keys = MasterKeys({}, self.places.data_folder)
        return Vault(self.places.gateway_db, keys, SystemClock())

    def sessions(self) -> list[Session]:
        with closing(self.vault()) as vault:
            store = SessionStore(self.places.gateway_db, AtRest(vault.data_keys))
            with closing(store):
                return store.recent(None)


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    places = Places.of(os.environ)
    places.make()
    person = tmp_path / "person"
    person.mkdir()
    monkeypatch.setattr(Path, "home", lambda: person)

    def said() -> tuple[str, str]:
        captured = capsys.readouterr()
        assert KEY not in captured.out + captured.err
        assert OTHER not in captured.out + captured.err
        return captured.out, captured.err

    return Desk(places, person, said)


CONFIG = """
[persistence]
backend = "sqlite"
retentionDays = 14
dedupWindowMs = 60000

[http]
max_sessions = 50

[http.oauth]
enabled = true
registration_policy = "open_dev"

[limits]
max_running_jobs = 8
queue_timeout_ms = 1
completed_job_memory_ttl_ms = 3600000

[cache_awareness]
anthropic_ttl_seconds = 3600

[workspaces]
default = "shop"
[[workspaces.repos]]
alias = "shop"
path = "{person}/shop"
kind = "git"
providers = ["claude", "codex", "devin"]
operator_entry = true
[[workspaces.repos]]
alias = "cursor-only"
path = "{person}/x"
providers = ["cursor"]
[[workspaces.allowed_roots]]
alias = "roots"
path = "{person}/roots"
allow_create_directories = true
max_create_depth = 3

[providers.xai]
default_model = "grok-build-0.1"
[providers.lm-studio]
kind = "openai-compatible"
base_url = "http://127.0.0.1:1234/v1"
models = ["qwen"]
[providers.leaky]
kind = "openai-compatible"
base_url = "https://user:{key}@api.example.com/v1"
[providers.odd]
kind = "telnet"

[least_cost]
enabled = true
"""


def stamp(ago_s: float) -> str:
    moment = datetime.fromtimestamp(NOW - ago_s, tz=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def session(cli: str, ago_s: float = 60, **more: object) -> dict[str, object]:
    used = {"createdAt": stamp(ago_s + 60), "lastUsedAt": stamp(ago_s)}
    return {"cli": cli, **used, "description": "Claude Session", "ownerPrincipal": "local", **more}


@pytest.fixture
def theirs(desk: Desk) -> Path:
    folder = desk.person / ".llm-cli-gateway"
    folder.mkdir(mode=0o700)
    (desk.person / "shop").mkdir()
    text = CONFIG.replace("{person}", str(desk.person)).replace("{key}", KEY)
    (folder / "config.toml").write_text(text, "utf-8")
    sessions = {
        "11111111-1111-4111-8111-111111111111": session(
            "claude", metadata={"workspaceRoot": str(desk.person / "shop")}
        ),
        "22222222-2222-4222-8222-222222222222": session("codex", metadata={"workspaceRoot": "/no"}),
        "gw-33333333-3333-4333-8333-333333333333": session("grok"),
        "44444444-4444-4444-8444-444444444444": session("devin"),
        "55555555-5555-4555-8555-555555555555": session("claude", ownerPrincipal="oauth-client"),
        "66666666-6666-4666-8666-666666666666": session("claude", ago_s=90 * 86400),
        "77777777-7777-4777-8777-777777777777": session("claude", lastUsedAt="yesterday"),
        "88\u001b[2J": session("claude"),
    }
    for name, each in sessions.items():
        each["id"] = name
    active = {"claude": "11111111-1111-4111-8111-111111111111", "codex": None}
    whole = {"sessions": sessions, "activeSession": active}
    (folder / "sessions.json").write_text(json.dumps(whole, indent=2), "utf-8")
    (folder / "logs.db").write_bytes(b"SQLite format 3\0")
    return folder


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(each): (each.read_bytes(), each.stat().st_mtime_ns)
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }


def test_settings_and_sessions_of_llm_cli_gateway_come_over(desk: Desk, theirs: Path) -> None:
    before = content(theirs)
    code, out, _ = desk.run("--from", "llm-cli-gateway")
    assert code == 0
    assert content(theirs) == before
    loaded = load_settings(desk.places.config_file, {}).settings
    assert (loaded.jobs.retention_days, loaded.jobs.dedup_window_ms) == (14, 60000)
    assert loaded.limits.max_running_jobs == 8
    assert loaded.cache_awareness.anthropic_ttl_seconds == 3600
    (shop,) = loaded.workspaces.repos
    assert (shop.alias, shop.path) == ("shop", str(desk.person / "shop"))
    assert shop.clis == (CliName.CLAUDE, CliName.CODEX)
    assert loaded.workspaces.default == "shop"
    assert loaded.workspaces.allowed_roots[0].max_create_depth == 3
    assert {each.name: each.base_url for each in loaded.providers} == {
        "xai": "https://api.x.ai/v1",
        "lm-studio": "http://127.0.0.1:1234/v1",
    }
    found = {each.id[:1]: each for each in desk.sessions()}
    assert sorted(found) == ["1", "2"]
    assert found["1"].working_dir == str(desk.person / "shop")
    assert found["1"].is_active
    assert found["1"].provider_session_id == found["1"].id
    assert found["1"].owner == LOCAL.client_id
    assert found["1"].description == "Claude Session"
    assert (found["2"].working_dir, found["2"].is_active) == ("", False)
    assert abs(found["1"].used_at_s - (NOW - 60)) < 2
    assert "remove it" in out


def test_what_stays_behind_has_its_reason(desk: Desk, theirs: Path) -> None:
    _, out, err = desk.run("--from", "llm-cli-gateway")
    lines = out.partition("Left out:\n")[2].splitlines()
    left = dict(line.strip().split(": ", 1) for line in lines if ": " in line)
    assert "100" in left["limits.queue_timeout_ms"]  # the least that is taken here
    assert left["workspace cursor-only"].startswith("cursor: such a CLI is not known")
    assert "user name or password" in left["provider leaky"]
    assert "kind is not known" in left["provider odd"]
    assert "docs/oauth.md" in left["[http.oauth]"]
    assert "[[routes]]" in left["[least_cost] enabled"]
    assert left["[limits] completed_job_memory_ttl_ms"] == "nothing here is set by it"
    assert "logs.db" in left
    assert left["sessions ×1"] == "were used too long ago to be kept"
    reasons = out.count("1 session:")
    assert reasons == 5  # gw-, devin, another's, no time, no plain name
    assert "\x1b" not in out
    assert "XAI_API_KEY" in err or "provider" in err  # its key is not set: told, as a start would
    oauth = load_settings(desk.places.config_file, {}).settings.oauth
    assert oauth.registration_policy is RegistrationPolicy.THIS_COMPUTER


def test_a_second_import_changes_nothing(desk: Desk, theirs: Path) -> None:
    desk.run("--from", "llm-cli-gateway")
    settings, sessions = desk.places.config_file.read_bytes(), desk.sessions()
    code, out, _ = desk.run("--from", "llm-cli-gateway")
    assert code == 0
    assert "nothing to bring" in out
    assert "To take it back" not in out
    assert desk.places.config_file.read_bytes() == settings
    assert desk.sessions() == sessions
    assert not list(desk.places.config_folder.glob("*.before-import-*"))


def test_what_stands_here_stays_and_the_former_file_is_kept(desk: Desk, theirs: Path) -> None:
    own = '# mine\n[limits]\nmax_running_jobs = 3 # not more\n[providers.xai]\nkind = "openai"\n'
    desk.places.config_file.write_text(own, "utf-8")
    _, out, _ = desk.run("--from", "llm-cli-gateway")
    loaded = load_settings(desk.places.config_file, {}).settings
    assert loaded.limits.max_running_jobs == 3
    assert "# not more" in desk.places.config_file.read_text("utf-8")
    assert [str(each.kind) for each in loaded.providers if each.name == "xai"] == ["openai"]
    (kept,) = desk.places.config_folder.glob("config.toml.before-import-*")
    assert kept.read_text("utf-8") == own
    assert str(kept) in out


def test_a_dry_run_changes_nothing(desk: Desk, theirs: Path) -> None:
    code, out, _ = desk.run("--from", "llm-cli-gateway", "--dry-run")
    assert (code, desk.places.config_file.exists(), desk.sessions()) == (0, False, [])
    assert "Would come over:" in out
    assert "  workspace shop" in out
    assert "2 sessions" in out


def test_another_place_is_named(desk: Desk, theirs: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    theirs.rename(moved)
    code, _, err = desk.run("--from", "llm-cli-gateway")
    assert (code, "Name its folder with --path" in err) == (1, True)
    env = {"LLM_GATEWAY_CONFIG": "/nowhere/config.toml"}
    code, out, _ = desk.run("--from", "llm-cli-gateway", "--path", str(moved), env=env)
    assert code == 0
    assert str(moved / "config.toml") in out
    with pytest.raises(StoreUnavailable, match="is no folder"):
        desk.run("--from", "llm-cli-gateway", "--path", str(tmp_path / "missing"))


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("config.toml", b"[limits\n" + KEY.encode()),
        ("config.toml", b"\xff\xfe\x00"),
        ("sessions.json", b"[1, 2"),
        ("sessions.json", b"[]"),
        ("sessions.json", b"[" * 100_000),
    ],
)
def test_a_broken_file_is_one_sentence(desk: Desk, theirs: Path, name: str, raw: bytes) -> None:
    (theirs / name).write_bytes(raw)
    with pytest.raises(ConfigError, match="nothing was imported") as caught:
        desk.run("--from", "llm-cli-gateway")
    assert KEY not in str(caught.value)
    assert not desk.places.config_file.exists()
    assert desk.sessions() == []


@pytest.mark.parametrize(
    "text",
    [
        "limits = 3\nworkspaces = []\nproviders = 'x'\n",
        "[providers]\nx = 1\n[workspaces]\nrepos = 'x'\ndefault = 4\n",
        "[[workspaces.repos]]\npath = 'x'\n[[workspaces.repos]]\nalias = 'a'\npath = '../x'\n",
        "[limits]\nmax_running_jobs = 'many'\n[persistence]\nretentionDays = [1]\n",
        "[providers.'a b\\u001b']\nkind = 'anthropic'\n[providers.c]\nkind = 'anthropic'\n"
        "base_url = 4\n",
    ],
)
def test_odd_contents_are_left_out_one_by_one(desk: Desk, theirs: Path, text: str) -> None:
    (theirs / "config.toml").write_text(text, "utf-8")
    code, out, _ = desk.run("--from", "llm-cli-gateway")
    assert code == 0
    assert not desk.places.config_file.exists()
    assert "2 sessions" in out
    assert "\x1b" not in out


def seal(secret: str) -> tuple[bytes, bytes, bytes]:
    nonce = os.urandom(12)
    sealed = AESGCM(MASTER).encrypt(nonce, secret.encode(), None)
    return sealed[:-16], nonce, sealed[-16:]


@pytest.fixture
def bridge(desk: Desk) -> Path:
    folder = desk.person / ".llm-gateway"
    folder.mkdir(mode=0o700)
    (folder / "master.key").write_text(MASTER.hex())
    (folder / "bridge.yaml").write_text("default: openai\nfallback_order:\n  - groq\n")
    with closing(sqlite3.connect(folder / "vault.db")) as db:
        db.execute(
            "CREATE TABLE credentials(id INTEGER PRIMARY KEY AUTOINCREMENT, provider, key_name,"
            " project, encrypted_value BLOB, iv BLOB, auth_tag BLOB)"
        )
        db.execute(
            "CREATE TABLE files(id INTEGER PRIMARY KEY AUTOINCREMENT, provider, file_name,"
            " project, encrypted_value BLOB, iv BLOB, auth_tag BLOB)"
        )
        db.execute("CREATE TABLE api_keys(id, key_hash)")
        db.execute("INSERT INTO api_keys VALUES (1, 'x'), (2, 'y')")
        insert = (
            "INSERT INTO credentials(provider, key_name, project, encrypted_value, iv, auth_tag)"
        )
        for provider, name, project, secret in (
            ("openai", "work", "_global", OTHER),
            ("openai", "default", "_global", KEY),
            ("openai", "default", "shop", OTHER),
            ("cerebras", "default", "_global", KEY),
        ):
            db.execute(f"{insert} VALUES (?,?,?,?,?,?)", (provider, name, project, *seal(secret)))
        broken = ("groq", "default", "_global", b"x" * 20, os.urandom(12), b"y" * 16)
        db.execute(f"{insert} VALUES (?,?,?,?,?,?)", broken)
        db.execute(
            "INSERT INTO files(provider, file_name, project, encrypted_value, iv, auth_tag)"
            " VALUES (?,?,?,?,?,?)",
            ("codex", "auth.json", "_global", *seal('{"tokens": {}}')),
        )
        db.commit()
    return folder


def test_the_vault_of_mcp_llm_bridge_comes_over_with_its_providers(
    desk: Desk, bridge: Path
) -> None:
    before = content(bridge)
    code, out, _ = desk.run("--from", "mcp-llm-bridge")
    assert (code, content(bridge)) == (0, before)
    with closing(desk.vault()) as vault:
        held = vault.secret(address(EntryKind.API_KEY, "openai", "default"), by="test")
        of_shop = vault.secret(address(EntryKind.API_KEY, "openai", "default", "shop"), by="test")
        assert (held, of_shop) == (KEY.encode(), OTHER.encode())
        assert len(vault.entries()) == 5
    (openai,) = load_settings(desk.places.config_file, {}).settings.providers
    assert [(each.name, each.vault) for each in openai.accounts] == [
        ("default", "openai/default"),
        ("work", "openai/work"),
    ]
    assert "groq/default does not open with its key" in out
    assert "provider cerebras: its address is not known" in out
    assert "key of programs ×2: only hashes" in out
    assert "bridge.yaml" in out
    assert "vault rm openai default --project shop" in out
    assert "vault rm codex auth.json --file" in out


def test_a_second_import_of_mcp_llm_bridge_changes_nothing(desk: Desk, bridge: Path) -> None:
    desk.run("--from", "mcp-llm-bridge")
    settings = desk.places.config_file.read_bytes()
    with closing(desk.vault()) as vault:
        vault.put(address(EntryKind.API_KEY, "openai", "work"), b"sk-mine-0123456789", by="test")
        entries = vault.entries()
    _, out, _ = desk.run("--from", "mcp-llm-bridge")
    assert "nothing to bring" in out
    assert "credential openai/work: another one is here" in out
    assert desk.places.config_file.read_bytes() == settings
    with closing(desk.vault()) as vault:
        assert vault.entries() == entries


def test_without_its_key_the_vault_is_one_sentence(desk: Desk, bridge: Path) -> None:
    (bridge / "master.key").unlink()
    with pytest.raises(VaultError, match=r"its key \(master.key\) is not there"):
        desk.run("--from", "mcp-llm-bridge")
    assert not desk.places.config_file.exists()


def test_our_own_broken_settings_are_not_written(desk: Desk, theirs: Path) -> None:
    desk.places.config_file.write_text("[limits]\nmax_running_jobs = 'x'\n", "utf-8")
    with pytest.raises(ConfigError, match="max_running_jobs"):
        desk.run("--from", "llm-cli-gateway")
    assert desk.sessions() == []


TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"


def program_files(person: Path) -> dict[str, Path]:
    """As Claude Code, Codex, Gemini CLI and opencode write them; the first two have our entry."""
    ours = {"type": "stdio", "command": "/opt/llmgw", "args": ["mcp"]}
    claude = {
        "numStartups": 3,
        "mcpServers": {
            "llmgw": ours,
            "tracker": {
                "type": "http",
                "url": "https://tracker.example/mcp",
                "headers": {"Authorization": f"Bearer {TOKEN}", "X-Team": "shop"},
            },
            "clock": {"type": "stdio", "command": "uvx", "args": ["mcp-server-time"]},
            "old": {"type": "sse", "url": "https://old.example/sse"},
            "argued": {"command": "npx", "args": ["x", "--token", TOKEN]},
            "inputs": {"command": "x", "env": {"A_KEY": "${input:key}"}},
        },
    }
    codex = (
        'model = "gpt-5.5"  # mine\n[mcp_servers.llmgw]\ncommand = "/opt/llmgw"\nargs = ["mcp"]\n'
        '[mcp_servers.clock]\ncommand = "uvx"\nargs = ["mcp-server-time"]\n'
        '[mcp_servers.github]\ncommand = "gh-mcp"\n[mcp_servers.github.env]\n'
        f'GITHUB_TOKEN = "{TOKEN}"\n'
        '[mcp_servers.docs]\nurl = "https://docs.example/mcp"\n'
        'bearer_token_env_var = "DOCS_TOKEN"\n'
    )
    opencode = {
        "mcp": {
            "clock": {"type": "local", "command": ["uvx", "other-clock"], "enabled": True},
            "off": {"type": "local", "command": ["x"], "enabled": False},
        }
    }
    gemini = {"mcpServers": {"stream": {"httpUrl": "https://s.example/mcp"}, "x": {"cwd": "/y"}}}
    texts = {
        ".claude.json": json.dumps(claude, indent=2),
        ".codex/config.toml": codex,
        ".config/opencode/opencode.json": json.dumps(opencode),
        ".gemini/settings.json": json.dumps(gemini),
    }
    for name, text in texts.items():
        (person / name).parent.mkdir(parents=True, exist_ok=True)
        (person / name).write_text(text)
    return {name: person / name for name in texts}


def test_servers_of_programs_come_once_with_their_secrets_in_the_vault(desk: Desk) -> None:
    files = program_files(desk.person)
    before = {name: path.read_bytes() for name, path in files.items()}
    env = {"HOME": str(desk.person), "DOCS_TOKEN": OTHER}
    dry, told, _ = desk.run("--from", "programs", "--dry-run", env=env)
    assert dry == 0
    assert "MCP server tracker of Claude Code" in told
    assert not desk.places.config_file.exists()
    code, told, trouble = desk.run("--from", "programs", env=env)
    assert (code, trouble) == (0, "")
    assert TOKEN not in told
    servers = desk.settings()["mcp_servers"]
    assert isinstance(servers, dict)
    assert set(servers) == {"tracker", "clock", "clock-opencode", "github", "docs", "stream", "old"}
    assert servers["tracker"]["headers"] == {
        "Authorization": "Bearer ${vault:tracker/authorization}",
        "X-Team": "shop",
    }
    assert servers["github"]["env"] == {"GITHUB_TOKEN": "${vault:github/github_token}"}
    assert all(each["offer"] is True for each in servers.values())
    loaded = load_settings(desk.places.config_file, {})
    assert all(each.enabled for each in loaded.settings.mcp_servers)
    with closing(desk.vault()) as vault:
        kept = {
            name: vault.secret(address(EntryKind.API_KEY, *name.split("/")), by="test")
            for name in ("tracker/authorization", "github/github_token", "docs/authorization")
        }
    assert kept == {
        "tracker/authorization": TOKEN.encode(),
        "github/github_token": TOKEN.encode(),
        "docs/authorization": OTHER.encode(),
    }
    for name, why in (
        ("argued of Claude Code", "a secret stands among its arguments"),
        ("inputs of Claude Code", "only that program can fill in"),
        ("off of opencode", "switched off"),
        ("x of Gemini CLI", "folder of its own"),
    ):
        (line,) = [each for each in told.splitlines() if f"MCP server {name}" in each]
        assert why in line
    assert {name: path.read_bytes() for name, path in files.items()} == before
    settings = desk.places.config_file.read_bytes()
    assert "There is nothing to bring" in desk.run("--from", "programs", env=env)[1]
    assert desk.places.config_file.read_bytes() == settings


def test_what_came_over_is_taken_out_of_connected_programs(desk: Desk) -> None:
    files = program_files(desk.person)
    claude, codex = files[".claude.json"], files[".codex/config.toml"]
    before = claude.read_bytes()
    env = {"HOME": str(desk.person)}
    _, told, _ = desk.run("--from", "programs", "--remove", "--dry-run", env=env)
    assert f"Would be taken out there:\n  tracker in {claude}" in told
    assert claude.read_bytes() == before
    code, told, _ = desk.run("--from", "programs", "--remove", env=env)
    assert code == 0
    left = json.loads(claude.read_text())
    assert set(left["mcpServers"]) == {"llmgw", "argued", "inputs"}
    assert left["numStartups"] == 3
    text = codex.read_text()
    assert 'model = "gpt-5.5"  # mine' in text
    assert set(tomllib.loads(text)["mcp_servers"]) == {"llmgw", "docs"}, "its token is not set"
    assert "first: llmgw connect opencode" in told
    assert "clock" in json.loads(files[".config/opencode/opencode.json"].read_text())["mcp"]
    (copy,) = claude.parent.glob(".claude.json.before-import-*")
    assert copy.read_bytes() == before
    assert copy.stat().st_mode & 0o077 == 0
    assert f"put {copy} in its place" in told


def test_an_import_is_taken_back_whole(desk: Desk) -> None:
    files = program_files(desk.person)
    before = {name: path.read_bytes() for name, path in files.items()}
    env = {"HOME": str(desk.person)}
    desk.places.config_file.write_bytes(b"# mine\n")
    programs, adder = ProgramServers(desk.places, env), ServerAdder(desk.places, env)
    brought = programs.bring(remove=True)
    assert "tracker" in brought.servers
    assert TOKEN not in repr(brought)
    assert adder.take_back(brought) == "The import was undone."
    assert {name: path.read_bytes() for name, path in files.items()} == before
    assert desk.settings() == {}
    assert desk.places.config_file.read_bytes().startswith(b"# mine\n")
    with closing(desk.vault()) as vault:
        assert vault.entries() == []
    again = programs.bring(remove=True)
    claude = files[".claude.json"]
    mine = claude.read_bytes().replace(b'"numStartups": 3', b'"numStartups": 4')
    claude.write_bytes(mine)
    assert f"Changed since, and left as it is: {claude}." in adder.take_back(again)
    assert claude.read_bytes() == mine
    assert files[".codex/config.toml"].read_bytes() == before[".codex/config.toml"]


def test_another_credential_in_its_place_is_kept(desk: Desk) -> None:
    program_files(desk.person)
    at = address(EntryKind.API_KEY, "github", "github_token")
    with closing(desk.vault()) as vault:
        vault.put(at, OTHER.encode(), by="test")
    _, told, _ = desk.run("--from", "programs", env={"HOME": str(desk.person)})
    assert "the vault has another credential at github/github_token" in told
    servers = desk.settings()["mcp_servers"]
    assert isinstance(servers, dict)
    assert "github" not in servers
    with closing(desk.vault()) as vault:
        assert vault.secret(at, by="test") == OTHER.encode()


@pytest.mark.parametrize(
    "words", [("--from", "programs", "--path", "/x"), ("--from", "mcp-llm-bridge", "--remove")]
)
def test_options_that_do_not_go_together(desk: Desk, words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="alone"):
        desk.run(*words)


def test_programs_without_a_server_are_told_in_words(desk: Desk) -> None:
    code, _, err = desk.run("--from", "programs", env={"HOME": str(desk.person)})
    assert (code, err) == (1, "No MCP server was found in the settings of the programs here.\n")
