from __future__ import annotations

import asyncio
from pathlib import Path

from tests.engine.conftest import House, house  # noqa
from tests.support.chromium import chromium
from tests.support.consent_house import consent_house


async def test_try(house: House, tmp_path: Path) -> None:
    async with consent_house(house) as scene, chromium(tmp_path / "a") as c:
        for scheme in ("light", "dark", "narrow"):
            scene.password.is_set = False
            async with c.person() as browser:
                if scheme == "dark":
                    await browser.dark()
                if scheme == "narrow":
                    await browser.narrow(360, 1000)
                await browser.go(scene.authorize(client_id="client-1", state=scheme))
                q = await scene.question()
                print(await browser.until(q.words))
                await asyncio.sleep(0.5)
                await browser.picture(Path(f"/tmp/s7c_wait_{scheme}.png"))
                scene.answer(q, allowed=False)
                print(await browser.until("Denied"))
                await browser.picture(Path(f"/tmp/s7c_denied_{scheme}.png"))
                if scheme == "narrow":
                    break
                scene.password.is_set = True
                scene.oauth.names["client-2"] = "\u202egnp.exe\u0000<b>Claude</b>" + "Z" * 10000
                await browser.go(
                    scene.authorize(
                        client_id="client-2",
                        redirect_uri="https://xn--e1awd7f.com/callback",
                        scope="mcp models:use jobs:run flights:read vault:admin",
                    )
                )
                q = await scene.question()
                print(await browser.until(q.words))
                await asyncio.sleep(0.5)
                await browser.picture(Path(f"/tmp/s7c_pw_{scheme}.png"))
