"""This gateway's mark, by which it knows a request that comes back to it: random, and no secret."""

import logging
import secrets
from pathlib import Path

from llmgw_desktop.domain.routing.hops import is_mark
from llmgw_desktop.store.private_files import write_first

MARK_FILE = "gateway.mark"
_log = logging.getLogger(__name__)


def load_or_make_mark(data_folder: Path) -> str:
    """The same from start to start; where it cannot be kept, one for this start."""
    path = data_folder / MARK_FILE
    made = secrets.token_hex(6)
    try:
        if write_first(path, f"{made}\n".encode()):
            return made
        kept = path.read_text("ascii", "replace").strip()
    except OSError as error:
        _log.warning("the gateway's mark %s cannot be kept: %s", path, error)
        return made
    return kept if is_mark(kept) else made
