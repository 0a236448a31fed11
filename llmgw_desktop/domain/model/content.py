"""What people, models and tools say to each other, free of any vendor's protocol.

A turn is an ordered list of items. Order is kept everywhere: thinking before a call, a result
before the words that follow it, text between two calls.
"""

from collections.abc import Mapping
from enum import StrEnum

from llmgw_desktop.domain.values import value


class Vendor(StrEnum):
    """Who made a signature, an encrypted item or a file id, and alone can read it again."""

    ANTHROPIC = "anthropic"
    OPENAI = "openai"
    GOOGLE = "google"
    OTHER = "other"


@value
class CacheMark:
    """The caller wants the prompt cached up to here."""

    ttl: str | None = None
    """As Anthropic writes it: `5m`, `1h`."""


@value
class Signature:
    """A vendor's seal on its model's thinking; opaque, and of use to that vendor alone."""

    vendor: Vendor
    data: str


@value
class Media:
    """Bytes, or where they are: exactly one of `data`, `url`, `file_id` is set."""

    media_type: str = ""
    """Empty where nobody told."""
    data: str | None = None
    """Base64, without line ends."""
    url: str | None = None
    file_id: str | None = None
    file_vendor: Vendor = Vendor.OTHER


@value
class Citation:
    """Where a piece of an answer's text comes from; what is not known is None."""

    url: str | None = None
    title: str | None = None
    cited_text: str | None = None
    start: int | None = None
    """In characters of the text it belongs to; `end` is exclusive."""
    end: int | None = None
    raw: Mapping[str, object] | None = None
    """As its vendor wrote it, for that vendor's own protocol."""
    vendor: Vendor = Vendor.OTHER


@value
class Text:
    text: str
    citations: tuple[Citation, ...] = ()
    cache: CacheMark | None = None
    signature: Signature | None = None
    """Gemini seals visible text too."""


@value
class Image:
    media: Media
    detail: str | None = None
    """OpenAI's low, high, auto, original."""
    cache: CacheMark | None = None


@value
class Document:
    media: Media
    text: str | None = None
    """A document given as plain text; then `media` is empty."""
    name: str | None = None
    context: str | None = None
    wants_citations: bool = False
    cache: CacheMark | None = None


@value
class Audio:
    media: Media
    cache: CacheMark | None = None


@value
class Video:
    media: Media
    cache: CacheMark | None = None


@value
class Thinking:
    """A model's reasoning as far as its vendor shows it."""

    text: str
    signature: Signature | None = None


@value
class RedactedThinking:
    """Reasoning of which nothing is shown; the data is for its vendor."""

    signature: Signature


class CallKind(StrEnum):
    FUNCTION = "function"
    CUSTOM = "custom"
    """Free text in the place of JSON arguments (OpenAI's custom tools)."""


@value
class ToolCall:
    """A model asks for a tool that the caller runs."""

    id: str
    name: str
    arguments: str
    """FUNCTION: JSON text as it was written, `{}` where nothing was; CUSTOM: the text itself."""
    kind: CallKind = CallKind.FUNCTION
    namespace: str | None = None
    signature: Signature | None = None
    """Gemini seals calls."""
    cache: CacheMark | None = None


@value
class ToolResult:
    """What the caller's tool gave back."""

    call_id: str
    items: "tuple[Item, ...]"
    """Text, Image, Document, Audio."""
    is_error: bool = False
    name: str | None = None
    """Of the tool, where the protocol tells it."""
    kind: CallKind = CallKind.FUNCTION
    cache: CacheMark | None = None


@value
class Refusal:
    """The model's own words of refusal, where its protocol keeps them apart from text."""

    text: str


@value
class Hosted:
    """A tool that the vendor ran itself (web search, code execution), or another item of one
    protocol alone, as it was written. Only the vendor it came from can take it back."""

    vendor: Vendor
    what: str
    """The item's own type word, such as `web_search_call`."""
    raw: Mapping[str, object]
    text: str | None = None
    """What can be said of it in words, for those who cannot take it."""


Item = (
    Text
    | Image
    | Document
    | Audio
    | Video
    | Thinking
    | RedactedThinking
    | ToolCall
    | ToolResult
    | Refusal
    | Hosted
)


class Role(StrEnum):
    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    """Tool results stand in user turns."""
    ASSISTANT = "assistant"


@value
class Turn:
    role: Role
    items: tuple[Item, ...]
    name: str | None = None
    """Of the speaker, where a protocol lets one be named."""
