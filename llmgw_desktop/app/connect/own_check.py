"""Asks a program that was set up whether it sees our entry, where it tells so without a network."""

import shutil
from collections.abc import Mapping

from llmgw_desktop.app.connect.programs import ENTRY, Program
from llmgw_desktop.app.program_words import ProgramAsker


def ask_program(program: Program, env: Mapping[str, str], ask: ProgramAsker) -> str:
    """One sentence; empty where it cannot be asked. Blocks."""
    path = next(
        (found for name in program.commands if (found := shutil.which(name, path=env.get("PATH")))),
        "",
    )
    if not program.check or not path:
        return ""
    named = " ".join((program.commands[0], *program.check))
    try:
        words = ask([path, *program.check], env)
    except (OSError, ValueError):
        return ""
    if words.code == 0 and ENTRY in words.out:
        return f"{program.title} itself sees it: `{named}` lists {ENTRY}."
    return f"{program.title} itself was asked, and does not tell of it: run `{named}` to see why."
