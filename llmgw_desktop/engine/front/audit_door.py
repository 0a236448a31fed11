"""`/v1/audit`: what was done to the gateway, newest first, in pages; for those who may do it."""

import asyncio
from dataclasses import replace
from urllib.parse import parse_qs, quote

from llmgw_desktop.domain.audit import AuditQuery
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.jobs_door import number_in, tell
from llmgw_desktop.store.audit_store import MOST_A_PAGE, AuditStore

PATH = "/v1/audit"
_LISTED = 100
_LONGEST = 200
_KNOWN = frozenset({"limit", "below", "since", "who", "what"})


class AuditDoor:
    """`?limit=`, `?since=` (seconds since 1970), `?who=`, `?what=`; `next` is the page after."""

    def __init__(self, store: AuditStore) -> None:
        self._store = store

    async def list_all(self, caller: HttpCaller) -> None:
        from llmgw_desktop.wire.audit import entry_object  # nobody asks at a start

        asked = parse_qs(caller.query, keep_blank_values=True)
        for name in asked:
            if name not in _KNOWN:
                raise InvalidRun("is not known here", field=name[:60])
        query = AuditQuery(
            since_s=number_in(asked, "since", 0, least=0, most=10**11) or None,
            who=_text(asked, "who"),
            what=_text(asked, "what"),
            below=number_in(asked, "below", 0, least=1, most=10**11) or None,
            limit=number_in(asked, "limit", _LISTED, least=1, most=MOST_A_PAGE),
        )
        found = await asyncio.to_thread(self._store.page, query)
        left = await asyncio.to_thread(self._store.count, query)
        total = await asyncio.to_thread(self._store.count, replace(query, below=None))
        has_more = bool(found) and left > len(found)
        body = {
            "total": total,
            "entries": [entry_object(each) for each in found],
            "next": _next(query, found[-1].number) if has_more else None,
        }
        await tell(caller, body)


def add_doors(table: DoorTable, door: AuditDoor, plain: Dialect) -> None:
    table.add("GET", PATH, OwnDoor(dialect=plain, answer=door.list_all, scope=Scope.ADMIN))


def _text(asked: dict[str, list[str]], name: str) -> str:
    text = asked.get(name, [""])[0]
    if len(text) > _LONGEST:
        raise InvalidRun(f"it must have at most {_LONGEST} characters", field=name)
    return text


def _next(query: AuditQuery, below: int) -> str:
    since = "" if query.since_s is None else f"&since={int(query.since_s)}"
    texts = (("who", query.who), ("what", query.what))
    more = "".join(f"&{name}={quote(text, safe='')}" for name, text in texts if text)
    return f"{PATH}?limit={query.limit}&below={below}{since}{more}"
