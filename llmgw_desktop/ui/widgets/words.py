"""The window's words in the person's language.

The code says English. What meets a widget goes through `said`, which gives it back as it is unless
another language is spoken; `speak` reads that language's catalogue, a file of Qt Linguist
(`resources/languages/de.ts`). Holes of f-strings stand in it as %1, %2; what is counted as
«%n flight|flights» with one form for one and one for many. What the catalogue lacks stays English.
Decision 98 says why the words are looked up here and not where they are written.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from llmgw_desktop.domain.settings.door import Language

_catalogue: "Phrasebook | None" = None
_HOLE = re.compile(r"%(\d)")
_GLUED = re.compile(r"(?:%\d|[^\W\d_])%\d")
_IS_PIECE = re.compile(r"[ ,;:(]")
_ANY_PIECE = r"[ ,;:(].*?"
_FIGURE = re.compile(
    r"(?P<mark>[≈≥≤<+−]?)(?P<money>\$?)(?P<whole>-?\d{1,3}(?:,\d{3})*|-?\d+)(?P<rest>\.\d+)?"
    r"(?P<unit> ?(?:µs|ms|s|m|h|k|M|%|KB|MB|GB|USD)?)(?P<more>(?: \d\d? [smh])?)"
)
_WITH_ANOTHER = re.compile(r"(\S+(?: [\w%]+)?)(?: \((\S+(?: [\w%]+)?)\)| …)")
"""«+600 (+1 %)»; «13.0 s …», of what goes on."""
_ARROW = " → "
"""«48.2k → 310», of tokens that came in and went out."""
_COUNTED = re.compile(r"([\d,]+) (\S.*)", re.DOTALL)
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)( \d\d:\d\d(?::\d\d)?)?(?:\.(\d+))?")
_NUMBERED = re.compile(r"(\d+\. [^:]+): (.+)")
"""«1. claude/work, claude-sonnet: Weight 2.»"""
_OF = re.compile(r"([\d,]+) of ([\d,]+)")
_DAY = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2})( \d{4})?( \d\d:\d\d(?::\d\d)?)?")
_WEEKDAY = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\d{1,2})( .*)?")
_SENTENCES = re.compile(r"(?<=[.!?…])(\s+)(?=[A-ZÄÖÜ0-9“`≥≈]|[a-z][\w-]*: )")
_ENDS = re.compile(r" · |(?<=[.!?…])\s+(?=[A-ZÄÖÜ])")
"""Of a fact or sentence: no piece of ours goes on over one."""
_BREAKS = re.compile(r"( · |; |\n+)")
_LINES, _CLAUSES = re.compile(r"( · |\n+)"), re.compile(r"(; )")
_MONTHS = {
    "Jan": "Jan.",
    "Feb": "Feb.",
    "Mar": "März",
    "Apr": "Apr.",
    "May": "Mai",
    "Jun": "Juni",
    "Jul": "Juli",
    "Aug": "Aug.",
    "Sep": "Sep.",
    "Oct": "Okt.",
    "Nov": "Nov.",
    "Dec": "Dez.",
}
_WEEKDAYS = {
    "Mon": "Mo.",
    "Tue": "Di.",
    "Wed": "Mi.",
    "Thu": "Do.",
    "Fri": "Fr.",
    "Sat": "Sa.",
    "Sun": "So.",
}
_KEPT = 4096
_LONGEST = 2_000
"""What is longer is something recorded, not our words."""
_SHORT, _SHORT_HOLE, _SEVERAL, _LONG = 9, 24, 2, 14
_QUOTES = tuple('"“`[{~/')
"""What begins so was said or written by others, of any length."""


def said(text: str) -> str:
    """As the person reads it. Not for what others said: names, prompts, commands, answers."""
    return text if _catalogue is None else _catalogue.said(text)


def said_with(template: str, *parts: str) -> str:
    """What is in the holes («Copy %1») is said as well, one word too. Not for names: they would be
    taken for words of ours."""
    text = said(template)
    for number, part in enumerate(parts, 1):
        text = text.replace(f"%{number}", said(part))
    return text


def told(*parts: str) -> str:
    """Facts, each said by itself: «ready. OpenAI. 2 models»."""
    return ". ".join(said(each).rstrip(".") for each in parts if each)


def speak(language: Language) -> None:
    """From now on; what stands on the screen already stays. SYSTEM: as the computer does."""
    global _catalogue
    code = _of_system() if language is Language.SYSTEM else language.value
    _catalogue = _read(code) if code != Language.ENGLISH.value else None


def _of_system() -> str:
    from PySide6.QtCore import QLocale

    code = QLocale.system().name().partition("_")[0]
    return code if code in {each.value for each in Language} else Language.ENGLISH.value


def _read(code: str) -> "Phrasebook":
    """Blocks, for some 20 ms: called before the window is made. What Qt itself says goes along."""
    from xml.etree import ElementTree

    from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

    from llmgw_desktop.store.resources import resource_path

    QLocale.setDefault(QLocale(code))
    app = QCoreApplication.instance()
    own = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if app is not None and own.load(f"qtbase_{code}", folder):
        app.installTranslator(own)
    tree = ElementTree.parse(resource_path(f"languages/{code}.ts"))  # noqa: S314 - our own file
    words, counted = {}, {}
    for message in tree.iter("message"):
        source, found = message.findtext("source", ""), message.find("translation")
        if found is None or found.get("type") in ("unfinished", "vanished", "obsolete"):
            continue
        if message.get("numerus") == "yes":
            counted[source] = tuple(each.text or "" for each in found.iter("numerusform"))
        else:
            words[source] = found.text or ""
    return Phrasebook(words, counted)


class Phrasebook:
    """`words`: by English texts, with holes as %1. `counted`: by «%n flight|flights», the forms."""

    def __init__(self, words: Mapping[str, str], counted: Mapping[str, tuple[str, ...]]) -> None:
        self._words = {each: said for each, said in words.items() if not _HOLE.search(each)}
        holed = [each for each in words if _HOLE.search(each)]
        holed.sort(key=lambda each: -len(_HOLE.sub("", each)))
        pieces = sorted((each for each in words if _IS_PIECE.match(each)), key=len, reverse=True)
        self._pieces = "|".join(map(_as_pattern, pieces))
        behind = [each for each in pieces if each[0] in ",;:(" and len(_own_words(each)) > 2]
        self._tails = [(_own_words(each), _as_pattern(each)) for each in behind]
        self._templates = [(_own_words(each), each, words[each]) for each in holed]
        self._nouns: dict[str, tuple[str, str]] = {}
        for source, forms in counted.items():
            one, _, many = source.removeprefix("%n ").partition("|")
            self._nouns[one], self._nouns[many or one] = (forms[0],) * 2, (forms[-1],) * 2
        self.missed: set[str] | None = None
        """What was looked for and is not there, while somebody collects it."""
        self.said: Callable[[str], str] = lru_cache(_KEPT)(self._said)
        self._known: Callable[[str], str | None] = lru_cache(_KEPT)(self._found)

    def _said(self, text: str) -> str:
        found = self._found(text)
        if found is None and self.missed is not None:
            self.missed.add(text)
        return text if found is None else found

    def _found(self, text: str) -> str | None:
        if text in self._words:
            return self._words[text]
        if (lower := text[:1].lower() + text[1:]) in self._words:
            return self._words[lower][:1].upper() + self._words[lower][1:]
        if text.endswith(" …") and (own := self._known(text[:-2])):
            return f"{own} …"
        is_name = text.startswith("“") and text.endswith("”")
        if not text or len(text) > _LONGEST or is_name:
            return None
        return (
            _figure(text)
            or _part(text)
            or self._of_count(text)
            or self._of_template(text, _LONG)
            or self._of_tail(text)
            or self._of_template(text)
            or self._of_parts(text)
            or self._of_pair(text)
            or self._of_other_case(text)
        )

    def _of_other_case(self, text: str) -> str | None:
        """A sentence is made of what stands within another, or the other way round."""
        if not text[0].isupper() or text[1:2].isupper():
            return None
        found = self._of_template(text[0].lower() + text[1:])
        return found and found[0].upper() + found[1:]

    def _of_tail(self, text: str) -> str | None:
        """What a known piece was put behind: «Codex, answered by ada»."""
        if _SENTENCES.search(text) or _LINES.search(text):
            return None  # each by itself
        if text.endswith(".") and not text.endswith(".."):
            own = self._of_tail(text[:-1])
            return own and f"{own}."
        for longest, pattern in self._tails:
            if longest in text and (match := re.search(rf"(?s)({pattern})\Z", text)):
                own = self._found(text[: match.start()]) if match.start() else None
                if own is not None and not _SENTENCES.search(match[0]):
                    return own + self.said(match[0])
        return self._of_head(text)

    def _of_head(self, text: str) -> str | None:
        """«Codex wants to change 2 files: …»."""
        head, _, rest = text.partition(": ")
        if not rest or " " not in head:
            return None
        if head in self._words:
            return self._of_template(text, _SHORT) or f"{self._words[head]}: {self.said(rest)}"
        own = self._of_template(head, _SHORT)
        return own and f"{own}: {self.said(rest)}"

    def _of_template(self, text: str, least: int = 0) -> str | None:
        """`least`: so many letters of our own in a row say that it is ours."""
        for longest, source, translation in self._templates:
            if longest not in text or len(longest) <= least:
                continue
            for pieces in (self._pieces, _ANY_PIECE):
                match = _pattern(source, pieces).fullmatch(text)
                holes = match.groupdict() if match else {}
                if not self._fit(holes, longest):
                    break
                if match and _are_holes(holes, longest, is_known=pieces != _ANY_PIECE):
                    return self._ended(source, translation, match.groupdict())
                if not _has_glued(source):
                    break
        return None

    def _fit(self, holes: Mapping[str, str], longest: str) -> bool:
        """Where there is little of our own words, several words in a hole are known ones: «12
        flights were» is none that was filled in."""
        if len(longest) > _SHORT:
            return True
        long = (each for each in holes.values() if _is_long(each))
        return all(self._known(each) not in (None, each) for each in long)

    def _ended(self, source: str, translation: str, holes: Mapping[str, str]) -> str:
        """A stop behind the last hole ends the sentence, wherever that hole stands in it."""
        last = f"h{source[-1]}" if source[-2:-1] == "%" else ""
        if last and (text := holes[last]).endswith(".") and not text.endswith(".."):
            return f"{self._filled(translation, {**holes, last: text[:-1]})}."
        return self._filled(translation, holes)

    def _filled(self, translation: str, holes: Mapping[str, str]) -> str:
        """One word in a hole may be anybody's name, so it stays; figures are written as there."""

        def fill(hole: re.Match[str]) -> str:
            text = holes.get(f"h{hole[1]}", "")
            if text[:1] == " " and self._known(text) is None:  # a sentence that was put behind
                return f" {fill_in(text[1:])}"
            return fill_in(text)

        def fill_in(text: str) -> str:
            return self.said(text) if " " in text else _figure(text) or text

        return _HOLE.sub(fill, translation)

    def _of_count(self, text: str) -> str | None:
        match = _COUNTED.fullmatch(text)
        forms = self._nouns.get(match[2]) if match else None
        return forms[0].replace("%n", _german(match[1])) if match and forms else None

    def _of_parts(self, text: str) -> str | None:
        """Sentences, lines and facts that are joined: each that is known by itself."""
        for between in (_LINES, _SENTENCES, _CLAUSES):
            parts = between.split(text)
            if len(parts) > 1:
                return "".join(each if at % 2 else self.said(each) for at, each in enumerate(parts))
        return None

    def _of_pair(self, text: str) -> str | None:
        """«Done: …», «c5832cc13d: …», «a, b», «ready.»: where its own words are known."""
        head, colon, rest = text.partition(": ")
        if colon and (own := self._found(head)):
            return f"{own}: {self.said(rest)}"
        if ", " in rest and " " not in head and (own := self._found(rest)):
            return f"{head}: {own}"
        if (of_list := _NUMBERED.fullmatch(text)) and (own := self._found(of_list[2])):
            return f"{of_list[1]}: {own}"
        if text.endswith(".") and not text.endswith("..") and (own := self._found(text[:-1])):
            return f"{own}."
        parts = text.split(", ")
        found = [self._found(each) for each in parts] if 1 < len(parts) <= 6 else []
        return ", ".join(each for each in found if each) if found and all(found) else None


