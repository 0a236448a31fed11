"""The access key of the person at this computer: made at the first start, then kept."""

import logging
import os
import re
import secrets
import stat
from pathlib import Path

from llmgw_desktop.domain.errors import StoreCorrupt, StoreUnavailable
from llmgw_desktop.store.private_files import OWNER_ONLY, write_first

_KEY = re.compile(r"llmgw-[A-Za-z0-9_-]{43}")
_log = logging.getLogger(__name__)


def load_or_make_access_key(path: Path) -> str:
    """Two starts at once get the same key. Raises StoreUnavailable, StoreCorrupt."""
    try:
        if not path.exists():
            write_first(path, f"llmgw-{secrets.token_urlsafe(32)}\n".encode())
        key = path.read_text("utf-8", "replace").strip()
        _keep_private(path)
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


def _keep_private(path: Path) -> None:
    if os.name != "posix":
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        path.chmod(OWNER_ONLY)
        _log.warning("%s could be read by other users (mode %o); it no longer can", path, mode)
