"""Tips that say a text as it is."""

import html
from collections.abc import Iterable

_LONG = 80


def tip(text: str) -> str:
    """For `setToolTip` and models: Qt would read what looks like markup as markup, and open the
    pictures that it names, also such as lie on another machine. Long texts get lines that wrap."""
    if "<" not in text and len(text) <= _LONG:
        return text
    return f"<p style='white-space: pre-wrap'>{html.escape(text)}</p>"


def paragraphs(texts: Iterable[str]) -> str:
    """As `tip`, each of these by itself; empty ones are left out."""
    return "".join(f"<p>{html.escape(text)}</p>" for text in texts if text)
