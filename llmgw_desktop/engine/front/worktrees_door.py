"""`/v1/worktrees`: the checkouts of one's own jobs, what was changed in them, and their removal."""

from typing import Any, Protocol
from urllib.parse import parse_qs

from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.worktree import WorktreeDiff, WorktreeLook, WorktreeRemoved
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.jobs_door import tell, who
from llmgw_desktop.wire.worktrees import diff_object, look_object, removed_object

PATH = "/v1/worktrees"
_YES, _NO = frozenset({"true", "1"}), frozenset({"false", "0", ""})


class Worktrees(Protocol):
    """As `engine/workspaces/worktrees` does it."""

    async def list(self, owner: str | None = None) -> list[WorktreeLook]: ...

    async def diff(self, worktree_id: str, owner: str | None = None) -> WorktreeDiff: ...

    async def remove(
        self, worktree_id: str, owner: str | None = None, *, force: bool = False
    ) -> WorktreeRemoved: ...


class WorktreesDoor:
    """Answers in the gateway's own words."""

    def __init__(self, worktrees: Worktrees) -> None:
        self._worktrees = worktrees

    async def list_all(self, caller: HttpCaller) -> None:
        found = await self._worktrees.list(who(caller).client_id)
        shown = [look_object(each) for each in found]
        await tell(caller, {"total": len(shown), "worktrees": shown})

    async def diff(self, caller: HttpCaller) -> None:
        found = await self._worktrees.diff(_id(caller), who(caller).client_id)
        await tell(caller, diff_object(found))

    async def remove(self, caller: HttpCaller) -> None:
        forced = parse_qs(caller.query, keep_blank_values=True).get("force", ["false"])[0].lower()
        if forced not in _YES | _NO:
            raise InvalidRun("it must be true or false", field="force")
        removed = await self._worktrees.remove(
            _id(caller), who(caller).client_id, force=forced in _YES
        )
        await tell(caller, removed_object(removed))


def add_doors(table: DoorTable, door: WorktreesDoor, plain: Dialect) -> None:
    def own(answer: Any) -> OwnDoor:
        return OwnDoor(dialect=plain, answer=answer, scope=Scope.JOBS_RUN)

    table.add("GET", PATH, own(door.list_all))
    for method, rest, answer in (("DELETE", "", door.remove), ("GET", "/diff", door.diff)):
        table.add_named(method, f"{PATH}/", f"[^/]+{rest}", own(answer), prefixes=("",))


def _id(caller: HttpCaller) -> str:
    return caller.path.removeprefix(f"{PATH}/").partition("/")[0]
