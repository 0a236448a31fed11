"""A place that nobody should come to."""

from __future__ import annotations

import socket
import threading


class Trap:
    """Listens, and notes whether anybody came."""

    def __enter__(self) -> Trap:
        self._plug = socket.create_server(("127.0.0.1", 0))
        self._plug.settimeout(0.2)
        self.port = self._plug.getsockname()[1]
        self.came = False
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()
        return self

    def _wait(self) -> None:
        while not self._ends.is_set():
            try:
                self._plug.accept()[0].close()
                self.came = True
            except TimeoutError:
                continue
            except OSError:  # it was closed
                return

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        self._plug.close()
