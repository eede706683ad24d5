"""Policy documents: what IAM refuses of them."""

from __future__ import annotations

import json
import re
from typing import Any

from emulator.providers.aws.handler import failure
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

VERSIONS = ("2012-10-17", "2008-10-17")


def document_failures(
    inputs: Properties, property_: str, *, principal: bool | None = None, most: int = 0
) -> list[CheckFailure]:
    """What is wrong with a policy document.

    `principal`: True where statements need one (trust and resource policies), False where they
    must not have one (identity policies), None where both are fine. `most`: characters allowed.
    """
    text = inputs.get(property_)
    if not isinstance(text, str):
        return []
    try:
        document = json.loads(text)
    except ValueError as error:
        return [failure(property_, f"contains an invalid JSON policy: {error}")]
    problems = _problems(document, principal)
    if most and len(re.sub(r"\s", "", text)) > most:
        problems.append(f"{len(text)} characters; AWS allows {most} (white space not counted)")
    return [failure(property_, f"malformed policy document: {problem}") for problem in problems]


def _problems(document: Any, principal: bool | None) -> list[str]:
    if not isinstance(document, dict):
        return ["it must be a JSON object"]
    found = [
        f'unknown element "{key}"' for key in document if key not in ("Version", "Id", "Statement")
    ]
    if "Version" in document and document["Version"] not in VERSIONS:
        found.append(f'Version "{document["Version"]}"; allowed: {", ".join(VERSIONS)}')
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        return [*found, "Statement is missing or empty"]
    for index, statement in enumerate(statements):
        found += [
            f"Statement[{index}]: {text}" for text in _statement_problems(statement, principal)
        ]
    return found


def _statement_problems(statement: Any, principal: bool | None) -> list[str]:
    if not isinstance(statement, dict):
        return ["it must be a JSON object"]
    found = []
    if statement.get("Effect") not in ("Allow", "Deny"):
        found.append(f'Effect "{statement.get("Effect")}"; allowed: Allow, Deny')
    if not (statement.get("Action") or statement.get("NotAction")):
        found.append("it needs Action or NotAction")
    has_principal = "Principal" in statement or "NotPrincipal" in statement
    if principal is True and not has_principal:
        found.append("it needs Principal")
    if principal is False and has_principal:
        found.append("an identity-based policy must not have Principal")
    if principal is False and not ("Resource" in statement or "NotResource" in statement):
        found.append("it needs Resource or NotResource")
    known = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
    known |= {"Principal", "NotPrincipal"}
    found += [f'unknown element "{key}"' for key in statement if key not in known]
    return found
