"""What answers share, say alone, and contradict: computed here, by overlap of their words.

The order of the answers changes nothing but their numbers, and hostile texts cost no more than the
caps allow: each claim is measured against MOST_CANDIDATES others at most.
"""

import math
from collections import Counter
from collections.abc import Sequence

from llmgw_desktop.domain.validation import Claim, Comparison, Contradiction
from llmgw_desktop.engine.validation.claims import (
    LONGEST_CLAIM,
    MOST_CLAIMS,
    MOST_TEXT,
    ClaimText,
    pieces_of,
)

SAME = 0.6
"""Words in common, of all words of both, from which on two claims say the same."""
MOST_CANDIDATES = 48
MOST_CONTRADICTIONS = 200
LONGEST_SHOWN = 300


class _Group:
    """Claims that say the same; the first stands for all."""

    def __init__(self, piece: ClaimText, rarest: Sequence[str]) -> None:
        self.piece = piece
        self.rarest = rarest
        self.holders: set[int] = set()


class _Groups:
    """Finds the groups that a claim could belong to by its rarest words: two claims that are
    alike enough have at least one of those in common."""

    def __init__(self, counts: Counter[str]) -> None:
        self.all: list[_Group] = []
        self.contradictions: dict[tuple[int, int], str] = {}
        self.was_cut = False
        ranked = sorted(counts, key=lambda word: (counts[word], word))
        self._rank = {word: number for number, word in enumerate(ranked)}
        self._by_key: dict[tuple[object, ...], int] = {}
        self._by_word: dict[str, list[int]] = {}

    def add(self, piece: ClaimText, holder: int) -> None:
        key = piece.key
        number = self._by_key.get(key)
        if number is None:
            rarest = self._rarest(piece)
            number = self._alike(piece, rarest)
            if number is None:
                number = self._begin(piece, rarest)
            self._by_key[key] = number
        self.all[number].holders.add(holder)

    def _begin(self, piece: ClaimText, rarest: Sequence[str]) -> int:
        number = len(self.all)
        self.all.append(_Group(piece, rarest))
        for word in rarest:
            self._by_word.setdefault(word, []).append(number)
        return number

    def _alike(self, piece: ClaimText, rarest: Sequence[str]) -> int | None:
        """The group that is most alike and does not contradict."""
        best, found = 0.0, None
        for number in self._candidates(rarest):
            other = self.all[number].piece
            overlap = _overlap(piece, other)
            if overlap >= SAME and overlap > best and not contradicts(piece, other):
                best, found = overlap, number
        return found

    def find_contradictions(self) -> None:
        for number, group in enumerate(self.all):
            for other_number in self._candidates(group.rarest):
                if other_number >= number:
                    continue
                other = self.all[other_number]
                if len(group.holders | other.holders) == 1:
                    continue
                why = contradicts(group.piece, other.piece)
                if why and _overlap(group.piece, other.piece) >= SAME:
                    self.contradictions[other_number, number] = why

    def _candidates(self, rarest: Sequence[str]) -> list[int]:
        seen: dict[int, None] = {}
        for word in rarest:
            for number in self._by_word.get(word, ()):
                seen.setdefault(number)
                if len(seen) == MOST_CANDIDATES:
                    self.was_cut = True
                    return list(seen)
        return list(seen)

    def _rarest(self, piece: ClaimText) -> list[str]:
        """So many that any claim alike enough has one of them, too."""
        words = sorted(piece.words, key=self._rank.__getitem__)
        return words[: len(words) - math.ceil(SAME * len(words)) + 1] if words else []


def compare(answers: Sequence[str]) -> Comparison:
    """Of two and more. Pure, and the same for the same answers."""
    cut: list[str] = []
    # In an order of their own, so that the caller's changes nothing.
    order = sorted(range(len(answers)), key=lambda number: answers[number])
    pieces: list[tuple[int, ClaimText]] = []
    for number in order:
        found, is_whole = pieces_of(answers[number])
        pieces += [(number, piece) for piece in found]
        if not is_whole:
            cut.append(
                f"Of a long answer the first {MOST_TEXT:,} characters and {MOST_CLAIMS} claims"
                f" were compared, and of a claim {LONGEST_CLAIM:,} characters."
            )
    groups = _Groups(Counter(word for _, piece in pieces for word in piece.words))
    for holder, piece in pieces:
        groups.add(piece, holder)
    groups.find_contradictions()
    if groups.was_cut:
        cut.append(
            f"Many claims use the same words: each was measured against {MOST_CANDIDATES} others"
            " at most."
        )
    pairs = sorted(groups.contradictions.items())
    if len(pairs) > MOST_CONTRADICTIONS:
        cut.append(f"Of {len(pairs)} contradictions {MOST_CONTRADICTIONS} are told.")
    return Comparison(
        answers=len(answers),
        claims=tuple(
            Claim(
                id=number,
                text=group.piece.text,
                holders=tuple(sorted(group.holders)),
                share=_share(len(group.holders), len(answers)),
                is_block=group.piece.is_block,
            )
            for number, group in enumerate(groups.all)
        ),
        contradictions=tuple(
            Contradiction(one=one, other=other, why=why)
            for (one, other), why in pairs[:MOST_CONTRADICTIONS]
        ),
        limitations=tuple(dict.fromkeys(cut)),
    )


def contradicts(one: ClaimText, other: ClaimText) -> str:
    """Why two claims about the same cannot both be so; empty if they can."""
    if one.is_block or other.is_block:
        return ""
    if one.is_negated != other.is_negated:
        return "negation"
    if one.numbers and other.numbers and one.numbers != other.numbers:
        return "numbers"
    return ""


def as_table(comparison: Comparison, names: Sequence[str], most_rows: int | None = None) -> str:
    """In Markdown: a row a claim, a column an answer; `✗` marks who holds the contrary. What is
    contradicted comes first, then what most say; below `most_rows` stands how many are left out."""
    against: dict[int, set[int]] = {}
    for each in comparison.contradictions:
        for one, other in ((each.one, each.other), (each.other, each.one)):
            against.setdefault(one, set()).update(comparison.claims[other].holders)
    rows = [f"| claim | {' | '.join(map(_cell, names))} |", "|---" * (len(names) + 1) + "|"]
    order = sorted(
        comparison.claims,
        key=lambda claim: (claim.id not in against, -len(claim.holders), claim.id),
    )
    for claim in order[:most_rows]:
        marks = [
            "✓" if number in claim.holders else "✗" if number in against.get(claim.id, ()) else "–"
            for number in range(comparison.answers)
        ]
        rows.append(f"| {_cell(claim.text)} | {' | '.join(marks)} |")
    if most_rows is not None and len(order) > most_rows:
        rows.append(f"\nand {len(order) - most_rows} more.")
    return "\n".join(rows)


def _overlap(one: ClaimText, other: ClaimText) -> float:
    """Jaccard's: of all words of both, those in common."""
    common = len(one.words & other.words)
    return common / (len(one.words) + len(other.words) - common) if common else 0.0


def _share(holders: int, answers: int) -> str:
    if holders == answers:
        return "all"
    return "some" if holders > 1 else "unique"


def _cell(text: str) -> str:
    flat = " ".join(text.split()).replace("|", "\\|")
    return flat if len(flat) <= LONGEST_SHOWN else f"{flat[: LONGEST_SHOWN - 1]}…"
