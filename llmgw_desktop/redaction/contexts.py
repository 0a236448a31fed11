"""Secrets that are known by what stands around them: a name and a sign, a header, an address.

Each shape is RE2's. Its groups hold what may be secret; a check behind it tells that from what only
stands where one would.
"""

import re
from collections.abc import Callable

from llmgw_desktop.domain.values import value
from llmgw_desktop.redaction.nested import LOGIN_NAMES, NAMED, OPAQUE, is_opaque
from llmgw_desktop.redaction.plausible import (
    KEY_WORDS,
    VENDORS,
    is_bearer,
    is_form,
    is_key,
    is_login,
    is_password,
    is_vendors,
)

Check = Callable[[bytes, bytes, bool], bool]
"""(what stands before the value, the value, whether it is in quotes) → whether it is secret."""

_NAME_GOES_ON = (
    r"(?:[_\-]?(?:value|string|base(?:64)?|b64|hex|raw|plain|prod|dev|test|live|[0-9]{1,2}))?"
)
_NAME_CLOSES = r"[\"'`\])>]{0,3}"
_SIGN = r"(?:[ \t]{0,20}(?:=>|:=|={1,3}|::?|\?=|!=)|[ \t]{0,4}[,|]|[\"']?[ \t]{1,8}value[ \t]?=)"
_IN_QUOTES = r"\"((?:[^\"\\\n]|\\.){4,})\"|'((?:[^'\\\n]|\\.){4,})'|`([^`\\\n]{4,})`"
_BARE = r"([^\s\"'`\\,;&<>(){}\[\]|]{6,})"


@value(kw_only=False)
class Context:
    """A place where secrets stand."""

    name: str
    pattern: str
    check: Check
    clue: str
    """RE2's, and short: stands wherever the pattern fits, also where the text is written with the
    escapes of JSON."""


def _assigned(before: bytes, value: bytes, is_quoted: bool) -> bool:
    name = _SIGN_BEGINS.split(before.lower(), maxsplit=1)[0]
    if _LISTED.search(before) and not (is_quoted and re.search(rb"\d", value)):
        return False  # a name among others
    if _IS_PASSWORD.search(name):
        return is_password(value, is_quoted=is_quoted)
    return is_key(value) and not (is_opaque(name) and _UUID.fullmatch(value))


def _paired(before: bytes, value: bytes, is_quoted: bool) -> bool:
    """Of a name and its value that stand beside each other."""
    if _IS_PASSWORD.search(before.lower()):
        return is_password(value, is_quoted=is_quoted)
    return is_key(value) and not is_form(value)


def _variable(before: bytes, value: bytes, is_quoted: bool) -> bool:
    """Of a line `DB_PASSWORD=…`; what calls something with what it asks for is code."""
    if _PLAIN.fullmatch(value) or _CALL.fullmatch(value):
        return False
    return _assigned(before, value, is_quoted)


def _on_its_line(before: bytes, value: bytes, is_quoted: bool) -> bool:
    if _PLAIN.fullmatch(value) or _CALLS.match(value) or not _DIGIT.search(value):
        return False
    return _assigned(before, value, is_quoted)


