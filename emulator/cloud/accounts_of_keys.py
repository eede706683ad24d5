"""Which account an access key belongs to, asked by moto for every request.

moto's own search makes an IAM of every partition (China, GovCloud and so on) in every account that
it passes, each with its own copies of AWS's 1,582 managed policies: a tenth of a second and 10 MB,
nine times. The emulated accounts live in one partition.
"""

from __future__ import annotations

from typing import Final

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam import models

PARTITION: Final = "aws"


def install() -> None:
    """Search the partition that the accounts live in, and no other."""
    models.get_account_id_from = _account_of


def _account_of(access_key: str) -> str:
    for account_id, account in list(models.iam_backends.items()):
        if access_key in account[PARTITION].access_keys:
            return account_id
    return DEFAULT_ACCOUNT_ID
