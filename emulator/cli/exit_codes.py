"""Exit codes, those of the CLI.

Source: https://github.com/pulumi/pulumi/blob/master/pkg/cmd/pulumi/cmd/exit_codes.go
"""

from __future__ import annotations

from typing import Final

SUCCESS: Final = 0
FAILURE: Final = 1
CONFIGURATION: Final = 2
STACK_NOT_FOUND: Final = 6
CHANGES_NOT_EXPECTED: Final = 7
CANCELLED: Final = 8
INTERNAL: Final = 255
