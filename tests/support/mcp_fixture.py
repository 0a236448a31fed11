"""What the protocol's conformance suites ask of a server, told by our own server object.

Plain tools, resources and prompts are ordinary values of the door; only contents that the gateway
never tells itself (pictures, sounds, questions to the client) are added at the SDK's server.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mcp import MCPError
from mcp import types as t
from mcp.server import Server

from llmgw_desktop.clis.fields import TEXT
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.events import SettingsChanged
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.mcp.changes import OfferChanges
from llmgw_desktop.engine.mcp.offer import McpOffer, McpPrompt, PromptArgument, Resource
from llmgw_desktop.engine.mcp.sdk_http import SdkHttp, SdkNews, who_asks
from llmgw_desktop.engine.mcp.sdk_server import Context, Handlers, make_server
from llmgw_desktop.engine.mcp.sessions import McpSessions
from llmgw_desktop.engine.mcp.tool import McpTool, McpToolCall, NotFound, ToolAnswer, told
from llmgw_desktop.engine.mcp.toolbox import Toolbox

PNG = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
    )
).decode()
WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA=="
_WHOLE = {"resultType": "complete"}
_NO_ARGUMENTS = {"type": "object", "properties": {}}

Odd = Callable[[Context, Mapping[str, Any]], Awaitable[list[dict[str, Any]]]]


def fixture_offer(**more: Any) -> McpOffer:
    return McpOffer(
        **{
            "toolbox": Toolbox(_plain_tools()),
            "resources": _resources(),
            "prompts": _prompts(),
            **more,
        }
    )


class FixtureServing(SdkHttp):
    """Our server with the suites' odd tools beside ours."""

    def __init__(self, offer: McpOffer, sessions: McpSessions) -> None:
        news = SdkNews(OfferChanges(offer, offer.bus), sessions, who_asks, self.touch)
        server = make_server(offer, who_asks, news)
        trigger = _Trigger(offer)
        odd = {
            "test_trigger_tool_change": trigger.tools,
            "test_trigger_prompt_change": trigger.prompts,
        }
        _add_oddities(server, Handlers(offer, who_asks), _ODD | odd)
        super().__init__(server)


