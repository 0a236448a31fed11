"""How opencode says on stderr that its upstream failed, with its log switched on. It tells no
status."""

import re

from llmgw_desktop.clis.cli import RetryWords
from llmgw_desktop.domain.cli import Retrying

LOGS = ("--print-logs", "--log-level=ERROR")
_ERROR = re.compile(r'\berror\.error="(?:AI_\w+: )?(?P<words>(?:[^"\\]|\\.)*)"')


def read(line: bytes) -> Retrying | None:
    """The errors of titles, which small models make, are no matter of the run."""
    if b'message="stream error"' not in line or b" small=true " in line:
        return None
    found = _ERROR.search(line.decode("utf-8", "replace"))
    return Retrying(reason=found["words"] if found else "its upstream failed")


RETRY_WORDS = RetryWords(read=read)
