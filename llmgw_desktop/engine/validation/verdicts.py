"""An answer's verdict, read as structure: JSON where it came so, else what stands under headings.

What cannot be read is unclear, and unclear is never agreement. Every line is looked at once.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.validation import SeatAnswer, SeatState, Stance, Verdict
from llmgw_desktop.engine.compression.blocks import fence_after


def json_in(text: str) -> tuple[Mapping[str, Any] | None, bool]:
    """The one piece of JSON with a verdict, and whether it is the whole answer."""
    whole = text.strip()
    is_all = whole.startswith("{")
    found = []
    for block in [whole] if is_all else _json_blocks(text):
        try:
            told = json.loads(block, object_pairs_hook=_object)
        except (ValueError, RecursionError):
            continue
        if isinstance(told, dict) and "verdict" in told:
            found.append(told)
    return (found[0] if len(found) == 1 else None), is_all


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands there twice nobody knows which is meant. Raises ValueError."""
    told = dict(members)
    if len(told) < len(members):
        raise ValueError("a name stands there twice")
    return told


def _json_blocks(text: str) -> list[str]:
    """Those within another block are what is shown there."""
    blocks: list[str] = []
    inside: list[str] | None = None
    fence = ""
    for line in text.splitlines():
        before, fence = fence, fence_after(line, fence)
        if not before and fence:
            inside = [] if line.strip().removeprefix(fence) == "json" else None
        elif before and not fence:
            if inside is not None:
                blocks.append("\n".join(inside))
            inside = None
        elif inside is not None:
            inside.append(line)
    return blocks


LONGEST_READ = 200_000
"""Characters of an answer that are looked at: its beginning and its end."""
_LONGEST_LINE = 2_000
_SAID, _RATIONALE, _RISK, _MOST_RISKS = 240, 1_800, 300, 5
_WORDS = {
    Stance.AGREE: "pass passed passes agree agreed agrees approve approved approves accept"
    " accepted lgtm correct valid true yes supported sound",
    Stance.DISAGREE: "fail failed fails disagree disagreed disagrees reject rejected rejects"
    " incorrect invalid false no unsupported unsound wrong",
    Stance.MIXED: "mixed partial partially partly conditional conditionally",
    Stance.UNCLEAR: "unclear unsure uncertain unknown undecided inconclusive cannot",
}
_STANCE = {word: stance for stance, words in _WORDS.items() for word in words.split()}
_STANDALONE = frozenset({"pass", "passed", "fail", "failed", "agree", "disagree"})
"""Words that alone on a line are a verdict, also without a heading."""
_NEGATIONS = frozenset({"not", "never", "don't", "doesn't", "cannot", "can't", "isn't"})
_CONDITIONS = frozenset(
    {"if", "unless", "provided", "once", "conditional", "conditions", "except", "but", "until"}
)
"""Words behind an agreement that make it a conditional one."""
_CONTRARY = re.compile(r"\b(?:FAIL|FAILED|DISAGREE|REJECT|REJECTED)\b")
_REACH = 3
"""Words behind a negation that it turns round."""
_WORD = re.compile(r"[a-z][a-z'’]*", re.IGNORECASE)
_DRESS = " \t#*_`>~|-–—•·:.()[]0123456789"
_HEADS = {
    "verdict": "verdict",
    "overall verdict": "verdict",
    "final verdict": "verdict",
    "rationale": "rationale",
    "reasoning": "rationale",
    "why": "rationale",
    "risks": "risks",
    "risk": "risks",
    "concerns": "risks",
    "findings": "risks",
    "suggested next step": "next",
    "suggested next steps": "next",
    "next step": "next",
    "next steps": "next",
}
_ANY_HEAD = re.compile(r"^\s{0,3}#{1,6}\s|^\s{0,3}\*\*[^*]{1,60}\*\*:?\s*$")
_RISK_LINE = re.compile(r"^(?:risk|concern|caution|limitation)s?\b", re.IGNORECASE)
_NO_RISK = re.compile(
    r"none|nothing|n/?a|nil"
    r"|(?:none|nothing)(?: \w+)? (?:worth|found|known|noted|identified|seen|apparent|visible)"
    r"(?: \w+){0,3}|none (?:that|which) (?:i|we|are|is) \w+(?: \w+){0,2}"
    r"|(?:none|nothing) of (?:any )?(?:note|concern|significance|importance|weight)"
    r"|no(?: \w+){0,2} (?:risk|concern|issue|problem|caution|limitation|finding)s?(?: \w+){0,3}"
)
"""Said of all risks, in whatever words; «No way back» is one."""
_ECHO = 20
"""A line of so many characters that stands in what was asked is no word of who answers."""