class _Trigger:
    """Two tools that change the lists, as the suites ask for."""

    def __init__(self, offer: McpOffer) -> None:
        self._offer = offer

    async def tools(self, ctx: Context, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        tool = next(each for each in self._offer.toolbox if each.name == "test_sometimes")
        was_on = tool.is_on is None or tool.is_on()
        object.__setattr__(tool, "is_on", lambda: not was_on)
        return self._tell()

    async def prompts(self, ctx: Context, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        every, shown = _prompts(), self._offer.prompts
        object.__setattr__(self._offer, "prompts", every if len(shown) < len(every) else every[:-1])
        return self._tell()

    def _tell(self) -> list[dict[str, Any]]:
        self._offer.bus.publish(SettingsChanged(settings=Settings()))
        return [{"type": "text", "text": "changed"}]


def _add_oddities(server: Server[Any], ours: Handlers, oddities: Mapping[str, Odd]) -> None:
    async def list_tools(ctx: Context, params: t.PaginatedRequestParams | None) -> Any:
        shown = await ours.list_tools(ctx, params)
        odd = [
            {"name": name, "description": name, "inputSchema": _SCHEMAS.get(name, _NO_ARGUMENTS)}
            for name in (*oddities, "json_schema_2020_12_tool")
        ]
        return {**shown, "tools": [*shown["tools"], *odd]}

    async def call_tool(ctx: Context, params: t.CallToolRequestParams) -> Any:
        odd = oddities.get(params.name)
        if odd is None:
            return await ours.call_tool(ctx, params)
        return {**_WHOLE, "content": await odd(ctx, params.arguments or {})}

    async def read_resource(ctx: Context, params: t.ReadResourceRequestParams) -> Any:
        if params.uri != "test://static-binary":
            return await ours.read_resource(ctx, params)
        blob = {"uri": params.uri, "mimeType": "image/png", "blob": PNG}
        return {**_WHOLE, "contents": [blob]}

    async def get_prompt(ctx: Context, params: t.GetPromptRequestParams) -> Any:
        shown = await ours.get_prompt(ctx, params)
        content = _PROMPT_CONTENT.get(params.name)
        if content is not None:
            more = content(params.arguments or {})
            shown["messages"] = [{"role": "user", "content": more}, *shown["messages"]]
        return shown

    async def set_level(ctx: Context, params: t.SetLevelRequestParams) -> t.EmptyResult:
        return t.EmptyResult()

    server.add_request_handler("tools/list", t.PaginatedRequestParams, list_tools)
    server.add_request_handler("tools/call", t.CallToolRequestParams, call_tool)
    server.add_request_handler("resources/read", t.ReadResourceRequestParams, read_resource)
    server.add_request_handler("prompts/get", t.GetPromptRequestParams, get_prompt)
    server.add_request_handler("logging/setLevel", t.SetLevelRequestParams, set_level)
    server.get_tool_input_schema = _SCHEMAS.get


def _plain_tools() -> tuple[McpTool, ...]:
    async def say(call: McpToolCall) -> ToolAnswer:
        text = "This is a simple text response for testing."
        return ToolAnswer(structured={"success": True}, text=text)

    async def fail(call: McpToolCall) -> ToolAnswer:
        return told("This tool intentionally returns an error for testing", "internal_error")

    async def advance(call: McpToolCall) -> ToolAnswer:
        if call.progress is not None:
            for done in (0, 50, 100):
                await call.progress(done, 100, f"Completed step {done} of 100")
        return ToolAnswer(structured={"success": True}, text="done")

    return tuple(
        McpTool(name=name, title=name, description=name, call=work, scope=Scope.MCP)
        for name, work in (
            ("test_simple_text", say),
            ("test_sometimes", say),
            ("test_error_handling", fail),
            ("test_tool_with_progress", advance),
        )
    )


def _resources() -> tuple[Resource, ...]:
    async def text(principal: Principal, places: Mapping[str, str]) -> str:
        return "This is the content of the static text resource."

    async def from_template(principal: Principal, places: Mapping[str, str]) -> str:
        if len(places["id"]) > 9:
            raise NotFound("There is none.")
        told_id = f'"id":"{places["id"]}"'
        return f'{{{told_id},"templateTest":true,"data":"Data for ID: {places["id"]}"}}'

    def one(uri: str, mime: str, read: Any = text) -> Resource:
        return Resource(
            uri=uri,
            name=uri,
            description=uri,
            mime_type=mime,
            read=read,
            scope=Scope.MCP,
            changes_with=frozenset({SettingsChanged}),
        )

    return (
        one("test://static-text", "text/plain"),
        one("test://static-binary", "image/png"),
        one("test://watched-resource", "text/plain"),
        one("test://template/{id}/data", "application/json", from_template),
    )


def _prompts() -> tuple[McpPrompt, ...]:
    def one(name: str, text: Callable[[Mapping[str, str]], str], *arguments: str) -> McpPrompt:
        return McpPrompt(
            name=name,
            title=name,
            description=name,
            arguments=tuple(
                PromptArgument(name=each, description=each, is_needed=True, choices=("one", "two"))
                for each in arguments
            ),
            text=text,
        )

    return (
        one("test_simple_prompt", lambda _: "This is a simple prompt for testing."),
        one(
            "test_prompt_with_arguments",
            lambda given: f"Prompt with arguments: arg1='{given['arg1']}', arg2='{given['arg2']}'",
            "arg1",
            "arg2",
        ),
        one("test_prompt_with_embedded_resource", lambda _: "Look at it.", "resourceUri"),
        one("test_prompt_with_image", lambda _: "Please analyze the image above."),
        one("test_sometimes", lambda _: "Not always there."),
    )


def _embedded(uri: str, text: str) -> dict[str, Any]:
    return {"type": "resource", "resource": {"uri": uri, "mimeType": "text/plain", "text": text}}


_PROMPT_CONTENT: dict[str, Callable[[Mapping[str, str]], dict[str, Any]]] = {
    "test_prompt_with_embedded_resource": lambda given: _embedded(
        given["resourceUri"], "Embedded resource content for testing."
    ),
    "test_prompt_with_image": lambda _: {"type": "image", "data": PNG, "mimeType": "image/png"},
}


async def _say(ctx: Context, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": "said"}]


async def _need_sampling(ctx: Context, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    can = ctx.session.client_capabilities
    if can is None or can.sampling is None:
        needed = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(t.MISSING_REQUIRED_CLIENT_CAPABILITY, "The client cannot sample.", needed)
    return await _say(ctx, given)


async def _image(ctx: Context, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "image", "data": PNG, "mimeType": "image/png"}]


async def _audio(ctx: Context, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "audio", "data": WAV, "mimeType": "audio/wav"}]


async def _resource(ctx: Context, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_embedded("test://embedded-resource", "This is an embedded resource content.")]


async def _mixed(ctx: Context, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    text = {"type": "text", "text": "Multiple content types test:"}
    return [text, *await _image(ctx, given), *await _resource(ctx, given)]


async def _log(ctx: Context, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    for text in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        params = t.LoggingMessageNotificationParams(level="info", data=text)
        note = t.LoggingMessageNotification(params=params)
        await ctx.session.send_notification(note, related_request_id=ctx.request_id)
    return [{"type": "text", "text": "logged"}]


async def _sample(ctx: Context, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    said = t.SamplingMessage(
        role="user", content=t.TextContent(text=str(given.get("prompt", "Hello")))
    )
    request = t.CreateMessageRequest(
        params=t.CreateMessageRequestParams(messages=[said], max_tokens=100)
    )
    answer = await ctx.session._request_outbound.send_raw_request(
        request.method, request.params.model_dump(by_alias=True, mode="json", exclude_none=True)
    )
    return [{"type": "text", "text": f"LLM response: {answer['content']['text']}"}]


def _ask(schema: dict[str, Any]) -> Odd:
    async def ask(ctx: Context, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        answer = await ctx.session.elicit_form(
            str(given.get("message", "Please fill this in")), schema, ctx.request_id
        )
        text = f"User response: action={answer.action}, content={answer.content}"
        return [{"type": "text", "text": text}]

    return ask


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": []}


_DEFAULTS = _object(
    name={"type": "string", "default": "John Doe"},
    age={"type": "integer", "default": 30},
    score={"type": "number", "default": 95.5},
    status={"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
    verified={"type": "boolean", "default": True},
)
_TITLED = [{"const": f"value{n}", "title": f"{n}. option"} for n in (1, 2, 3)]
_NAMES = ["option1", "option2", "option3"]
_ENUMS = _object(
    untitledSingle={"type": "string", "enum": _NAMES},
    titledSingle={"type": "string", "oneOf": _TITLED},
    legacyEnum={"type": "string", "enum": _NAMES, "enumNames": ["One", "Two", "Three"]},
    untitledMulti={"type": "array", "items": {"type": "string", "enum": _NAMES}},
    titledMulti={"type": "array", "items": {"anyOf": _TITLED}},
)

_ODD: dict[str, Odd] = {
    "test_missing_capability": _need_sampling,
    "test_reconnection": _say,
    "test_custom_header": _say,
    "test_image_content": _image,
    "test_audio_content": _audio,
    "test_embedded_resource": _resource,
    "test_multiple_content_types": _mixed,
    "test_tool_with_logging": _log,
    "test_sampling": _sample,
    "test_elicitation": _ask(_object(response={"type": "string"})),
    "test_elicitation_sep1034_defaults": _ask(_DEFAULTS),
    "test_elicitation_sep1330_enums": _ask(_ENUMS),
}
_SCHEMAS: dict[str, dict[str, Any]] = {
    "test_sampling": {"type": "object", "properties": {"prompt": dict(TEXT)}},
    "test_elicitation": {"type": "object", "properties": {"message": dict(TEXT)}},
    "json_schema_2020_12_tool": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
            }
        },
        "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
        "additionalProperties": False,
        "allOf": [{"anyOf": [{"required": ["name"]}, {"required": ["address"]}]}],
        "if": {"required": ["address"]},
        "then": {"required": ["name"]},
        "else": {},
    },
    "test_custom_header": {
        "type": "object",
        "properties": {
            "region": {"type": "string", "x-mcp-header": "Region"},
            "count": {"type": "integer", "x-mcp-header": "Count"},
        },
    },
}
