"""What is found of CLIs on a computer: small real programs stand in their places."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from llmgw_desktop.app.clis.cards import sign_words
from llmgw_desktop.app.clis.programs import ProgramAsker
from llmgw_desktop.app.clis.sign_in import Sign, SignedIn, look_for_sign
from llmgw_desktop.app.clis.survey import CliSurvey, GoneFlag, drift_of
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.engine.jobs.configured import KnownClis
from llmgw_desktop.engine.jobs.launch import Launcher
from tests.support.small_clis import Computer

CLAUDE, CODEX = CliName.CLAUDE, CliName.CODEX


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


@pytest.mark.parametrize("name", CliName)
def test_what_fits_its_contract_has_a_version_and_no_drift(
    computer: Computer, name: CliName
) -> None:
    program = computer.install_cli(name)
    found = computer.survey().look(name, with_flags=True)
    assert found.program == str(program)
    assert found.version == found.contract_version == cli_of(name).contract_version
    assert found.drift is not None
    assert found.drift.gone == ()
    assert found.problem == ""


def test_what_is_not_installed_is_asked_nothing(computer: Computer) -> None:
    survey = computer.survey(CliSettings(name=CLAUDE, command="/nowhere/claude"))
    found = survey.look(CLAUDE, with_flags=True)
    assert not found.is_installed
    assert (found.command, found.version, found.drift) == ("/nowhere/claude", "", None)


def test_a_flag_that_is_gone_names_the_fields_that_fail(computer: Computer) -> None:
    computer.install_cli(CLAUDE, version="9.0.0", lacks=("--effort", "--resume", "--tmux"))
    drift = computer.survey().look(CLAUDE, with_flags=True).drift
    assert drift is not None
    assert drift.gone == (
        GoneFlag(flag="--effort", fields=("effort",)),
        GoneFlag(flag="--resume", fields=("sessionId",)),
        GoneFlag(flag="--tmux"),
    )
    assert drift.fields == ("effort", "sessionId")
    assert not drift.breaks_all


def test_a_flag_of_every_run_that_is_gone_breaks_all(computer: Computer) -> None:
    computer.install_cli(CLAUDE, lacks=("--output-format",))
    drift = computer.survey().look(CLAUDE, with_flags=True).drift
    assert drift is not None
    assert drift.breaks_all


def test_a_help_of_something_else_is_no_drift() -> None:
    assert drift_of(cli_of(CLAUDE), ["usage: ls [OPTION]\n      --all   all of them\n"]) is None


def test_it_is_asked_again_only_when_its_file_has_changed(computer: Computer) -> None:
    computer.install_cli(CLAUDE)
    survey = computer.survey()
    assert survey.find(CLAUDE).version == ""
    assert computer.asked("claude") == []
    for _ in range(3):
        survey.look(CLAUDE)
    assert computer.asked("claude") == ["--version"]
    assert survey.find(CLAUDE).version == cli_of(CLAUDE).contract_version
    computer.install_cli(CLAUDE, version="3.0.0")
    assert survey.look(CLAUDE).version == "3.0.0"
    assert survey.look(CLAUDE, anew=True).version == "3.0.0"
    assert computer.asked("claude") == ["--version"] * 3


def test_what_did_not_tell_is_asked_again_though_its_file_is_the_same(computer: Computer) -> None:
    computer.install("codex", 'test -e "$HOME/node" && echo codex-cli 1.2.3')
    survey = computer.survey()
    assert survey.look(CODEX).problem
    (computer.home / "node").touch()
    assert survey.look(CODEX).version == "1.2.3"


def test_it_sees_what_a_run_sees_and_no_more(computer: Computer) -> None:
    computer.install("claude", 'env > "$HOME/seen"; echo 1.2.3')
    survey = computer.survey(
        CliSettings(name=CLAUDE, env={"ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}),
        env={"LLM_GATEWAY_MASTER_KEY": "m" * 64, "OPENAI_API_KEY": "o"},
    )
    assert survey.look(CLAUDE).version == "1.2.3"
    seen = (computer.home / "seen").read_text()
    assert "ANTHROPIC_BASE_URL=http://127.0.0.1:9" in seen
    assert "DISABLE_AUTOUPDATER=1" in seen
    assert "LLM_GATEWAY" not in seen
    assert "OPENAI" not in seen


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'no node here' >&2; exit 127", "exit code 127: no node here"),
        ("echo hello", "Asked for its version it told none: hello"),
        ("echo 'v2.0.1' >&2", ""),
    ],
)
def test_a_program_that_does_not_tell_says_why(computer: Computer, script: str, said: str) -> None:
    computer.install("codex", script)
    found = computer.survey().look(CODEX)
    assert found.is_installed
    assert said in found.problem
    assert bool(found.version) is not bool(found.problem)


def test_a_program_that_cannot_be_started_says_why(computer: Computer) -> None:
    (computer.programs / "codex").write_bytes(b"\x7fELF no program")
    (computer.programs / "codex").chmod(0o755)
    assert "cannot be started: Exec format error" in computer.survey().look(CODEX).problem


def test_one_that_hangs_is_ended_with_all_that_it_started(computer: Computer) -> None:
    path = computer.install("codex", 'sleep 600 & echo $! > "$HOME/child"; wait')
    began_s = time.monotonic()
    words = ProgramAsker(patience_s=0.6)([str(path), "--version"], computer.env)
    assert words.code is None
    assert time.monotonic() - began_s < 60
    child = int((computer.home / "child").read_text())
    assert _goes(child)  # a kill that was sent takes a moment to be done


def _goes(pid: int) -> bool:
    """Whether it ends, though nobody waits for it."""
    until_s = time.monotonic() + 30
    while time.monotonic() < until_s:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def test_closing_ends_what_is_being_asked_and_asks_nothing_more(computer: Computer) -> None:
    path = computer.install("codex", "sleep 600")
    asker = ProgramAsker()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(asker, [str(path)], computer.env)
        while not computer.asked("codex"):
            time.sleep(0.01)
        asker.close()
        assert asked.result(60).code != 0
    assert asker([str(path)], computer.env).code is None
    assert len(computer.asked("codex")) == 1


def test_one_that_says_too_much_is_broken_off(computer: Computer) -> None:
    path = computer.install("codex", "while :; do echo 1.2.3 and on and on; done")
    words = ProgramAsker()([str(path)], computer.env)
    assert words.code is None
    assert len(words.out) < 1024 * 1024


def sign(computer: Computer, name: CliName, **env: str) -> tuple[SignedIn, str]:
    found = look_for_sign(cli_of(name), {**computer.env, **env})
    return found.state, found.where


def write(computer: Computer, name: str, text: str) -> None:
    path = computer.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_variable_signs_in(computer: Computer) -> None:
    assert sign(computer, CODEX, OPENAI_API_KEY="k") == (SignedIn.YES, "OPENAI_API_KEY")
    assert sign(computer, CODEX, OPENAI_API_KEY=" ") == (SignedIn.NO, "")


@pytest.mark.parametrize(
    ("name", "file", "text", "is_one"),
    [
        (CLAUDE, ".claude/.credentials.json", '{"claudeAiOauth": {"accessToken": "t"}}', True),
        (CLAUDE, ".claude.json", '{"oauthAccount": {"emailAddress": "a@b"}}', True),
        (CLAUDE, ".claude.json", '{"numStartups": 3, "userID": "abc"}', False),
        (CLAUDE, ".claude.json", '{"mcpServers": {"x": {"env": {"GH_TOKEN": "t"}}}}', False),
        (CLAUDE, ".claude.json", '{"projects": {"/a": {"lastKey": "k"}}}', False),
        (CliName.COPILOT, ".copilot/config.json", '{"mcpServers": {"x": {"token": "t"}}}', False),
        (CLAUDE, ".claude/.credentials.json", "not json", False),
        (CODEX, ".codex/auth.json", '{"OPENAI_API_KEY": null, "tokens": {"id_token": "t"}}', True),
        (CODEX, ".codex/auth.json", '{"OPENAI_API_KEY": null}', False),
        (CliName.GEMINI, ".gemini/google_accounts.json", '{"active": null, "old": []}', False),
        (CliName.GEMINI, ".gemini/google_accounts.json", '{"active": "a@b", "old": []}', True),
        (CliName.COPILOT, ".copilot/config.json", '// mine\n{"logged_in_users": [1]}', True),
        (CliName.MISTRAL, ".vibe/.env", "MISTRAL_API_KEY='abc'\n", True),
        (CliName.MISTRAL, ".vibe/.env", "MISTRAL_API_KEY=\n", False),
    ],
)
def test_files_count_for_what_they_hold(
    computer: Computer, name: CliName, file: str, text: str, is_one: bool
) -> None:
    write(computer, file, text)
    expected = (SignedIn.YES, f"~/{file}") if is_one else (SignedIn.NO, "")
    assert sign(computer, name) == expected


def test_a_sign_in_of_the_vault_counts_and_the_persons_own_does_not(computer: Computer) -> None:
    write(computer, ".codex/auth.json", '{"tokens": {"id_token": "t"}}')
    said = CliSettings(name=CODEX, vault="work")
    clis, launcher = KnownClis([said]), Launcher(computer.env, [said])
    files: set[str] = set()
    survey = CliSurvey(clis, launcher, vault_files=lambda: files)
    where = "work/auth.json of the vault"
    missing = survey.find(CODEX).sign
    assert missing == Sign(state=SignedIn.NO, where=where, is_in_vault=True)
    assert sign_words(missing) == "there is no work/auth.json of the vault"
    files.add("work/auth.json")
    assert survey.find(CODEX).sign == Sign(state=SignedIn.YES, where=where, is_in_vault=True)
    assert sign_words(survey.find(CODEX).sign) == "signs in with work/auth.json of the vault"
    unknown = CliSurvey(clis, launcher).find(CODEX).sign
    assert unknown.state is SignedIn.UNKNOWN


def test_what_cannot_be_told_is_unknown(computer: Computer) -> None:
    assert sign(computer, CliName.OPENCODE) == (SignedIn.UNKNOWN, "")
    write(computer, ".local/share/opencode/auth.json", '{"x": {"type": "oauth", "refresh": "r"}}')
    assert sign(computer, CliName.OPENCODE)[0] is SignedIn.YES
    assert sign(computer, CODEX, CODEX_HOME="/elsewhere") == (SignedIn.UNKNOWN, "")
    assert sign(computer, CLAUDE, CLAUDE_CODE_USE_BEDROCK="1") == (SignedIn.UNKNOWN, "")
    copilot = cli_of(CliName.COPILOT)
    assert look_for_sign(copilot, computer.env, has_keyring=True).state is SignedIn.UNKNOWN


def test_a_file_in_the_way_is_no_credential(computer: Computer) -> None:
    os.mkfifo(computer.home / ".claude.json")
    assert sign(computer, CLAUDE) == (SignedIn.NO, "")
