"""What is asked for: the request as it came, and its Prompt, free of any protocol."""

from collections.abc import Mapping
from enum import StrEnum

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.model.content import CacheMark, CallKind, Turn, Vendor
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value


class Effort(StrEnum):
    """How hard to think, in rising order."""

    NONE = "none"
    MINIMAL = "minimal"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    XHIGH = "xhigh"
    MAX = "max"


@value
class Reasoning:
    """What the caller wants of the model's thinking."""

    effort: Effort | None = None
    budget_tokens: int | None = None
    """As a budget where the caller gave one; -1 leaves it to the model."""
    is_adaptive: bool = False
    """The model chooses by itself whether and how much (Anthropic's adaptive thinking)."""
    show: str | None = None
    """Whether the thinking is to be shown: `none`, or `auto`, `concise`, `detailed`."""


@value
class Tool:
    """One that the caller runs."""

    name: str
    description: str | None = None
    schema: Mapping[str, object] | None = None
    """JSON schema of the arguments of a FUNCTION."""
    kind: CallKind = CallKind.FUNCTION
    namespace: str | None = None
    namespace_description: str | None = None
    strict: bool | None = None
    grammar: Mapping[str, object] | None = None
    """Of a CUSTOM tool's text, as OpenAI's `format` has it."""
    cache: CacheMark | None = None


class HostedKind(StrEnum):
    """Tools that vendors run, where more than one vendor has the like."""

    WEB_SEARCH = "web_search"
    WEB_FETCH = "web_fetch"
    CODE_EXECUTION = "code_execution"
    OTHER = "other"


@value
class HostedTool:
    """One that the vendor runs, or that only this vendor's models know (computer use, shell)."""

    kind: HostedKind
    vendor: Vendor
    raw: Mapping[str, object]
    """As the caller declared it, for that vendor's own protocol."""


class ToolMode(StrEnum):
    AUTO = "auto"
    ANY = "any"
    """At least one tool must be called."""
    NONE = "none"


@value
class ToolChoice:
    mode: ToolMode | None = None
    names: tuple[str, ...] = ()
    """Only these may be called; with ANY and one name it must be that one."""
    parallel: bool | None = None


class OutputKind(StrEnum):
    TEXT = "text"
    JSON = "json"
    """Some JSON object."""
    SCHEMA = "schema"


@value
class OutputFormat:
    kind: OutputKind = OutputKind.TEXT
    name: str | None = None
    description: str | None = None
    schema: Mapping[str, object] | None = None
    strict: bool | None = None
    verbosity: str | None = None


@value
class Sampling:
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: int | None = None
    """How many alternatives to tell; 0 tells the chosen token's alone."""
    candidates: int | None = None
    """How many answers are wanted."""


@value
class Prompt:
    """Everything that a caller asked of a model."""

    model: str
    turns: tuple[Turn, ...]
    tools: tuple[Tool | HostedTool, ...] = ()
    tool_choice: ToolChoice = ToolChoice()
    reasoning: Reasoning | None = None
    output: OutputFormat | None = None
    sampling: Sampling = Sampling()
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    streaming: bool = False
    stream_usage: bool = True
    """False: the caller's protocol tells usage in streams only if asked, and it did not ask."""
    service_tier: str | None = None
    """As OpenAI names them: auto, default, flex, priority."""
    user: str | None = None
    """An opaque name of the end user or session."""
    metadata: Mapping[str, str] | None = None
    cache_key: str | None = None
    """What holds requests of one conversation together for the vendor's cache."""
    cache_retention: str | None = None
    store: bool | None = None
    previous_response_id: str | None = None
    echo: Mapping[str, object] | None = None
    """Members of the request that its protocol's answers repeat (Responses: instructions, …)."""


class Operation(StrEnum):
    """What is asked for."""

    GENERATE = "generate"
    COUNT_TOKENS = "count_tokens"
    EMBED = "embed"
    COMPACT = "compact"
    """A conversation is to be made shorter by its vendor (Responses)."""
    CALL_TOOL = "call_tool"
    """A tool of another MCP server; nothing is asked of a model."""


MODEL_OPERATIONS = tuple(each for each in Operation if each is not Operation.CALL_TOOL)


@value
class EarlierAnswer:
    """The answer before in a conversation, as the vendor named it; empty where there was none."""

    account: str = ""
    """Whose it was: no other knows it."""
    id: str = ""


@value
class ModelRequest:
    """A parsed request; `body` is exactly what the client sent."""

    flight_id: str
    principal: Principal
    protocol: ModelProtocol
    operation: Operation
    model: str
    streaming: bool
    body: bytes
    fields: Mapping[str, object]
    """The body's top level, parsed once. Read only; what is sent on is made from `body`."""
    headers: Mapping[str, str]
    """Case-insensitive, as they came."""
    query: str = ""
    """Without the question mark and without keys."""
    project: str = ""
    """Whose credentials are to be used; empty for requests of no project."""
    own_fields: Mapping[str, object] | None = None
    """As the client sent them, where the engine has put an earlier conversation before."""
    earlier_answer: EarlierAnswer | None = None
    """Where its vendor is asked what differs from the request before."""
