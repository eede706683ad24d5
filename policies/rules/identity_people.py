"""IAM users and what goes with them."""

from __future__ import annotations

from collections.abc import Iterator

from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource

PEOPLE = (
    "aws:iam/accessKey:AccessKey",
    "aws:iam/group:Group",
    "aws:iam/groupMembership:GroupMembership",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
    "aws:iam/signingCertificate:SigningCertificate",
    "aws:iam/sshKey:SshKey",
    "aws:iam/user:User",
    "aws:iam/userGroupMembership:UserGroupMembership",
    "aws:iam/userLoginProfile:UserLoginProfile",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:ssoadmin/accountAssignment:AccountAssignment",
    "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment",
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
    "aws:ssoadmin/permissionSet:PermissionSet",
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
)
"""IAM users, what they are in, what they sign in with, and the organisation's sign-in."""

EXCLUSIVE = (
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
)
"""Attachments that take away what they do not list."""


@for_resource(
    *PEOPLE,
    id="identity-no-users",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="People and machines take on roles; the stages have no IAM users, groups or keys, and no "
    "part of the organisation's sign-in.",
    why="A key that never expires is found some day, and its secret lies in the checkpoint.",
    remedy="Make a role, and let a role of the organisation's sign-in or a service take it on.",
    frameworks=("CKV_AWS_40", "CKV_AWS_273"),
)
def no_users(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whatever they hold."""
    if resource.type in PEOPLE:
        yield Finding(found=f"{resource.name} is a {resource.type}", allowed="roles")


@for_resource(
    *EXCLUSIVE,
    id="identity-no-exclusive-attachment",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Policies are attached to one role at a time, by resources that leave others alone.",
    why="An exclusive attachment takes its policies away from roles of other stacks.",
    remedy="Use aws.iam.RolePolicyAttachment or aws.iam.RolePolicy.",
    frameworks=("AWSGuard iam-role-no-policy-management-conflicts",),
)
def no_exclusive_attachment(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whatever it attaches."""
    if resource.type in EXCLUSIVE:
        yield Finding(found=f"{resource.name} is a {resource.type}", allowed="single attachments")
