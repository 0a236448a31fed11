"""The official SDK's server made of what the door offers. Imported at the door's first call.

Results are given to the SDK as plain JSON: it checks them against the revision of the protocol that
the client speaks, and leaves out what that does not know.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mcp.server import Server
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import NotificationOptions
from mcp.server.models import InitializationOptions
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CompleteRequestParams,
    EmptyResult,
    GetPromptRequestParams,
    NotificationParams,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ResourceTemplateReference,
    SetLevelRequestParams,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from typing_extensions import override

from llmgw_desktop.domain import mcp_presentation
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.mcp_server import ADDRESS
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.engine.mcp import listing
from llmgw_desktop.engine.mcp.behind.callers import Party
from llmgw_desktop.engine.mcp.offer import (
    McpOffer,
    Visitor,
    choices,
    places,
    prompt_named,
    prompt_text,
    read,
)
from llmgw_desktop.engine.mcp.tool import CallerRefused, CameBy, NotFound, ProgressTelling

Context = ServerRequestContext[Any, Any]
WhoAsks = Callable[[Context], Visitor]

_WHOLE = {"resultType": "complete"}
"""What later revisions want to be told, and the SDK leaves out for earlier ones."""
_RESOURCE_NOT_FOUND = -32002
"""Until 2025-11-25; later revisions say INVALID_PARAMS."""
_MOST_COMPLETIONS = 100
_LISTS_STAY_MS = 60_000
"""For so long a client may use a list that it has; news of a change comes sooner."""


class GatewayServer(Server[Any]):
    """Says of itself that its lists change: the SDK's transport asks without saying so."""

    @override
    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        return super().create_initialization_options(
            NotificationOptions(prompts_changed=True, resources_changed=True, tools_changed=True),
            experimental_capabilities,
            extensions,
        )


