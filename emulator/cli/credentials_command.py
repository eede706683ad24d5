"""`credentials`: keys of anybody in an emulated account, as AWS's SDKs ask a process for them.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
"""

from __future__ import annotations

import json
from typing import Any

import click

from emulator.cli.console import write
from emulator.cli.options import common_options
from emulator.cli.services import Services
from emulator.cli.workspace import open_workspace
from emulator.errors import UserError


@click.command()
@common_options
@click.argument("arn")
@click.pass_obj
def credentials(services: Services, /, arn: str, cwd: str | None, **_: Any) -> None:
    """Print keys of the role ARN, or of the administrator of arn:aws:iam::ACCOUNT:root."""
    cloud = services.running(open_workspace(cwd).home)
    if cloud is None:
        msg = "the emulated AWS does not run: `python -m emulator up` or `start` starts it"
        raise UserError(msg)
    write(json.dumps({"Version": 1} | cloud.credentials(arn)))
