"""Settings of the read-only doors: the host's gateway, and what is asked of those who come in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from stages.fields import Settings

ImageId = Annotated[str, StringConstraints(pattern=r"^ami-([0-9a-f]{8}|[0-9a-f]{17})$")]

TagKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:/=+@-]{1,128}$")]
"""Without a space, so that it reads in a condition's name (`aws:PrincipalTag/<key>`)."""

TagValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 _.:/=+@-]{1,256}$")]


class GatewaySettings(Settings):
    """The machine through which people reach the server."""

    image_id: ImageId = Field(
        # An id, as EC2 documents versions of a Systems Manager parameter for parameters of one's
        # own alone: https://docs.aws.amazon.com/autoscaling/ec2/userguide/
        # using-systems-manager-parameters.html
        description="an image of Amazon Linux 2023 (not a minimal one: it has no agent) for arm64, "
        "in the host's region; another one replaces the gateway, which is how it is patched"
    )
    instance_class: Literal["t4g.nano", "t4g.micro", "t4g.small"] = Field(
        default="t4g.nano", description="the EC2 instance class, of arm64"
    )
    stop_when_idle_minutes: int | None = Field(
        default=None,
        ge=30,
        le=1440,
        multiple_of=5,
        description="minutes without a session after which it is stopped, 30 to 1440 in steps of "
        "5; absent where it always runs",
    )


class ReaderConditions(Settings):
    """What is asked of people at the door; tasks of other stages are not asked."""

    mfa_max_age_minutes: int | None = Field(
        default=None,
        ge=1,
        le=2160,
        description="minutes since an IAM user showed a second factor, 1 to 2160; absent where "
        "none is asked for. Roles carry none, so nobody comes in by a role then",
    )
    principal_tags: dict[TagKey, TagValue] = Field(
        default_factory=dict,
        description="tags that the caller's role, user or session carries, with these values",
    )

    @property
    def are_any(self) -> bool:
        """Whether anything is asked for."""
        return self.mfa_max_age_minutes is not None or bool(self.principal_tags)
