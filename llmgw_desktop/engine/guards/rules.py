"""What can be looked for by its name: shapes, and checks that tell the thing from what is like it.

A shape is RE2's and finds too much; the check behind it knows check digits, and what code is full
of. Secrets are those that the recorder takes out of records: there is one list of them.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from llmgw_desktop.domain.guard import Finding, GuardAction, GuardRule, PromptRole, label_of
from llmgw_desktop.redaction.detector import secrets_in

Spans = Callable[[bytes], Iterator[tuple[int, int]]]
_Check = Callable[[bytes, int, int], int]
"""(text, from, to) → where it ends; 0 where it is none."""

_NO_DOMAINS = frozenset(
    b"png jpg jpeg gif svg webp ico js mjs ts tsx jsx css html json xml yml yaml txt pdf".split()
)
"""`icon@2x.png` and the like."""
_IBAN_LENGTHS: Mapping[bytes, int] = {
    each[:2]: int(each[2:])
    for each in (
        b"AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 "
        b"EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 "
        b"IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 "
        b"MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 TN24 "
        b"TR26 UA29 VA22 VG24 XK20"
    ).split()
}
_CARDS = re.compile(
    rb"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    rb"|(?:6011|64[4-9]\d|65\d\d|35\d\d)\d{12}|62\d{14,17}"
)
_BETWEEN = b" -."
_DATE = re.compile(rb"\(?(?:0[1-9]|[12]\d|3[01])[ ./\-](?:0[1-9]|1[0-2])[ ./\-](?:19|20)\d\d(?!\d)")
_WORD = re.compile(rb"[A-Za-z0-9_]")


def _email(text: bytes, start: int, end: int) -> int:
    name, _, domain = text[start:end].partition(b"@")
    if len(domain.rpartition(b".")[2].decode("utf-8", "replace")) < 2:
        return 0
    is_remote = name == b"git" and text[end : end + 1] == b":"
    if is_remote or domain.rpartition(b".")[2].lower() in _NO_DOMAINS:
        return 0
    return end


def _phone(text: bytes, start: int, end: int) -> int:
    if not _stands_alone(text, start, end, b".-+="):
        return 0
    said = text[start:end]
    digits = sum(48 <= each <= 57 for each in said)
    if said.lstrip(b"(")[:1] == b"0" and _DATE.match(said):
        return 0
    return end if 9 <= digits <= 15 else 0


def _card(text: bytes, start: int, end: int) -> int:
    digits = text[start:end].translate(None, b" -.")
    if not _stands_alone(text, start, end, b".-") or not _CARDS.fullmatch(digits):
        return 0
    total = 0
    for at, digit in enumerate(reversed(digits)):
        number = (digit - 48) * (1 + at % 2)
        total += number - 9 if number > 9 else number
    return end if total % 10 == 0 and len(set(digits)) > 1 else 0


def _iban(text: bytes, start: int, end: int) -> int:
    """As many signs as the country has; what is written behind it is not of it."""
    left = _IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
    for at in range(start, end):
        left -= text[at] not in _BETWEEN
        if left == 0:
            end = at + 1
            break
    else:
        return 0
    signs = text[start:end].translate(None, _BETWEEN)
    number = "".join(str(int(chr(each), 36)) for each in signs[4:] + signs[:4])
    return end if int(number) % 97 == 1 and _stands_alone(text, start, end, b"") else 0


def _ip_address(text: bytes, start: int, end: int) -> int:
    end = start + len(text[start:end].rstrip(b":."))
    try:
        address = ipaddress.ip_address(text[start:end].decode())
    except ValueError:
        return 0
    says_nothing = address.is_loopback or address.is_unspecified or address == _BROADCAST
    return end if not says_nothing and _stands_alone(text, start, end, b".-") else 0


def _ssn(text: bytes, start: int, end: int) -> int:
    between = text[start + 3 : start + 4]
    if text[start + 6 : start + 7] != between:
        return 0
    area, group, serial = text[start:end].split(between)
    is_given = area not in (b"000", b"666") and area < b"900" and group != b"00"
    alone = _stands_alone(text, start, end, b"-")
    return end if is_given and serial != b"0000" and alone else 0


_LETTERS = r"A-Za-z\x{C0}-\x{1FFF}\x{3040}-\x{D7FF}"
"""Of names and domains of most scripts, as one small class. Counted repetitions of it would make
a program so large that RE2 runs out of memory, and finds nothing."""
_ANYTHING = r"[!-~]{3}"
"""Nearly every text: the detector has a quicker look of its own, and in one set with all others its
clues would take RE2 very many states."""
_BROADCAST = ipaddress.ip_address("255.255.255.255")
_SHAPES: Mapping[Finding, tuple[str, _Check]] = {
    Finding.EMAIL: (
        rf"[0-9{_LETTERS}][0-9{_LETTERS}._%+\-]*@(?:[0-9{_LETTERS}\-]+\.)+[{_LETTERS}]+",
        _email,
    ),
    Finding.PHONE: (
        r"\+[1-9](?:[ .\-/]{0,2}\(?[0-9]\)?){7,14}"
        r"|\(?[2-9][0-9]{2}\)?[ .\-]{1,2}[2-9][0-9]{2}[.\- ]{1,2}[0-9]{4}"
        r"|\(?00?[1-9][0-9]{0,4}\)?(?:[ .\-/]{1,2}[0-9]{2,8}){1,5}",
        _phone,
    ),
    Finding.CREDIT_CARD: (r"[0-9](?:[ \-.]{0,2}[0-9]){12,18}", _card),
    Finding.IBAN: (r"[A-Za-z]{2}[0-9]{2}(?:[ \-.]{0,2}[A-Za-z0-9]){11,30}", _iban),
    Finding.IP_ADDRESS: (
        r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|(?:[23][0-9A-Fa-f]{3}|[fF](?:[cCdD][0-9A-Fa-f]|[eE][89aAbB])"
        r"[0-9A-Fa-f]):[0-9A-Fa-f:.]{1,41}",
        _ip_address,
    ),
    Finding.SSN: (r"[0-9]{3}[ .\-][0-9]{2}[ .\-][0-9]{4}", _ssn),
}


def shape_of(finding: Finding) -> str:
    """A pattern of RE2 that fits wherever one may stand."""
    if finding is Finding.SECRET:
        return _ANYTHING
    return _SHAPES[finding][0]


def spans_of(finding: Finding) -> Spans:
    """Finds them in a text of UTF-8."""
    if finding is Finding.SECRET:
        return secrets_in
    shape, check = _SHAPES[finding]
    ready = re2.compile(shape)

    def spans(text: bytes) -> Iterator[tuple[int, int]]:
        for found in ready.finditer(text):
            start, end = found.span()
            if end := check(text, start, end):
                yield start, end

    return spans


def _stands_alone(text: bytes, start: int, end: int, marks: bytes) -> bool:
    """No word goes on before or behind it, nor does a number behind one of the marks."""
    before, behind = text[max(start - 1, 0) : start], text[end : end + 2]
    if _WORD.match(before) or _WORD.match(behind):
        return False
    if before and before in marks:
        return False
    return not (behind[:1] and behind[:1] in marks and behind[1:].isdigit())


_MOST_MEMORY = 64 * 1024 * 1024
_SURE_BYTES = 2048
"""A set gets through so much in any case: its memory is far more than it can take for that."""
_IS_LOOKING = "is-this-set-looking-at-all"


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """One thing that a rule looks for."""

    rule: GuardRule
    what: str
    label: str
    shape: str
    spans: Spans


class Looker:
    """Several probes in one look."""

    def __init__(self, probes: Sequence[Probe]) -> None:
        self._probes = tuple(probes)
        self._set = _set_of(self._probes)

    def found_in(self, text: bytes) -> list[Probe]:
        """Those whose shape stands in it."""
        if self._set is not None:
            found = self._set.Match(text) or ()
            if found or self._gets_through(text):
                return [self._probes[at] for at in found]
        each = zip(self._probes, self._singly, strict=True)
        return [probe for probe, shape in each if shape.search(text)]

    @cached_property
    def _singly(self) -> list[Any]:
        return [re2.compile(probe.shape) for probe in self._probes]

    def _gets_through(self, text: bytes) -> bool:
        """Where a text is too much for the memory of a set it finds nothing, and does not say so:
        then it does not find what stands behind the text, either."""
        if len(text) < _SURE_BYTES:
            return True
        found = self._set.Match(text + _IS_LOOKING.encode())
        return len(self._probes) in (found or ())


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """One of these has to stand in the last words."""

    rule: GuardRule
    looker: Looker


class Selection:
    """The rules that hold for some requests."""

    def __init__(self, rules: Sequence[GuardRule]) -> None:
        self.rules = tuple(rules)
        probes = [probe for rule in rules for probe in _probes_of(rule)]
        self.by_role: dict[PromptRole, Looker] = {}
        for role in PromptRole:
            if mine := [probe for probe in probes if role in probe.rule.roles]:
                self.by_role[role] = Looker(mine)
        self.allowed = tuple(
            Allowed(rule, Looker([_probe(rule, "allow", each) for each in rule.allow]))
            for rule in rules
            if rule.allow
        )
        self.is_strict = any(rule.action is not GuardAction.WARN for rule in rules)

    @cached_property
    def hides(self) -> bool:
        return any(rule.action is GuardAction.MASK for rule in self.rules)


def _probes_of(rule: GuardRule) -> Iterator[Probe]:
    for finding in rule.find:
        shape, spans = shape_of(finding), spans_of(finding)
        yield Probe(rule, finding.value, label_of(finding), shape, spans=spans)
    for number, pattern in enumerate(rule.deny, 1):
        yield _probe(rule, f"pattern {number}", pattern)


def _probe(rule: GuardRule, what: str, pattern: str) -> Probe:
    ready = re2.compile(pattern)

    def spans(text: bytes) -> Iterator[tuple[int, int]]:
        for found in ready.finditer(text):
            if found.end() > found.start():
                yield found.span()

    return Probe(rule, what, label_of(rule.name), pattern, spans=spans)


def _set_of(probes: Sequence[Probe]) -> Any:
    """None where they are too much for one: it would find nothing then, and not say so."""
    options = re2.Options()
    options.max_mem, options.log_errors = _MOST_MEMORY, False
    made = re2.Set.SearchSet(options)
    try:
        for probe in probes:
            made.Add(probe.shape)
        last = made.Add(_IS_LOOKING)
        made.Compile()
    except re2.error:
        return None
    return made if last in (made.Match(_IS_LOOKING.encode()) or ()) else None
