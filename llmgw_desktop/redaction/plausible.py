"""Whether a value can be a secret at all, or is a form: a reference that a program fills, a
placeholder for a person, a mask, the name of something that a vendor gives out.

The whole value decides: `$VAR` is a reference, `$ecret!9xQ` is none; `your_password` is a
placeholder, what only has `your` in it is none.
"""

import math
import re
from collections import Counter
from functools import cache

_STOP_WORDS = frozenset(
    b"""password passwords passwd passwort passphrase passcode pwd pass secret secrets token tokens
    key keys apikey credential credentials string str text number integer int float boolean bool
    object array bytes list dict map null none nil undefined true false yes no required optional
    hidden redacted masked removed unknown empty default example sample dummy placeholder value name
    user username admin root hostname localhost test testing changeme change_me xxx todo tbd any
    auto prompt stdin basic bearer digest negotiate oauth oauth2 header query cookie env file
    keyring vault system authentication authorization scheme invalid expired missing wrong incorrect
    expected inherit external
    """.split()
)
_NAME = (
    rb"(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]*)*|_{0,2}[a-z]+(?:_[a-z0-9]+)*\d{0,2}|"
    rb"[A-Za-z][a-z]*\d?(?:[A-Z][a-z]+)+\d{0,2})"
)
"""Of a variable: capitals, small letters, or words in camel case. Not any letters by chance."""
_MEMBERS = rb"(?:(?:\.|->|::|\?\.)[A-Za-z_]\w*|\[[\w\"'$]*\])*"
_REFERENCE = re.compile(
    rb"\$\{[^{}]*\}|\$\([^()]*\)|\{\{[^{}]*\}\}|[#@%]\{[^{}]*\}|%\([^()]*\)[sdr]?|%[A-Za-z]\w*%"
    rb"|\{[^{}]*\}|<[\w .:|/\-']*>|\[[^\[\]]*\]"
)
"""Between two signs that say so."""
_VARIABLE = re.compile(
    rb"(?:\$(?:env:)?|[@%&*:#!]{1,2})"
    + _NAME
    + _MEMBERS
    + rb"|\$\d{1,2}|%[sdr]|&?\#[0-9a-fA-F]{3,8}"
)
_IN_BRACKETS = re.compile(rb"\([A-Za-z ,._\-']*\)")
"""`(hidden)`"""
_MOST_BESIDE = 3
"""Letters and digits that may stand around references: `Basic:{user}:{pw}` is still a form."""
_CODE = re.compile(
    rb"(?:process\.env|os|env|self|this|config|settings|args|options?|secrets|vault|ref\+\w+|op|"
    rb"arn|file|import\.meta)(?:\.|\[|\(|:)[\w.:\[\](){}\"'/?$\->#]*"
)
_OUT_OF_STEP = re.compile(
    rb"[\s,;)\]}=|+.:\"'](?:.*\s.*|[\s,;)\]}=|+.:\"']*[A-Za-z_$]?[\w.$]*[\s,;(\[{=|+:\]})\"'<>]*)",
    re.DOTALL,
)
"""What stands between two texts in quotes, and not in one."""
_MASK = re.compile(
    rb"(?:[A-Za-z0-9]{1,12}[_\-.]){0,4}[A-Za-z0-9]{0,6}(?:\*{3,}|\.{3,}|\xe2\x80\xa6|(?:\xe2\x80\xa2){3,})"
    rb"[A-Za-z0-9*.]{0,6}"
    rb"|(?:[A-Za-z0-9]{1,12}[_\-.]){0,4}[A-Za-z]{0,4}(?:x{4,}|X{4,}|0{8,})(?:[_\-.][xX0]+)*[A-Za-z0-9]{0,4}"
)
_ROW = re.compile(rb"(?i)(?:[a-z]{1,12}[_\-]){0,3}(?:0?1234567890(?:abc\w*)?|abcdef\w*123456\w*)")
_PLACEHOLDER = re.compile(
    rb"(?i)your|example|placeholder|redacted|removed|dummy|sample|change|insert|replace|my|fake|todo|"
    rb"enter|some|put|paste|add|foo|not"
)
_NOUN = rb"password|passwd|passwort|passphrase|pass|pwd|pw|secret|token|key|credentials?"
_GLUED = re.compile(
    rb"(?i)(?:your|example|placeholder|redacted|removed|dummy|sample|changeme|change|replace|insert|"
    rb"my|fake|me|this|with|here|the|real|api|access|client|database|db|user|name|value|string|code|"
    rb"test|" + _NOUN + rb")+\d{0,3}!?"
)
_IN_WORDS = re.compile(rb"(?i)[a-z]{1,20}\d{0,2}(?:[_\-. /:]+[a-z]{1,20}\d{0,2})*[_\-.!]*")
_NAMES_IT = re.compile(rb"(?i)(?:^|[^a-z])(?:" + _NOUN + rb"|here|value|replace|placeholder|todo)")
_LETTER = re.compile(rb"[A-Za-z0-9\x80-\xff]")
_FEW_LETTERS = 2


def is_form(value: bytes) -> bool:
    """Something is to be put in here, or is put in by a program."""
    return (
        value.lower().strip(b" .:;,!?") in _STOP_WORDS
        or len(set(value.lower())) <= _FEW_LETTERS
        or _is_reference(value)
        or _is_placeholder(value)
    )


def _is_reference(value: bytes) -> bool:
    if (
        _IN_BRACKETS.fullmatch(value)
        or _VARIABLE.fullmatch(value)
        or _CODE.fullmatch(value)
        or _OUT_OF_STEP.fullmatch(value)
    ):
        return True
    beside, references = _REFERENCE.subn(b"", value)
    return references > 0 and len(_LETTER.findall(beside)) <= _MOST_BESIDE


