"""Which requests share a job: those that ask the same, however they are told to their CLIs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.registry import NAMES, variants
from llmgw_desktop.domain.cli import CliName, CliRequest, LaunchPlan, SessionWish
from llmgw_desktop.domain.jobs.cli_settings import CliSettings, Contain, ContainSettings, LimitWish
from llmgw_desktop.domain.jobs.job import SessionTotals, SessionUse
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.mcp_server import GivenServer, McpServer
from llmgw_desktop.domain.usage import AnswerShape, PromptFacts
from llmgw_desktop.engine.containment.homes import WantedSignIn
from llmgw_desktop.engine.jobs.configured import McpServers
from llmgw_desktop.engine.jobs.launch import Launch, Launcher
from llmgw_desktop.engine.jobs.queue import NOT_COUNTED, NOT_COUNTED_OF_SESSION, request_key

OF_REQUEST: Mapping[str, tuple[Any, ...]] = {
    "cli": (CliName.CLAUDE, CliName.CODEX),
    "prompt": ("Tidy the tests", "count the files", "what is 2+2", ""),
    "model": ("sonnet", "opus"),
    "session": (SessionWish.NEW, SessionWish.CONTINUE),
    "session_id": ("", "6390d421-78d0-4a46-abc8-2ad6706e805a"),
    "working_dir": ("", "/tmp"),
    "options": ({}, {"a": 1}, {"a": True}, {"a": "1"}, {"a": ["b", "c"]}, {"a": ["b,c"]}, {"b": 1}),
    "asks": (False, True),
    "mcp_servers": ((), ("exa",), ("sqry",)),
    "is_managed": (False, True),
}
"""Every field counts. Values that differ, of which none may be taken for another."""
OF_SUBMISSION: Mapping[str, tuple[Any, ...]] = {
    "owner": ("me", "you"),
    "session": (None, SessionUse(id="gws_1"), SessionUse(id="gws_2", is_active=True)),
    "project": ("", "shop"),
    "is_attempt": (False, True),
    "answer_shape": tuple(AnswerShape),
    "workspace": ("", "shop"),
    "workspace_top": ("", "/srv/shop"),
    "containment": (ContainSettings(), ContainSettings(contain=Contain.ALWAYS)),
    "is_remote": (False, True),
    "timeout_s": (None, 60.0),
    "idle_timeout_s": (None, 30.0),
    "limit_wait": (None, *LimitWish),
    "snapshot": (False, True),
    "handed_from": ("", "job_1", "job_2"),
    "has_other_account": (False, True),
}
NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "client": ("one", "other"),
    "label": ("", "night"),
    "correlation_id": ("a", "b"),
    "flight_id": ("flt_1", "flt_2"),
    "has_own_flight": (False, True),
    "window_s": (None, 5.0),
    "force_refresh": (False, True),
    "replay": (False, True),
    "by_hand": (False, True),
    "prompt_facts": (PromptFacts(), PromptFacts(stable_prefix_tokens=3)),
}
"""Of a submission; why, `dedup.NOT_COUNTED` says."""
OF_SESSION = {"id", "is_active"}
PLAIN = Launch(cli=CliName.CLAUDE, plan=LaunchPlan(command="x", arguments=()), environment={})


def key_of(asked: Submission, launch: Launch = PLAIN) -> str:
    return request_key(asked, asked.request, launch)


def _drawn(values: Mapping[str, tuple[Any, ...]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: st.sampled_from(each) for name, each in values.items()})


def _made(request: Mapping[str, Any], told: Mapping[str, Any]) -> Submission:
    return Submission(request=CliRequest(**request), **told)


COUNTED = st.tuples(_drawn(OF_REQUEST), _drawn(OF_SUBMISSION))
UNCOUNTED = _drawn(NEUTRAL)


@given(COUNTED, UNCOUNTED, UNCOUNTED, st.data())
def test_two_requests_are_the_same_where_all_that_counts_is_equal(
    counted: tuple[dict[str, Any], dict[str, Any]],
    one: dict[str, Any],
    two: dict[str, Any],
    data: st.DataObject,
) -> None:
    request, told = counted
    key = key_of(_made(request, told | one))
    assert key == key_of(_made(request, told | two))
    name = data.draw(st.sampled_from([*OF_REQUEST, *OF_SUBMISSION]))
    values = OF_REQUEST.get(name) or OF_SUBMISSION[name]
    now = request[name] if name in OF_REQUEST else told[name]
    differs = data.draw(
        st.sampled_from([each for each in values if not (each == now and type(each) is type(now))])
    )
    if name in OF_REQUEST:
        other = _made(request | {name: differs}, told | one)
    else:
        other = _made(request, told | one | {name: differs})
    assert key != key_of(other), name


@given(COUNTED, COUNTED)
def test_no_two_fields_run_together(
    one: tuple[dict[str, Any], dict[str, Any]], two: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    # repr tells 1 from True, as a CLI's fields do
    is_same = repr(one) == repr(two)
    assert (key_of(_made(*one)) == key_of(_made(*two))) is is_same


def test_a_new_field_is_decided_on() -> None:
    """Whoever adds one says here whether requests that differ in it may share a run."""
    words = "say in this file, and in engine/jobs/queue.py, whether it counts"
    assert {each.name for each in fields(CliRequest)} == set(OF_REQUEST), words
    asked = {each.name for each in fields(Submission)} - {"request"}
    assert asked == {*OF_SUBMISSION, *NEUTRAL}, words
    assert not {*OF_SUBMISSION} & {*NEUTRAL}
    assert set(NOT_COUNTED) == set(NEUTRAL)
    session = {each.name for each in fields(SessionUse)}
    assert session == {*OF_SESSION, *NOT_COUNTED_OF_SESSION}, words
    assert all(why.strip() for why in (*NOT_COUNTED.values(), *NOT_COUNTED_OF_SESSION.values()))


def test_a_session_that_is_made_for_the_run_makes_it_no_other() -> None:
    asked = _made({"cli": CliName.CLAUDE, "prompt": "hi"}, {"owner": "me"})
    new = SessionUse(id="gws_1", is_new=True, new_provider_id="a", neutral_dir="/n/1")
    other = replace(new, id="gws_2", new_provider_id="b", neutral_dir="/n/2")
    key = key_of(replace(asked, session=new))
    assert key == key_of(replace(asked, session=other))
    for differs in (
        replace(new, is_active=True),
        replace(new, is_new=False),
        None,
    ):
        assert key != key_of(replace(asked, session=differs))
    old = SessionUse(id="gws_1", before=SessionTotals())
    later = replace(old, before=SessionTotals(cost_usd=1.0))
    assert key_of(replace(asked, session=old)) == key_of(replace(asked, session=later))


def test_what_settings_make_of_it_counts() -> None:
    asked = _made({"cli": CliName.CLAUDE, "prompt": "hi"}, {"owner": "me"})
    sign_in = WantedSignIn(cli=CliName.CLAUDE, account="work", files=(), folders={}, project="")
    launches = [
        PLAIN,
        replace(PLAIN, servers=(GivenServer(name="exa", url="http://127.0.0.1/1"),)),
        replace(PLAIN, servers=(GivenServer(name="exa", url="http://127.0.0.1/2"),)),
        replace(PLAIN, plan=replace(PLAIN.plan, command="agy")),
        replace(PLAIN, sign_in=sign_in),
        replace(PLAIN, sign_in=replace(sign_in, account="home")),
    ]
    assert len({key_of(asked, each) for each in launches}) == len(launches)


MODES = [
    pytest.param(cli, asks, id=f"{cli.commands[0]}-{'asks' if asks else 'acts'}")
    for name in NAMES
    for cli in variants(name)
    for asks in ([False, True] if cli.asking else [False])
]


@pytest.mark.parametrize(("cli", "asks"), MODES)
def test_how_it_is_told_to_its_cli_is_nothing_to_go_by(cli: Cli, asks: bool) -> None:
    """Of each CLI and each way of it: another prompt is another run, the same one is the same."""
    server = McpServer(name="exa", url="http://127.0.0.1:1/mcp", headers={"X-Key": "one"})
    name, launcher = cli.name, Launcher({"PATH": os.environ["PATH"]})

    def key(prompt: str, model: str = "", **changes: Any) -> str:
        request = CliRequest(cli=name, prompt=prompt, model=model, asks=asks, **changes)
        asked = Submission(request=request, owner="me")
        return request_key(asked, launcher.meant(cli, request), launcher.check(cli, request))

    prompts = ("Tidy the tests", "count the files", "what is 2+2")
    assert len({key(each) for each in prompts}) == len(prompts)
    assert key(prompts[0]) == key(prompts[0])
    assert key("x") == key("x", "default") == key("x", "latest")
    assert key("x") != key("x", "v/m-1")
    launcher.apply([CliSettings(name=name, default_model="v/m-1")])
    assert key("x") == key("x", "v/m-1")
    launcher.apply([])
    if name in (CliName.CLAUDE, CliName.CODEX):
        launcher.servers = McpServers([server])
        before = key("x", mcp_servers=("exa",))
        assert before == key("x", mcp_servers=("exa",))
        launcher.servers = McpServers([replace(server, headers={"X-Key": "two"})])
        assert before != key("x", mcp_servers=("exa",))


def test_a_folder_is_the_same_however_it_is_written() -> None:
    def key(folder: str) -> str:
        said = {name: each[0] for name, each in OF_REQUEST.items()} | {"working_dir": folder}
        return key_of(_made(said, {"owner": "me"}))

    assert len({key(each) for each in ("/srv/shop", "/srv/shop/", "/srv//shop/.")}) == 1
    assert key("/srv/link/../shop") != key("/srv/shop"), "it may lead elsewhere"


def test_the_key_holds_no_words() -> None:
    """It stands in the database, in plain text."""
    asked = _made({"cli": CliName.CLAUDE, "prompt": "a secret \ud800"}, {"owner": "me"})
    assert len(key_of(asked)) == 64
