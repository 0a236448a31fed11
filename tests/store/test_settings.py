"""Settings: what the file and the environment say, and what is said of their faults."""

import re
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.provider import Account, Provider, ProviderKind
from llmgw_desktop.domain.settings.tables import CacheSettings, RecorderLevel
from llmgw_desktop.domain.settings.whole import LoadedSettings, Settings, single_tables
from llmgw_desktop.store.settings.reader import load_settings
from tests.store.config.settings_files import load, refused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_no_file_means_defaults(file: Path) -> None:
    assert load_settings(file, {}) == LoadedSettings(settings=Settings())
    assert not file.exists()


def test_everything_set(file: Path) -> None:
    loaded = load(
        file,
        """
        [http]
        host = "127.0.0.2"
        port = 4000
        max_body_bytes = "32 MB"
        allowed_hosts = ["box.lan:4000"]
        allowed_origins = ["http://localhost:5173"]
        [upstream]
        connect_timeout_s = 5
        first_byte_timeout_s = 60.5
        idle_timeout_s = 30
        [recorder]
        level = "figures"
        retention_days = 7
        max_bytes = "5 GB"
        max_body_bytes = 65536
        redact = false
        [providers.work-openai]
        kind = "openai"
        api_key_env = "WORK_KEY"
        [providers.ollama]
        kind = "openai-compatible"
        base_url = "http://127.0.0.1:11434/v1/"
        models = ["qwen", "llama"]
        local = true
        enabled = false
        """,
        {"WORK_KEY": " sk-1 "},
    )
    assert loaded.warnings == ()
    assert loaded.settings.http.host == "127.0.0.2"
    assert loaded.settings.http.port == 4000
    assert loaded.settings.http.max_body_bytes == 32 * 1024**2
    assert loaded.settings.http.allowed_hosts == ("box.lan:4000",)
    assert loaded.settings.http.allowed_origins == ("http://localhost:5173",)
    assert loaded.settings.upstream.connect_timeout_s == 5.0
    assert loaded.settings.upstream.first_byte_timeout_s == 60.5
    assert loaded.settings.upstream.idle_timeout_s == 30.0
    assert loaded.settings.recorder.level is RecorderLevel.FIGURES
    assert loaded.settings.recorder.retention_days == 7
    assert loaded.settings.recorder.max_bytes == 5 * 1024**3
    assert loaded.settings.recorder.max_body_bytes == 65536
    assert loaded.settings.recorder.redact is False
    assert loaded.settings.providers == (
        Provider(
            name="work-openai",
            kind=ProviderKind.OPENAI,
            base_url="https://api.openai.com/v1",
            accounts=(Account(api_key="sk-1", api_key_env="WORK_KEY"),),
        ),
        Provider(
            name="ollama",
            kind=ProviderKind.OPENAI_COMPATIBLE,
            base_url="http://127.0.0.1:11434/v1",
            models=("qwen", "llama"),
            local=True,
            enabled=False,
        ),
    )


def test_environment_wins(file: Path) -> None:
    text = '[http]\nhost = "::1"\nport = 1\n[recorder]\nredact = true\n'
    env = {
        "LLM_GATEWAY_HTTP_HOST": "localhost",
        "LLM_GATEWAY_PORT": "3",
        "LLM_GATEWAY_REDACT_LOGGED_SECRETS": "0",
    }
    found = load(file, text, env).settings
    assert (found.http.host, found.http.port, found.recorder.redact) == ("localhost", 3, False)
    found = load(file, text, {**env, "LLM_GATEWAY_HTTP_PORT": "2"}).settings
    assert found.http.port == 2
    found = load(file, text, {"LLM_GATEWAY_HTTP_PORT": "", "LLM_GATEWAY_HTTP_HOST": " "}).settings
    assert (found.http.host, found.http.port) == ("::1", 1)


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        (
            {"LLM_GATEWAY_HTTP_PORT": "70000"},
            "environment: LLM_GATEWAY_HTTP_PORT: expected a whole number from 0 to 65535",
        ),
        ({"LLM_GATEWAY_PORT": "http"}, "environment: LLM_GATEWAY_PORT: expected a whole number"),
        ({"LLM_GATEWAY_HTTP_HOST": "elsewhere"}, "LLM_GATEWAY_HTTP_HOST: expected an address of"),
        (
            {"LLM_GATEWAY_REDACT_LOGGED_SECRETS": "perhaps"},
            "LLM_GATEWAY_REDACT_LOGGED_SECRETS: expected true or false",
        ),
    ],
)
def test_wrong_environment(file: Path, env: dict[str, str], sentence: str) -> None:
    error = refused(file, "", env)
    assert sentence in str(error)
    assert error.line is None