def verdict_of(answer: SeatAnswer, *, is_plain: bool = False, asked: str = "") -> Verdict:
    """`is_plain`: no verdict was asked for. `asked`: the words it answers to."""
    if answer.is_live:
        return Verdict(stance=Stance.PENDING)
    if not answer.has_answered:
        stance = Stance.UNCLEAR if answer.state is SeatState.COMPLETED else Stance.NOT_RUN
        return Verdict(stance=stance)
    if is_plain:
        return Verdict(stance=Stance.ANSWERED, said="answered", rationale=answer.text[:_RATIONALE])
    return read_verdict(answer.text, asked)


def read_verdict(text: str, asked: str = "") -> Verdict:
    """Of an answer that was asked for a verdict. What it only says after us is not read."""
    text = _bounded(text)
    told, is_all = json_in(text)
    if told is not None and is_all:
        return _structured(told)
    lines = _own(_lines(text), asked)
    sections = _sections(lines)
    said = [line for line in sections.get("verdict", []) if line]
    stance, words = _of_verdicts(said) if said else _of_standalone(lines)
    if told is not None:
        return _of_one_mind(_structured(told), stance if words else None)
    rationale = "\n".join(sections.get("rationale", [])).strip() or _first_prose(lines)
    return Verdict(
        stance=stance,
        said=words[:_SAID],
        rationale=rationale[:_RATIONALE],
        risks=_risks(sections.get("risks", []) or _risk_lines(lines)),
        next_step=" ".join(sections.get("next", [])).strip()[:_RATIONALE],
    )


def _of_one_mind(verdict: Verdict, said: Stance | None) -> Verdict:
    """A block within an answer may be what its writer quotes: his own words must say the same."""
    return verdict if said in (None, verdict.stance) else replace(verdict, stance=Stance.UNCLEAR)


def stance_of(words: str) -> Stance:
    """Of a verdict's own words. Those of both sides, as in `PASS or FAIL`, are unclear."""
    found: set[Stance] = set()
    negated_at = -_REACH - 1
    for number, match in enumerate(_WORD.finditer(words[:_LONGEST_LINE])):
        word = match.group().lower().replace("’", "'")
        if word in _NEGATIONS:
            negated_at = number
        stance = _STANCE.get(word)
        if stance is None or (word == "no" and found):
            continue
        if number - negated_at <= _REACH and word not in _NEGATIONS:
            # Not a pass is a refusal; not a failure is no agreement yet.
            stance = Stance.DISAGREE if stance is Stance.AGREE else Stance.UNCLEAR
        found.add(stance)
    return found.pop() if len(found) == 1 else Stance.UNCLEAR


def _of_verdicts(said: Sequence[str]) -> tuple[Stance, str]:
    """Where there are several verdicts they must be one."""
    clear = {_stance_of_line(line) for line in said} - {Stance.UNCLEAR}
    first = _stance_of_line(said[0])
    is_one = len(clear) == 1 and first in clear
    return (first if is_one else Stance.UNCLEAR), said[0]


def _of_standalone(lines: Sequence[str]) -> tuple[Stance, str]:
    """`PASS` alone on a line."""
    found = {line.strip(_DRESS).lower(): line.strip() for line in lines}
    words = {word: line for word, line in found.items() if word in _STANDALONE}
    stances = {_STANCE[word] for word in words}
    if len(stances) != 1:
        return Stance.UNCLEAR, ""
    return stances.pop(), next(iter(words.values()))


