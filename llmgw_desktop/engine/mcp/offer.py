"""All that the MCP door offers, and whoever asks for some of it."""

from dataclasses import dataclass, field

from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.mcp.resource import Prompt, Resource
from llmgw_desktop.engine.mcp.tool import Profile
from llmgw_desktop.engine.mcp.toolbox import Toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Joined by the composition root."""

    toolbox: Toolbox
    resources: tuple[Resource, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    bus: Bus = field(default_factory=Bus, repr=False)
    """Which tells that something of it has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """On whose behalf one request is served, and how much of the toolbox he carries."""

    principal: Principal
    profile: Profile = Profile.FULL
    project: str = ""
