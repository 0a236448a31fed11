"""Options that stand for settings win like variables, and are named as what they are."""

import sys
import types
from pathlib import Path

import pytest

from llmgw_desktop.app import commands
from llmgw_desktop.app.command_line.command_line import Command, add_flags, print_table
from llmgw_desktop.app.commands import given_settings, parse, read_in, said_of
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.store.paths import Places

BY_MAIN = {"desktop", "serve", "mcp", "demo"}
"""They go on, and `__main__` itself runs them."""

OF_HOST = ConfigError("expected another address", file="environment", key="LLM_GATEWAY_HTTP_HOST")


def test_an_option_is_a_setting() -> None:
    arguments = parse(["serve", "--host", "::1", "--port", "0"])
    assert given_settings(arguments) == {
        "LLM_GATEWAY_HTTP_HOST": "::1",
        "LLM_GATEWAY_HTTP_PORT": "0",
    }


@pytest.mark.parametrize("command", [[], ["desktop"]], ids=str)
def test_the_app_is_the_default_with_all_its_options(command: list[str]) -> None:
    arguments = parse([*command, "--hidden", "--host", "::1", "--port", "4000"])
    assert arguments.command == "desktop"
    assert arguments.hidden
    assert given_settings(arguments) == {
        "LLM_GATEWAY_HTTP_HOST": "::1",
        "LLM_GATEWAY_HTTP_PORT": "4000",
    }
    assert not parse(command).hidden


@pytest.mark.parametrize("command", ["desktop", "serve"])
def test_an_option_before_the_command_counts(command: str) -> None:
    assert given_settings(parse(["--port", "4000", command])) == {"LLM_GATEWAY_HTTP_PORT": "4000"}


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["--hidden", "serve"], "--hidden"),
        (["--hidden", "key", "list"], "--hidden"),
        (["--port", "4000", "key", "list"], "--port"),
    ],
    ids=str,
)
def test_an_option_of_another_command_is_refused(
    argv: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exited:
        parse(argv)
    assert exited.value.code == 2
    assert word in capsys.readouterr().err.splitlines()[-1]


def test_the_version_is_an_answer_and_no_complaint(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        parse(["--version"])
    assert exited.value.code == 0
    said = capsys.readouterr()
    assert said.out.startswith("llmgw ")
    assert said.err == ""


@pytest.mark.parametrize("argv", [[], ["desktop", "--hidden"], ["serve"], ["key", "list"]])
def test_nothing_given_sets_nothing(argv: list[str]) -> None:
    assert given_settings(parse(argv)) == {}


def test_an_error_names_the_option_that_was_used() -> None:
    said = said_of(OF_HOST, parse(["serve", "--host", "0.0.0.0"]))
    assert said == "--host: expected another address"


@pytest.mark.parametrize("argv", [["serve"], ["serve", "--port", "1"], []])
def test_an_error_of_the_environment_stays_one(argv: list[str]) -> None:
    assert said_of(OF_HOST, parse(argv)) == str(OF_HOST)


def test_an_error_of_the_file_stays_one() -> None:
    error = ConfigError("expected a port", file="config.toml", line=2, key="http.port")
    assert said_of(error, parse(["serve", "--port", "1"])) == str(error)


@pytest.mark.parametrize("port", ["x", "-1", "65536", "1e3", "", "²", "000000099999", "9" * 5000])
def test_a_port_that_is_none(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        parse(["serve", f"--port={port}"])
    assert exited.value.code == 2
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err


def test_each_command_finds_its_work() -> None:
    """What a command names is read in when it is called; that it is there, this test alone says."""
    for command in read_in([]):
        assert callable(command.find_work()) if command.work else command.name in BY_MAIN


def test_a_command_is_one_value_and_a_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    greet = Command(
        "greet",
        "say good day",
        "greeting:run",
        lambda parser: add_flags(parser, loud="so that all hear it"),
        hears_secrets=True,
    )
    package = types.ModuleType("llmgw_desktop.app.greeting")
    package.__dict__.update(GREET=greet, run=lambda arguments, *_: 7 if arguments.loud else 0)
    monkeypatch.setitem(sys.modules, "llmgw_desktop.app.greeting", package)
    monkeypatch.setattr(commands, "COMMANDS", (*commands.COMMANDS, "greeting.GREET"))
    arguments = parse(["greet", "--loud"])
    assert arguments.chosen.run(arguments, Places.of({"LLMGW_HOME": str(tmp_path)}), {}) == 7
    for wrong in (["greet", "s3cret"], ["greet", "--port", "1"], ["--port", "1", "greet"]):
        with pytest.raises(SystemExit):
            parse(wrong)
        assert "s3cret" not in capsys.readouterr().err
    with pytest.raises(SystemExit):
        parse(["--help"])
    assert "greet say good day" in " ".join(capsys.readouterr().out.split())


def test_only_the_command_that_is_named_is_read_in() -> None:
    assert [each.name for each in read_in(["vault", "list"])] == ["vault"]
    assert len(read_in(["--port", "1", "serve"])) == len(commands.COMMANDS)


@pytest.mark.parametrize("is_terminal", [True, False])
def test_cells_stand_below_each_other_where_a_person_reads_them(
    is_terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    print_table(
        ("ID\tSTATE\tNOTE", "flt_01a2\tok\ta long one", "", "a line without cells", "\twhy")
    )
    head = "ID        STATE  NOTE\nflt_01a2  ok     a long one\n"
    lined_up = f"{head}\na line without cells\n          why\n"
    plain = "ID\tSTATE\tNOTE\nflt_01a2\tok\ta long one\n\na line without cells\n\twhy\n"
    assert capsys.readouterr().out == (lined_up if is_terminal else plain)
