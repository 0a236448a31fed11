"""all-MiniLM-L6-v2, computed with numpy: a text becomes 384 numbers, near for texts alike.

A BERT of six layers; the mean over the pieces, made one long. Only the bytes that are known to be
this model are computed with: their digests stand here, since the package that brings them is not
made by the model's makers.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from llmgw_desktop.engine.embedding.wordpiece import Wordpiece

Floats = NDArray[np.float32]

WEIGHTS = ("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")
TOKENIZER = ("tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037")
_LAYERS, _HEADS, _SIZE = 6, 12, 384
_EACH = _SIZE // _HEADS
_NORM_EPSILON = np.float32(1e-12)
_ROOT_HALF = np.float32(0.5**0.5)
_ERF = [np.float32(x) for x in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)]
"""Abramowitz and Stegun 7.1.26: off by 1.5e-7 at most."""


class NotThisModel(Exception):
    """The files are others than those of the model; says which and what to do."""


class MiniLm:
    """The weights in memory, 91 MB. Any one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError, NotThisModel."""
        vocabulary = orjson.loads(_checked(folder, *TOKENIZER))["model"]["vocab"]
        self._wordpiece = Wordpiece(vocabulary)
        named = _tensors(_checked(folder, *WEIGHTS))
        self._words = named["embeddings.word_embeddings.weight"]
        self._places = (
            named["embeddings.position_embeddings.weight"]
            + named["embeddings.token_type_embeddings.weight"][0]
        )
        self._first_norm = _norm_of(named, "embeddings")
        self._layers = [_Layer(named, f"encoder.layer.{each}") for each in range(_LAYERS)]

    def vector(self, text: str) -> Floats | None:
        """None where the model cannot read all of the text."""
        pieces = self._wordpiece.pieces(text)
        if pieces is None:
            return None
        states = _normed(self._words[pieces] + self._places[: len(pieces)], self._first_norm)
        for layer in self._layers:
            states = layer.next(states)
        mean = states.mean(axis=0)
        vector: Floats = mean / np.sqrt(np.dot(mean, mean))
        return vector

    def nearness(self, vector: Floats, others: Sequence[Floats]) -> list[float]:
        """The cosine to each; all vectors are one long."""
        return [min(float(each), 1.0) for each in np.stack(others) @ vector]


class _Layer:
    def __init__(self, named: Mapping[str, Floats], name: str) -> None:
        within = f"{name}.attention.self"
        parts = ("query", "key", "value")
        self._seen = (
            np.concatenate([named[f"{within}.{part}.weight"] for part in parts]).T,
            np.concatenate([named[f"{within}.{part}.bias"] for part in parts]),
        )
        self._told = _dense_of(named, f"{name}.attention.output.dense")
        self._told_norm = _norm_of(named, f"{name}.attention.output")
        self._wide = _dense_of(named, f"{name}.intermediate.dense")
        self._narrow = _dense_of(named, f"{name}.output.dense")
        self._norm = _norm_of(named, f"{name}.output")

    def next(self, states: Floats) -> Floats:
        told = _dense(self._attended(states), self._told)
        states = _normed(states + told, self._told_norm)
        thought = _dense(_gelu(_dense(states, self._wide)), self._narrow)
        return _normed(states + thought, self._norm)

    def _attended(self, states: Floats) -> Floats:
        count = len(states)
        split = _dense(states, self._seen).reshape(count, 3, _HEADS, _EACH)
        query, key, value = split.transpose(1, 2, 0, 3)
        scores = query @ key.transpose(0, 2, 1) * np.float32(_EACH**-0.5)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        attended: Floats = (weights @ value).transpose(1, 0, 2).reshape(count, _SIZE)
        return attended


def _dense_of(named: Mapping[str, Floats], name: str) -> tuple[Floats, Floats]:
    return named[f"{name}.weight"].T, named[f"{name}.bias"]


def _norm_of(named: Mapping[str, Floats], name: str) -> tuple[Floats, Floats]:
    return named[f"{name}.LayerNorm.weight"], named[f"{name}.LayerNorm.bias"]


def _dense(states: Floats, by: tuple[Floats, Floats]) -> Floats:
    made: Floats = states @ by[0] + by[1]
    return made


def _normed(states: Floats, by: tuple[Floats, Floats]) -> Floats:
    centred = states - states.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + _NORM_EPSILON)
    return _as_floats(centred / spread * by[0] + by[1])


def _gelu(states: Floats) -> Floats:
    made: Floats = states * np.float32(0.5) * (1 + _erf(states * _ROOT_HALF))
    return made


def _erf(states: Floats) -> Floats:
    size = np.abs(states)
    step = 1 / (1 + np.float32(0.3275911) * size)
    sum_ = np.zeros_like(step)
    for factor in _ERF:
        sum_ = (sum_ + factor) * step
    return _as_floats(np.sign(states) * (1 - sum_ * np.exp(-size * size)))


def _as_floats(values: NDArray[Any]) -> Floats:
    """They are already; some versions of numpy's types have the mean of these be of any size."""
    return values.astype(np.float32, copy=False)


def _checked(folder: Path, name: str, digest: str) -> bytes:
    raw = (folder / name).read_bytes()
    if hashlib.sha256(raw).hexdigest() != digest:
        raise NotThisModel(f"{folder / name} is not the file that all-MiniLM-L6-v2 is known by.")
    return raw


def _tensors(raw: bytes) -> dict[str, Floats]:
    """All of a safetensors file that are 32-bit floats: its head, then their bytes."""
    start = 8 + int.from_bytes(raw[:8], "little")
    head: dict[str, Any] = orjson.loads(raw[8:start])
    found = {}
    for name, told in head.items():
        if told.get("dtype") == "F32":
            begin, end = told["data_offsets"]
            flat = np.frombuffer(raw, "<f4", (end - begin) // 4, start + begin)
            found[name] = flat.reshape(told["shape"])
    return found
