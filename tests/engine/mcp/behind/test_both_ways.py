"""What servers ask of whoever calls them, and tell unasked: through us, by real servers and the
SDK's client, over HTTP and stdio."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import mcp.types as t
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from llmgw_desktop.app.command_line.this_program import this_program
from llmgw_desktop.domain.access.principal import RUN_KEY, RUN_URL
from llmgw_desktop.engine.mcp.behind.peer import ServerTalk
from llmgw_desktop.engine.questions.waiting.item import AnswerPlace, GivenAnswer
from tests.engine.conftest import House, house_in
from tests.support import mcp_servers, npm_cli, pip_program
from tests.support.mcp_servers import client_of, facts, names, odd, table, text_of

pytestmark = [
    pytest.mark.timeout(600),  # the first one that needs a server installs it
    pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning"),
]


class Person:
    """Answers what servers ask, at a client that can be asked everything."""

    def __init__(self, word: str = "green") -> None:
        self.word = word
        self.asked: list[Any] = []
        self.heard: list[Any] = []
        self.changed: list[str] = []

    async def sample(self, ctx: Any, params: t.CreateMessageRequestParams) -> Any:
        self.asked.append(params)
        text = t.TextContent(type="text", text=f"{self.word} words")
        return t.CreateMessageResult(role="assistant", content=text, model="of-the-client")

    async def elicit(self, ctx: Any, params: Any) -> t.ElicitResult:
        self.asked.append(params)
        if params.mode == "url":
            return t.ElicitResult(action="accept")
        needed = {"name": self.word, "color": self.word, "answer": self.word}
        wanted = params.requested_schema["properties"]
        return t.ElicitResult(
            action="accept", content={each: needed.get(each, "x") for each in wanted}
        )

    async def roots(self, ctx: Any) -> t.ListRootsResult:
        self.asked.append("roots")
        return t.ListRootsResult(roots=[t.Root(uri=f"file:///{self.word}", name=self.word)])

    async def log(self, params: t.LoggingMessageNotificationParams) -> None:
        self.heard.append(params)

    async def message(self, message: Any) -> None:
        if isinstance(message, t.ResourceUpdatedNotification):
            self.changed.append(str(message.params.uri))

    def callbacks(self) -> dict[str, Any]:
        return {
            "sampling_callback": self.sample,
            "elicitation_callback": self.elicit,
            "list_roots_callback": self.roots,
            "logging_callback": self.log,
            "message_handler": self.message,
        }


async def tool(client: Client, part: str) -> str:
    (found,) = [each for each in await names(client) if part in each]
    return found


async def until(happened: Any) -> None:
    async with asyncio.timeout(30):
        while not happened():
            await asyncio.sleep(0.01)


async def test_a_real_server_asks_the_client_that_called(tmp_path: Path) -> None:
    person = Person()
    async with (
        house_in(tmp_path, table("all", mcp_servers.everything())) as house,
        client_of(house, **person.callbacks()) as client,
    ):
        asked = {"prompt": "Say it.", "maxTokens": 20}
        said = await client.call_tool(await tool(client, "trigger_sampling_request"), asked)
        assert "green words" in text_of(said), said
        assert "Say it." in str(person.asked[0].messages)
        said = await client.call_tool(await tool(client, "trigger_elicitation_request"), {})
        assert "green" in text_of(said), said
        assert len(person.asked) == 2
        assert not [each for each in await names(client) if "roots" in each]


async def test_a_real_server_asks_a_client_over_stdio(tmp_path: Path) -> None:
    person = Person()
    async with house_in(tmp_path, table("all", mcp_servers.everything())) as house:
        key = house.headers()["Authorization"].removeprefix("Bearer ")
        env = {"PATH": os.environ["PATH"], RUN_KEY: key, RUN_URL: f"{house.url}/mcp"}
        env |= {"NO_PROXY": "127.0.0.1", "LLMGW_HOME": str(tmp_path)}
        command, *args = this_program()
        params = StdioServerParameters(command=command, args=[*args, "mcp"], env=env)
        async with Client(stdio_client(params), mode="legacy", **person.callbacks()) as client:
            asked = {"prompt": "Say it.", "maxTokens": 20}
            said = await client.call_tool(await tool(client, "trigger_sampling_request"), asked)
            assert "green words" in text_of(said)
            said = await client.call_tool(await tool(client, "trigger_elicitation_request"), {})
            assert "green" in text_of(said)


async def test_folders_are_told_to_a_process_of_the_callers_own(tmp_path: Path) -> None:
    one, other = Person("one"), Person("other")
    servers = table("all", mcp_servers.everything(), "share = false")
    async with house_in(tmp_path, servers) as house:
        async with (
            client_of(house, **one.callbacks()) as first,
            client_of(house, **other.callbacks()) as second,
            client_of(house) as plain,
        ):
            name = await tool(first, "roots")
            assert "file:///one" in text_of(await first.call_tool(name, {}))
            assert "file:///other" in text_of(await second.call_tool(name, {}))
            assert "has no get-roots-list for this caller" in text_of(
                await plain.call_tool(name, {})
            )
            assert len(facts(house)["all"].pids) == 4, "the list's, and one of each session"
        await until(lambda: len(facts(house)["all"].pids) == 1)


async def test_messages_are_told_from_the_level_that_a_client_wants(tmp_path: Path) -> None:
    person, other = Person(), Person()
    async with (
        house_in(tmp_path, table("all", mcp_servers.everything())) as house,
        client_of(house, **person.callbacks()) as client,
        client_of(house, **other.callbacks()) as silent,
    ):
        await client.set_logging_level("debug")
        await silent.set_logging_level("emergency")
        await client.call_tool(await tool(client, "simulated_logging"), {})
        await until(lambda: person.heard)
        assert person.heard[0].logger == "all" or person.heard[0].logger.startswith("all/")
        await client.call_tool(await tool(client, "simulated_logging"), {})
        assert not other.heard


async def test_whoever_follows_a_resource_hears_that_it_changed(tmp_path: Path) -> None:
    person = Person()
    async with (
        house_in(tmp_path, table("all", mcp_servers.everything())) as house,
        client_of(house, **person.callbacks()) as client,
    ):
        uri = "server://all/demo://resource/dynamic/text/1"
        await client.subscribe_resource(uri)
        await client.call_tool(await tool(client, "subscriber_updates"), {})
        await until(lambda: uri in person.changed)
        await client.unsubscribe_resource(uri)


async def test_whoever_has_a_process_of_his_own_follows_there(tmp_path: Path) -> None:
    one, other = Person(), Person()
    servers = table("all", mcp_servers.everything(), "share = false")
    async with (
        house_in(tmp_path, servers) as house,
        client_of(house, **one.callbacks()) as first,
        client_of(house, **other.callbacks()) as second,
    ):
        uri = "server://all/demo://resource/dynamic/text/1"
        await first.subscribe_resource(uri)
        await second.subscribe_resource(uri)
        await until(lambda: len(facts(house)["all"].pids) == 2)
        name = await tool(first, "subscriber_updates")
        await first.call_tool(name, {})
        await until(lambda: uri in one.changed)
        assert not other.changed, "his own process told nothing"
        servers_now = house.container.tool_servers
        assert servers_now is not None
        await first.unsubscribe_resource(uri)
        followed = [each.is_wanted[1] for each in servers_now._own.of_server("all")]
        assert followed == [True, False], "the one that was used last comes last"


async def test_a_client_that_cannot_be_asked_has_its_person_asked_on_the_screen(
    tmp_path: Path,
) -> None:
    async with (
        house_in(tmp_path, table("all", mcp_servers.everything())) as house,
        client_of(house) as client,
    ):
        name = await tool(client, "trigger_elicitation_request")
        call = asyncio.create_task(client.call_tool(name, {}))
        questions = house.container.question_list
        await until(lambda: questions.waiting)
        (item,) = questions.waiting
        assert "have an answer of yours, for all" in item.title
        assert [each.words for each in item.choices] == ["Answer", "Decline"]
        assert "name" in dict(item.details)["To be written"]
        await answer(house, item.id, "once", "age = many")
        await until(lambda: questions.waiting and questions.waiting[0].id != item.id)
        (again,) = questions.waiting
        assert again.words.startswith("name is missing.")
        await answer(house, again.id, "once", "name = Ada; check = yes")
        said = text_of(await call)
        assert "Ada" in said, said
        call = asyncio.create_task(client.call_tool(name, {}))
        await until(lambda: questions.waiting)
        await answer(house, questions.waiting[0].id, "deny")
        assert "declined" in text_of(await call)


async def answer(house: House, question_id: str, choice: str, note: str = "") -> None:
    given = GivenAnswer(choice=choice, place=AnswerPlace.COMMAND, at_s=0.0, note=note)
    report = await house.container.question_list.answer([question_id], given)
    assert report.answered == (question_id,)


def test_a_form_is_read_from_one_line() -> None:
    from llmgw_desktop.app.mcp.server_questions import AskedForm

    single = AskedForm({"properties": {"color": {"type": "string", "enum": ["red", "green"]}}})
    assert single.words == "color: red or green."
    assert single.read(" red ") == {"color": "red"}
    with pytest.raises(ValueError, match="color must be red or green"):
        single.read("blue")
    several = AskedForm(
        {
            "properties": {
                "name": {"type": "string", "title": "Your name"},
                "age": {"type": "integer", "default": 7},
                "sure": {"type": "boolean"},
                "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
            },
            "required": ["name"],
        }
    )
    assert several.read("name = A=B; sure = no; tags = a, b") == {
        "name": "A=B",
        "age": 7,
        "sure": False,
        "tags": ["a", "b"],
    }
    with pytest.raises(ValueError, match="name is missing"):
        several.read("age = 3")
    assert AskedForm(None).words == ""
    assert AskedForm({"properties": 7}).read("x") == {}


async def test_a_model_of_ours_answers_where_settings_name_it_and_its_person_says_yes(
    tmp_path: Path,
) -> None:
    more = 'sampling_model = "gpt-stub"\nsampling_tokens = 40'
    async with (
        house_in(tmp_path, table("all", mcp_servers.everything(), more)) as house,
        client_of(house) as client,
    ):
        questions = house.container.question_list
        name = await tool(client, "trigger_sampling_request")
        asked = {"prompt": "Say it.", "maxTokens": 20}
        call = asyncio.create_task(client.call_tool(name, asked))
        await until(lambda: questions.waiting)
        (item,) = questions.waiting
        assert "all wants words of gpt-stub, which you pay for" in item.words
        await answer(house, item.id, "deny")
        assert "The person at this computer denied it" in text_of(await call)
        assert not house.lane.requests
        call = asyncio.create_task(client.call_tool(name, asked))
        await until(lambda: questions.waiting)
        await answer(house, questions.waiting[0].id, "once")
        said = text_of(await call)
        (seen,) = house.lane.requests
        assert json.loads(seen.body)["max_tokens"] == 20
        assert "Say it." in str(seen.body)
        assert "gpt-stub" in said, said
        late = text_of(await client.call_tool(name, asked))
        assert "has had its 40 tokens" in late
    async with (
        house_in(tmp_path, table("all", mcp_servers.everything(), more)) as house,
        client_of(house) as client,
    ):
        late = text_of(await client.call_tool(name, asked))
        assert "has had its 40 tokens" in late, "a restart begins no new day"


async def test_a_client_without_a_model_is_told_what_would_give_it_one(tmp_path: Path) -> None:
    async with (
        house_in(tmp_path, table("all", mcp_servers.everything())) as house,
        client_of(house) as client,
    ):
        name = await tool(client, "trigger_sampling_request")
        said = await client.call_tool(name, {"prompt": "x", "maxTokens": 5})
        assert "sampling_model in [mcp_servers.all] names one" in text_of(said)


async def test_callers_at_once_are_told_apart_by_processes_of_their_own(tmp_path: Path) -> None:
    """Over stdio a server does not say for which call it asks."""
    one, other = Person("one"), Person("other")
    async with (
        house_in(tmp_path, table("all", mcp_servers.everything())) as house,
        client_of(house, **one.callbacks()) as first,
        client_of(house, **other.callbacks()) as second,
    ):
        name = await tool(first, "trigger_sampling_request")
        long = await tool(first, "trigger_long_running")
        asked = {"prompt": "x", "maxTokens": 5}
        runs = asyncio.create_task(second.call_tool(long, {"duration": 60, "steps": 60}))
        servers = house.container.tool_servers
        assert servers is not None
        server = servers._servers["all"]
        await until(lambda: server._peer is not None and _waits(server._peer))
        refused = text_of(await first.call_tool(name, asked))
        assert "which of them is asked cannot be told" in refused
        assert not one.asked
        assert not other.asked
        assert "one words" in text_of(await first.call_tool(name, asked))
        assert not other.asked
        runs.cancel()


def _waits(talk: ServerTalk) -> bool:
    return any(each.party is not None for each in talk._asked.values())


async def test_a_server_that_asks_without_end_has_its_call_ended(tmp_path: Path) -> None:
    person = Person()
    async with (
        house_in(tmp_path / "home", table("odd", odd(str(tmp_path / "notes")))) as house,
        client_of(house, **person.callbacks()) as client,
    ):
        said = await client.call_tool("odd__sampling", {})
        assert "asked its caller more than 30 things in one call" in text_of(said)
        assert len(person.asked) <= 30


FASTMCP = '''
from fastmcp import Context, FastMCP

mcp = FastMCP("fast")


@mcp.tool
async def chat(words: str, ctx: Context) -> str:
    """Asks its caller, tells it, and says again what it heard."""
    await ctx.info("begins")
    await ctx.report_progress(1, 2)
    told = await ctx.elicit("Which colour?", response_type=["red", "green"])
    return f"{words}: {told.action} {getattr(told, 'data', None)}"


@mcp.resource("data://fast")
def data() -> str:
    return "whole"


mcp.run(show_banner=False)
'''


def fastmcp(folder: Path) -> list[str]:
    program = pip_program.install("fastmcp", "4.2.3", "fastmcp")
    script = folder / "fast.py"
    script.write_text(FASTMCP)
    return [str(program.with_name("python")), str(script)]


@pytest.mark.timeout(600)
async def test_fastmcp_asks_tells_and_is_read(tmp_path: Path) -> None:
    person, steps = Person(), list[float]()

    async def heard(done: float, total: float | None, message: str | None) -> None:
        steps.append(done)

    command = await asyncio.to_thread(fastmcp, tmp_path)
    async with (
        house_in(tmp_path / "home", table("fast", command)) as house,
        client_of(house, **{**person.callbacks(), "elicitation_callback": choose}) as client,
    ):
        said = await client.call_tool("fast__chat", {"words": "a"}, progress_callback=heard)
        assert text_of(said) == "a: accept green", said
        assert steps
        await until(lambda: person.heard)
        read = await client.read_resource("server://fast/data://fast")
        assert "whole" in str(read.contents)


async def choose(ctx: Any, params: Any) -> t.ElicitResult:
    (name,) = params.requested_schema["properties"]
    return t.ElicitResult(action="accept", content={name: "green"})


@pytest.mark.timeout(600)
async def test_the_inspector_lists_and_calls_a_server_behind_us(tmp_path: Path) -> None:
    program = await asyncio.to_thread(
        npm_cli.install, "@modelcontextprotocol/inspector", "2.12.0", "mcp-inspector"
    )
    servers = table("odd", odd(str(tmp_path / "notes")))
    async with house_in(tmp_path / "home", servers) as house:
        head = f"Authorization: {house.headers()['Authorization']}"

        async def ask(*words: str) -> dict[str, Any]:
            process = await asyncio.create_subprocess_exec(
                *(str(program), "--cli", f"{house.url}/mcp", "--transport", "http"),
                *("--header", head, *words),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"},
            )
            out, errors = await process.communicate()
            assert process.returncode == 0, errors.decode()
            found: dict[str, Any] = json.loads(out)
            return found

        listed = await ask("--method", "tools/list")
        assert {"odd__echo", "list_models"} <= {each["name"] for each in listed["tools"]}
        call = ("--method", "tools/call", "--tool-name", "odd__echo", "--tool-arg", "words=hello")
        assert (await ask(*call))["content"][0]["text"] == "echo: hello"
