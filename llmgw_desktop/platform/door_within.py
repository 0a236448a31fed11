"""Starts a contained run that reaches nothing but this gateway: a listener at its own port
passes all on to a socket in the run's folder. The run takes this one's place once it listens.

    python door_within.py SOCKET PORT PROGRAM ARGUMENT …

A script of the standard library alone: neither the gateway nor its libraries are read in.
"""

import os
import socket
import sys
import threading
import time

assert sys.platform != "win32"

_PIECE = 64 * 1024
_PATIENCE_S = 10.0
_PAUSE_S = 0.05


def main() -> None:
    """Does not return."""
    path, port, program = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    listener = socket.create_server(("127.0.0.1", port), backlog=128)
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        listener.close()
        os.execv(program[0], program)  # noqa: S606 - its own program, as it would have been started
    if os.fork():
        os._exit(0)  # so that it is no child of the run's
    nothing = os.open(os.devnull, os.O_RDWR)
    for own in (0, 1, 2):
        os.dup2(nothing, own)
    while True:
        near, _ = listener.accept()
        threading.Thread(target=_join, args=(near, path), daemon=True).start()


def _join(near: socket.socket, path: str) -> None:
    far = _reached(path)
    if far is None:
        near.close()
        return
    back = threading.Thread(target=_pass_on, args=(far, near), daemon=True)
    back.start()
    _pass_on(near, far)
    back.join()
    near.close()
    far.close()


def _reached(path: str) -> socket.socket | None:
    """The gateway may start anew this moment."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(path)
        except OSError:
            far.close()
            time.sleep(_PAUSE_S)
        else:
            return far
    return None


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    except OSError:
        pass
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


if __name__ == "__main__":
    main()
