"""Cases of policies/rules/identity_attachments.py."""

from __future__ import annotations

from tests.policies.cases import UNKNOWN, Fixture, passing, violating
from tests.policies.document_fixtures import ATTACHMENT, OWN, POLICY, ROLE, ROLE_POLICY, role_policy

LISTED = "identity-managed-policy-listed"
IN_STACK = "identity-attachment-in-stack"
ONE = "identity-role-has-one-manager"

AWS = "arn:aws:iam::aws:policy"
MONITORING = f"{AWS}/service-role/AmazonRDSEnhancedMonitoringRole"
MINE = f"arn:aws:iam::{OWN}:policy/devstages-preprod-x"
EXCLUSIVE = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive"
SIGN_IN = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
NAME = "devstages-preprod-x"
ITS_ROLE = {"role": [f"{ROLE}::it"]}


def attaching(arn: object, type_: str = ATTACHMENT, key: str = "policyArn") -> Fixture:
    return Fixture(type=type_, props={"role": NAME, key: arn})


def its_role(**props: object) -> Fixture:
    return Fixture(type=ROLE, props={"name": NAME, **props})


CASES = (
    passing(LISTED, attaching(MONITORING)),
    passing(LISTED, attaching(MINE), title="its own"),
    passing(LISTED, attaching(UNKNOWN), title="its own, not made yet"),
    passing(LISTED, Fixture(type=ROLE), title="a role without"),
    passing(LISTED, its_role(managedPolicyArns=[MONITORING, UNKNOWN]), title="on the role"),
    passing(LISTED, its_role(managedPolicyArns=UNKNOWN), title="on the role, not known yet"),
    *(
        violating(LISTED, attaching(f"{AWS}/{name}"), title=name)
        for name in (
            "AdministratorAccess",
            "PowerUserAccess",
            "IAMFullAccess",
            "ReadOnlyAccess",
            "AmazonS3FullAccess",
            "job-function/DatabaseAdministrator",
        )
    ),
    violating(LISTED, attaching(f"arn:aws:iam::{OWN}:policy/other"), title="of elsewhere"),
    violating(LISTED, attaching(f"arn:aws:iam::{OWN}:policy/devstages-test-x"), title="test's"),
    violating(
        LISTED, its_role(managedPolicyArns=[MONITORING, f"{AWS}/IAMFullAccess"]), title="on a role"
    ),
    violating(
        LISTED, attaching([f"{AWS}/IAMFullAccess"], EXCLUSIVE, "policyArns"), title="exclusively"
    ),
    violating(
        LISTED, attaching(f"{AWS}/PowerUserAccess", SIGN_IN, "managedPolicyArn"), title="sign-in"
    ),
    passing(IN_STACK, its_role(), attaching(MONITORING)),
    passing(IN_STACK, its_role(), role_policy(), title="a policy of the role"),
    passing(
        IN_STACK,
        Fixture(type=ROLE),
        Fixture(type=ROLE_POLICY, props={"role": UNKNOWN}, sources=ITS_ROLE),
        title="by output",
    ),
    passing(
        IN_STACK,
        its_role(),
        Fixture(type=POLICY, props={"arn": MINE}),
        attaching(MINE),
        title="its own policy by ARN",
    ),
    passing(
        IN_STACK,
        its_role(),
        Fixture(type=POLICY),
        Fixture(
            type=ATTACHMENT,
            props={"role": NAME, "policyArn": UNKNOWN},
            sources={"policyArn": [f"{POLICY}::it"]},
        ),
        title="its own policy by output",
    ),
    violating(IN_STACK, role_policy(role_name="developers"), title="a role of elsewhere"),
    violating(IN_STACK, its_role(), role_policy(role_name="developers"), title="another role"),
    violating(
        IN_STACK,
        its_role(),
        Fixture(
            type="aws:iam/instanceProfile:InstanceProfile", props={"role": "devstages-test-task"}
        ),
        title="an instance with a role of elsewhere",
    ),
    violating(IN_STACK, attaching(MONITORING), title="attached to a role of elsewhere"),
    violating(
        IN_STACK,
        Fixture(type=ROLE),
        Fixture(type=ROLE_POLICY),
        title="no role, and a role without a name",
    ),
    violating(IN_STACK, its_role(), attaching(MINE), title="a policy of elsewhere"),
    violating(IN_STACK, its_role(), attaching(UNKNOWN), title="a policy from nowhere"),
    passing(ONE, its_role(), attaching(MONITORING)),
    passing(ONE, its_role(managedPolicyArns=[MONITORING]), title="on the role alone"),
    passing(ONE, its_role(managedPolicyArns=[]), attaching(MONITORING), title="an empty list"),
    passing(ONE, its_role(managedPolicyArns=UNKNOWN), attaching(MONITORING), title="not known yet"),
    violating(
        ONE,
        its_role(inlinePolicies=[{"name": "x"}]),
        role_policy(),
        title="inline and beside it",
    ),
    violating(ONE, its_role(managedPolicyArns=[MONITORING]), attaching(MINE), title="both"),
    passing(
        ONE,
        its_role(managedPolicyArns=[MONITORING], inlinePolicies=[{"name": "mine"}]),
        attaching(MONITORING),
        Fixture(type=ROLE_POLICY, props={"role": NAME, "name": "mine"}),
        title="as it was read back",
    ),
    violating(
        ONE,
        Fixture(type=ROLE, props={"managedPolicyArns": [MONITORING]}),
        Fixture(type=ATTACHMENT, sources=ITS_ROLE),
        title="both, by output",
    ),
    passing(
        ONE,
        Fixture(type=ROLE, props={"managedPolicyArns": [MONITORING]}),
        Fixture(type=ATTACHMENT),
        title="another role's, and a role without a name",
    ),
)
