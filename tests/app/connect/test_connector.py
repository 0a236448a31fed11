"""Programs are set up and taken back: files, keys and records, whatever happens meanwhile."""

import json
import os
import stat
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmgw_desktop.app.connect import PROGRAM_NAMES
from llmgw_desktop.app.connect.clients import ProgramState
from llmgw_desktop.app.connect.connector import Undone, Wanted
from llmgw_desktop.app.connect.edits import diff_of
from llmgw_desktop.app.connect.programs import PROGRAMS, Transport
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.engine.access.authenticator import key_digest
from tests.app.connect.desk import Desk

_STDIO = Wanted(transport=Transport.STDIO)
_MODELS = Wanted(models=True)
_WAYS = (Wanted(), _STDIO, _MODELS, Wanted(transport=Transport.STDIO, models=True))
_TEXTS = {
    "json": (
        b"{}",
        b'{\r\n    "a": [1, 2],\r\n}\r\n',
        b'\xef\xbb\xbf{\n\t// mine\n\t"mcpServers": {"other": {"url": "x"}}\n}\n',
        b'{"mcpServers":{"llmgw":{"url":"http://elsewhere/"}},"env":{"ANTHROPIC_BASE_URL":"x"}}',
        '{\n  "ünï": "/* no */"\n}'.encode(),
        b"",
        b"// nothing yet\n",
    ),
    "toml": (
        b"",
        b'model = "x" # why\r\n\r\n[tui]\r\nx = 1\r\n',
        b"\xef\xbb\xbf# only words",
        b'model_provider = "mine"\n[mcp_servers.llmgw]\nurl = "old"\n\n[tui]\n',
    ),
}
_GRACE = "mcp_optional_startup_grace_ms"
_programs = st.sampled_from(sorted(PROGRAMS))


def test_every_program_has_its_name_on_the_command_line() -> None:
    assert tuple(PROGRAMS) == PROGRAM_NAMES


@pytest.mark.parametrize("name", PROGRAM_NAMES)
@pytest.mark.parametrize("wanted", _WAYS)
def test_taken_back_all_is_as_it_was(desk: Desk, name: str, wanted: Wanted) -> None:
    if wanted.models and PROGRAMS[name].models is None:
        wanted = Wanted(transport=wanted.transport)
    for text in (None, *_TEXTS[PROGRAMS[name].format.name]):
        if text is not None:
            desk.write(name, text)
        before = desk.files()
        desk.set_up(name, wanted)
        assert desk.standing(name).state is ProgramState.SET_UP
        assert desk.files() != before
        desk.undo(name)
        assert desk.files() == before
        assert desk.active() == []
        assert not (desk.data / "connections" / name).exists()


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_whatever_is_done_in_between_undo_leads_back(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    with closing(Desk(tmp_path_factory.mktemp("desk"))) as desk:
        name = data.draw(_programs)
        program = PROGRAMS[name]
        text = data.draw(st.sampled_from((None, *_TEXTS[program.format.name])))
        if text is not None:
            desk.write(name, text)
        before = desk.files()
        for wanted in data.draw(st.lists(st.sampled_from(_WAYS), min_size=1, max_size=3)):
            desk.set_up(name, wanted)
            after = desk.files()
            desk.set_up(name, wanted)
            assert desk.files() == after
            assert len(desk.active()) == (wanted.models or wanted.transport is Transport.HTTP)
        desk.undo(name)
        assert desk.files() == before
        assert desk.active() == []


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="no such bits")
@pytest.mark.parametrize("name", PROGRAM_NAMES)
@pytest.mark.parametrize("has_links", [False, True])
def test_others_may_not_read_a_file_that_a_key_comes_into(
    desk: Desk, name: str, has_links: bool
) -> None:
    path = desk.write(name, b"")
    path.chmod(0o664)
    if has_links:
        (path.parent / "other-name").hardlink_to(path)
    plan = desk.connector.plan(name, Wanted())
    assert f"# permissions of {path}: 664 → 600, for a key stands in it" in diff_of(plan.changes)
    desk.connector.set_up(plan)
    assert _mode(path) == 0o600
    again = desk.connector.plan(name, Wanted())
    assert again.is_done
    desk.connector.set_up(again)
    back = desk.connector.plan_undo(name)
    assert f"# permissions of {path}: 600 → 664, as before" in diff_of(back.changes)
    desk.connector.undo(back)
    assert (_mode(path), path.read_bytes()) == (0o664, b"")


@pytest.mark.skipif(os.name != "posix", reason="no such bits")
def test_permissions_that_are_narrow_or_need_not_be_stay(desk: Desk) -> None:
    path = desk.write("cursor", b"{}")
    path.chmod(0o644)
    desk.set_up("cursor", _STDIO)
    assert _mode(path) == 0o644, "no key came into it"
    desk.set_up("cursor")
    assert _mode(path) == 0o600
    path.chmod(0o640)  # by hand, since
    desk.undo("cursor")
    assert _mode(path) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="no such bits")
