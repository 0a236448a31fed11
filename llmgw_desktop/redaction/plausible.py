"""Whether a value that stands where a secret would stand is one, or a word, a name or a blank form.

Code and prose are full of `password = get_password()`, `"token": null` and `api_key: YOUR_KEY`.
"""

import math
import re
from collections import Counter

_STOP_WORDS = frozenset(
    b"""password passwd passwort passphrase passcode pwd pass secret secrets token tokens key keys
    apikey credential credentials string str text number integer int float boolean bool object array
    bytes list dict map null none nil undefined true false yes no required optional hidden redacted
    masked removed unknown empty default example sample dummy placeholder value name user username
    admin root hostname localhost test testing changeme change_me xxx todo tbd any auto prompt stdin
    basic bearer digest negotiate oauth oauth2 header query cookie env file keyring vault system
    authentication authorization scheme invalid expired missing wrong incorrect expected
    """.split()
)
_FORM_WORDS = re.compile(
    rb"(?i)your|example|placeholder|redact|removed|dummy|change[_\- ]?me|insert|replace[_\- ]|"
    rb"(?:^|[_\-<])my[_\-]|xxxx|\*\*\*|\.\.\.|\xe2\x80\xa6|0{8}|1234567890abc|"
    rb"not[_\- ]?a[_\- ]?real|fake|(?:^|_)todo"
)
_BEGINS_CODE = re.compile(
    rb"[$<{\[(%#&*@,;)\]} =|]|(?:process\.env|os\.|env[.\[(:]|self\.|this\.|config[.\[]|settings\.|"
    rb"args\.|options?\.|secrets\.|vault:|ref\+|!|f?[\"'])"
)
_NAME_ALONE = re.compile(rb"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*|[a-z]+(?:[_.\-][a-z]+)*\d?")
"""The name of a variable, or words."""
_WORDS = re.compile(
    rb"(?i)[a-z]{1,20}+(?:\d{1,4}+[a-z]{0,12}+)?+"
    rb"(?:[_.\-/:@\[\]()]++[a-z]{0,20}+(?:\d{1,4}+[a-z]{0,12}+)?+)++"
)
"""Joined by signs, with numbers in them."""
_WORD_IN_NAME = re.compile(rb"[A-Z][a-z]{2,}|[a-z]{4,}")
_CAN_BE_SAID = re.compile(rb"(?i)[bcdfghjklmnpqrstvwxz][aeiouy]|[aeiou][bcdfghjklmnpqrstvwxz]")
"""Letters by chance are seldom a word, though they may look like one."""
_NAMES_A_SECRET = re.compile(rb"(?i)passw|secret|token|_key|credential")
_CAMEL = re.compile(rb"[A-Za-z][a-z]{2,}(?:[A-Z][a-z]{2,})+(?:\.[A-Za-z]+)*")
_ATTRIBUTE = re.compile(rb"[A-Za-z_]\w*(?:(?:\.|->|::|\?\.)[A-Za-z_]\w*)+")
_PATH = re.compile(rb"(?:\.{0,2}/|~|[A-Za-z]:[\\/])")
_PROSE = re.compile(
    rb"(?i)\b(?:at|your|the|must|enter|please|least|is|are|was|a|an|of|to|for|with|wrong|invalid|new|"
    rb"forgot|forgotten|required|reset|change|confirm|and|or|not|no|characters?|letters|digits|your)\b"
)
_DATE = re.compile(rb"\d{1,4}[\-/.:]\d{1,2}[\-/.:T]\d{1,4}[0-9TZ:.+\-/ ]*")
_DIGIT = re.compile(rb"\d")
_FEW_LETTERS = 2


def bits_per_letter(value: bytes) -> float:
    """Shannon's entropy."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values()) if total else 0.0


def is_form(value: bytes) -> bool:
    """Something is to be put in here, or is put in by a program."""
    return (
        value.lower().strip(b" .:;,!?") in _STOP_WORDS
        or len(set(value.lower())) <= _FEW_LETTERS
        or _BEGINS_CODE.match(value) is not None
        or _FORM_WORDS.search(value) is not None
    )


def is_password(value: bytes, *, is_quoted: bool) -> bool:
    """Of what is named a password. In quotes it may be any word; else there is prose."""
    if is_form(value):
        return False
    if is_quoted:
        return b" " not in value or _is_passphrase(value)
    if _PATH.match(value) or _ATTRIBUTE.fullmatch(value) or _CAMEL.fullmatch(value):
        return False
    if _NAMES_A_SECRET.search(value):
        return False
    has_digit = _DIGIT.search(value) is not None
    has_sign = re.search(rb"[^A-Za-z0-9._\-:/\x80-\xff]", value) is not None
    return has_digit or (has_sign and len(value) >= 8)


def is_key(value: bytes, least: int = 8) -> bool:
    """Of what is named a key or a token: letters and digits as by chance."""
    if b" " in value:
        return any(is_key(part, 16) for part in value.split())
    if len(value) < least or not _is_mixed(value):
        return False
    if is_form(value) or _is_told_by_shape(value):
        return False
    bits = bits_per_letter(value)
    if _DIGIT.search(value) is None:
        return bits >= 3.9
    if value.isdigit():
        return len(value) >= 24
    return bits >= (2.5 if len(value) < 16 else 3.0)


def _is_mixed(value: bytes) -> bool:
    """Of more than one kind of letters."""
    is_of_both = value != value.lower() and value != value.upper()
    return _DIGIT.search(value) is not None or (is_of_both and len(value) >= 20)


def is_words(value: bytes) -> bool:
    """Small letters in words, with some numbers: `sk-ecdsa-sha2-nistp256`."""
    return value == value.lower() and _WORDS.fullmatch(value) is not None


def is_bearer(value: bytes) -> bool:
    """Of what stands behind a scheme's name in prose, where any word may stand."""
    return len(value) >= 16 and is_key(value, 16)


def is_login(value: bytes) -> bool:
    """Of what stands in an address between `user:` and `@`."""
    words = {b"user", b"username", b"pw", b"password", b"pass"}
    return not is_form(value) and value.lower() not in words and not value.startswith(b":")


def _is_passphrase(value: bytes) -> bool:
    """Several words, of which none is of a sentence."""
    return (value.count(b" ") >= 3 or re.search(rb"\d", value) is not None) and not _PROSE.search(
        value
    )


def _is_told_by_shape(value: bytes) -> bool:
    """A path, a date, names joined by dots or underscores, words."""
    shapes = (_NAME_ALONE, _CAMEL, _ATTRIBUTE, _DATE, _WORDS)
    if _PATH.match(value) is not None or any(each.fullmatch(value) for each in shapes):
        return True
    words = sum(len(each) for each in _WORD_IN_NAME.findall(value) if _CAN_BE_SAID.search(each))
    return value != value.lower() and words * 5 >= len(value) * 3
