"""How long a verdict of the lasting rules takes: `python tests/bench/bench_verdicts.py`.

Each command of the corpus as an agent's question, with real folders and links looked up, in
processor time of its thread: `first` is the first time that it is asked, `again` all later ones.
Prints µs: the median, the slow hundredth, the slowest. Each round has commands of its own.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import Ask, AskingJob, PermissionKind
from llmgw_desktop.domain.jobs.rules.command import CommandShell
from llmgw_desktop.engine.questions.permissions.rules import PathView
from llmgw_desktop.engine.questions.permissions.standing import RulesNow
from tests.wire.shell.test_verdicts import BOOK, CORPUS

ROUNDS = 40


def asked(command: str, folder: str) -> Ask:
    return Ask(
        native_id="a",
        call_id="a",
        kind=PermissionKind.COMMAND,
        command=command,
        arguments={"command": command},
        cwd=folder,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top) / "home/work/project"
        folder.mkdir(parents=True)
        job = AskingJob(
            id="j",
            owner="o",
            client="c",
            cli=CliName.CLAUDE,
            title="t",
            working_dir=str(folder),
            top=str(folder),
        )
        rules, took = RulesNow(BOOK, time.time()), {"first": [], "again": []}
        commands = [words for _, shell, words in CORPUS if shell is CommandShell.POSIX]
        for number in range(ROUNDS):
            for words in commands:
                if len(words) > 4000:
                    continue
                ask = asked(f"{words} #{number // 2}", str(folder))
                began = time.thread_time()
                view = PathView(job, lambda _: False)
                rules.of(job, ask, view, is_odd=False)
                name = "again" if number % 2 else "first"
                took[name].append((1e6 * (time.thread_time() - began), words))
    for name, found in took.items():
        found.sort(key=lambda each: each[0])
        middle, slow = found[len(found) // 2][0], found[int(len(found) * 0.99)][0]
        print(f"{name}: {len(found)} verdicts, {middle:.0f} / {slow:.0f} / {found[-1][0]:.0f} µs")
        if "--slow" in sys.argv:
            seen = dict.fromkeys(words for _, words in reversed(found[-len(found) // 50 :]))
            print("\n".join(f"  {words[:150]!r}" for words in list(seen)[:12]))


if __name__ == "__main__":
    main()
