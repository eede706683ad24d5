"""A stage's two IAM roles, its Airflow tasks' and its readers', and the readers' session."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stages.documents import task_role_policy, task_role_trust
from stages.door_documents import door_trust, readonly_role_policy, session_document
from stages.door_settings import ReaderConditions
from stages.names import Names


@dataclass(frozen=True, kw_only=True)
class StageRolesArgs:
    """Arguments of StageRoles."""

    names: Names
    """The stage's names."""

    host: Names
    """The host's names: its Airflow takes on the task role."""

    reader_arns: tuple[str, ...]
    """Who may read; without anybody there is no role for readers."""

    conditions: ReaderConditions
    """What is asked of people among them."""

    reads: tuple[str, ...]
    """Stages whose read-only doors the task role may try."""

    after: list[pulumi.Resource]
    """The host's execution role: IAM refuses to trust a role that does not exist."""


class StageRoles(pulumi.ComponentResource):
    """Who may do what with the stage's data, by IAM."""

    task_role_arn: pulumi.Output[str]
    """Signs in as `<stage>_app` and uses the stage's bucket."""

    readonly_role_arn: pulumi.Output[str] | None
    """Signs in as `<stage>_readonly`, from the network or through the host's gateway."""

    def __init__(
        self, name: str, args: StageRolesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:StageRoles", name, None, opts)
        self.task_role_arn = self._create_role(
            f"{name}-task",
            args.names.resource("task"),
            trust=task_role_trust(args.host),
            policy=task_role_policy(args.names, args.reads),
            after=args.after,
        )
        self.readonly_role_arn = None
        if args.reader_arns:
            self.readonly_role_arn = self._create_role(
                f"{name}-readonly",
                args.names.resource("readonly"),
                trust=door_trust(args.names, args.reader_arns, args.conditions),
                policy=readonly_role_policy(args.names, args.host),
                after=[],
            )
            self._create_session_document(f"{name}-readonly", args)
        self.register_outputs(
            {"task_role_arn": self.task_role_arn, "readonly_role_arn": self.readonly_role_arn}
        )

    def _create_session_document(self, name: str, args: StageRolesArgs) -> None:
        aws.ssm.Document(
            f"{name}-session",
            name=args.names.session_document,
            document_type="Session",
            document_format="JSON",
            content=session_document(args.names, args.host),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_role(
        self, name: str, role_name: str, *, trust: str, policy: str, after: list[pulumi.Resource]
    ) -> pulumi.Output[str]:
        role = aws.iam.Role(
            f"{name}-role",
            name=role_name,
            assume_role_policy=trust,
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )
        aws.iam.RolePolicy(
            f"{name}-policy",
            name="use-stage",
            role=role.name,
            policy=policy,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return role.arn
