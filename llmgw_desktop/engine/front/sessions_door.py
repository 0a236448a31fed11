"""`/v1/sessions`: conversations with CLIs, without what was said in them."""

from typing import Any
from urllib.parse import parse_qs

from llmgw_desktop.clis.checks import no_nul
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.front.doors import DoorTable, id_in, number_in, tell, who
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.jobs_door import MOST_LISTED, cli_named
from llmgw_desktop.engine.runs.sessions import Sessions
from llmgw_desktop.wire.json_edits import read_object
from llmgw_desktop.wire.native.jobs import session_object

_LISTED = 100
_LONGEST_DESCRIPTION = 500
_FIELDS = {"cli": str, "description": str, "workingDir": str, "setAsActive": bool}


class SessionsDoor:
    """Answers in the gateway's own words."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def add_to(self, table: DoorTable) -> None:
        answers = {
            "POST /v1/sessions": self.create,
            "GET /v1/sessions": self.list_all,
            "DELETE /v1/sessions": self.clear,
            "GET /v1/sessions/{}": self.show,
            "DELETE /v1/sessions/{}": self.remove,
            "POST /v1/sessions/{}/activate": self.activate,
            "POST /v1/sessions/{}/deactivate": self.deactivate,
        }
        table.add_own(Scope.JOBS_RUN, answers)

    async def create(self, caller: HttpCaller) -> None:
        """One in which nothing was said yet; its first run begins it."""
        fields = _checked(dict(read_object(await caller.read_body())))
        session = await self._sessions.create(
            cli_named(fields.get("cli") or ""),
            who(caller),
            description=fields.get("description", ""),
            working_dir=fields.get("workingDir", ""),
            is_active=fields.get("setAsActive", True),
        )
        await tell(caller, {"session": session_object(session)}, 201)

    async def list_all(self, caller: HttpCaller) -> None:
        asked = parse_qs(caller.query)
        limit = number_in(asked, "limit", _LISTED, least=1, most=MOST_LISTED)
        owner = who(caller).client_id
        found, active = await self._sessions.list_and_active(owner, _cli_in(caller), limit=limit)
        names = {cli.value: each.id for cli, each in active.items()}
        shown = [session_object(each) for each in found]
        await tell(caller, {"total": len(shown), "sessions": shown, "activeSessions": names})

    async def show(self, caller: HttpCaller) -> None:
        found = await self._sessions.get(id_in(caller), who(caller).client_id)
        await tell(caller, {"session": session_object(found)})

    async def activate(self, caller: HttpCaller) -> None:
        found = await self._sessions.activate(id_in(caller), who(caller).client_id)
        await tell(caller, {"session": session_object(found)})

    async def deactivate(self, caller: HttpCaller) -> None:
        found = await self._sessions.deactivate(id_in(caller), who(caller).client_id)
        await tell(caller, {"session": session_object(found)})

    async def remove(self, caller: HttpCaller) -> None:
        gone = await self._sessions.delete(id_in(caller), who(caller).client_id)
        await tell(caller, {"ok": True, "id": gone.id})

    async def clear(self, caller: HttpCaller) -> None:
        count = await self._sessions.clear(who(caller).client_id, _cli_in(caller))
        await tell(caller, {"ok": True, "deleted": count})


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    for name, value in fields.items():
        kind = _FIELDS.get(name)
        if kind is None:
            raise InvalidRun(f"unknown here; known are {', '.join(_FIELDS)}", field=name[:80])
        if type(value) is not kind:
            raise InvalidRun(f"it must be {_SAID[kind]}", field=name)
        if isinstance(value, str):
            no_nul(value, name)
    if len(fields.get("description", "")) > _LONGEST_DESCRIPTION:
        raise InvalidRun(f"it has at most {_LONGEST_DESCRIPTION} characters", field="description")
    return fields


_SAID = {str: "a text", bool: "true or false"}


def _cli_in(caller: HttpCaller) -> CliName | None:
    named = parse_qs(caller.query).get("cli")
    return cli_named(named[0]) if named else None
