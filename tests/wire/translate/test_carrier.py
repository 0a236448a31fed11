"""Other vendors' seals in a request: seen before it goes to a vendor who would refuse them."""

from __future__ import annotations

import base64

import pytest

from llmgw_desktop.domain.model.content import Signature, Thinking, Vendor
from llmgw_desktop.wire.translate.carriers import SealOf, holds_carrier, packed, unpacked
from llmgw_desktop.wire.translate.gemini import part_contents

THOUGHT = Thinking(text="hm", signature=Signature(vendor=Vendor.ANTHROPIC, data="seal"))
SEAL = Signature(vendor=Vendor.GOOGLE, data="c2VhbA==")


@pytest.mark.parametrize("of", SealOf)
def test_a_seal_comes_back_as_it_was(of: SealOf) -> None:
    carried = unpacked(packed(SEAL, Vendor.ANTHROPIC, of), Vendor.ANTHROPIC)
    assert carried is not None
    assert (carried.signature, carried.of) == (SEAL, of)
    assert packed(SEAL, Vendor.GOOGLE, of) == SEAL.data


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        (b'{"signature": "%b"}' % packed(SEAL, Vendor.ANTHROPIC).encode(), True),
        (b'["%b"]' % base64.b64encode(packed(SEAL, Vendor.OPENAI).encode()), True),
        (
            b'{"thoughtSignature":"%b"}'
            % (part_contents.packed_thoughts([THOUGHT]) or "").encode(),
            True,
        ),
        (b'{"content":"what does llmgw1.openai mean?"}', False),
        (b'{"content":"s = \\"llmgw1.openai.call.eA\\""}', False),
        (b'{"type":"reasoning","id":"rs_01a1fe11b4593e05fc04fbe96683_0","summary":[]}', True),
        (b'{"type":"reasoning","id":"rs_68af0c3d1b2c81a0b7d9d6f0e3c2b1a0","summary":[]}', False),
        (b'{"id":"msg_01a1fe11b4593e05fc04fbe96683_1"}', False),
        (b'{"model":"m","input":"rs_"}', False),
    ],
)
def test_a_body_with_what_no_vendor_takes_is_known(body: bytes, holds: bool) -> None:
    assert holds_carrier(body) is holds
