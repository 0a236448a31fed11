"""What remote callers say is words to every CLI: no file and no command, however put together."""

import pytest

from llmgw_desktop.clis.checks import in_safe_mode
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.runs.admission import as_words, with_words_alone
from llmgw_desktop.engine.runs.fields import read_fields

JOINER = "\u2060"


def _said(name: CliName, **fields: object) -> str:
    return as_words(read_fields(cli_of(name), with_words_alone(fields))).prompt


@pytest.mark.parametrize(
    "name", [CliName.GEMINI, CliName.MISTRAL, CliName.OPENCODE, CliName.COPILOT]
)
def test_instructions_before_the_prompt_bring_no_file_along(name: CliName) -> None:
    said = _said(name, prompt="Sum it up.", requestInstructions="/init @/etc/passwd")
    assert f"@{JOINER}/etc/passwd" in said
    assert not said.startswith("/")


def test_instructions_that_claude_would_take_beside_a_file_bring_none_either() -> None:
    said = _said(CliName.CLAUDE, prompt="x", requestInstructions="@~/.ssh/id_ed25519")
    assert "@~" not in said


@pytest.mark.parametrize("prompt", ["hello\n\n/init all", "\ufeff/init all", " \ufeff\n/init all"])
def test_no_prompt_begins_with_a_command(prompt: str) -> None:
    said = _said(CliName.GEMINI, prompt=prompt, optimizePrompt=True)
    assert not said.strip().strip("\ufeff").startswith("/")
    assert "/init all" in said


@pytest.mark.parametrize("mention", ["x@/etc/passwd", 'x@"/etc/passwd"', "1@~/.netrc", "a@../b"])
def test_a_mention_behind_a_letter_is_none(mention: str) -> None:
    assert f"@{JOINER}" in _said(CliName.GEMINI, prompt=mention)


def test_a_mail_address_stays_one_and_a_mention_is_broken_once() -> None:
    assert _said(CliName.GEMINI, prompt="me@example.com @a") == f"me@example.com @{JOINER}a"


@pytest.mark.parametrize("name", list(CliName))
def test_what_is_empty_takes_no_safe_mode_away(name: CliName) -> None:
    safe = cli_of(name).rights.safe
    empties: tuple[object, ...] = ("", [], False)
    for empty in empties:
        assert in_safe_mode(cli_of(name).rights, dict.fromkeys(safe, empty)) == safe
