"""What stands in an account: who may act in it, and what there is to be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from operations.prove.cells import Owned
from operations.prove.ways import Clients, NoWayError
from policies.stage_map import Stage, Stages

OF_AWS: Final = ("/aws-service-role/", "/aws-reserved/")
"""Paths of roles that AWS makes and alone can change."""

ROLE_KINDS: Final = ("task", "readonly", "airflow-execution")
BUCKET_KINDS: Final = ("data", "airflow", "audit")


@dataclass(frozen=True, kw_only=True)
class Account:
    """An AWS account of one or more stages."""

    id: str
    region: str
    stages: Stages
    here: tuple[Stage, ...]
    operator: Clients
    """Whoever administers it."""

    @property
    def hosts(self) -> tuple[Stage, ...]:
        """The hosts in it."""
        return tuple(stage for stage in self.here if stage.is_host)

    def owner_of(self, name: str) -> str | None:
        """The one stage of the account whose name is a word of a name."""
        named = self.stages.named_in(name) & {stage.name for stage in self.here}
        return named.pop() if len(named) == 1 else None

    def principals(self) -> list[Owned]:
        """Every role and user of the account, but AWS's own and who asks."""
        own = {
            stage.names.role_arn(kind): (kind, stage.name)
            for stage in self.here
            for kind in ROLE_KINDS
        }
        people = {arn for stage in self.stages.all.values() for arn in _exact_readers(stage)}
        caller = self.operator("sts").get_caller_identity()["Arn"]
        arns = [role["Arn"] for role in self.listed("iam", "list_roles", "Roles")]
        arns += [user["Arn"] for user in self.listed("iam", "list_users", "Users")]
        found = []
        for arn in sorted(arns):
            if any(path in arn for path in OF_AWS) or _is_caller(arn, caller):
                continue
            kind, stage = own.get(arn, ("other", self.owner_of(arn.rpartition("/")[2])))
            if arn in people and arn not in own:
                kind, stage = "people", None
            found.append(Owned(kind=kind, stage=stage, name=arn, place=self.id))
        return found

    def buckets(self) -> list[tuple[Owned, str, str]]:
        """Buckets and the places in them, as target, bucket and prefix."""
        known = {
            stage.names.bucket(kind): (kind, stage.name)
            for stage in self.here
            for kind in BUCKET_KINDS
        }
        found = []
        names = [each["Name"] for each in self.operator("s3").list_buckets()["Buckets"]]
        for name in sorted(names):
            kind, stage = known.get(name, ("other", self.owner_of(name)))
            found.append((self._target(kind, stage, name), name, ""))
            if kind == "airflow":
                for tenant in self.stages.hosted_by(str(stage)):
                    prefix = tenant.names.dag_prefix
                    target = self._target("dags", tenant.name, f"{name}/{prefix}")
                    found.append((target, name, prefix))
        return found

    def encryption_keys(self) -> list[tuple[Owned, str]]:
        """The account's own KMS keys with an alias, as target and ARN."""
        aliases = self.listed("kms", "list_aliases", "Aliases")
        found = []
        for alias in sorted(aliases, key=lambda each: str(each["AliasName"])):
            name = alias["AliasName"]
            if name.startswith("alias/aws/") or "TargetKeyId" not in alias:
                continue
            arn = f"arn:aws:kms:{self.region}:{self.id}:key/{alias['TargetKeyId']}"
            found.append((self._target("key", self.owner_of(name), name), arn))
        return found

    def documents(self) -> list[Owned]:
        """Documents of Systems Manager by which sessions are opened."""
        own = {stage.names.session_document: stage.name for stage in self.here}
        filters = [{"Key": "Owner", "Values": ["Self"]}]
        listed = self.listed("ssm", "list_documents", "DocumentIdentifiers", Filters=filters)
        return [
            self._target("door" if name in own else "other", own.get(name), name)
            for name in sorted(each["Name"] for each in listed)
        ]

    def gateways(self) -> list[tuple[Owned, str]]:
        """The gateways, as target and instance."""
        names = {host.names.gateway: host.name for host in self.hosts}
        filters = [{"Name": "tag:Name", "Values": sorted(names) or ["none"]}]
        found = []
        for reservation in self.listed(
            "ec2", "describe_instances", "Reservations", Filters=filters
        ):
            for instance in reservation["Instances"]:
                if instance["State"]["Name"] not in ("terminated", "shutting-down"):
                    tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
                    target = self._target("gateway", names[tags["Name"]], tags["Name"])
                    found.append((target, instance["InstanceId"]))
        return found

    def secrets(self) -> list[Owned]:
        """Secrets, by their names."""
        listed = self.listed("secretsmanager", "list_secrets", "SecretList")
        return [self._named("secret", each["ARN"]) for each in listed]

    def topics(self) -> list[Owned]:
        """Topics, by their ARNs."""
        return [
            self._named("topic", each["TopicArn"])
            for each in self.listed("sns", "list_topics", "Topics")
        ]

    def _named(self, kind: str, arn: str) -> Owned:
        return self._target(kind, self.owner_of(arn.rpartition(":")[2]), arn)

    def _target(self, kind: str, stage: str | None, name: str) -> Owned:
        return Owned(kind=kind, stage=stage, name=name, place=self.id)

    def listed(self, service: str, operation: str, key: str, **more: Any) -> list[Any]:
        """All pages of a listing. Raises NoWayError where it is refused."""
        try:
            pages: Iterable[Any] = self.operator(service).get_paginator(operation).paginate(**more)
            return [each for page in pages for each in page.get(key, [])]
        except ClientError as error:
            msg = (
                f"{service}:{operation} in account {self.id}: {error}\n"
                "  next: sign in as somebody who may look at all of the account."
            )
            raise NoWayError(msg) from None


def _exact_readers(stage: Stage) -> Iterator[str]:
    """Readers that are one role or user, rather than a pattern or an account."""
    for arn in stage.settings.tenant.reader_arns:
        if "*" not in arn and not arn.endswith(":root"):
            yield arn


def missing_people(account: Account, principals: list[Owned]) -> list[str]:
    """Readers of the account that no role or user is there for."""
    there = {principal.name for principal in principals}
    named = {
        arn
        for stage in account.stages.all.values()
        for arn in _exact_readers(stage)
        if arn.split(":")[4] == account.id
    }
    return sorted(named - there)


def _is_caller(arn: str, caller: str) -> bool:
    """Whether a role or user is who asks; a role's session names it without its path."""
    is_role = ":role/" in arn and f":assumed-role/{arn.rpartition('/')[2]}/" in caller
    return arn == caller or is_role
