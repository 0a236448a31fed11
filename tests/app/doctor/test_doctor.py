"""What the doctor says of a computer: nothing there, all there, and each thing broken by itself."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.doctor import command
from llmgw_desktop.app.doctor.report import DoctorFinding, FindingState, Report, ReportSection
from llmgw_desktop.app.gateway.standing import Late, within
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import InstanceLock, RunFile, write_run_file
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault
from tests.support.small_clis import Computer

ANY_PORT = "[http]\nport = 0\n"


class Desk:
    """A home and a computer, and the doctor's word on them."""

    def __init__(self, folder: Path) -> None:
        self.computer = Computer(folder)
        self.env = {
            **self.computer.env,
            "PATH": f"{self.computer.programs}:/usr/bin:/bin",
            "LLMGW_HOME": str(folder / "home"),
        }
        self.places = Places.of(self.env)

    def settle(self, config: str = ANY_PORT) -> None:
        self.places.make()
        self.places.config_file.write_text(config)

    def examine(self, *, online: bool = False) -> dict[str, Any]:
        return command.examine(self.places, self.env, online=online).document()

    def one(self, section: str, name: str, **more: bool) -> dict[str, Any]:
        told = self.examine(**more)["sections"][section]
        found: dict[str, Any] = next(each for each in told if each["name"] == name)
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_on_a_bare_computer_it_can_serve_and_makes_nothing(desk: Desk) -> None:
    desk.env["LLM_GATEWAY_HTTP_PORT"] = "0"
    told = desk.examine()
    assert told["can_serve"] is True
    assert list(told["sections"]) == [
        "computer",
        "settings",
        "vault",
        "gateway",
        "providers",
        "clis",
        "recorder",
    ]
    assert [each["installed"] for each in told["sections"]["clis"]] == [False] * len(CliName)
    assert not Path(desk.env["LLMGW_HOME"]).exists()
    assert list(desk.computer.home.iterdir()) == []


def test_every_finding_has_the_members_that_programs_rely_on(desk: Desk) -> None:
    desk.settle()
    for findings in desk.examine()["sections"].values():
        for each in findings:
            assert {"name", "state", "says", "do"} <= set(each)
            assert each["state"] in {"ok", "note", "warn", "fault"}
            assert each["says"]


def test_what_is_wrong_with_a_setting_is_a_fault_with_its_line(desk: Desk) -> None:
    desk.settle("[http]\nport = 'x'\n")
    told = desk.examine()
    assert told["can_serve"] is False
    (file,) = told["sections"]["settings"]
    assert "config.toml" in file["says"]
    assert "line 2" in file["says"]
    assert "clis" not in told["sections"]


