"""The pack as Pulumi starts it: `pulumi preview --policy-pack policies`.

`PolicyPack` serves until it is ended, so that only this file makes one.
"""

import functools
import sys
from pathlib import Path

PROJECT_FOLDER = Path(__file__).resolve().parent.parent

# Pulumi runs a pack from its own folder; the stages' settings lie beside it.
sys.path.insert(0, str(PROJECT_FOLDER))

from pulumi_policy import PolicyPack  # noqa: E402
from pulumi_policy.policy import _PolicyAnalyzerServicer as Servicer  # noqa: E402

from policies.catalogue import RULES  # noqa: E402
from policies.exemptions import ExemptionFileError, read_exemptions  # noqa: E402
from policies.pack import PACK_NAME, Pack  # noqa: E402

try:
    pack = Pack(RULES, read_exemptions(), PROJECT_FOLDER)
except ExemptionFileError as error:
    sys.exit(str(error))
# The library takes the same settings from the environment anew for each resource: a fifth of all it
# does. They are there before the pack starts.
Servicer._configure_runtime_settings = functools.cache(Servicer._configure_runtime_settings)  # type: ignore[method-assign]
PolicyPack(PACK_NAME, pack.policies())