_LISTED = re.compile(rb"[,|][\s\"'`bfru]*$")
_PLAIN = re.compile(rb"[^,;&<>(){}\[\]|]*")
"""Without a sign that ends a value elsewhere: what is assigned to a name says all of it."""
_CALLS = re.compile(rb"[A-Za-z_][\w.:]*[(\[{<]")
_CALL = re.compile(_CALLS.pattern + rb".*[)\]}>][,;]?")
_DIGIT = re.compile(rb"\d")
_UUID = re.compile(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_IS_PASSWORD = re.compile(LOGIN_NAMES.encode())
_SIGN_BEGINS = re.compile(rb"[\"'`\])>]*[ \t]*(?:[=:,|?!]|value)")


def _said_password(before: bytes, value: bytes, is_quoted: bool) -> bool:
    has_digit = re.search(rb"\d", value) is not None
    del before
    return is_password(value, is_quoted=False) and has_digit and (is_quoted or len(value) >= 6)


def _header(before: bytes, value: bytes, is_quoted: bool) -> bool:
    """Of `Authorization:`; after a scheme's name what is no word of prose."""
    del is_quoted
    has_scheme = re.search(rb"[:=,][\s\"'`\\]*\w[\w\-]*[ ]+$", before) is not None
    if is_key(value, 6):
        return has_scheme or b"," not in before
    is_mixed = value not in (value.lower(), value.upper(), value.capitalize())
    return has_scheme and len(value) >= 8 and is_mixed and not is_form(value)


def _alone(check: Callable[[bytes], bool]) -> Check:
    """Where the value by itself tells."""
    return lambda before, value, is_quoted: check(value)


def _cookie(value: bytes) -> bool:
    pairs = (each.partition(b"=")[2].strip() for each in value.split(b";"))
    return any(is_key(each, 16) for each in pairs)


def _option(before: bytes, value: bytes, is_quoted: bool) -> bool:
    if _IS_PASSWORD.search(before.lower()):
        return is_password(value, is_quoted=is_quoted)
    return is_key(value)


def _typed(value: bytes) -> bool:
    """A password on a command line; `-u 1000:1000` is none."""
    return not is_form(value) and not value.isdigit()


def _element(before: bytes, value: bytes, is_quoted: bool) -> bool:
    del is_quoted
    if _IS_PASSWORD.search(before.lower()):
        return is_password(value.strip(), is_quoted=True)
    return is_key(value.strip())


_LINE_ENDS = r"(?:[ \t]{0,8}\r?(?m:$)|[\"'`\\])"
_WITH_THE_FIRST = ""
"""What the first one's clue tells, too."""
_ANY_ESCAPE = r"(?:[\"'`\s\])>]|\\+[nrt\"'/]?)"

CONTEXTS: tuple[Context, ...] = (
    Context(
        "assigned to a name",
        rf"(?i:(?:{OPAQUE})?(?:{NAMED})){_NAME_GOES_ON}{_NAME_CLOSES}{_SIGN}\s{{0,20}}"
        rf"(?:[bfru]{{0,2}}(?:{_IN_QUOTES})|{_BARE})",
        _assigned,
        rf"(?i:{NAMED}){_NAME_GOES_ON}{_ANY_ESCAPE}{{0,8}}"
        rf"(?:=>|[=:]|[\"')\]] ?,|[,|]\\*[\"'`]|\?=|!=|value ?=|"
        rf",?(?:\s|\\[nrt]|\\*[\"'])*value\\*[\"']? ?:)[:=]{{0,2}}"
        rf"{_ANY_ESCAPE}{{0,12}}[,;&<({{\[|]?[^\s\"'`\\,;&<>(){{}}\[\]|]{{2}}",
    ),
    Context(
        "under a name beside it",
        rf"(?i:\b(?:name|key|variable|env)[\"']?[ \t]{{0,4}}[:=][ \t]{{0,4}}[\"']?[\w.\- ]{{0,60}}"
        rf"(?:{NAMED}){_NAME_GOES_ON}[\"']?\s{{0,4}},?\s{{0,60}}[\"']?value[\"']?[ \t]{{0,4}}:)"
        rf"[ \t]{{0,4}}(?:{_IN_QUOTES}|{_BARE})",
        _paired,
        _WITH_THE_FIRST,
    ),
    Context(
        "in a block of its own",
        rf"(?i:{NAMED}){_NAME_GOES_ON}[\"']?[ \t]?:[ \t]{{0,4}}[|>][+\-]?[ \t]{{0,4}}\r?\n"
        rf"[ \t]{{1,40}}([^\s]{{6,}}){_LINE_ENDS}",
        _paired,
        r":[ \t]{0,4}[|>][+\-]?[ \t]{0,4}(?:\r|\\r)?(?:\n|\\n)",
    ),
    Context(
        "set for programs",
        rf"\b(?:ENV|setx|set -[gxU]{{1,3}})[ \t]{{1,4}}(?i:\w{{0,60}}(?:{NAMED})){_NAME_GOES_ON}"
        rf"[ \t]{{1,4}}(?:{_IN_QUOTES}|{_BARE})",
        _paired,
        r"(?:ENV|setx|set -[gxU]{1,3})[ \t]{1,4}\w",
    ),
    Context(
        "given to a database",
        r"(?i:\b(?:identified[ ]by|password))[ ]'([^'\\\n]{4,})'",
        _said_password,
        r"(?i:(?:identified by|password) ')",
    ),
    Context(
        "in a file of variables",
        rf"(?:{NAMED.upper()})[A-Z0-9_]{{0,12}}=([^\s\"'`\\]{{6,}}){_LINE_ENDS}",
        _variable,
        _WITH_THE_FIRST,
    ),
    Context(
        "alone on its line",
        rf"(?i:{NAMED}){_NAME_GOES_ON}[ \t]{{0,4}}[:=][ \t]{{0,4}}"
        rf"([^\s\"'`\\,;&]{{5,}}[^\s\"'`\\,;&<>(){{}}\[\]|]){_LINE_ENDS}",
        _on_its_line,
        _WITH_THE_FIRST,
    ),
    Context(
        "said to be the password",
        rf"(?i:{LOGIN_NAMES})(?i:[ ](?:is|was|lautet|ist|es|:|=){{1,2}})[ ]{{0,2}}"
        rf"(?:{_IN_QUOTES}|{_BARE})",
        _said_password,
        rf"(?i:{LOGIN_NAMES} (?:is|was|lautet|ist|es))[ :=]",
    ),
    Context(
        "Authorization header",
        r"(?i:authorization)[\"'`\])]{0,3}[ \t]{0,4}[:=,][\s\"'`fbru]{0,6}"
        r"(?i:(?:bearer|basic|token|digest|api-?key|key|negotiate|ssws|splunk|bot|oauth|genie-?key|"
        r"sso-key|client-id|discogs|dpop|hoba|mutual|vapid|aws4-hmac-sha256) {1,4})?"
        r"([^\s\"'`\\,;<>{}$()\[\]]{6,}(?:, ?[A-Za-z]+=[^\s\"'`\\]{1,100}){0,6})",
        _header,
        r"(?i:authorization)(?:[\"'`\])]|\\[\"']){0,4}[ \t]{0,4}[:=,]",
    ),
    Context(
        "bearer token",
        r"(?i:\bbearer)[ :]{1,3}[\"'`]?([A-Za-z0-9._~+/\-]{16,}={0,2})",
        _alone(is_bearer),
        r"(?i:bearer)(?: |:|%20)[ :]{0,2}(?:\\?[\"'`])?[A-Za-z0-9._~+/\-]{12}",
    ),
    Context(
        "cookies",
        r"(?i:cookie)[\"'`\])]{0,3}[ \t]{0,4}[:=,][\s\"'`]{0,4}([^\r\n\"'`\\]{8,})",
        _alone(_cookie),
        r"(?i:cookie)(?:[\"'`\])]|\\[\"']){0,4}[ \t]{0,4}[:=,]",
    ),
    Context(
        "password in an address",
        r"[A-Za-z0-9]://[^\s/:@\"'`<>\\,()]{0,100}:([^\s/\"'`<>\\]{1,100})@[A-Za-z0-9\[_$%.]",
        _alone(is_login),
        r"[A-Za-z0-9]:(?:\\?/){2}[^\s/:@\"'`<>\\]{0,100}:[^\s/\"'`<>]{1,100}@",
    ),
    Context(
        "token as the user of an address",
        r"https?://([A-Za-z0-9_\-.]{20,})(?::x-oauth-basic|:)?@[A-Za-z0-9]",
        _alone(is_bearer),
        r"https?:(?:\\?/){2}[A-Za-z0-9_\-.]{20,}(?::[a-z\-]{0,20})?@",
    ),
    Context(
        "key in an address",
        r"[?&;#](?i:(?:[A-Za-z0-9_\-]{0,40}(?:token|secret|password|passwd|apikey|key|signature))|pwd|sig|auth|code|jwt)"
        r"=([^&\s\"'`\\#<>;)\],]{6,})",
        _alone(lambda value: is_key(value, 6)),
        r"(?:[?&;#]|\\u0026)(?i:(?:[A-Za-z0-9_\-]{0,40}(?:token|secret|password|passwd|apikey|key|signature))|pwd|sig|auth|code|jwt)=",
    ),
    Context(
        "given to a program",
        rf"(?:^|[\s\"'`(=])--?(?i:[a-z0-9\-]{{0,40}}(?:{NAMED}))[ \t]{{1,3}}"
        rf"(?:{_IN_QUOTES}|{_BARE})",
        _option,
        rf"-(?i:{NAMED}|[a-z0-9\-]{{0,40}}(?:{NAMED}))[ \t]",
    ),
    Context(
        "given to curl",
        r"(?:-u|--user|--proxy-user)[ =]{0,2}[\"']?[^\s:\"'`\\$]{1,100}:([^\s\"'`\\$]{4,})",
        _alone(_typed),
        r"(?:-u|--user|--proxy-user)(?: |=|\\?[\"']){0,3}[^\s:\"'`\\$]{1,100}:[^\s\"'`\\$]{4}",
    ),
    Context(
        "given to a database's program",
        r"\b(?:mysql|mysqldump|mysqladmin|mariadb|sshpass)\b[^\r\n]{0,100}?[ ]-p[ ]?"
        r"[\"']?([^\s\"'`\\$\-]{4,})",
        _alone(_typed),
        r"(?:mysql|mysqldump|mysqladmin|mariadb|sshpass)\b[^\r\n]{0,100} -p",
    ),
    Context(
        "in a .netrc",
        r"\blogin\s{1,8}[^\s]{1,100}\s{1,8}password\s{1,8}([^\s\"'\\]{3,})",
        _alone(_typed),
        r"login(?:\s|\\[nt]){1,8}[^\s]{1,100}(?:\s|\\[nt]){1,8}password",
    ),
    Context(
        "in an element",
        rf"<[A-Za-z0-9_.:\-]*(?i:{NAMED})[^<>]*>([^<>]{{4,}})</",
        _element,
        rf"<\\*/[A-Za-z0-9_.:\-]*(?i:{NAMED})",
    ),
    Context(
        "sign-in of a registry",
        r"(?:\"auth\"[ \t]?:[ \t]?\"|_auth(?:Token)?[ \t]?=[ \t]?\"?)([A-Za-z0-9+/_\-]{12,}={0,2})",
        _alone(lambda value: is_key(value, 6)),
        r"(?:\\?\"auth\\?\"[ \t]?:|_auth(?:Token)?[ \t]?=)",
    ),
    Context(
        "beside the name of its vendor",
        rf"\b(?i:{VENDORS})(?i:[\w \t.:=>\"'`()\[\],\-]{{0,40}}?)([A-Za-z0-9+/=_\-]{{20,120}})",
        is_vendors,
        rf"(?:\b|\\[nrt])(?i:{VENDORS})[\w \t.:\-]{{0,12}}?(?i:{KEY_WORDS})",
    ),
    Context(
        "in capitals and assigned",
        rf"\b[A-Z][A-Z0-9_]{{1,60}}_(?:KEY|PAT|PASS|PW|SALT|DSN|CREDS?)[ \t]?=[ \t]?"
        rf"(?:{_IN_QUOTES}|{_BARE})",
        _alone(lambda value: is_key(value, 12)),
        r"_(?:KEY|PAT|PASS|PW|SALT|DSN|CREDS?)[ \t]?=",
    ),
)