def _is_long(hole: str) -> bool:
    return hole.count(" ") >= _SEVERAL and hole[:1] not in _QUOTES


def _are_holes(holes: Mapping[str, str], longest: str, *, is_known: bool) -> bool:
    """Not what only looks like it: no hole goes on over the end of a sentence, and where there is
    little of our own words, two in a hole are short. Pieces of ours may, which are known as
    such."""
    most = _LONGEST if len(longest) > _SHORT else _SHORT_HOLE
    return not any(
        (len(each) > most and each.count(" ") == 1 and each[:1] not in _QUOTES)
        or _BREAKS.search(each)
        or _SENTENCES.search(each)
        for each in holes.values()
        if not (is_known and _IS_PIECE.match(each) and not _ENDS.search(each, 1))
    )


def _own_words(source: str) -> str:
    """The longest that stand between its holes: looked for first."""
    return max(_HOLE.split(source)[::2], key=len)


def _has_glued(source: str) -> bool:
    return _GLUED.search(source) is not None


def _as_pattern(source: str) -> str:
    return "".join(
        ".+?" if at % 2 else re.escape(part) for at, part in enumerate(_HOLE.split(source))
    )


@lru_cache(_KEPT)
def _pattern(source: str, pieces: str) -> re.Pattern[str]:
    """How a text is known that was made of it. Made when it is first needed: there are many. A hole
    that follows another at once, or a word, may be empty: it is one of `pieces` or not there."""
    pattern, seen = "", set()
    parts = _HOLE.split(source)
    for at, part in enumerate(parts):
        before = parts[at - 1]
        if at % 2 == 0:
            pattern += re.escape(part)
        elif part in seen:
            pattern += f"(?P=h{part})"
        else:
            seen.add(part)
            more = "" if at > 1 and not before else ".+?"
            is_glued = not more or before[-1:].isalpha()
            each = "|".join(filter(None, (pieces, more)))
            pattern += f"(?P<h{part}>|{each})" if is_glued else f"(?P<h{part}>.+?)"
    return re.compile(pattern, re.DOTALL)