def test_an_earlier_version_left_a_key_for_all_to_read(desk: Desk) -> None:
    path = desk.write("cursor", b"{}")
    path.chmod(0o644)
    desk.set_up("cursor")
    path.chmod(0o644)
    assert not desk.connector.plan("cursor", Wanted()).is_done
    desk.set_up("cursor")
    assert _mode(path) == 0o600
    desk.undo("cursor")
    assert _mode(path) == 0o644


@pytest.mark.parametrize("name", PROGRAM_NAMES)
def test_a_key_of_its_own_stands_in_the_file_and_nowhere_else(desk: Desk, name: str) -> None:
    plan = desk.connector.plan(name, Wanted())
    desk.connector.set_up(plan)
    (client,) = desk.active()
    assert client.name == name
    assert client.scopes == {Scope.MCP, Scope.MODELS_USE, Scope.MODELS_LIST, Scope.JOBS_RUN}
    text = desk.file(name).read_text()
    (key,) = {word for word in text.replace('"', " ").split() if word.startswith("llmgw-")}
    assert key_digest(key) == client.key_digest
    assert key not in (desk.data / "connections" / name / "connection.json").read_text()
    assert key not in diff_of(plan.changes)
    assert key not in diff_of(desk.connector.plan_undo(name).changes)


def test_a_program_that_starts_us_needs_no_key(desk: Desk) -> None:
    desk.set_up("cursor", _STDIO)
    entry = json.loads(desk.file("cursor").read_text())["mcpServers"]["llmgw"]
    assert entry["args"][-1] == "mcp"
    assert Path(entry["command"]).is_absolute()
    assert desk.active() == []


def test_what_others_write_meanwhile_stays(desk: Desk) -> None:
    path = desk.write("claude-code", b'{"a": 1}\n')
    desk.set_up("claude-code")
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "numStartups": 7}, indent=2))
    assert desk.standing("claude-code").state is ProgramState.SET_UP
    outcome = desk.undo("claude-code")
    assert json.loads(path.read_text()) == {"a": 1, "numStartups": 7}
    assert outcome.files == ((path, Undone.TAKEN_OUT),)
    (copy,) = outcome.copies
    assert Path(copy).read_bytes() == b'{"a": 1}\n'
    assert stat.S_IMODE(Path(copy).stat().st_mode) == 0o600


def test_a_file_that_we_made_stays_when_others_have_written_in_it(desk: Desk) -> None:
    desk.set_up("opencode")
    path = desk.file("opencode")
    told = json.loads(path.read_text())
    path.write_text(json.dumps({"$schema": "x", **told}))
    desk.undo("opencode")
    assert json.loads(path.read_text()) == {"$schema": "x"}


def test_an_entry_of_ours_without_a_record_is_not_kept_as_what_was_before(desk: Desk) -> None:
    path = desk.write("cursor", b'{"theirs": 1}')
    desk.set_up("cursor")
    record = desk.data / "connections" / "cursor" / "connection.json"
    record.unlink()
    assert desk.standing("cursor").state is ProgramState.BY_HAND
    desk.set_up("cursor")
    desk.undo("cursor")
    assert json.loads(path.read_text()) == {"theirs": 1, "mcpServers": {}}


def test_what_was_set_up_by_hand_can_be_taken_out(desk: Desk) -> None:
    entry = {"command": "llmgw", "args": ["mcp"]}
    path = desk.write("cursor", json.dumps({"mcpServers": {"llmgw": entry, "x": {}}}).encode())
    assert desk.standing("cursor").state is ProgramState.BY_HAND
    desk.undo("cursor")
    assert json.loads(path.read_text()) == {"mcpServers": {"x": {}}}


def test_the_gateway_has_another_port_now(desk: Desk) -> None:
    path = desk.write("codex", b"# mine\n")
    desk.set_up("codex")
    (client,) = desk.active()
    desk.url = "http://127.0.0.1:4444"
    standing = desk.standing("codex")
    assert standing.state is ProgramState.STALE
    assert "http://127.0.0.1:4444" in standing.why
    desk.set_up("codex")
    assert tomllib.loads(path.read_text())["mcp_servers"]["llmgw"]["url"] == f"{desk.url}/mcp"
    assert [each.id for each in desk.active()] == [client.id]
    desk.undo("codex")
    assert path.read_bytes() == b"# mine\n"


def test_a_revoked_key_is_told_and_replaced(desk: Desk) -> None:
    desk.set_up("zed")
    desk.keys.revoke("zed")
    assert desk.standing("zed").state is ProgramState.STALE
    desk.set_up("zed")
    assert desk.standing("zed").state is ProgramState.SET_UP
    assert [each.name for each in desk.active()] == ["zed"]


