"""From an agent's question to a phone's screen, and from its second touch back to the agent:
`python -m tests.bench.bench_pocket`. Real Chromium, a phone's screen and touch, TLS on loopback.
"""

from __future__ import annotations

import asyncio
import base64
import os
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.e2e.web_view.test_pocket_in_chromium import pairs, shown
from tests.engine.conftest import House
from tests.support.chromium import Browser, chromium, person
from tests.support.consent_house import until
from tests.support.pocket_scene import pocket_house
from tests.support.web_view import asks

TIMES = 12
_ANSWER = "button[value=once]"


async def measured(house: House, phone: Browser) -> tuple[list[float], list[float]]:
    there, back = [], []
    await pairs(house, phone)
    for number in range(TIMES):
        began = time.time()
        question, answers = await asks(house, f"echo {number}-of-all")
        await shown(phone, f"document.body.innerText.includes('{number}-of-all')")
        there.append(time.time() - began)
        await phone.tap(f'a[href="/questions/{question.id}"]')
        await shown(phone, f"!!document.querySelector('{_ANSWER}')")
        await phone.tap(_ANSWER)
        await shown(phone, f"!document.querySelector('{_ANSWER}').disabled")
        began = time.time()
        await phone.tap(_ANSWER)
        await until(lambda answers=answers: bool(answers))
        back.append(time.time() - began)
        await phone.until("Questions", "Nothing waits for you.")
    return sorted(there), sorted(back)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with pocket_house(Path(folder) / "home") as house:
            door = house.container.places.data_folder / "pocket" / "door.pem"
            key = x509.load_pem_x509_certificate(door.read_bytes()).public_key()
            told = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            pin = base64.b64encode(sha256(told).digest()).decode()
            flag = f"--ignore-certificate-errors-spki-list={pin}"
            with chromium(Path(folder) / "chromium", flag) as port:
                async with person(port) as phone:
                    await phone.phone()
                    found = await measured(house, phone)
    for name, took in zip(("to the phone", "back"), found, strict=True):
        middle, slow = took[len(took) // 2], took[int(len(took) * 0.95)]
        print(f"{name}: {middle * 1000:.0f} ms, p95 {slow * 1000:.0f} ms of {len(took)}")
    print(f"load {os.getloadavg()[0]:.0f}")


if __name__ == "__main__":
    asyncio.run(main())
