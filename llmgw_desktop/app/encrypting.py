"""Brings what `gateway.db` holds under the data key in force, beside everything else."""

import logging
import threading
from contextlib import closing
from pathlib import Path

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.vault_errors import VaultError
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.gateway_conversion import GatewayConversion

PAUSE_S = 0.02
"""Between two steps, for whoever else wants to write."""
_log = logging.getLogger(__name__)


class Encrypting:
    """Works on a thread that lives only while there is something to do: after a start, and after a
    change of the master key."""

    def __init__(self, path: Path, at_rest: AtRest) -> None:
        self._conversion = GatewayConversion(path, at_rest)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_wanted_again = False
        self.part = 1.0
        """How much is done, from 0 to 1."""
        at_rest.listen(self.look)

    def start(self) -> None:
        """Without a text that is to be changed the vault is not opened."""
        self._stopping.clear()
        self.look(unasked=True)

    def look(self, *, unasked: bool = False) -> None:
        """Quick, from any thread. `unasked`: nobody has wanted the key yet."""
        with self._lock:
            if self._thread is not None:
                self._is_wanted_again = True
                return
            self._thread = threading.Thread(
                target=self._work, args=(unasked,), name="encrypting", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """What is left is done after the next start."""
        self._stopping.set()
        thread = self._thread
        if thread is not None:
            thread.join(5.0)

    def _work(self, unasked: bool) -> None:
        while True:
            self._run(unasked=unasked)
            with self._lock:
                if not self._is_wanted_again or self._stopping.is_set():
                    self._thread = None
                    return
                self._is_wanted_again = unasked = False

    def _run(self, *, unasked: bool) -> None:
        try:
            if unasked and not self._conversion.wants_key():
                return
            with closing(self._conversion.steps()) as steps:
                for part in steps:
                    self.part = min(part, 0.999)
                    if self._stopping.wait(PAUSE_S):
                        return
            self.part = 1.0
        except (StoreError, VaultError) as error:
            _log.warning("what gateway.db holds could not be brought under the key: %s", error)
        except Exception:  # noqa: BLE001 - requests must go on without it
            _log.exception("what gateway.db holds could not be brought under the key")
