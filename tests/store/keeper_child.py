"""Keeps answers, to be killed: `python -m tests.store.keeper_child PATH`.

One conversation, each answer the next one's. It tells how many are on the disk for good, and waits
where another one would make room for itself.
"""

import json
import signal
import sys
from pathlib import Path

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.store.routing.responses import MOST_KEPT, KeptResponse, KeptTexts, ResponseStore


def kept(number: int) -> KeptResponse:
    """The answer of this turn."""
    texts = KeptTexts(
        input=json.dumps([f"in {number}"]).encode(),
        answer=json.dumps({"id": number, "output": ["x" * 5000, number]}).encode(),
    )
    return KeptResponse(
        id=f"resp_{number}",
        owner="me",
        previous=f"resp_{number - 1}" if number else None,
        size=5000,
        texts=lambda: texts,
    )


def _keep_many(path: Path) -> None:
    store = ResponseStore(path, SystemClock())
    number = 0
    while number < MOST_KEPT:
        for _ in range(20):
            store.put(kept(number))
            number += 1
        if number % 40 == 0:
            store.close()  # the others are written whenever the thread comes to it
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    _keep_many(Path(sys.argv[1]))
