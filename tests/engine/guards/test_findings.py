"""What is found by its name, and what of code and prose is not taken for it."""

import pytest
import re2

from llmgw_desktop.domain.guard import Finding
from llmgw_desktop.engine.guards.rules import shape_of, spans_of
from tests.redaction.samples import SAMPLES, sample

YES = {
    Finding.EMAIL: [
        "write to (ann.lee+x@mail.example.co.uk), please",
        "mailto:a@b.de",
        "<ops@example.com>",
        "é a@b.de é",
    ],
    Finding.PHONE: ["+49 30 901820-0", "call +14155552671.", "(415) 555-2671", "415-555-2671"],
    Finding.CREDIT_CARD: ["4111 1111 1111 1111", "card=5555-5555-5555-4444;", "378282246310005"],
    Finding.IBAN: ["DE89 3704 0044 0532 0130 00 IS MINE", "GB29NWBK60161331926819."],
    Finding.IP_ADDRESS: [
        "at 10.1.2.3:8080",
        "203.0.113.9.",
        "[2001:db8::8a2e:370:7334]",
        "fe80::1",
    ],
    Finding.SSN: ["SSN 123-45-6789."],
    Finding.SECRET: [
        "key sk-ant-api03-abcdefghijklmnop",
        "AKIAIOSFODNN7EXAMPLE",
        "postgres://joe:hunter22@db.internal/shop",
        "é password: 'correct horse 7' é",
        "Authorization: Basic am9lOmh1bnRlcjIy",
        f"mail {sample(SAMPLES['SendGrid key'])} é",
    ],
}
NO = {
    Finding.EMAIL: ["icon@2x.png", "git@github.com:a/b.git", "@app.route", "a@b", "x @ y.com"],
    Finding.PHONE: ["i += 1234567890", "1+12345678901", "2024-01-15T10:00:00", "v1.415-555", "+1"],
    Finding.CREDIT_CARD: [
        "4111 1111 1111 1112",
        "1732266000123",
        "0.4111111111111111",
        "id_4111111111111111",
        "0000000000000000",
    ],
    Finding.IBAN: ["DE88 3704 0044 0532 0130 00", "XX89370400440532013000", "AB12CONSTANTNAME1234"],
    Finding.IP_ADDRESS: [
        "127.0.0.1",
        "1.2.3.4.5",
        "999.1.1.1",
        "std::vector<face::bad>",
        "12:34:56",
        "::1",
        "aa:bb:cc:dd:ee:ff",
        "v1.2.3.4",
    ],
    Finding.SSN: ["000-12-3456", "123-45-67890", "2024-01-1234", "9-123-45-6789", "900-12-3456"],
    Finding.SECRET: ["risk-assessment-of-everything", "sk-", "AKIA", "password = get_password()"],
}


@pytest.mark.parametrize("finding", Finding)
def test_each_is_told_from_what_looks_like_it(finding: Finding) -> None:
    spans, shape = spans_of(finding), re2.compile(shape_of(finding))
    for text in YES[finding]:
        raw = text.encode()
        found = [raw[start:end].decode() for start, end in spans(raw)]
        assert len(found) == 1, text
        assert found[0] in text
        assert shape.search(raw), text
    assert {text: [*spans(text.encode())] for text in NO[finding] if [*spans(text.encode())]} == {}


def test_an_iban_ends_where_its_country_says() -> None:
    (span,) = spans_of(Finding.IBAN)(b"DE89 3704 0044 0532 0130 00 IS MINE")
    assert span == (0, 27)
