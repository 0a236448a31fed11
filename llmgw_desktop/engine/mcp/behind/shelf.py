"""What servers behind us have besides tools: resources, templates and prompts under addresses and
names of ours, and what may stand in their places.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.mcp_server import ADDRESS, offered_name
from llmgw_desktop.engine.mcp.behind.callers import Party
from llmgw_desktop.engine.mcp.behind.offered import ServerLists
from llmgw_desktop.engine.mcp.behind.own_processes import OwnProcesses
from llmgw_desktop.engine.mcp.behind.peer import ServerFailed
from llmgw_desktop.engine.mcp.behind.server import BehindServer
from llmgw_desktop.engine.mcp.tool import NotFound, Profile

_READ_S = 60.0
_COMPLETE_S = 10.0
"""A person types meanwhile."""
_MOST_COMPLETIONS = 100
_log = logging.getLogger(__name__)


class Shelf:
    """`allowed`: the servers that somebody may use in a profile; `own`: the processes that work for
    him alone."""

    def __init__(
        self,
        allowed: Callable[[Principal, Profile], Iterator[BehindServer]],
        own: OwnProcesses,
    ) -> None:
        self._allowed = allowed
        self._own = own

    async def resources(self, principal: Principal, profile: Profile) -> list[dict[str, Any]]:
        """With addresses of ours."""
        return [
            {**each, "uri": f"{ADDRESS}{server.name}/{each['uri']}"}
            for server, lists in await self._running_lists(principal, profile)
            for each in lists.resources
            if isinstance(each.get("uri"), str)
        ]

    async def templates(self, principal: Principal, profile: Profile) -> list[dict[str, Any]]:
        return [
            {**each, "uriTemplate": f"{ADDRESS}{server.name}/{each['uriTemplate']}"}
            for server, lists in await self._running_lists(principal, profile)
            for each in lists.templates
            if isinstance(each.get("uriTemplate"), str)
        ]

    async def prompts(self, principal: Principal, profile: Profile) -> list[dict[str, Any]]:
        """With names of ours."""
        return [
            {**each, "name": offered_name(server.name, each["name"])}
            for server, lists in await self._running_lists(principal, profile)
            for each in lists.prompts
            if isinstance(each.get("name"), str)
        ]

    async def read(
        self, principal: Principal, profile: Profile, uri: str, party: Party | None = None
    ) -> list[dict[str, Any]]:
        """`contents`, with addresses of ours. Raises NotFound, ServerFailed."""
        name, _, own = uri.removeprefix(ADDRESS).partition("/")
        server = self._server(name, principal, profile)
        if server is None or not own:
            raise NotFound(f"There is nothing at {uri[:200]}.")
        worker = self._own.of(server, party)
        result = await worker.ask("resources/read", {"uri": own}, within_s=_READ_S, party=party)
        contents = result.get("contents")
        if not isinstance(contents, list):
            raise ServerFailed(f"{name} answered without contents.")
        return [
            {**each, "uri": f"{ADDRESS}{name}/{each.get('uri', own)}"}
            for each in contents
            if isinstance(each, dict)
        ]

    def follow(
        self, principal: Principal, profile: Profile, uri: str, party: Party, *, by: int = 1
    ) -> bool:
        """One more wants to hear when what stands there changes, or one less; whether there may be
        anything there for him."""
        name, _, own = uri.removeprefix(ADDRESS).partition("/")
        server = self._server(name, principal, profile)
        if not uri.startswith(ADDRESS) or server is None or not own:
            return False
        try:
            self._own.follow(server, own, party, by)
        except ServerFailed as error:
            _log.info("nobody follows %s: %s", uri[:200], error)
            return False
        return True

    async def prompt(
        self,
        principal: Principal,
        profile: Profile,
        name: str,
        given: Mapping[str, str],
        *,
        party: Party | None = None,
    ) -> dict[str, Any] | None:
        """None where no server has it. Raises ServerFailed."""
        for server, lists in await self._running_lists(principal, profile):
            for each in lists.prompts:
                own = each.get("name")
                if isinstance(own, str) and offered_name(server.name, own) == name:
                    asked = {"name": own, "arguments": dict(given)}
                    worker = self._own.of(server, party)
                    result = await worker.ask("prompts/get", asked, within_s=_READ_S, party=party)
                    if not isinstance(result.get("messages"), list):
                        raise ServerFailed(f"{server.name} answered without messages.")
                    return {
                        key: result[key] for key in ("description", "messages") if key in result
                    }
        return None

    async def completed(
        self,
        principal: Principal,
        profile: Profile,
        params: Mapping[str, Any],
        *,
        party: Party | None = None,
    ) -> list[str] | None:
        """What may stand there, by the server whose prompt or template it is; None where that is
        none of theirs. Raises ServerFailed."""
        ref = params["ref"]
        found = await self._meant(principal, profile, ref)
        if found is None:
            return None
        server, own = found
        key = "uri" if "uri" in ref else "name"
        asked = {**params, "ref": {**ref, key: own}}
        worker = self._own.of(server, party)
        result = await worker.ask("completion/complete", asked, within_s=_COMPLETE_S, party=party)
        told = result.get("completion")
        values = told.get("values") if isinstance(told, dict) else None
        if not isinstance(values, list):
            raise ServerFailed(f"{server.name} answered without values.")
        return [each for each in values if isinstance(each, str)][:_MOST_COMPLETIONS]

    def named(self, principal: Principal, profile: Profile) -> dict[str, tuple[str, ...]]:
        """What is known to be there, of those that were asked: for news of changed lists."""
        lists = [(each.name, each.lists) for each in self._allowed(principal, profile)]
        known = [(name, found) for name, found in lists if found is not None]
        return {
            "prompts": tuple(f"{name} {each}" for name, found in known for each in found.prompts),
            "resources": tuple(
                f"{name} {each}"
                for name, found in known
                for each in (*found.resources, *found.templates)
            ),
        }

    async def _meant(
        self, principal: Principal, profile: Profile, ref: Mapping[str, Any]
    ) -> tuple[BehindServer, str] | None:
        if "uri" in ref:
            name, _, own = str(ref["uri"]).removeprefix(ADDRESS).partition("/")
            server = self._server(name, principal, profile)
            return None if server is None or not own else (server, own)
        for server, lists in await self._running_lists(principal, profile):
            for each in lists.prompts:
                title = each.get("name")
                if isinstance(title, str) and offered_name(server.name, title) == ref.get("name"):
                    return server, title
        return None

    def _server(self, name: str, principal: Principal, profile: Profile) -> BehindServer | None:
        allowed = self._allowed(principal, profile)
        return next((each for each in allowed if each.name == name), None)

    async def _running_lists(
        self, principal: Principal, profile: Profile
    ) -> list[tuple[BehindServer, ServerLists]]:
        """Of those that he may use and that are well. They are not remembered from start to start,
        so a server that did not run yet is started for them."""
        servers = list(self._allowed(principal, profile))
        looks = (_lists(each) for each in servers)
        found = await asyncio.gather(*looks, return_exceptions=True)
        pairs = []
        for server, lists in zip(servers, found, strict=True):
            if isinstance(lists, ServerFailed):
                _log.info("left out of a list: %s", lists)
            elif isinstance(lists, BaseException):
                raise lists
            else:
                pairs.append((server, lists))
        return pairs


async def _lists(server: BehindServer) -> ServerLists:
    return server.lists or await server.ready()