@pytest.mark.parametrize(
    ("text", "line", "key", "expected"),
    [
        ('[http]\nport = "80"', 2, "http.port", "a whole number from 0 to 65535"),
        ("\n\nhttp = 3", 3, "http", "expected a table, [http]"),
        ("http.port = true", 1, "http.port", "a whole number"),
        ('[http]\n\nhost = "elsewhere"', 3, "http.host", "an address of this computer"),
        ('[http]\nallowed_hosts = ["*"]', 2, "http.allowed_hosts", "a list of texts"),
        ('[http]\nallowed_origins = ["null"]', 2, "http.allowed_origins", "an origin such as"),
        ('[http]\npath = "mcp"', 2, "http.path", "a path such as"),
        ('[http]\npath = "/"', 2, "http.path", "a path such as"),
        ('[http]\npath = "/a/../b"', 2, "http.path", "a path such as"),
        ('[http]\npath = "/v1/messages"', 2, "http.path", "that no other door has"),
        ("[http]\nmax_body_bytes = 0", 2, "http.max_body_bytes", "from 1 KB to 1 GB"),
        ("[upstream]\nidle_timeout_s = nan", 2, "upstream.idle_timeout_s", "number of seconds"),
        ("[upstream]\nidle_timeout_s = -1", 2, "upstream.idle_timeout_s", "from 0.1 to"),
        ('[recorder]\nlevel = "all"', 2, "recorder.level", 'one of "full", "figures", "off"'),
        ("[recorder]\nretention_days = 0", 2, "recorder.retention_days", 'set level = "off"'),
        ("[recorder]\nretention_days = 1.5", 2, "recorder.retention_days", "whole number from 1"),
        ('[recorder]\nmax_bytes = "lots"', 2, "recorder.max_bytes", 'such as "5 GB"'),
        ('[recorder]\nredact = "yes"', 2, "recorder.redact", "true or false"),
        ("[[recorder]]\nredact = true", 1, "recorder", "expected a table"),
        ("providers = []", 1, "providers", "expected a table"),
        ("[providers]\nx = 1", 2, "providers.x", "expected a table, [providers.x]"),
    ],
)
def test_faults_name_file_line_and_key(
    file: Path, text: str, line: int, key: str, expected: str
) -> None:
    error = refused(file, text)
    assert (error.file, error.line, error.key) == (str(file), line, key)
    assert str(error).startswith(f"{file}, line {line}: {key}: ")
    assert expected in error.message
    assert "sk-live" not in str(error)


@pytest.mark.parametrize(
    ("raw", "line", "message"),
    [
        (b"a = 1\nb = \nc = 2", 2, "not valid TOML"),
        (b"[http]\nport = 1\n[http]\n", 3, "not valid TOML"),
        (b"[providers.x]\nkind='openai'\n\n[providers.x]\nkind='groq'\n", 4, "twice"),
        (b"a = 1\n[http", 2, "not valid TOML"),
        (b'a = """', 1, "not valid TOML"),
        (b"\n\na = " + b"[" * 100_000, None, "nested too deeply"),
        (b"a = " + b"9" * 10_000, None, "not valid TOML"),
        (b"a = 1\n\xff\xfe", 2, "not UTF-8"),
        (b"# x\n" * (1024 * 1024 + 1), None, "larger than 4 MB"),
        (b"a: 1\n", 1, "not valid TOML"),
    ],
)
def test_text_that_is_no_toml(file: Path, raw: bytes, line: int | None, message: str) -> None:
    file.write_bytes(raw)
    with pytest.raises(ConfigError, match=message) as raised:
        load_settings(file, {})
    assert raised.value.line == line