def _german(figure: str) -> str:
    return figure.translate(str.maketrans(",.", ".,"))


def _part(text: str) -> str | None:
    match = _OF.fullmatch(text)
    return match and f"{_german(match[1])} von {_german(match[2])}"


def _figure(text: str) -> str | None:
    """Numbers, money, times and days as they are written there; None: it is something else."""
    if match := _FIGURE.fullmatch(text):
        number = _german(match["whole"] + (match["rest"] or ""))
        unit = " $" if match["money"] else match["unit"]
        return f"{match['mark']}{number}{unit}{match['more']}"
    if match := _WITH_ANOTHER.fullmatch(text):
        first, second = _figure(match[1]), _figure(match[2]) if match[2] else ""
        if first and second is not None:
            return f"{first} ({second})" if second else f"{first} …"
    if _ARROW in text:
        sides = [_figure(each) or "" for each in text.split(_ARROW)]
        return _ARROW.join(sides) if all(sides) else None
    return _time(text)


def _time(text: str) -> str | None:
    if match := _MOMENT.fullmatch(text):
        part = f",{match[5]}" if match[5] else ""
        return f"{match[3]}.{match[2]}.{match[1]}{match[4] or ''}{part}"
    if match := _WEEKDAY.fullmatch(text):
        return f"{_WEEKDAYS[match[1]]} {match[2]}.{match[3] or ''}"
    match = _DAY.fullmatch(text)
    if match and match[2] in _MONTHS:
        return f"{match[1]}. {_MONTHS[match[2]]}{match[3] or ''}{match[4] or ''}"
    return None
