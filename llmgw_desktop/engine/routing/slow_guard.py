"""Watches the beginning of a stream for one that crawls, while it can still be given up."""

from llmgw_desktop.wire.stream_openings import output_chars

MOST_CHARS = 256
"""So much in time is quick enough, whatever rate is wanted."""
MOST_PIECES = 512
MOST_BYTES = 1 << 20


class SlowGuard:
    """From the first word on, for `window_s`; the reader keeps the time."""

    def __init__(self, chars_per_s: int, window_s: float) -> None:
        self.window_s = window_s
        self._wanted = min(chars_per_s * window_s, MOST_CHARS)
        self._chars = 0

    def feed(self, frame: bytes) -> None:
        self._chars += output_chars(frame)

    @property
    def is_content(self) -> bool:
        return self._chars >= self._wanted

    @property
    def words(self) -> str:
        return f"{self._chars} characters in {self.window_s:g} s"