def _is_placeholder(value: bytes) -> bool:
    """Of words alone, that begin as one does or say what belongs there, or masked."""
    if _MASK.fullmatch(value) or _ROW.fullmatch(value):
        return True
    if not _PLACEHOLDER.search(value):
        return False
    if _GLUED.fullmatch(value):
        return True
    if not _IN_WORDS.fullmatch(value):
        return False
    first = _PLACEHOLDER.match(value)
    words = re.split(rb"[^A-Za-z]+", value.lower())
    begins = first is not None and first[0].lower() == words[0] and len(words) > 1
    return begins or (_NAMES_IT.search(value) is not None and _says_form(words))


def _says_form(words: list[bytes]) -> bool:
    return any(_PLACEHOLDER.fullmatch(each) for each in words)


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
_NAMES_A_SECRET = re.compile(rb"(?i)[\w.\-:/]*?(?:passw|secret|token|_key|credential)[\w.\-:/]*")
_CAMEL = re.compile(rb"[A-Za-z][a-z]{2,}(?:[A-Z][a-z]{2,})+(?:\.[A-Za-z]+)*")
_ATTRIBUTE = re.compile(rb"[A-Za-z_]\w*(?:(?:\.|->|::|\?\.)[A-Za-z_]\w*)+")
_PATH = re.compile(rb"(?:\.{0,2}/|~|[A-Za-z]:[\\/])")
_PROSE = re.compile(
    rb"(?i)\b(?:at|your|the|must|enter|please|least|is|are|was|a|an|of|to|for|with|wrong|invalid|new|"
    rb"forgot|forgotten|required|reset|change|confirm|and|or|not|no|characters?|letters|digits|your)\b"
)
_DATE = re.compile(rb"\d{1,4}[\-/.:]\d{1,2}[\-/.:T]\d{1,4}[0-9TZ:.+\-/ ]*")
_DIGIT = re.compile(rb"\d")


def bits_per_letter(value: bytes) -> float:
    """Shannon's entropy."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values()) if total else 0.0


def is_password(value: bytes, *, is_quoted: bool) -> bool:
    """Of what is named a password. In quotes it may be any word; else there is prose."""
    if is_form(value):
        return False
    if is_quoted:
        return b" " not in value or _is_passphrase(value)
    if _PATH.match(value) or _ATTRIBUTE.fullmatch(value) or _CAMEL.fullmatch(value):
        return False
    if _NAMES_A_SECRET.fullmatch(value):
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
    if is_form(value) or _is_told_by_shape(value.rstrip(b".,:;!?")):
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


_SHAPES = {
    r"[a-z0-9]{32}": "algolia mailjet assemblyai okta beamer kraken",
    r"[0-9a-f]{32}": (
        "datadog azure.?openai twilio auth0 fastly segment lastfm openweather(?:map)? amplitude "
        "mixpanel rollbar opsgenie cloudflare bugsnag wakatime giphy vonage nexmo honeybadger "
        "codecov trello clarifai deepai"
    ),
    r"[0-9a-f]{40}": "datadog deepgram wandb zendesk sendbird gitea mattermost pagerduty finnhub",
    r"[A-Za-z0-9]{32}": "mistral(?:ai)? yandex launchdarkly fastly azure cognitive confluent",
    r"[A-Za-z0-9]{40}": "cohere bitbucket sumologic zendesk spotify heroku cloudflare vercel",
    r"[A-Za-z0-9+/]{40}": "aws amazon s3 minio wasabi backblaze",
    r"[A-Za-z0-9+/]{86}==": "azure cosmos(?:db)? storage",
    r"[A-Za-z0-9+/]{64}": "confluent coinbase kucoin hetzner linode",
    r"[0-9a-f]{64}": "together(?:ai|\\.ai)? coinbase linode discord hetzner ethereum",
    r"[A-Za-z0-9_\-]{24}": "vercel twitch typesense finicity",
    r"[A-Za-z0-9]{20}": "fastly finnhub dropbox postmark",
    r"[a-z2-7]{52}": "azure vsts devops",
    r"[A-Za-z0-9_\-]{37,45}": "cloudflare etsy dropbox netlify",
    r"[A-Z2-7]{32}|[A-Z2-7]{16,26}": "totp otp mfa authenticator",
}
VENDORS = "|".join(sorted({name for names in _SHAPES.values() for name in names.split()}))
"""A pattern of RE2: their names."""
KEY_WORDS = r"key|token|secret|password|credential|auth|sid|pat\b|api|schl[u\xc3]"
"""Of which one stands soon behind it where a key follows."""
_IS_SECRET_NAMED = re.compile(rf"(?i){KEY_WORDS}".encode("latin-1"))


def is_vendors(before: bytes, value: bytes, is_quoted: bool) -> bool:
    """It has the shape of one of this vendor, and something says that it is a key."""
    del is_quoted
    if not _IS_SECRET_NAMED.search(before) or is_form(value):
        return False
    has_both = re.search(rb"\d", value) is not None and re.search(rb"[A-Za-z]", value) is not None
    return (
        has_both
        and bits_per_letter(value) >= 3.0
        and any(of.search(before) and shape.fullmatch(value) for of, shape in _by_vendor())
    )


@cache
def _by_vendor() -> tuple[tuple[re.Pattern[bytes], re.Pattern[bytes]], ...]:
    """Names of vendors and what their keys look like; made ready when one is first met."""
    return tuple(
        (re.compile(rb"(?i)(?:%b)" % "|".join(names.split()).encode()), re.compile(shape.encode()))
        for shape, names in _SHAPES.items()
    )