def test_folder_in_place_of_the_file(file: Path) -> None:
    file.mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(file, {})


def test_link_and_byte_order_mark_are_fine(file: Path, tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_bytes(b"\xef\xbb\xbf[http]\r\nport = 5\r\n")
    file.symlink_to(tmp_path / "real.toml")
    assert load_settings(file, {}).settings.http.port == 5


def test_unknown_names_are_warned_about_with_their_line(file: Path) -> None:
    text = (
        "colour = 1\n[http]\nport = 1\nportt = 2\n[htttp]\nport = 3\n"
        '[providers.x]\nkind = "groq"\nbaseurl = "u"\nenabled = false\n'
        "[providers.x.more]\n[[what]]\n"
    )
    loaded = load(file, text)
    assert loaded.settings.http.port == 1
    starts = [re.sub(r" \(known.*", "", warning) for warning in loaded.warnings]
    assert starts == [
        f"{file}, line 1: colour: unknown setting, ignored",
        f"{file}, line 5: htttp: unknown table, ignored",
        f"{file}, line 12: what: unknown setting, ignored",
        f"{file}, line 4: http.portt: unknown setting, ignored",
        f"{file}, line 9: providers.x.baseurl: unknown setting, ignored",
        f"{file}, line 11: providers.x.more: unknown setting, ignored",
    ]
    assert "port" in loaded.warnings[3]
    assert file.read_text() == text


@pytest.mark.parametrize("name", ["client", "Clients", "guard", "gaurds"])
def test_a_slip_in_the_name_of_what_protects_is_refused(file: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"line 3: .*: unknown table; .* is probably meant"):
        load(file, f"[http]\nport = 1\n[{name}.x]\nparallel = 1\n")


def test_what_later_versions_use_is_accepted_with_a_word(file: Path) -> None:
    loaded = load(
        file,
        """
[cache_awareness]
emit_anthropic_cache_control = true
anthropic_ttl_seconds = 3600
[cache_awareness.min_stable_tokens_for_cache_control]
opus = 1
[compression]
enabled = true
[persistence]
""",
    )
    assert [warning.split(": ", 1)[1] for warning in loaded.warnings] == [
        f"{name}: is not used by this version"
        for name in (
            "cache_awareness.min_stable_tokens_for_cache_control",
            "persistence",
        )
    ]
    assert f"{file}, line 5: cache_awareness.min_" in loaded.warnings[0]
    assert loaded.settings.cache_awareness == CacheSettings(
        emit_anthropic_cache_control=True, anthropic_ttl_seconds=3600
    )
    assert loaded.settings.compression.enabled is True


@pytest.mark.parametrize("raw", ["301", '"300"', "true", "300.0"])
def test_a_cache_lives_as_long_as_anthropic_says(file: Path, raw: str) -> None:
    told = refused(file, f"[cache_awareness]\nanthropic_ttl_seconds = {raw}\n")
    assert "300 or 3600" in str(told)


_scalars: Any = (
    st.integers()
    | st.booleans()
    | st.text(max_size=20)
    | st.floats(allow_nan=False)
    | st.sampled_from(["openai", "practice", "5 GB", "full", "http://127.0.0.1:1", "K", "::1"])
    | st.dates()
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
)
_known_tables = st.fixed_dictionaries(
    {},
    optional={
        table.field: st.fixed_dictionaries({}, optional=dict.fromkeys(table.settings, _values))
        for table in single_tables()
        if len(table.path) == 1
    },
)
_providers = st.dictionaries(
    st.sampled_from(["x", "practice", "Odd", ""]),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["openai", "practice", "openai-compatible"]) | _values},
        optional={
            "base_url": _values,
            "api_key_env": _values,
            "models": _values,
            "local": _values,
            "enabled": _values,
        },
    )
    | _values,
    max_size=2,
)


