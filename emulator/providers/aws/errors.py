"""How refusals read: as pulumi-aws prints those of the AWS SDK."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from emulator.providers.provider import ProviderError

GONE_CODES: Final = frozenset({"404", "NoSuchEntity", "NotFound", "NotFoundException"})


class RefusalError(Exception):
    """What AWS refuses, decided here because moto would accept it."""

    def __init__(self, service: str, operation: str, code: str, message: str) -> None:
        super().__init__(message)
        self.service = service
        self.operation = operation
        self.code = code
        self.message = message


def is_gone(error: Exception) -> bool:
    """Whether an error says that the resource does not exist."""
    if isinstance(error, RefusalError):
        code = error.code
    elif isinstance(error, ClientError):
        code = error_code(error)
    else:
        return False
    return (
        code in GONE_CODES
        or code.startswith("NoSuch")
        or code.endswith(("NotFound", "NotFoundFault", "NotFoundException", "NonExistentQueue"))
        or ".NotFound" in code
    )


def error_code(error: ClientError) -> str:
    """AWS's code of an error, such as `InvalidVpcID.NotFound`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def provider_error(doing: str, error: Exception) -> ProviderError:
    """Error for a person: what was being done, the operation, AWS's code and message."""
    if isinstance(error, RefusalError):
        service, operation, status = error.service, error.operation, 400
        code, message = error.code, error.message
    elif isinstance(error, ClientError):
        service, operation = "AWS", error.operation_name
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        code, message = error_code(error), error.response.get("Error", {}).get("Message", "")
    elif isinstance(error, BotoCoreError):
        return ProviderError(f"{doing}: {error}")
    else:
        return ProviderError(f"{doing}: {type(error).__name__}: {error}")
    return ProviderError(
        f"{doing}: operation error {service}: {operation}, https response error "
        f"StatusCode: {status}, api error {code}: {message}"
    )
