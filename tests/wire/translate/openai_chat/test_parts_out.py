"""Parts of content for servers that speak Chat Completions."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from llmgw_desktop.domain.model.content import (
    Audio,
    CacheMark,
    Citation,
    Document,
    Hosted,
    Image,
    Item,
    Media,
    Signature,
    Text,
    Vendor,
    Video,
)
from llmgw_desktop.wire.translate.codec import PromptTarget
from tests.wire.translate.openai_chat.support import (
    LOCAL,
    OPENAI,
    OPENROUTER,
    body_and_losses,
    prompt,
    user,
)

PNG = Image(media=Media(media_type="image/png", data="iVBORw0KGgo="))
PNG_PART = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


def content_of(item: Item, to: PromptTarget = OPENAI) -> tuple[Any, tuple[str, ...]]:
    """Of a user message that has a word and the item; without the word's part."""
    body, lost = body_and_losses(prompt(user(Text(text="see"), item)), to)
    content = body["messages"][0]["content"]
    return (content[1:] if isinstance(content, list) else content), lost


@pytest.mark.parametrize(
    ("item", "to", "parts"),
    [
        (PNG, LOCAL, [PNG_PART]),
        (
            Image(media=Media(url="https://a.example/b"), detail="low"),
            OPENAI,
            [
                {
                    "type": "image_url",
                    "image_url": {"url": "https://a.example/b", "detail": "low"},
                }
            ],
        ),
        (
            Document(media=Media(media_type="application/pdf", data="JVBERi0=")),
            OPENAI,
            [
                {
                    "type": "file",
                    "file": {
                        "filename": "document.pdf",
                        "file_data": "data:application/pdf;base64,JVBERi0=",
                    },
                }
            ],
        ),
        (
            Document(media=Media(file_id="file-1", file_vendor=Vendor.OPENAI)),
            OPENAI,
            [{"type": "file", "file": {"file_id": "file-1"}}],
        ),
        (
            Document(media=Media(url="https://a.example/b.pdf"), name="b.pdf"),
            OPENROUTER,
            [
                {
                    "type": "file",
                    "file": {"filename": "b.pdf", "file_data": "https://a.example/b.pdf"},
                }
            ],
        ),
        (
            Document(media=Media(media_type="text/plain", data=base64.b64encode(b"hi").decode())),
            OPENAI,
            [{"type": "text", "text": "hi"}],
        ),
        (
            Audio(media=Media(media_type="audio/mpeg", data="SUQz")),
            OPENAI,
            [{"type": "input_audio", "input_audio": {"data": "SUQz", "format": "mp3"}}],
        ),
        (
            Audio(media=Media(media_type="audio/ogg", data="SUQz")),
            OPENROUTER,
            [{"type": "input_audio", "input_audio": {"data": "SUQz", "format": "ogg"}}],
        ),
        (
            Video(media=Media(url="https://a.example/v")),
            OPENROUTER,
            [{"type": "video_url", "video_url": {"url": "https://a.example/v"}}],
        ),
    ],
)
def test_parts(item: Item, to: PromptTarget, parts: list[dict[str, Any]]) -> None:
    assert content_of(item, to) == (parts, ())


PDF = Document(media=Media(media_type="application/pdf", data="JVBERi0="))


@pytest.mark.parametrize(
    ("item", "to", "loss"),
    [
        (Image(media=Media(file_id="f", file_vendor=Vendor.OPENAI)), OPENAI, "file_id:image"),
        (PDF, LOCAL, "document:application/pdf"),
        (
            Document(media=Media(media_type="application/zip", data="UEs=")),
            OPENAI,
            "document:application/zip",
        ),
        (Document(media=Media(url="https://a.example/b.pdf")), OPENAI, "document_url"),
        (
            Document(media=Media(file_id="f", file_vendor=Vendor.ANTHROPIC)),
            OPENAI,
            "file_id:document",
        ),
        (Audio(media=Media(media_type="audio/ogg", data="T2dn")), OPENAI, "audio:audio/ogg"),
        (Audio(media=Media(url="https://a.example/s")), OPENROUTER, "audio"),
        (Video(media=Media(url="https://a.example/v")), OPENAI, "video"),
        (Hosted(vendor=Vendor.GOOGLE, what="x", raw={}), OPENAI, "hosted_item:x"),
    ],
)
def test_what_cannot_be_said_is_told(item: Item, to: PromptTarget, loss: str) -> None:
    content, lost = content_of(item, to)
    assert content == "see"
    assert lost == (loss,)


@pytest.mark.parametrize(
    ("item", "loss"),
    [
        (Document(media=Media(), text="a", context="c", wants_citations=True), "document_facts"),
        (Image(media=PNG.media, detail="original"), "image_detail"),
        (Text(text="a", citations=(Citation(url="https://a.example"),)), "citations"),
        (Text(text="a", signature=Signature(vendor=Vendor.GOOGLE, data="s")), "signature:text"),
        (Text(text="a", cache=CacheMark()), "cache_mark"),
    ],
)
def test_what_is_lost_of_a_part(item: Item, loss: str) -> None:
    content, lost = content_of(item, LOCAL)
    assert content != "see"
    assert lost == (loss,)
