"""The emulator's command, with the benchmark's provider in the place of the emulated AWS.

BENCH_PROVIDER_PORT names its port. Everything else is the emulator as it is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from emulator.cli.main import main
from emulator.cli.services import Services
from emulator.cli.startup import begin
from emulator.cloud.client import Cloud, Session
from emulator.home import Home

PACKAGE: Final = "bench"
"""As in `memory_provider`, which would bring the SDK along."""


class ProviderOnly(Cloud):
    """A cloud that is nothing but one provider."""

    def session(
        self,
        account_id: str,
        region: str,
        credentials: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> Session:
        """The session that reaches the provider."""
        return Session(
            account_id=account_id,
            principal_arn=f"arn:aws:iam::{account_id}:root",
            region=region,
            provider_ports={PACKAGE: int(os.environ["BENCH_PROVIDER_PORT"])},
            provider_versions={PACKAGE: "1.0.0"},
            environment={},
        )


def start(home: Home, progress: Callable[[str], None]) -> Cloud:
    """The provider that runs already."""
    return ProviderOnly(id=PACKAGE, pid=0, control_url="", endpoint_url="", ca_file="", log_file="")


if __name__ == "__main__":
    begin()
    sys.exit(main(sys.argv[1:], Services(start=start, running=lambda _: None)))
