"""Who comes through a read-only door: people, by user, role, permission set or account, and tasks.

What is asked of people (a second factor, tags) is not asked of another stage's tasks, so that the
two have to be told apart, and by more than a name that anybody can have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stages.names import Names
from stages.problems import Problem
from stages.settings import StackSettings


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One of a stage's `reader_arns`."""

    arn: str
    """A user or role, `…:role/aws-reserved/sso.amazonaws.com/…/AWSReservedSSO_<set>_*` for all
    who have a permission set, or `…:root` for an account."""

    is_person: bool
    """Whether people are behind it, rather than the tasks of another stage."""

    @property
    def account_arn(self) -> str:
        """The account, as a principal."""
        return ":".join([*self.arn.split(":")[:5], "root"])

    @property
    def is_account(self) -> bool:
        """Whether it is a whole account."""
        return self.arn == self.account_arn

    @property
    def is_user(self) -> bool:
        """Whether it is one IAM user."""
        return self.arn.split(":")[5].startswith("user/")

    @property
    def principal_patterns(self) -> tuple[str, ...]:
        """What `aws:PrincipalArn` is like when it calls."""
        if not self.is_account:
            return (self.arn,)
        return tuple(self.arn.removesuffix("root") + kind for kind in ("role/*", "user/*"))


def readers_of(names: Names, reader_arns: Iterable[str]) -> list[Reader]:
    """The readers, of whom task roles of stages of the same account and prefix are no people."""
    tasks = re.compile(
        re.escape(names.of("STAGE").role_arn("task")).replace("STAGE", "[a-z][a-z0-9]{1,15}")
    )
    return [
        Reader(arn=arn, is_person=tasks.fullmatch(arn) is None) for arn in sorted(set(reader_arns))
    ]


def problems_of_readers(settings: StackSettings, project: str, stage: str) -> Iterator[Problem]:
    """Readers and conditions that do not go together."""
    names = settings.names(stage)
    tenant = settings.tenant
    asked = tenant.reader_conditions
    people = [reader for reader in readers_of(names, tenant.reader_arns) if reader.is_person]
    key = f"{project}:tenant.reader_arns"
    for reader in people:
        if reader.is_account and not asked.are_any:
            allowed = (
                "a whole account only with reader_conditions, mfa_max_age_minutes or "
                "principal_tags: every role and user of it is let in otherwise"
            )
            yield Problem(key, reader.arn, allowed)
        if asked.mfa_max_age_minutes is not None and not (reader.is_user or reader.is_account):
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/
            # id_credentials_mfa_configure-api-require.html
            allowed = (
                "IAM users or an account, as reader_conditions.mfa_max_age_minutes is set: AWS "
                "forgets a second factor once a role is assumed, so the role could never enter; "
                "ask for principal_tags instead"
            )
            yield Problem(key, reader.arn, allowed)
    if asked.are_any and not people:
        allowed = "nothing, as no person is among reader_arns whom the conditions could be for"
        yield Problem(f"{project}:tenant.reader_conditions", "conditions", allowed)
