"""The form with the operator's password, as it is shown and as it comes back."""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from urllib.parse import parse_qs

from llmgw_desktop.domain.consent import ConsentTerm
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.values import value

_MOST_FIELDS = 40


@value
class AnswerForm:
    """As it stands on a page. `problem` is what was wrong with it the last time."""

    action: str
    ticket: str
    csrf: str
    problem: str = ""


@value
class FormAnswer:
    """As it came back."""

    ticket: str
    csrf: str
    allowed: bool
    password: str
    scopes: tuple[Scope, ...]
    term: ConsentTerm


def read_form(body: bytes) -> FormAnswer:
    """Raises MalformedRequest."""
    try:
        fields = parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
        return FormAnswer(
            ticket=_one(fields, "ticket"),
            csrf=_one(fields, "csrf"),
            allowed=_one(fields, "decision") == "allow",
            password=_one(fields, "password"),
            scopes=tuple(Scope(each) for each in fields.get("scope", ())),
            term=ConsentTerm(_one(fields, "term")),
        )
    except ValueError as error:  # UnicodeDecodeError is one
        raise MalformedRequest("The form is not the one that was shown.") from error


def csrf_token(key: bytes, ticket: str, cookie: str) -> str:
    """What only a page of ours can hold, and only for the browser that has the cookie."""
    return hmac.new(key, f"{ticket}.{cookie}".encode(), sha256).hexdigest()


def _one(fields: Mapping[str, Sequence[str]], name: str) -> str:
    values = fields.get(name, ())
    if len(values) != 1:
        raise ValueError(f"{name} is not there once")
    return values[0]
