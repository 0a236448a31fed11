"""A request's fields, checked against a table and written as arguments."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.clis.fields import (
    JSON_OBJECT,
    ON,
    TEXT,
    TEXTS,
    Asked,
    json_text,
    known,
    option,
    written,
)
from llmgw_desktop.domain.cli import CliName, CliRequest
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

TABLE = (
    option("plain", TEXT, "A text.", "--plain"),
    option("prose", TEXT, "A text that may begin as it likes.", "--prose"),
    option("on", ON, "A switch.", "--on"),
    option("many", TEXTS, "Some texts.", "--many"),
    option("json", JSON_OBJECT, "An object.", "--json"),
    option("quiet", TEXT, "No flag."),
)


def asked(prompt: str = "p", model: str = "", working_dir: str = "", **options: Any) -> Asked:
    request = CliRequest(
        cli=CliName.GROK, prompt=prompt, model=model, working_dir=working_dir, options=options
    )
    return Asked(request, TABLE, free={"prose"})


def test_arguments_stand_in_the_table_s_order_behind_their_flags() -> None:
    got = asked(many=["a", "b"], plain="x", on=True, quiet="q", json={"k": 1}).arguments()
    assert got == ["--plain=x", "--on", "--many=a", "--many=b", '--json={"k":1}']


def test_what_is_none_or_off_says_nothing() -> None:
    assert asked(plain=None, on=False).arguments() == []


def test_fields_can_be_left_out() -> None:
    assert asked(plain="x", on=True).arguments(but={"plain"}) == ["--on"]


@pytest.mark.parametrize(
    "options",
    [
        {"unknown": 1},
        {"plain": ""},
        {"plain": "-x"},
        {"plain": "a\0b"},
        {"prose": "a\0b"},
        {"many": ["ok", "--evil"]},
        {"many": ["a\0"]},
        {"on": "yes"},
        {"json": 3},
        {"json": "--x"},
    ],
)
def test_hostile_and_unknown_values_are_refused_by_name(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidRun) as refused:
        asked(**options)
    assert refused.value.field == next(iter(options))


def test_an_unknown_field_is_told_what_there_is() -> None:
    with pytest.raises(InvalidRun, match="has no such field; it has plain, prose, on"):
        asked(foreign=1)


def test_prose_may_be_a_list_of_points() -> None:
    assert asked(prose="- be brief").arguments() == ["--prose=- be brief"]


@pytest.mark.parametrize("name", ["", "default", "latest"])
def test_some_names_leave_the_model_to_the_cli(name: str) -> None:
    assert asked(model=name).model == ""


@pytest.mark.parametrize("name", ["-m", "a b", "a\0", "a\nb"])
def test_a_model_s_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        asked(model=name)
    assert refused.value.field == "model"


@pytest.mark.parametrize("folder", ["relative", "./x", "~/x", "/a\0b", "-x"])
def test_a_folder_is_given_from_the_root_on(folder: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        asked(working_dir=folder)
    assert refused.value.field == "workingDir"


@pytest.mark.parametrize("folder", ["", "/a", "C:\\a", "c:/a", "\\\\server\\share"])
def test_whole_paths_pass(folder: str) -> None:
    assert asked(working_dir=folder).model == ""


@pytest.mark.parametrize("prompt", ["", "  \n", "a\0b"])
def test_a_prompt_says_something(prompt: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        asked(prompt=prompt)
    assert refused.value.field == "prompt"


def test_fields_that_exclude_each_other_are_refused() -> None:
    with pytest.raises(InvalidRun, match="plain: it cannot be asked for together with on: why"):
        asked(plain="x", on=True).refuse_both("plain", "on", "why")
    asked(plain="x", on=False).refuse_both("plain", "on", "why")


def test_fields_that_cannot_be_had_are_refused_where_they_say_something() -> None:
    with pytest.raises(InvalidRun, match="plain: why"):
        asked(plain="x").refuse({"plain"}, "why")
    asked(on=False, many=[]).refuse({"on", "many", "plain"}, "why")


def test_json_comes_as_it_was_given() -> None:
    assert json_text(asked(json='{"a": 1}'), "json") == '{"a": 1}'
    assert json_text(asked(json={"a": [1]}), "json") == '{"a":[1]}'
    with pytest.raises(InvalidRun, match="json: it is not JSON"):
        json_text(asked(json="{a"), "json")


def test_flags_that_the_cli_did_not_have_are_refused() -> None:
    assert known(["run", "--a=-b", "--c"], frozenset({"--a", "--c"}), "1") == (
        "run",
        "--a=-b",
        "--c",
    )
    with pytest.raises(InvalidRun, match="version 1 of the CLI has no flag --new"):
        known(["--new=1"], frozenset({"--a"}), "1")


def test_numbers_are_written_plainly() -> None:
    assert written("--n", 3) == ["--n=3"]