def test_a_key_that_a_person_made_keeps_its_name(desk: Desk) -> None:
    desk.keys.add("zed")
    outcome = desk.set_up("zed")
    assert outcome.key_name == "zed 2"
    desk.undo("zed")
    assert [each.name for each in desk.active()] == ["zed"]


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("cursor", b'{\n  "a": 1\n  "b": 2\n}', "line 3: not valid JSON: expected ',' or '}'"),
        ("cursor", b'{"mcpServers": null}', "'mcpServers' is not an object"),
        ("codex", b"[a]\nb = \n", "line 2: not valid TOML"),
        ("codex", b"mcp_servers = {}\n", "is written in a way that is not changed by program"),
        ("zed", b'{"a": "\xff"}', "line 1: is not UTF-8 text"),
    ],
)
def test_what_cannot_be_read_is_never_written(desk: Desk, name: str, raw: bytes, why: str) -> None:
    path = desk.write(name, raw)
    before = desk.files()
    with pytest.raises(ConfigError, match="Nothing was changed") as caught:
        desk.set_up(name)
    assert str(caught.value).startswith(str(path))
    assert why in str(caught.value)
    assert desk.files() == before
    assert desk.active() == []


def test_what_changed_since_the_preview_is_looked_at_again(desk: Desk) -> None:
    path = desk.write("cursor", b"{}")
    plan = desk.connector.plan("cursor", Wanted())
    path.write_bytes(b'{"new": 1}')
    with pytest.raises(ConfigError, match="changed by another program meanwhile"):
        desk.connector.set_up(plan)
    assert path.read_bytes() == b'{"new": 1}'
    assert desk.active() == []


def test_of_two_files_neither_is_changed_where_one_cannot_be(desk: Desk) -> None:
    desk.write("claude-code", b"{}")
    blocked = desk.home / ".claude"
    blocked.write_text("a file where a folder should be")
    before = desk.files()
    with pytest.raises(ConfigError):
        desk.set_up("claude-code", _MODELS)
    assert desk.files() == before
    assert desk.active() == []


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX systems")
def test_links_and_permissions_stay(desk: Desk, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_bytes(b"{}\n")
    real.chmod(0o640)
    link = desk.file("cursor")
    link.parent.mkdir()
    link.symlink_to(real)
    desk.set_up("cursor", _STDIO)
    assert link.is_symlink()
    assert "llmgw" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    desk.undo("cursor")
    assert link.is_symlink()
    assert real.read_bytes() == b"{}\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX systems")
def test_a_file_of_two_names_keeps_both(desk: Desk, tmp_path: Path) -> None:
    path = desk.write("cursor", b"{}\n")
    other = tmp_path / "other-name.json"
    other.hardlink_to(path)
    desk.set_up("cursor")
    assert other.read_bytes() == path.read_bytes() != b"{}\n"


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX systems")
def test_a_write_protected_file_is_left_alone(desk: Desk) -> None:
    desk.write("cursor", b"{}").chmod(0o400)
    with pytest.raises(ConfigError, match="write-protected"):
        desk.set_up("cursor")
    assert desk.file("cursor").read_bytes() == b"{}"


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX systems")
def test_a_new_file_is_for_its_owner_alone(desk: Desk) -> None:
    desk.set_up("windsurf")
    assert stat.S_IMODE(desk.file("windsurf").stat().st_mode) == 0o600


def test_a_preview_shows_no_secret_of_others(desk: Desk) -> None:
    secret = "sk-ant-api03-" + "Ab1" * 30
    desk.write(
        "cursor", json.dumps({"mcpServers": {"x": {"env": {"K": secret}}}}, indent=1).encode()
    )
    shown = diff_of(desk.connector.plan("cursor", Wanted()).changes)
    assert "llmgw" in shown
    assert secret not in shown


@pytest.mark.parametrize("wanted", _WAYS)
def test_codex_is_told_to_wait_for_our_tools(desk: Desk, wanted: Wanted) -> None:
    desk.write("codex", b'model = "x"\n')
    desk.set_up("codex", wanted)
    assert tomllib.loads(desk.file("codex").read_text())[_GRACE] == 30_000
    desk.set_up("codex", wanted)
    assert desk.standing("codex").state is ProgramState.SET_UP
    desk.undo("codex")
    assert desk.file("codex").read_bytes() == b'model = "x"\n'


def test_how_long_a_person_lets_codex_wait_stays(desk: Desk) -> None:
    own = f"{_GRACE} = 500\n".encode()
    desk.write("codex", own)
    desk.set_up("codex")
    assert tomllib.loads(desk.file("codex").read_text())[_GRACE] == 500
    assert desk.standing("codex").state is ProgramState.SET_UP
    desk.undo("codex")
    assert desk.file("codex").read_bytes() == own


def test_another_time_to_wait_than_ours_goes_with_our_entry(desk: Desk) -> None:
    path = desk.write("codex", b'model = "x"\n')
    desk.set_up("codex")
    path.write_text(path.read_text().replace("30000", "7"))
    desk.undo("codex")
    assert path.read_bytes() == b'model = "x"\n'


@pytest.mark.parametrize(
    ("platform", "name", "expected"),
    [
        ("darwin", "vscode", "Library/Application Support/Code/User/mcp.json"),
        ("linux", "vscode", ".config/Code/User/mcp.json"),
        ("darwin", "zed", ".config/zed/settings.json"),
        ("linux", "windsurf", ".codeium/windsurf/mcp_config.json"),
    ],
)
def test_where_each_system_keeps_them(
    tmp_path: Path, platform: str, name: str, expected: str
) -> None:
    desk = Desk(tmp_path, platform)
    assert desk.file(name) == desk.home / expected
    desk.close()
