"""The access key of the person at this computer: made at the first start, then kept."""

import os
import re
import secrets
from pathlib import Path

from llmgw_desktop.domain.errors import StoreCorrupt, StoreUnavailable
from llmgw_desktop.store.private_files import read_own, write_first

_KEY = re.compile(r"llmgw-[A-Za-z0-9_-]{43}")
_MOST_BYTES = 1024


def load_or_make_access_key(path: Path) -> str:
    """Two starts at once get the same key. Raises StoreUnavailable, StoreCorrupt."""
    try:
        if not os.path.lexists(path):
            write_first(path, f"llmgw-{secrets.token_urlsafe(32)}\n".encode())
        key = read_own(path, _MOST_BYTES).decode("utf-8", "replace").strip()
    except OSError as error:
        raise StoreUnavailable(
            f"The access key {path} cannot be read or written: {error.strerror}."
        ) from error
    if not _KEY.fullmatch(key):
        raise StoreCorrupt(
            f"{path} does not hold an access key of this program; "
            "remove the file to have a new one made."
        )
    return key
