"""The policy packs that a command line names."""

from __future__ import annotations

import json
from pathlib import Path

from emulator.cli import exit_codes
from emulator.cli.options import DeploymentOptions
from emulator.engine.request import PolicyPackRequest
from emulator.errors import UserError
from emulator.state.yaml_file import read_yaml

PACK_FILE = "PulumiPolicy.yaml"


def policy_pack_requests(options: DeploymentOptions) -> tuple[PolicyPackRequest, ...]:
    """Packs in the order in which they were named, each with its configuration.

    Raises UserError for a folder that is no pack, and for a configuration that cannot be read.
    """
    configs = [_read_config(Path(file)) for file in options.policy_pack_configs]
    if len(configs) > len(options.policy_packs):
        msg = "more --policy-pack-config than --policy-pack: each belongs to a pack"
        raise UserError(msg, exit_codes.FAILURE)
    requests = []
    for index, text in enumerate(options.policy_packs):
        path = Path(text).resolve()
        if not (path / PACK_FILE).is_file():
            msg = f"--policy-pack names {path}, which is no policy pack: it has no {PACK_FILE}"
            raise UserError(msg, exit_codes.FAILURE)
        config = configs[index] if index < len(configs) else {}
        version = str(read_yaml(path / PACK_FILE).get("version") or "")
        requests.append(PolicyPackRequest(path=path, version=version, config=config))
    return tuple(requests)


def _read_config(file: Path) -> dict[str, object]:
    try:
        config = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        msg = f"--policy-pack-config names {file}, which cannot be read as JSON: {error}"
        raise UserError(msg, exit_codes.FAILURE) from error
    if not isinstance(config, dict):
        msg = f"{file}: a policy pack's configuration must be an object by policy name"
        raise UserError(msg, exit_codes.FAILURE)
    return config
