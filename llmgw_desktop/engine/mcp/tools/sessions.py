"""`session_*`: conversations with CLIs, without what was said in them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from llmgw_desktop.clis.fields import ON, TEXT, one_of, option
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.job import Session
from llmgw_desktop.domain.jobs.run_errors import NoSuchSession
from llmgw_desktop.engine.mcp.tool import (
    FULL_ALONE,
    Guide,
    InvalidArgument,
    McpTool,
    McpToolCall,
    NotFound,
    ToolAnswer,
)
from llmgw_desktop.engine.mcp.tools.job_words import iso, job_told
from llmgw_desktop.engine.runs.sessions import Sessions
from llmgw_desktop.store.jobs.job_store import JobStore
from llmgw_desktop.wire.native.jobs import session_object

CacheState = Callable[[str, Principal], Awaitable[Mapping[str, Any] | None]]
"""(A session's id, whose) → how its prompts were cached; None where nobody knows."""
MOST_LISTED = 500
_RECENT = 20
_LONGEST_DESCRIPTION = 500
_CLI = option("cli", one_of(*CliName), "")
_ID = option("sessionId", TEXT, "")
_SESSION: dict[str, Any] = {"session": {"type": "object"}}


def session_tools(
    sessions: Sessions, jobs: JobStore, cache_state: CacheState | None = None
) -> tuple[McpTool, ...]:
    tools = SessionTools(sessions, jobs, cache_state)
    common: dict[str, Any] = {"scope": Scope.JOBS_RUN, "profiles": FULL_ALONE}
    return (
        McpTool(
            name="session_create",
            title="New session",
            description="A session to ask a CLI in by its sessionId.",
            guide=Guide(
                when="a talk over several requests",
                returns="the session and its id",
                costs="nothing",
                example={"cli": "claude"},
            ),
            takes=(
                _CLI,
                option("description", {"type": "string"}, ""),
                option("workingDir", TEXT, "Where its runs work."),
                option("setAsActive", ON, "Default true."),
            ),
            needs=frozenset({"cli"}),
            tells=_SESSION,
            call=tools.create,
            **common,
        ),
        McpTool(
            name="session_list",
            title="Sessions",
            description="Your sessions, the last used first.",
            guide=Guide(
                when="finding a talk to go on with",
                returns="sessions, and which are active",
                costs="nothing",
                example={"cli": "claude"},
            ),
            takes=(_CLI,),
            tells={"total": {"type": "integer"}, "sessions": {"type": "array"}},
            call=tools.list_all,
            reads_only=True,
            **common,
        ),
        McpTool(
            name="session_set_active",
            title="Set the active session",
            description="The one that resumeLatest means.",
            guide=Guide(
                when="going on without naming an id; null for none",
                returns="the active session",
                costs="nothing",
                example={"cli": "claude", "sessionId": "gws_1"},
            ),
            takes=(_CLI, option("sessionId", {"anyOf": [TEXT, {"type": "null"}]}, "null: none.")),
            needs=frozenset({"cli"}),
            call=tools.activate,
            is_idempotent=True,
            **common,
        ),
        McpTool(
            name="session_get",
            title="Session",
            description="One session, its latest jobs and its use of caches.",
            guide=Guide(
                when="what was asked in a talk so far",
                returns="the session and its jobs",
                costs="nothing",
                example={"sessionId": "gws_1"},
            ),
            takes=(_ID,),
            needs=frozenset({"sessionId"}),
            tells=_SESSION,
            call=tools.get,
            reads_only=True,
            **common,
        ),
        McpTool(
            name="session_delete",
            title="Forget a session",
            description="The gateway forgets it; the CLI keeps what was said.",
            guide=Guide(
                when="a talk that is over",
                returns="its id",
                costs="cannot be undone",
                example={"sessionId": "gws_1"},
            ),
            takes=(_ID,),
            needs=frozenset({"sessionId"}),
            call=tools.delete,
            destroys=True,
            **common,
        ),
        McpTool(
            name="session_clear_all",
            title="Forget all sessions",
            description="All of yours, or those with one CLI.",
            guide=Guide(
                when="beginning anew",
                returns="deletedCount",
                costs="cannot be undone",
                example={"cli": "claude"},
            ),
            takes=(_CLI,),
            tells={"deletedCount": {"type": "integer"}},
            call=tools.clear,
            destroys=True,
            **common,
        ),
    )


class SessionTools:
    """Of sessions of others nobody learns that they are there."""

    def __init__(self, sessions: Sessions, jobs: JobStore, cache_state: CacheState | None) -> None:
        self._sessions = sessions
        self._jobs = jobs
        self._cache_state = cache_state

    async def create(self, call: McpToolCall) -> ToolAnswer:
        asked = call.arguments
        description = asked.get("description", "")
        if len(description) > _LONGEST_DESCRIPTION:
            words = f"it has at most {_LONGEST_DESCRIPTION} characters"
            raise InvalidArgument(words, field="description")
        session = await self._sessions.create(
            CliName(asked["cli"]),
            call.principal,
            description=description,
            working_dir=asked.get("workingDir", ""),
            is_active=asked.get("setAsActive", True),
        )
        return _done(session=session_told(session))

    async def list_all(self, call: McpToolCall) -> ToolAnswer:
        return _done(**await listed(self._sessions, call.principal, _cli_in(call)))

    async def activate(self, call: McpToolCall) -> ToolAnswer:
        cli, owner = CliName(call.arguments["cli"]), call.principal.client_id
        named = call.arguments.get("sessionId")
        if named is None:
            active = (await self._sessions.active(owner)).get(cli)
            if active is not None:
                await self._sessions.deactivate(active.id, owner)
            return _done(cli=cli, activeSessionId=None)
        try:
            found = await self._sessions.get(named, owner)
        except NoSuchSession as error:
            raise _not_of(cli, named) from error
        if found.cli is not cli:
            raise _not_of(cli, named)
        session = await self._sessions.activate(found.id, owner)
        return _done(cli=cli, activeSessionId=session.id, session=session_told(session))

    async def get(self, call: McpToolCall) -> ToolAnswer:
        owner = call.principal.client_id
        session = await self._sessions.get(call.arguments["sessionId"], owner)
        jobs = await asyncio.to_thread(self._jobs.of_session, session.id, owner, limit=_RECENT)
        told = session_told(session) | {
            "ownerPrincipal": call.principal.name,
            "recentRequests": [job_told(job) for job in jobs],
        }
        if self._cache_state is not None:
            told["cacheState"] = _cached(await self._cache_state(session.id, call.principal))
        return _done(session=told)

    async def delete(self, call: McpToolCall) -> ToolAnswer:
        gone = await self._sessions.delete(call.arguments["sessionId"], call.principal.client_id)
        return _done(sessionId=gone.id, cli=gone.cli)

    async def clear(self, call: McpToolCall) -> ToolAnswer:
        cli = _cli_in(call)
        count = await self._sessions.clear(call.principal.client_id, cli)
        return _done(deletedCount=count, cli=cli)


async def listed(
    sessions: Sessions, principal: Principal, cli: CliName | None = None
) -> dict[str, Any]:
    """An owner's sessions, and which of them are active."""
    owner = principal.client_id
    found, active = await sessions.list_and_active(owner, cli, limit=MOST_LISTED)
    return {
        "total": len(found),
        "sessions": [session_told(each) for each in found],
        "activeSessions": {
            name.value: active[name].id if name in active else None
            for name in ((cli,) if cli else CliName)
        },
    }


def session_told(session: Session) -> dict[str, Any]:
    times = {"createdAt": iso(session.made_at_s), "lastUsedAt": iso(session.used_at_s)}
    return session_object(session) | times


def _cached(state: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Clients know one of its figures by another name in here than at cache-state://session."""
    if state is None or "distinctPrefixCount" not in state:
        return state
    return {**state, "prefixDistinct": state["distinctPrefixCount"]}


def _cli_in(call: McpToolCall) -> CliName | None:
    named = call.arguments.get("cli")
    return CliName(named) if named else None


def _not_of(cli: CliName, named: str) -> NotFound:
    return NotFound(f"You have no session '{named[:80]}' with {cli}.")


def _done(**told: Any) -> ToolAnswer:
    return ToolAnswer(structured={"success": True, **told})
