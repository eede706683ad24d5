"""The pack as Pulumi starts it: `pulumi preview --policy-pack policies`.

`PolicyPack` serves until it is ended, so that only this file makes one.
"""

import sys
from pathlib import Path

PROJECT_FOLDER = Path(__file__).resolve().parent.parent

# Pulumi runs a pack from its own folder; the stages' settings lie beside it.
sys.path.insert(0, str(PROJECT_FOLDER))

from pulumi_policy import PolicyPack  # noqa: E402

from policies.catalogue import RULES  # noqa: E402
from policies.exemptions import ExemptionFileError, read_exemptions  # noqa: E402
from policies.pack import PACK_NAME, Pack  # noqa: E402
from policies.per_call import spare_the_library  # noqa: E402

try:
    pack = Pack(RULES, read_exemptions(), PROJECT_FOLDER)
except ExemptionFileError as error:
    sys.exit(str(error))
spare_the_library()
PolicyPack(PACK_NAME, pack.policies())
