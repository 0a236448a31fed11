"""Folders of jobs that another `gateway.db` knew: they stay, for what is replaced can come back."""

import logging
from contextlib import closing
from pathlib import Path

from llmgw_desktop.store.gateway_file import GatewayFile

SPARED = ".of-another-gateway-db"
"""Stands in a folder that no start sweeps away, whatever the rows say."""
_log = logging.getLogger(__name__)


def spare_unknown(database: Path) -> None:
    """Raises StoreError."""
    jobs = database.parent / "jobs"
    if not jobs.is_dir():
        return
    with closing(GatewayFile(database)) as file:
        known = {row[0] for row in file.run("SELECT id FROM jobs", ())}
    for folder in jobs.iterdir():
        if folder.is_dir() and folder.name not in known:
            try:
                (folder / SPARED).touch(mode=0o600)
            except OSError as error:
                _log.warning("%s cannot be spared: %s", folder, error.strerror)