@settings(max_examples=100, deadline=None)
@given(
    document=st.dictionaries(st.text(max_size=5), _values, max_size=2),
    tables=_known_tables,
    providers=_providers,
)
def test_any_toml_is_settings_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory,
    document: dict[str, Any],
    tables: dict[str, Any],
    providers: dict[str, Any],
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text(tomlkit.dumps({**document, **tables, "providers": providers}), "utf-8")
    told = _told(file)
    if isinstance(told, ConfigError):
        assert told.file == str(file)
        assert "\n" not in str(told)
        assert told.line is not None
    else:
        assert all("\n" not in warning for warning in told.warnings)


@settings(max_examples=100, deadline=None)
@given(
    raw=st.binary(max_size=60) | st.text(alphabet='[]={}".,\n #ab1', max_size=60).map(str.encode)
)
def test_any_bytes_are_settings_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(raw)
    told = _told(file)
    assert isinstance(told, LoadedSettings) or str(told).startswith(str(file))


def _told(file: Path) -> LoadedSettings | ConfigError:
    try:
        return load_settings(file, {"K": "key"})
    except ConfigError as error:
        return error


def test_workspaces(file: Path) -> None:
    said = """
[workspaces]
default = "app"
[[workspaces.repos]]
alias = "app"
path = "~/src/app"
kind = "git"
providers = ["codex"]
[[workspaces.allowed_roots]]
alias = "src"
path = "/src"
allow_create_directories = true
"""
    found = load(file, said).settings.workspaces
    assert (found.default, found.admin) == ("app", False)
    (repo,), (root,) = found.repos, found.allowed_roots
    assert (repo.alias, repo.path, repo.kind, repo.clis) == ("app", "~/src/app", "git", ("codex",))
    assert repo.is_of_settings
    assert (root.allow_create_directories, root.allow_init_git_repos) == (True, False)
    assert root.max_create_depth == 2
    admin = load(file, said, {"LLM_GATEWAY_WORKSPACE_ADMIN": "1"}).settings.workspaces.admin
    assert admin is True


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ('default = "1x"', "workspaces.default"),
        ("repos = 3", "workspaces.repos"),
        ("allowed_roots = 3", "workspaces.allowed_roots"),
    ],
)
def test_what_is_wrong_with_workspaces_is_said_with_its_place(
    file: Path, said: str, key: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(file, f"[workspaces]\n{said}\n")
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ('[[workspaces.repos]]\nalias = "a"', "workspaces.repos[0]"),
        ('[[workspaces.repos]]\nalias = "a"\npath = "src"', "workspaces.repos[0].path"),
        ('[[workspaces.repos]]\nalias = "a/b"\npath = "/src"', "workspaces.repos[0].alias"),
        (
            '[[workspaces.repos]]\nalias = "a"\npath = "/s"\nproviders = ["cursor"]',
            "workspaces.repos[0].providers",
        ),
        (
            '[[workspaces.allowed_roots]]\nalias = "a"\npath = "/s"\nmax_create_depth = 9',
            "workspaces.allowed_roots[0].max_create_depth",
        ),
        (
            '[[workspaces.repos]]\nalias = "a"\npath = "/s"\n[[workspaces.repos]]\nalias = "a"\n'
            'path = "/t"',
            "workspaces.repos[1].alias",
        ),
    ],
)
def test_only_the_entry_with_the_mistake_is_off(file: Path, said: str, key: str) -> None:
    good = '[[workspaces.repos]]\nalias = "good"\npath = "/good"\nallow_worktree = false\n'
    roots = '[[workspaces.allowed_roots]]\nalias = "root"\npath = "/root"\n'
    loaded = load(file, f"{said}\n{good}{roots}")
    (warning,) = loaded.warnings
    assert f": {key}: " in warning
    assert warning.endswith("It is off; the others are used.")
    found = loaded.settings.workspaces
    assert [each.alias for each in found.repos] == ["good"]
    assert not found.repos[0].allow_worktree
    assert "root" in [each.alias for each in found.allowed_roots]
    assert all(each.alias != "a" for each in (*found.repos, *found.allowed_roots))
    assert set(found.off) <= {"a", "a/b"}
    assert ("a" in found.off) == ('alias = "a"' in said and "repos" in said)
