"""`/v1/sessions`: conversations with CLIs, without what was said in them."""

from typing import Any
from urllib.parse import parse_qs

from llmgw_desktop.clis.checks import no_nul
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.jobs_door import MOST_LISTED, cli_named, number_in, tell, who
from llmgw_desktop.engine.runs.sessions import Sessions
from llmgw_desktop.wire.jobs import session_object
from llmgw_desktop.wire.json_scan import read_object

PATH = "/v1/sessions"
_LISTED = 100
_LONGEST_DESCRIPTION = 500
_FIELDS = {"cli": str, "description": str, "workingDir": str, "setAsActive": bool}


class SessionsDoor:
    """Answers in the gateway's own words."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

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
        found = await self._sessions.list(who(caller).client_id, _cli_in(caller), limit=limit)
        active = await self._sessions.active(who(caller).client_id)
        names = {cli.value: each.id for cli, each in active.items()}
        shown = [session_object(each) for each in found]
        await tell(caller, {"total": len(shown), "sessions": shown, "activeSessions": names})

    async def show(self, caller: HttpCaller) -> None:
        found = await self._sessions.get(_id(caller), who(caller).client_id)
        await tell(caller, {"session": session_object(found)})

    async def activate(self, caller: HttpCaller) -> None:
        found = await self._sessions.activate(_id(caller), who(caller).client_id)
        await tell(caller, {"session": session_object(found)})

    async def deactivate(self, caller: HttpCaller) -> None:
        found = await self._sessions.deactivate(_id(caller), who(caller).client_id)
        await tell(caller, {"session": session_object(found)})

    async def remove(self, caller: HttpCaller) -> None:
        gone = await self._sessions.delete(_id(caller), who(caller).client_id)
        await tell(caller, {"ok": True, "id": gone.id})

    async def clear(self, caller: HttpCaller) -> None:
        count = await self._sessions.clear(who(caller).client_id, _cli_in(caller))
        await tell(caller, {"ok": True, "deleted": count})


def add_doors(table: DoorTable, door: SessionsDoor, plain: Dialect) -> None:
    def own(answer: Any) -> OwnDoor:
        return OwnDoor(dialect=plain, answer=answer, scope=Scope.JOBS_RUN)

    table.add("POST", PATH, own(door.create))
    table.add("GET", PATH, own(door.list_all))
    table.add("DELETE", PATH, own(door.clear))
    for method, rest, answer in (
        ("GET", "", door.show),
        ("DELETE", "", door.remove),
        ("POST", "/activate", door.activate),
        ("POST", "/deactivate", door.deactivate),
    ):
        table.add_named(method, f"{PATH}/", f"[^/]+{rest}", own(answer), prefixes=("",))


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


def _id(caller: HttpCaller) -> str:
    return caller.path.removeprefix(f"{PATH}/").partition("/")[0]
