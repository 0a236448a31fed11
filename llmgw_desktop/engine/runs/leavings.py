"""What a run that only answered leaves behind where its CLI keeps a session all the same."""

import logging
import re
import shutil
from itertools import islice
from pathlib import Path

_ID = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9_-]{15,99}")
"""An id of a CLI's, long enough to be nobody else's."""
_MOST = 8
_log = logging.getLogger(__name__)


def remove_session(home: Path, pattern: str, session_id: str, since_s: float) -> None:
    """The folder of this one session, if it was made since then. For a thread."""
    if not pattern or not _ID.fullmatch(session_id):
        return
    for folder in islice(home.glob(pattern.replace("{session_id}", session_id)), _MOST):
        try:
            is_its_own = folder.name == session_id and folder.is_dir() and not folder.is_symlink()
            if is_its_own and _oldest(folder) >= since_s - 1:
                shutil.rmtree(folder)
        except OSError as error:
            _log.info("the session of an answer could not be removed: %s", error)


def _oldest(folder: Path) -> float:
    """Files there that were there before are another run's."""
    return min((each.lstat().st_mtime for each in folder.rglob("*")), default=0.0)
