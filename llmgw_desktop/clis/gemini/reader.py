"""What the Gemini CLI prints as stream-json, its errors, and how it says that it tries again."""

import re
from collections.abc import Iterator

import orjson
from typing_extensions import override

from llmgw_desktop.clis.cli import RetryWords, SignIn
from llmgw_desktop.clis.failures import failed, status_in
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message
from llmgw_desktop.clis.told import count_of, first_text, object_of, one_line, text_of
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    ErrorCategory,
    Retrying,
    RunEnded,
    RunUsageTold,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.usage import Usage

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


_LINE = re.compile(
    r"Attempt (?P<number>\d{1,4}) failed(?: with (?:status )?(?P<status>[45]\d\d)\b)?(?P<why>.*?)"
    r"\bRetrying (?:with backoff|after (?P<ms>\d{1,12})ms)\.*(?P<error>.*)"
)


def read(line: bytes) -> Retrying | None:
    if not line.startswith(b"Attempt "):
        return None
    found = _LINE.match(line.decode("utf-8", "replace"))
    if found is None:
        return None
    why, error = found["why"].strip(" :."), found["error"]
    reason = (plain(error) if "{" in error else "") or why or "refused"
    return Retrying(
        reason=reason,
        attempt=int(found["number"]),
        status=int(found["status"]) if found["status"] else status_in(f"{why} {error}"),
        pause_s=int(found["ms"]) / 1000 if found["ms"] else None,
    )


RETRY_WORDS = RetryWords(read=read)


SIGN_IN = SignIn(
    command=("gemini",),
    guidance=(
        "Gemini is not signed in, or its key is refused: run `gemini` in a terminal and choose"
        ' how, or set GEMINI_API_KEY and "security": {"auth": {"selectedType": "gemini-api-key"}}'
        " in ~/.gemini/settings.json."
    ),
    files=(".gemini/oauth_creds.json", ".gemini/google_accounts.json"),
    variables=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    kept=(".gemini/oauth_creds.json", ".gemini/google_accounts.json"),
    homes={"GEMINI_CLI_HOME": ""},
    kept_environment={"GOOGLE_GENAI_USE_GCA": "true"},
)
NOISE = r"^(?:Warning: |YOLO mode|Ripgrep is not|\[STARTUP\]|    at |Loaded cached)"
_WENT_WELL = {"success": True, "error": False}


class GeminiReader(JsonLinesReader):
    """Its answer comes in pieces, and is not repeated as a whole."""

    def __init__(self, _: CliRequest) -> None:
        super().__init__("Gemini", SIGN_IN, noise=NOISE)

    @override
    def _message(self, message: Message) -> Iterator[CliEvent]:
        match message.get("type"):
            case "init":
                yield from self._session_told(text_of(message.get("session_id")))
                yield from self._model_told(text_of(message.get("model")))
            case "message" if message.get("role") == "assistant":
                if message.get("delta") is not True:
                    self.next_message()
                yield from self._said(text_of(message.get("content")))
            case "thought":
                yield from self._thought(first_text(message, "content", "text"))
            case "tool_use":
                self.next_message()
                yield _tool(message)
            case "tool_result":
                ok = _WENT_WELL.get(text_of(message.get("status")))
                yield ToolEnded(call_id=text_of(message.get("tool_id")), ok=ok)
            case "error":
                yield self._complaint(message)
            case "result":
                yield from self._result(message)

    @override
    def _unfinished(self, exit_code: int | None, stderr: str) -> RunEnded:
        error, code = error_on_stderr(stderr) or (self._error, None)
        code = code or exit_code or 0
        if not error:
            error = super()._unfinished(exit_code, stderr).error
            error += f" {_WORDS[code]}" if code in _WORDS else ""
        return failed(
            error,
            SIGN_IN,
            status=status_of(code) or status_in(error) or status_of(exit_code or 0),
            category=_CATEGORIES.get(code),
        )

    def _complaint(self, message: Message) -> Warned:
        told = text_of(message.get("message"))
        severity = text_of(message.get("severity")) or "error"
        if severity == "error":
            self._error = told
        return Warned(code=f"gemini_{severity}", message=told)

    def _result(self, message: Message) -> Iterator[CliEvent]:
        """An error's own words are kept: the exit code behind them says what kind it is."""
        if message.get("status") == "success":
            self._end = RunEnded(ok=True)
        else:
            told = text_of(object_of(message.get("error")).get("message"))
            self._error = plain(told) or self._error or "It failed and did not say why."
        stats = object_of(message.get("stats"))
        yield from self._models_told(object_of(stats.get("models")))
        yield from used(stats)


def used(stats: Message) -> Iterator[RunUsageTold]:
    """By this run. It counts from zero: where all is zero its upstream told nothing."""
    whole, given = count_of(stats.get("input_tokens")), count_of(stats.get("output_tokens"))
    total = count_of(stats.get("total_tokens"))
    if not any((whole, given, total)):
        return
    if total is not None and whole is not None and given is not None:
        # Its output leaves out what was thought; its total does not.
        given = max(total - whole, given)
    cached = count_of(stats.get("cached"))
    yield RunUsageTold(
        usage=Usage(input_tokens=whole, output_tokens=given, cache_read_tokens=cached)
    )


def _tool(message: Message) -> ToolBegan:
    names = ("command", "file_path", "path", "query", "pattern")
    return ToolBegan(
        call_id=text_of(message.get("tool_id")),
        name=text_of(message.get("tool_name")),
        summary=one_line(first_text(message.get("parameters"), *names)),
    )
