"""Whose work the program holds, and under which licences.

A package of ours has a list of its parts beside it, which `packaging/notices.py` made of what is in
it. Without one it is what pip installed for us, by its own metadata. Both name the licences' texts.
"""

import importlib.metadata
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from llmgw_desktop.domain.values import value
from llmgw_desktop.store.resources import resource_path

OURS: Final = "llmgw-desktop"
_LISTED = Path(__file__).resolve().parents[2] / "_licences" / "parts.json"
_REQUIRED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)
_CLASSIFIER = "License :: OSI Approved :: "
_STANDARD: Final = {
    "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only": ("LGPL-3.0", "GPL-3.0"),
    "Apache-2.0": ("Apache-2.0",),
    "Apache Software License": ("Apache-2.0",),
}
"""Texts that we bring where a wheel has none, by what it calls its licence."""
_LONGEST_NAME = 120


@value
class LicensedPart:
    """One piece of others' work."""

    name: str
    version: str
    licence: str
    """An SPDX expression where its makers give one, else their words; empty: they give none."""
    home: str
    """Where it comes from; may be empty."""
    texts: tuple[str, ...]
    """Its licences and notices, whole."""
    purl: str = ""
    """Its address among packages, such as `pkg:pypi/orjson@3.13.0`; empty where it has none."""
    files: tuple[str, ...] = ()
    """What of it lies in the package, by path; empty where pip installed it."""


def statement() -> str:
    """What holds for Qt: its licence, its source, how it is replaced."""
    return resource_path("licences/QT.txt").read_text("utf-8")


def parts() -> tuple[LicensedPart, ...]:
    """By name. Reads many small files where there is no list: a moment's work."""
    if _LISTED.is_file():
        return read_parts(_LISTED)
    found = {each.casefold(): each for each in _required(OURS, {})}
    made = [part_of(importlib.metadata.distribution(each)) for each in found.values()]
    return tuple(sorted((*made, *fonts()), key=lambda each: each.name.casefold()))


def read_parts(path: Path) -> tuple[LicensedPart, ...]:
    """As `parts_as_json` wrote them."""
    listed = json.loads(path.read_text("utf-8"))
    texts = listed["texts"]
    return tuple(
        LicensedPart(
            **{
                **each,
                "texts": tuple(texts[number] for number in each["texts"]),
                "files": tuple(each["files"]),
            }
        )
        for each in listed["parts"]
    )


def parts_as_json(found: Sequence[LicensedPart]) -> str:
    """Each text once: many parts have the same, which would be a third of the list."""
    numbers: dict[str, int] = {}
    told = [
        {**asdict(each), "texts": [numbers.setdefault(text, len(numbers)) for text in each.texts]}
        for each in found
    ]
    listed = {"texts": list(numbers), "parts": told}
    return json.dumps(listed, ensure_ascii=False, indent=1) + "\n"


def part_of(found: importlib.metadata.Distribution) -> LicensedPart:
    """Of what pip installed. Its texts are empty only where nobody knows any."""
    said = found.metadata
    licence = _licence(found)
    texts = [
        each.read_text("utf-8")
        for each in found.files or ()
        if ".dist-info/" in str(each) and _TEXT.search(str(each))
    ]
    if not texts:
        texts = [standard_text(name) for name in _STANDARD.get(licence, ())]
    homes = [each.partition(", ")[2] for each in said.get_all("Project-URL") or ()]
    homes = [*(said.get_all("Home-page") or ()), *homes]
    return LicensedPart(
        name=str(said["Name"]),
        version=found.version,
        licence=licence,
        home=next(iter(homes), ""),
        texts=tuple(dict.fromkeys(text.strip() + "\n" for text in texts)),
        purl=f"pkg:pypi/{_pip_name(str(said['Name']))}@{found.version}",
    )


def standard_text(name: str) -> str:
    """`GPL-3.0` and the like, as we bring them."""
    return resource_path(f"licences/{name}.txt").read_text("utf-8")


def fonts() -> Iterator[LicensedPart]:
    """They come with our resources, each with its licence."""
    for family, home in (
        ("Inter", "https://rsms.me/inter/"),
        ("JetBrainsMono", "https://www.jetbrains.com/lp/mono/"),
    ):
        yield LicensedPart(
            name=f"{family} (font)",
            version="",
            licence="OFL-1.1",
            home=home,
            texts=(resource_path(f"fonts/OFL-{family}.txt").read_text("utf-8"),),
        )


def _licence(found: importlib.metadata.Distribution) -> str:
    """Some put the whole text where its name belongs."""
    said = found.metadata
    for field in ("License-Expression", "License"):
        for word in said.get_all(field) or ():
            if word and "\n" not in word and len(word) <= _LONGEST_NAME:
                return str(word)
    classes = [
        each.removeprefix(_CLASSIFIER)
        for each in said.get_all("Classifier") or ()
        if each.startswith(_CLASSIFIER)
    ]
    return ", ".join(classes)


def _required(name: str, seen: dict[str, str]) -> Iterator[str]:
    """What it needs, and what that needs: each once, as far as it is installed. Extras are not
    needed."""
    for line in importlib.metadata.distribution(name).requires or ():
        match = _REQUIRED.match(line)
        if match is None or re.search(r"\bextra\s*==", line):
            continue
        key = _pip_name(match[0])
        if key in seen:
            continue
        seen[key] = match[0]
        try:
            importlib.metadata.distribution(match[0])
        except importlib.metadata.PackageNotFoundError:
            continue  # of another system or another Python
        yield match[0]
        yield from _required(match[0], seen)


def _pip_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