def _stance_of_line(line: str) -> Stance:
    """Its first words decide; an agreement under conditions is none, nor one that is taken back."""
    stance = stance_of(_first_clause(line))
    if stance is not Stance.AGREE:
        return stance
    if _CONTRARY.search(line[:_LONGEST_LINE]):
        return Stance.UNCLEAR
    words = {match.group().lower() for match in _WORD.finditer(line[:_LONGEST_LINE])}
    return Stance.MIXED if words & _CONDITIONS else stance


def _first_clause(line: str) -> str:
    return re.split(r"[.;,!?]|\s[-–—]+\s", line.strip(" *_`|"), maxsplit=1)[0]


def _structured(told: Mapping[str, Any]) -> Verdict:
    said = told["verdict"]
    stance = _stance_of_line(said) if isinstance(said, str) else Stance.UNCLEAR
    return Verdict(
        stance=stance,
        said=str(said)[:_SAID],
        rationale=_text(told.get("rationale"))[:_RATIONALE],
        risks=_risks(_texts(told.get("risks"))),
        next_step=_text(told.get("nextStep", told.get("next_step")))[:_RATIONALE],
        is_structured=True,
    )


def _lines(text: str) -> Iterable[str]:
    """Without code and quotations: what stands there is another's word."""
    fence = ""
    for line in text.splitlines():
        before, fence = fence, fence_after(line, fence)
        if not before and not fence and not line.lstrip().startswith(">"):
            yield line[:_LONGEST_LINE]


def _own(lines: Iterable[str], asked: str) -> list[str]:
    """Who says one long line after us quotes it; who says several says all of it after us."""
    told, given = list(lines), {each.strip() for each in asked.splitlines()} - {""}
    echoed = {line for each in told if (line := each.strip()) in given}
    is_echo = sum(len(each) >= _ECHO for each in echoed) > 1
    gone = {each for each in echoed if is_echo or len(each) >= _ECHO}
    return [line for line in told if line.strip() not in gone]


def _sections(lines: Sequence[str]) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        head, rest = _head(line)
        if head:
            current = sections.setdefault(head, [])
            if rest:
                current.append(rest)
            if head == "verdict" and rest:
                current = None
        elif _ANY_HEAD.match(line) and current:
            current = None
        elif current is not None and line.strip():
            current.append(line.strip())
            if current is sections.get("verdict"):
                current = None
    return sections


def _head(line: str) -> tuple[str, str]:
    """A heading of ours however it is dressed, and what follows on its line."""
    bare = line.lstrip(_DRESS)
    name, mark, rest = bare.partition(":")
    if not mark:
        name, mark, rest = _parted(bare)
    head = _HEADS.get(name.strip(_DRESS).lower(), "") if len(name) <= 60 else ""
    return head, rest.strip().strip("*_`|").strip() if head else ""


def _parted(bare: str) -> tuple[str, str, str]:
    for mark in (" — ", " – ", " - ", "|"):
        if mark in bare[:60]:
            return bare.partition(mark)
    return bare, "", ""


def _risks(lines: Iterable[str]) -> tuple[str, ...]:
    bare = [line.strip().lstrip("-*•0123456789.) \t").strip() for line in lines]
    told = [line for line in bare if line and not _NO_RISK.fullmatch(line.strip(".*! ").lower())]
    return tuple(line[:_RISK] for line in told[:_MOST_RISKS])


def _risk_lines(lines: Iterable[str]) -> list[str]:
    bare = (line.strip().lstrip("-*• \t") for line in lines)
    return [line for line in bare if _RISK_LINE.match(line)]


def _first_prose(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines if line.strip() and not _ANY_HEAD.match(line)).strip()


def _bounded(text: str) -> str:
    if len(text) <= LONGEST_READ:
        return text
    half = LONGEST_READ // 2
    return f"{text[:half]}\n{text[-half:]}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return value.splitlines()
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
