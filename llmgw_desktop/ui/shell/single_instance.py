"""How a second start reaches the first: one short message over a local socket, «show».

The socket is no lock; who runs is decided by `store/run_file.py` before anybody comes here.
"""

import getpass
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from llmgw_desktop.platform.files import HAS_MODES, person

_APP_ID = "llmgw-desktop"
_LONGEST_MESSAGE = 4096
_OK = b"ok\n"


def server_name(data_folder: Path) -> str:
    """One for each person and home, so that a second home may run beside the first."""
    user = str(person()) if HAS_MODES else getpass.getuser()
    owner = f"{user}\0{data_folder.resolve()}"
    return f"{_APP_ID}-{hashlib.sha256(owner.encode()).hexdigest()[:20]}"


class SingleInstance(QObject):
    """The first start listens; it ends with its parent."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._on_show: Callable[[], None] | None = None
        self._callers: list[QLocalSocket] = []
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._take_callers)

    def listen(self, on_show: Callable[[], None]) -> bool:
        """False if the socket cannot be made: the program works, a second start cannot reach it.

        What a killed predecessor left behind is removed: whoever listens holds the lock.
        """
        self._on_show = on_show
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        self._server.close()
        for caller in tuple(self._callers):
            caller.abort()

    @staticmethod
    def ask_running_to_show(name: str, timeout_ms: int) -> bool:
        """Whether a first start answered that it shows its window. Waits."""
        socket = QLocalSocket()
        socket.connectToServer(name)
        if not socket.waitForConnected(timeout_ms):
            return False
        socket.write(json.dumps({"v": 1, "do": "show"}).encode() + b"\n")
        socket.flush()
        while not socket.canReadLine() and socket.waitForReadyRead(timeout_ms):
            pass
        reply = bytes(socket.readLine(_LONGEST_MESSAGE).data())
        socket.abort()
        return reply == _OK

    def _take_callers(self) -> None:
        while self._server.hasPendingConnections():
            caller = self._server.nextPendingConnection()
            self._callers.append(caller)
            caller.readyRead.connect(self._read)
            caller.disconnected.connect(self._forget, Qt.ConnectionType.QueuedConnection)
        self._read()

    def _read(self) -> None:
        for caller in tuple(self._callers):
            if caller.canReadLine():
                self._answer(caller, bytes(caller.readLine(_LONGEST_MESSAGE).data()))
            elif caller.bytesAvailable() > _LONGEST_MESSAGE:
                caller.abort()

    def _answer(self, caller: QLocalSocket, line: bytes) -> None:
        if _wants_show(line) and self._on_show is not None:
            caller.write(_OK)
            caller.flush()
            self._on_show()
        else:
            caller.abort()

    def _forget(self) -> None:
        gone = QLocalSocket.LocalSocketState.UnconnectedState
        for caller in [each for each in self._callers if each.state() is gone]:
            self._callers.remove(caller)
            caller.deleteLater()


def _wants_show(line: bytes) -> bool:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.get("v") == 1 and message.get("do") == "show"
