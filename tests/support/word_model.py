"""A stand-in for the model of like questions: texts of the same words are alike, in any order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from llmgw_desktop.store.resources import FILES


class WordModel:
    def __init__(self, folder: Path) -> None:
        self.read: list[str] = []

    def vector(self, text: str) -> Counter[str] | None:
        self.read.append(text)
        return None if "unreadable" in text else Counter(re.findall(r"\w+", text.lower()))

    def nearness(self, vector: Counter[str], others: Sequence[Counter[str]]) -> list[float]:
        def size(words: Counter[str]) -> float:
            return float(sum(n * n for n in words.values()) ** 0.5)

        return [
            sum(vector[word] * other[word] for word in vector) / (size(vector) * size(other))
            for other in others
        ]


def files_like_the_model(folder: Path) -> Path:
    """Files of the right sizes, with nothing in them."""
    folder.mkdir(parents=True)
    for name, size in FILES.items():
        with (folder / name).open("wb") as file:
            file.truncate(size)
    return folder
