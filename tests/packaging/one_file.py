"""The one file that unpacks itself, made of next to nothing, for a user without rights."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_NOBODY = 65534


@dataclass
class OneFile:
    """In a place that anybody may enter."""

    file: Path
    data: Path
    """XDG_DATA_HOME."""

    @property
    def unpacked(self) -> Path:
        return self.data / "llmgw-desktop-portable"

    def start(self, *words: str, by: tuple[str, ...] = (), **more: str) -> subprocess.Popen[str]:
        is_root = os.getuid() == 0
        return subprocess.Popen(
            [*by, str(more.pop("called", self.file)), *words],
            env={"PATH": "/usr/bin:/bin", "XDG_DATA_HOME": str(self.data), **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=_NOBODY if is_root else None,
            group=_NOBODY if is_root else None,
            extra_groups=[] if is_root else None,
        )

    def said(self, *words: str, code: int = 0, by: tuple[str, ...] = (), **more: str) -> str:
        started = self.start(*words, by=by, **more)
        said, _ = started.communicate(timeout=60)
        assert started.returncode == code, said
        return said

    def refusal(self, *words: str, **more: str) -> str:
        said = self.said(*words, code=1, **more)
        assert said.count("\n") == 1, said
        return said


@contextmanager
def put_where_anybody_may_enter(made: Path) -> Iterator[OneFile]:
    """Folders of tests are root's alone."""
    place = Path(tempfile.mkdtemp(prefix="Größe & mehr "))
    try:
        place.chmod(0o755)
        file = place / made.name
        shutil.copy(made, file)
        data = place / 'da $ten "1" 100%'
        data.mkdir()
        data.chmod(0o777)
        yield OneFile(file=file, data=data)
    finally:
        shutil.rmtree(place)
