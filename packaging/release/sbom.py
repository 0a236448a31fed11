"""What a package is made of, as CycloneDX 1.6 in JSON: each part with version, licence and address."""

import hashlib
import json
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llmgw_desktop.app.gateway.licences import LicensedPart

_NAMESPACE = uuid.UUID("6f0a2c53-94a6-5d0f-9a0c-5a2f9c1c3f7e")
"""By which the same package always gets the same number."""
_SPDX_WORDS = frozenset(("AND", "OR", "WITH"))
_SPDX_NAMES = frozenset(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 GPL-2.0-only GPL-3.0-only LGPL-3.0-only MIT"
    " MIT-0 MPL-2.0 OFL-1.1 PSF-2.0 Unicode-3.0 Zlib".split()
)


def document(
    parts: Sequence[LicensedPart], project: dict[str, str], epoch: int, package: Path
) -> str:
    """`project` is that of pyproject.toml; `package` is the file that it tells of."""
    digest = hashlib.file_digest(package.open("rb"), "sha256").hexdigest()
    ours = {
        "type": "application",
        "bom-ref": "llmgw-desktop",
        "name": project["name"],
        "version": project["version"],
        "description": project["description"],
        "licenses": [{"license": {"id": project["license"]}}],
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
    told = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, digest)}",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)),
            "component": ours,
        },
        "components": [_component(part) for part in parts],
        "dependencies": [
            {"ref": "llmgw-desktop", "dependsOn": sorted({_ref(part) for part in parts})}
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _component(part: LicensedPart) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "library", "bom-ref": _ref(part), "name": part.name}
    if part.version:
        told["version"] = part.version
    if part.licence:
        told["licenses"] = [_licence(part.licence)]
    if part.purl:
        told["purl"] = part.purl
    if part.home:
        told["externalReferences"] = [{"type": "website", "url": part.home}]
    return told


def _ref(part: LicensedPart) -> str:
    return part.purl or part.name


def _licence(said: str) -> dict[str, Any]:
    """An expression only where every name in it is one of SPDX's."""
    names = set(said.replace("(", " ").replace(")", " ").split()) - _SPDX_WORDS
    if names <= _SPDX_NAMES:
        return {"license": {"id": said}} if len(names) == 1 else {"expression": said}
    return {"license": {"name": said}}
