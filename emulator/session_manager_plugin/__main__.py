"""Entry: `session-manager-plugin RESPONSE REGION StartSession PROFILE PARAMETERS ENDPOINT`.

RESPONSE is what StartSession answered, as JSON, or the name of the variable that holds it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Final

VERSION: Final = "1.2.792.0"
"""One that the aws CLI trusts with a response in a variable: the token is in no process list."""
USAGE: Final = 64


def main(arguments: list[str]) -> int:
    """Exit code 0 where the session was ended, 1 where it broke, 64 for wrong arguments."""
    if arguments == ["--version"]:
        print(VERSION)  # noqa: T201 - this is a command
        return 0
    if len(arguments) < 3 or arguments[2] != "StartSession":
        print(__doc__, file=sys.stderr)  # noqa: T201
        return USAGE
    text = os.environ.get(arguments[0], arguments[0])
    try:
        answer = json.loads(text)
        session_id, token, url = (answer[k] for k in ("SessionId", "TokenValue", "StreamUrl"))
    except (ValueError, KeyError, TypeError):
        print("The answer of StartSession cannot be read.", file=sys.stderr)  # noqa: T201
        return USAGE

    from emulator.session_manager_plugin.port_session import PortSession

    return asyncio.run(PortSession(session_id, token, url).run())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
