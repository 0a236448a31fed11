"""A command line as programs and shells of Windows take it apart."""

from __future__ import annotations

_OF_POWERSHELL = set("$`;,(){}@#&|<>'")


def as_windows_reads(line: str) -> list[str]:
    """Arguments as a program's C library takes its command line apart."""
    args, at = [], 0
    while at < len(line):
        word, in_quotes = "", False
        while at < len(line) and (in_quotes or line[at] != " "):
            slashes = len(line) - at - len(line[at:].lstrip("\\"))
            after = line[at + slashes : at + slashes + 1]
            word += "\\" * (slashes // 2 if after == '"' else slashes)
            at += slashes
            if after == '"':
                if slashes % 2:
                    word += '"'
                else:
                    in_quotes = not in_quotes
                at += 1
            elif not slashes:
                word += after
                at += 1
        args.append(word)
        at += 1
    return args


def as_powershell_reads(line: str) -> list[str]:
    """Words of a command that has nothing but plain signs and double quotes, by its language's
    generic tokens: quotes may begin in the middle of one. Raises ValueError for what it reads
    otherwise."""
    if line[:1] in ('"', "'"):
        raise ValueError("it is a text, not a command")
    words: list[str] = []
    word, in_quotes, is_one = "", False, False
    for sign in line:
        if sign == '"':
            in_quotes, is_one = not in_quotes, True
        elif sign == " " and not in_quotes:
            if is_one or word:
                words.append(word)
            word, is_one = "", False
        elif sign in ("$`" if in_quotes else _OF_POWERSHELL):
            raise ValueError(f"it acts on {sign}")
        else:
            word += sign
    return [*words, word] if is_one or word else words
