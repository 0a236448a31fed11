"""What telling like questions costs: time of a vector, and how late the loop is meanwhile.

`python -m tests.bench.bench_likeness FOLDER` with the folder of the model. The first line is the
loop with nothing beside it: all others mean something only beside that one.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable
from pathlib import Path

from llmgw_desktop.engine.embedding.model_thread import Model, ModelThread

QUESTION = "How do I reset my password?"


async def _late_ms(work: Awaitable[object]) -> tuple[float, list[float]]:
    task = asyncio.ensure_future(work)
    late, began = [], time.perf_counter()
    while not task.done():
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append((time.perf_counter() - before - 0.001) * 1000)
    return (time.perf_counter() - began) * 1000, sorted(late)


def _vectors(text: str, count: int) -> Awaitable[object]:
    def work(model: Model) -> None:
        for _ in range(count):
            assert model.vector(text) is not None

    return THREAD.ask(work)


async def main() -> None:
    THREAD.use(Path(sys.argv[1]))
    for name, count, work in (
        ("nothing", 1, asyncio.sleep(2)),
        ("numpy and the model read in, a vector", 1, _vectors(QUESTION, 1)),
        ("a question of 6 words", 50, _vectors(QUESTION, 50)),
        ("one of 60 words", 20, _vectors("word " * 60, 20)),
        ("one of 250 words", 10, _vectors("word " * 250, 10)),
    ):
        took, late = await _late_ms(work)
        p99, most = late[int(len(late) * 0.99)], late[-1]
        print(f"{name}: {took / count:.1f} ms each; late p99 {p99:.1f} ms, at most {most:.1f} ms")
    THREAD.close()


THREAD = ModelThread()

if __name__ == "__main__":
    asyncio.run(main())