def test_folders_that_cannot_be_made_are_faults(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    desk.places = Places.of({"LLMGW_HOME": str(tmp_path / "file" / "home")})
    told = desk.examine()
    folders = [each for each in told["sections"]["settings"] if each["name"] == "folder"]
    assert told["can_serve"] is False
    assert [each["path"].rpartition("/")[2] for each in folders] == ["config", "data", "log", "run"]
    assert "LLMGW_HOME=DIR" in folders[0]["do"]


def test_an_odd_setting_is_a_warning(desk: Desk) -> None:
    desk.settle(ANY_PORT + "[odd]\nx = 1\n")
    warning = desk.one("settings", "warning")
    assert warning["state"] == "warn"
    assert "odd" in warning["says"]


def test_a_port_that_another_program_has_is_a_fault(desk: Desk, taken: int) -> None:
    desk.settle(f"[http]\nport = {taken}\n")
    told = desk.examine()
    port = next(each for each in told["sections"]["gateway"] if each["name"] == "port")
    assert told["can_serve"] is False
    assert (port["free"], port["port"]) == (False, taken)
    assert f"(pid {os.getpid()})" in port["says"]
    assert "--port" in port["do"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_gateway_whose_disk_took_no_run_file_is_found_by_its_lock(desk: Desk, taken: int) -> None:
    desk.settle(f"[http]\nport = {taken}\n")
    lock = InstanceLock(desk.places.instance_lock)
    assert lock.take()
    process = desk.one("gateway", "process")
    assert (process["running"], process["pid"]) == (True, os.getpid())
    assert process["url"] == f"http://127.0.0.1:{taken}"
    lock.release()
    process = desk.one("gateway", "process")
    assert process["running"] is False, "its number alone, left in the file, proves nothing"


def test_a_gateway_that_does_not_answer_is_a_fault_and_a_dead_one_none(
    desk: Desk, taken: int
) -> None:
    desk.settle()
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nobody = gone.getsockname()[1]
    write_run_file(
        desk.places.run_file,
        RunFile(url=f"http://127.0.0.1:{nobody}", pid=os.getpid(), started_at_s=1.0),
    )
    process = desk.one("gateway", "process")
    assert (process["state"], process["running"]) == ("fault", True)
    write_run_file(
        desk.places.run_file,
        RunFile(url=f"http://127.0.0.1:{nobody}", pid=2**22 - 1, started_at_s=1.0),
    )
    process = desk.one("gateway", "process")
    assert (process["state"], process["running"]) == ("note", False)


def test_providers_lack_their_keys_by_name(desk: Desk) -> None:
    desk.settle(
        ANY_PORT
        + '[providers.a]\nkind = "anthropic"\napi_key_env = "A_KEY"\n'
        + '[providers.b]\nkind = "openai"\napi_key_env = "B_KEY"\n'
        + '[providers.c]\nkind = "openai"\nenabled = false\n'
    )
    desk.env["A_KEY"] = "sk-ant-secret-value"
    told = desk.examine()
    a, b, c = told["sections"]["providers"]
    assert (a["state"], a["has_key"], a["reachable"]) == ("ok", True, None)
    assert (b["state"], b["has_key"]) == ("warn", False)
    assert b["do"].startswith("B_KEY: set it where the gateway is started")
    assert (c["state"], c["enabled"]) == ("note", False)
    assert "sk-ant-secret-value" not in json.dumps(told)


def test_which_way_a_provider_is_reached_is_told(desk: Desk) -> None:
    desk.settle(
        ANY_PORT
        + '[providers.a]\nkind = "anthropic"\napi_key_env = "A_KEY"\n'
        + '[providers.b]\nkind = "openai"\napi_key_env = "A_KEY"\nproxy = "socks5://p:1"\n'
        + 'proxy_vault = "proxy/office"\n'
        + '[providers.c]\nkind = "openai"\napi_key_env = "A_KEY"\n'
    )
    desk.env |= {"A_KEY": "sk-x", "HTTPS_PROXY": "http://ada:s3cret-word@q:3128"}
    desk.env["NO_PROXY"] = "api.openai.com"
    told = desk.examine()
    a, b, c = told["sections"]["providers"]
    assert "through http://q:3128 (HTTPS_PROXY)" in a["says"]
    assert (a["proxy"], a["way_by"]) == ("http://q:3128", "HTTPS_PROXY")
    assert "through socks5://p:1" in b["says"]
    assert "straight (NO_PROXY)" in c["says"]
    assert (c["proxy"], c["way_by"]) == (None, "NO_PROXY")
    assert "s3cret" not in json.dumps(told)
    desk.env["HTTPS_PROXY"] = "gopher://q"
    odd = desk.one("providers", "a")
    assert odd["state"] == "warn"
    assert "it is not asked: the environment's HTTPS_PROXY names no proxy" in odd["says"]


def test_online_says_who_does_not_answer(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nobody = gone.getsockname()[1]
    table = '[providers.here]\nkind = "openai-compatible"\nlocal = true\n'
    desk.settle(f'{ANY_PORT}{table}base_url = "http://127.0.0.1:{nobody}/v1"\n')
    assert desk.one("providers", "here")["state"] == "ok"
    found = desk.one("providers", "here", online=True)
    assert (found["state"], found["reachable"]) == ("warn", False)
    assert "refused the connection" in found["says"]


def test_a_vault_is_open_or_says_why_it_is_locked(desk: Desk) -> None:
    desk.settle(ANY_PORT + '[providers.a]\nkind = "anthropic"\nvault = "anthropic/default"\n')
    assert desk.one("vault", "vault")["says"] == "empty"
    desk.env["LLM_GATEWAY_MASTER_KEY"] = "ab" * 32
    vault = Vault(
        desk.places.gateway_db, MasterKeys(desk.env, desk.places.data_folder), SystemClock()
    )
    vault.put(address(EntryKind.API_KEY, "openai", "default", ""), b"sk-1234567890", by="test")
    vault.close()
    assert desk.one("vault", "vault")["says"] == "open, with 1 entry"
    lacks = desk.one("providers", "a")
    assert (lacks["has_key"], lacks["do"]) == (False, "Store it: llmgw vault set anthropic default")
    desk.env["LLM_GATEWAY_MASTER_KEY"] = "cd" * 32
    locked = desk.one("vault", "vault")
    assert (locked["state"], locked["locked"]) == ("warn", True)
    records = desk.one("recorder", "level")
    assert (records["state"], records["level"]) == ("warn", "full")
    assert "figures alone" in records["says"]


def test_databases_of_other_times_are_not_touched(desk: Desk) -> None:
    desk.settle()
    for path in (desk.places.gateway_db, desk.places.flights_db):
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE odd (x)")
        connection.commit()
        connection.close()
    before = desk.places.gateway_db.read_bytes()
    assert "earlier version" in desk.one("vault", "vault")["says"]
    assert "earlier version" in desk.one("recorder", "database")["says"]
    assert desk.places.gateway_db.read_bytes() == before
    desk.places.flights_db.write_bytes(b"no database at all, but long enough to be read" * 40)
    damaged = desk.one("recorder", "database")
    assert (damaged["state"], damaged["opens"]) == ("warn", False)
    assert desk.examine()["can_serve"] is True


def test_clis_are_told_with_version_sign_in_and_drift(desk: Desk) -> None:
    desk.settle(ANY_PORT + '[clis.grok]\nenabled = false\n[clis.mistral]\ncommand = "/no/vibe"\n')
    for name in (CliName.CLAUDE, CliName.GROK, CliName.OPENCODE):
        desk.computer.install_cli(name)
    desk.computer.install_cli(CliName.CODEX, version="9.9.9", lacks=("--json", "--search"))
    desk.computer.install("gemini", "exit 3")
    desk.env["ANTHROPIC_API_KEY"] = "sk-ant-secret"
    desk.env["CODEX_API_KEY"] = "k"
    told = {each["name"]: each for each in desk.examine()["sections"]["clis"]}
    claude, codex = told["claude"], told["codex"]
    assert (claude["state"], claude["signed_in"]) == ("ok", "yes")
    assert claude["signed_in_by"] == "ANTHROPIC_API_KEY"
    assert claude["missing_flags"] == {}
    assert codex["state"] == "warn"
    assert codex["missing_flags"] == {"--json": ["*"], "--search": ["search"]}
    assert "--json, --search (version 9.9.9, and the gateway was made for" in codex["do"]
    assert "No run can be expected to work." in codex["do"]
    assert (told["gemini"]["state"], told["gemini"]["version"]) == ("warn", None)
    assert "exit code 3" in told["gemini"]["says"]
    assert (told["grok"]["state"], told["grok"]["enabled"]) == ("note", False)
    assert desk.computer.asked("grok") == []
    assert (told["opencode"]["state"], told["opencode"]["signed_in"]) == ("ok", "unknown")
    assert told["mistral"]["do"] == "Correct clis.mistral.command."
    assert told["copilot"]["do"] == "npm install -g @github/copilot"


def test_no_sign_in_says_how(desk: Desk) -> None:
    desk.settle()
    desk.computer.install_cli(CliName.CLAUDE)
    claude = desk.one("clis", "claude")
    assert (claude["state"], claude["signed_in"]) == ("warn", "no")
    assert "`claude auth login`" in claude["do"]


def test_a_sign_in_that_the_vault_lacks_says_how_to_store_it(desk: Desk) -> None:
    desk.settle(ANY_PORT + '[clis.codex]\nvault = "work"\n')
    desk.computer.install_cli(CliName.CODEX)
    codex = desk.one("clis", "codex")
    assert (codex["state"], codex["signed_in"]) == ("warn", "no")
    assert "llmgw vault set work auth.json --file" in codex["do"]
    desk.env["LLM_GATEWAY_MASTER_KEY"] = "ab" * 32
    keys = MasterKeys(desk.env, desk.places.data_folder)
    vault = Vault(desk.places.gateway_db, keys, SystemClock())
    vault.put(address(EntryKind.FILE, "work", "auth.json", ""), b'{"a": 1}', by="test")
    vault.close()
    codex = desk.one("clis", "codex")
    assert (codex["state"], codex["signed_in_by"]) == ("ok", "work/auth.json of the vault")


def test_as_text_marks_are_words_and_nothing_is_longer_than_the_terminal(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    desk.settle(f"[http]\nport = {taken}\n")
    desk.computer.install_cli(CliName.CLAUDE)
    assert command.run(parse(["doctor"]), desk.places, desk.env) == 1
    text = capsys.readouterr().out
    assert f"  FAULT  Port            Port {taken} on 127.0.0.1 is held by" in text
    assert "  warn   Claude Code     version 2.1.329 · no sign-in was found" in text
    assert text.splitlines()[-1].startswith("The gateway cannot serve: see FAULT.")
    assert "\x1b" not in text
    longest = max(line for line in text.splitlines() if "/" not in line)
    assert len(longest) <= 100


def test_the_end_says_how_much_wants_attention() -> None:
    warn = DoctorFinding(name="a", title="A", state=FindingState.WARN, says="odd")
    one = Report(sections=(ReportSection(name="s", title="S", findings=(warn,)),))
    two = Report(sections=(ReportSection(name="s", title="S", findings=(warn, warn)),))
    assert one.text().endswith("can serve. One thing wants attention: see warn.\n")
    assert two.text().endswith("can serve. 2 things want attention: see warn.\n")


def test_what_hangs_is_not_waited_for() -> None:
    import threading

    never = threading.Event()
    with pytest.raises(Late):
        within(0.05, never.wait)
    never.set()
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)


@pytest.mark.parametrize("option", ["--port=1", "--host=::1"])
def test_it_takes_no_options_of_a_gateway(option: str) -> None:
    with pytest.raises(SystemExit):
        parse([option, "doctor"])


def test_whether_runs_are_contained_is_tried_out(desk: Desk) -> None:
    desk.settle()
    desk.env["PATH"] = str(desk.computer.programs)
    found = desk.one("computer", "containment")
    assert (found["state"], found["contained"], found["by"]) == ("warn", False, "bubblewrap")
    assert "not installed" in found["says"]
    assert "bubblewrap" in found["do"]
    program = desk.computer.programs / "bwrap"
    program.write_text(
        "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n"
    )
    program.chmod(0o700)
    found = desk.one("computer", "containment")
    assert (found["state"], found["contained"]) == ("warn", False)
    assert "uid map: Permission denied" in found["says"]
    assert "docs/jobs.md" in found["do"]
    program.write_text("#!/bin/sh\nexit 0\n")
    found = desk.one("computer", "containment")
    assert (found["state"], found["contained"], found["do"]) == ("ok", True, None)
