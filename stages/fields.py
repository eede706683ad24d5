"""Field types that the settings share: each carries its limit and where the limit comes from."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

STAGE_NAME = r"^[a-z][a-z0-9]{1,15}$"
"""Lower case and short: every name made from it keeps within AWS's and PostgreSQL's limits."""

StageName = Annotated[str, StringConstraints(pattern=STAGE_NAME)]

Prefix = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,19}$")]

AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]

Region = Annotated[str, StringConstraints(pattern=r"^(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-[0-9]$")]
"""The commercial partition: every ARN of this project begins with `arn:aws:`."""

PostgresName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,45}$")]
"""63 bytes at most (https://www.postgresql.org/docs/18/limits.html) with `<stage>.` in front."""

ReaderArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+"
        r"|role/aws-reserved/sso\.amazonaws\.com/([a-z0-9-]+/)?AWSReservedSSO_[A-Za-z0-9+=,.@_-]+_\*)$"
    ),
]
"""A role, a user, an account, or all who have a permission set of IAM Identity Center, whose role
ends with a number of AWS's own: https://docs.aws.amazon.com/singlesignon/latest/userguide/
referencingpermissionsets.html"""

DailyWindow = Annotated[
    str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")
]
"""`hh:mm-hh:mm` in UTC."""

WeeklyWindow = Annotated[
    str,
    StringConstraints(
        pattern=r"^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]"
        r"-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$"
    ),
]
"""`ddd:hh:mm-ddd:hh:mm` in UTC."""

Connections = Annotated[int, Field(ge=1, le=5000)]

TimeoutSeconds = Annotated[int, Field(ge=1, le=86_400)]


class Settings(BaseModel):
    """What every settings model is: frozen, and closed to keys that nobody documented."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)
