"""Receipts of panels by their address, in the very bytes that verify."""

from collections.abc import Mapping

import orjson

from llmgw_desktop.domain.principal import Principal, Scope
from llmgw_desktop.domain.validation import NoSuchValidation
from llmgw_desktop.engine.mcp.resource import Resource
from llmgw_desktop.engine.mcp.tool_errors import NotFound
from llmgw_desktop.engine.validation.receipts import as_file
from llmgw_desktop.engine.validation.service import NotEnded, ValidationService


def resources(validations: ValidationService) -> tuple[Resource, ...]:
    async def read(principal: Principal, places: Mapping[str, str]) -> str:
        validation_id = places["validationId"]
        try:
            receipt = await validations.receipt(validation_id, principal.client_id)
        except NotEnded as error:
            told = {"validationId": validation_id, "status": "pending", "note": str(error)}
            return orjson.dumps(told).decode()
        except NoSuchValidation as error:
            raise NotFound(str(error)) from error
        return as_file(receipt).decode()

    return (
        Resource(
            uri="validation-receipt://{validationId}",
            name="Validation receipt",
            description="A panel's signed record; verify it with `llmgw receipt verify`.",
            read=read,
            scope=Scope.JOBS_RUN,
        ),
    )