class SessionNews(Protocol):
    """How clients hear of changes; `SdkNews` knows."""

    async def subscribe(self, ctx: Context, params: SubscribeRequestParams) -> EmptyResult: ...

    async def unsubscribe(self, ctx: Context, params: UnsubscribeRequestParams) -> EmptyResult: ...

    async def set_level(self, ctx: Context, params: SetLevelRequestParams) -> EmptyResult: ...

    async def listen(
        self, ctx: Context, params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult: ...

    async def session_opened(self, ctx: Context, params: NotificationParams | None) -> None: ...


def make_server(offer: McpOffer, who: WhoAsks, news: SessionNews) -> GatewayServer:
    """`who` finds out for whom a request is served."""
    handlers = Handlers(offer, who)
    lists = CacheHint(ttl_ms=_LISTS_STAY_MS, scope="private")
    server = GatewayServer(
        mcp_presentation.NAME,
        title=mcp_presentation.TITLE,
        version=mcp_presentation.VERSION,
        instructions=mcp_presentation.INSTRUCTIONS,
        cache_hints={
            "tools/list": lists,
            "prompts/list": lists,
            "resources/list": lists,
            "resources/templates/list": lists,
            "resources/read": CacheHint(),
            "server/discover": lists,
        },
        get_tool_input_schema=lambda name: None,  # no tool has arguments that travel as headers
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_templates,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
        on_completion=handlers.complete,
        on_subscribe_resource=news.subscribe,
        on_unsubscribe_resource=news.unsubscribe,
        on_subscriptions_listen=news.listen,
    )
    server.add_notification_handler(
        "notifications/initialized", NotificationParams, news.session_opened
    )
    server.add_request_handler("logging/setLevel", SetLevelRequestParams, news.set_level)
    server.middleware.clear()  # nobody collects OpenTelemetry here; it costs a third of a call
    return server


class Handlers:
    """One method of the protocol each."""

    def __init__(self, offer: McpOffer, who: WhoAsks) -> None:
        self._offer = offer
        self._who = who

    async def list_tools(self, ctx: Context, params: PaginatedRequestParams | None) -> Any:
        _check_cursor(params)
        if (behind := self._offer.toolbox.behind) is not None:
            await behind.known()
        return {**_WHOLE, "tools": listing.tools_shown(self._offer, self._who(ctx))}

    async def call_tool(self, ctx: Context, params: CallToolRequestParams) -> Any:
        visitor, caller = self._who(ctx), SdkCaller.of(ctx)
        came = CameBy(profile=visitor.profile, session=_session_of(ctx), caller=caller)
        try:
            answer = await self._offer.toolbox.call(
                params.name,
                params.arguments,
                visitor.principal,
                project=visitor.project,
                progress=_progress(ctx),
                came=came,
            )
        finally:
            if caller is not None:
                caller.is_over = True
        if answer.error is not None:
            raise MCPError(**answer.error)
        return {**_WHOLE, **listing.answer_shown(answer)}

    async def list_resources(self, ctx: Context, params: PaginatedRequestParams | None) -> Any:
        _check_cursor(params)
        visitor = self._who(ctx)
        found = listing.resources_shown(self._offer, visitor)
        if (behind := self._offer.toolbox.behind) is not None:
            found += await behind.shelf.resources(visitor.principal, visitor.profile)
        return {**_WHOLE, "resources": found}

    async def list_templates(self, ctx: Context, params: PaginatedRequestParams | None) -> Any:
        _check_cursor(params)
        visitor = self._who(ctx)
        templates = listing.templates_shown(self._offer, visitor)
        if (behind := self._offer.toolbox.behind) is not None:
            templates += await behind.shelf.templates(visitor.principal, visitor.profile)
        return {**_WHOLE, "resourceTemplates": templates}

    async def read_resource(self, ctx: Context, params: ReadResourceRequestParams) -> Any:
        visitor, behind = self._who(ctx), self._offer.toolbox.behind
        try:
            if behind is not None and params.uri.startswith(ADDRESS):
                party = Party.of(visitor.principal, _session_of(ctx), SdkCaller.of(ctx))
                asked = visitor.principal, visitor.profile
                found = await behind.shelf.read(*asked, params.uri, party)
                return {**_WHOLE, "contents": found}
            resource, text = await read(self._offer, visitor, params.uri)
        except NotFound as error:
            is_modern = ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
            code = INVALID_PARAMS if is_modern else _RESOURCE_NOT_FOUND
            raise MCPError(code, plain_text(str(error)), {"uri": params.uri[:200]}) from error
        except LlmgwError as error:
            raise MCPError(
                INVALID_PARAMS, plain_text(str(error)), {"uri": params.uri[:200]}
            ) from error
        contents = {"uri": params.uri, "mimeType": resource.mime_type, "text": text}
        return {**_WHOLE, "contents": [contents]}

    async def list_prompts(self, ctx: Context, params: PaginatedRequestParams | None) -> Any:
        _check_cursor(params)
        visitor = self._who(ctx)
        found = listing.prompts_shown(self._offer, visitor)
        if (behind := self._offer.toolbox.behind) is not None:
            found += await behind.shelf.prompts(visitor.principal, visitor.profile)
        return {**_WHOLE, "prompts": found}

    async def get_prompt(self, ctx: Context, params: GetPromptRequestParams) -> Any:
        visitor, behind = self._who(ctx), self._offer.toolbox.behind
        try:
            if behind is not None and "__" in params.name:
                given = params.arguments or {}
                asked = visitor.principal, visitor.profile
                party = Party.of(visitor.principal, _session_of(ctx), SdkCaller.of(ctx))
                found = await behind.shelf.prompt(*asked, params.name, given, party=party)
                if found is not None:
                    return {**_WHOLE, **found}
            text = prompt_text(self._offer, visitor, params.name, params.arguments)
            described = prompt_named(self._offer, visitor, params.name).description
        except LlmgwError as error:
            raise MCPError(INVALID_PARAMS, plain_text(str(error))) from error
        message = {"role": "user", "content": {"type": "text", "text": text}}
        return {**_WHOLE, "description": described, "messages": [message]}

    async def complete(self, ctx: Context, params: CompleteRequestParams) -> Any:
        ref, asked = params.ref, params.argument
        known = choices(self._offer, self._who(ctx), getattr(ref, "name", ""), asked.name)
        if isinstance(ref, ResourceTemplateReference):
            known = places(self._offer, self._who(ctx), ref.uri, asked.name)
        behind = self._offer.toolbox.behind
        address = getattr(ref, "uri", "")
        is_theirs = address.startswith(ADDRESS) or "__" in getattr(ref, "name", "")
        if behind is not None and is_theirs:
            visitor = self._who(ctx)
            plain = params.model_dump(by_alias=True, exclude_none=True, mode="json")
            plain.pop("_meta", None)
            try:
                party = Party.of(visitor.principal, _session_of(ctx), SdkCaller.of(ctx))
                asked_by = visitor.principal, visitor.profile
                values = await behind.shelf.completed(*asked_by, plain, party=party)
            except LlmgwError as error:
                raise MCPError(INVALID_PARAMS, plain_text(str(error))) from error
            return {**_WHOLE, "completion": {"values": values or [], "hasMore": False}}
        fitting = [each for each in known if each.startswith(asked.value)][:_MOST_COMPLETIONS]
        return {**_WHOLE, "completion": {"values": fitting, "hasMore": False}}


class SdkCaller:
    """On the way of a request that the SDK serves."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.is_over = False
        """It has its answer: what is told goes to its session."""

    @staticmethod
    def of(ctx: Context) -> "SdkCaller | None":
        return SdkCaller(ctx) if ctx.session.can_send_request else None

    @property
    def takes_errors(self) -> bool:
        return True

    @property
    def capabilities(self) -> Mapping[str, Any]:
        told = self._ctx.session.client_capabilities
        return {} if told is None else told.model_dump(by_alias=True, exclude_none=True)

    async def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        try:
            channel = self._ctx.session._request_outbound  # of this request's own stream
            return await channel.send_raw_request(method, {**params})
        except MCPError as error:
            raise CallerRefused(error.message, error.code) from error

    async def tell(self, method: str, params: Mapping[str, Any]) -> None:
        if self.is_over:
            await self._ctx.session._connection.notify(method, {**params})
        else:
            await self._ctx.session._request_outbound.notify(method, {**params})


def _session_of(ctx: Context) -> str:
    return "" if ctx.request is None else str(ctx.request.headers.get("mcp-session-id", ""))


def _progress(ctx: Context) -> ProgressTelling | None:
    if ctx.meta is None or ctx.meta.get("progress_token") is None:
        return None

    async def tell(done: float, total: float | None, message: str) -> None:
        await ctx.session.report_progress(done, total, message or None)

    return tell


def _check_cursor(params: PaginatedRequestParams | None) -> None:
    """Every list comes whole."""
    if params is not None and params.cursor is not None:
        raise MCPError(INVALID_PARAMS, "There is no such page: the list came whole.")
