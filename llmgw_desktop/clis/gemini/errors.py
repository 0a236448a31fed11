"""How the Gemini CLI tells of errors: as JSON on stderr, and in an exit code that is either its own
or its upstream's status modulo 256."""

import orjson

from llmgw_desktop.clis.told import count_of, object_of, text_of
from llmgw_desktop.domain.cli import ErrorCategory

_STATUSES = {status % 256: status for status in (400, 401, 403, 404, 429, 500, 502, 503, 504, 529)}
_CATEGORIES = {
    41: ErrorCategory.AUTH,
    42: ErrorCategory.INVALID_INPUT,
    52: ErrorCategory.INVALID_INPUT,
}
_WORDS = {
    41: "It has no way to sign in.",
    42: "It did not accept what it was asked.",
    44: "Its sandbox failed.",
    52: "Its settings are not valid.",
    53: "The turns that it may take were used up.",
    54: "A tool failed for good.",
    55: "It does not trust the folder.",
    130: "It was canceled.",
}


def status_of(code: int) -> int | None:
    return code if 400 <= code <= 599 else _STATUSES.get(code)


def category_of(code: int) -> ErrorCategory | None:
    """What a code of its own means; None for one that is a status or says nothing."""
    return _CATEGORIES.get(code)


def words_of(code: int) -> str:
    return _WORDS.get(code, "")


def error_on_stderr(stderr: str) -> tuple[str, int | None] | None:
    """Message and code of the JSON object that may stand at its end."""
    at = stderr.rfind("\n{\n") + 1 or (0 if stderr.startswith("{\n") else -1)
    if at < 0:
        return None
    try:
        told = orjson.loads(stderr[at:])
    except orjson.JSONDecodeError:
        return None
    error = object_of(object_of(told).get("error"))
    message = text_of(error.get("message"))
    return (plain(message), count_of(error.get("code"))) if message else None


def plain(message: str) -> str:
    """What is said in `[API Error: {"error": {"message": …}}]`, without its wrapping."""
    begin, end = message.find("{"), message.rfind("}")
    try:
        inner = object_of(orjson.loads(message[begin : end + 1])) if 0 <= begin < end else {}
    except orjson.JSONDecodeError:
        return message
    error = object_of(inner.get("error"))
    words = text_of(error.get("message"))
    if not words:
        return message
    return f"{words} ({error['code']})" if count_of(error.get("code")) else words
