"""A program that stands for a vendor's CLI where only its words matter: it says what the real one
was seen saying, and keeps what it was asked."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from pathlib import Path

TRANSCRIPTS = Path(__file__).parents[1] / "clis" / "transcripts"


@dataclass(frozen=True, slots=True)
class ToldCli:
    """`program` is what settings name as the CLI's command."""

    program: Path
    asked: Path

    @classmethod
    def make(cls, folder: Path, script: str) -> ToldCli:
        """`script` is of a shell; `$asked` is where its arguments are kept, one a line."""
        folder.mkdir(parents=True, exist_ok=True)
        program, asked = folder / "cli", folder / "asked"
        program.write_text(
            f"#!/bin/sh\nasked={asked}\n"
            'printf "%s\\n" "$@" >"$asked"; printf "%s\\n" "$PWD" >"$asked.folder"\n'
            'env >"$asked.env"; cat >"$asked.stdin"\n' + script
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return cls(program, asked)

    @classmethod
    def saying(cls, folder: Path, transcript: str, exit_code: int = 0) -> ToldCli:
        return cls.make(folder, f"cat {TRANSCRIPTS / transcript}; exit {exit_code}\n")

    def settings(self, name: str) -> str:
        """Contained, it would neither find what it says nor keep what it was asked."""
        shown = f'readable = ["{TRANSCRIPTS}"]\nwritable = ["{self.program.parent}"]\n'
        return f"[clis.{name}]\ncommand = {json.dumps(str(self.program))}\n{shown}"

    @property
    def arguments(self) -> list[str]:
        return self.asked.read_text().splitlines()

    @property
    def stdin(self) -> str:
        return Path(f"{self.asked}.stdin").read_text()

    @property
    def environment(self) -> dict[str, str]:
        lines = Path(f"{self.asked}.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)
