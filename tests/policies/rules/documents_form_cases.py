"""Cases of policies/rules/documents_form.py."""

from __future__ import annotations

import json

from tests.policies.cases import UNKNOWN, Fixture, passing, violating
from tests.policies.document_fixtures import (
    BUCKET,
    BUCKET_POLICY,
    ENDPOINT,
    KEY,
    PERMISSION,
    ROLE,
    ROLE_POLICY,
    allow,
    holding,
    role,
    role_policy,
    text,
    trusting,
)

KNOWN = "document-known"
INVERTED = "document-not-inverted"
READ = allow("s3:GetObject", f"{BUCKET}/*")
TRUST = text(trusting({"Service": "ec2.amazonaws.com"}))


def policy(value: object) -> Fixture:
    return Fixture(type=ROLE_POLICY, props={"policy": value})


NO_POLICIES = {
    "no JSON": "allow everything",
    "a list": "[]",
    "another format": '{"policies": []}',
    "no version": json.dumps({"Statement": [READ]}),
    "the older version": json.dumps({"Version": "2008-10-17", "Statement": [READ]}),
    "no statement": json.dumps({"Version": "2012-10-17", "Statement": []}),
    "statements that are none": json.dumps({"Version": "2012-10-17", "Statement": ["s3:Get*"]}),
    "an element that AWS does not know": text({**READ, "Actions": "s3:*"}),
    "another effect": text({**READ, "Effect": "allow"}),
    "no effect": text({k: v for k, v in READ.items() if k != "Effect"}),
    "no action": text({k: v for k, v in READ.items() if k != "Action"}),
    "an empty list of actions": text({**READ, "Action": []}),
    "Action and NotAction": text({**READ, "NotAction": "iam:*"}),
    "no resource": text({k: v for k, v in READ.items() if k != "Resource"}),
    "a principal in an identity policy": text({**READ, "Principal": "*"}),
    "an action that is a number": text({**READ, "Action": 1}),
    "a condition that is a text": text({**READ, "Condition": "aws:SourceIp"}),
    "a condition's operator without keys": text({**READ, "Condition": {"Bool": "true"}}),
    "a key twice": '{"Version": "2012-10-17", "Statement": [], "Statement": []}',
}

CASES = (
    passing(KNOWN, role_policy(READ)),
    passing(KNOWN, Fixture(type=KEY), title="absent"),
    passing(KNOWN, Fixture(type=KEY, props={"policy": ""}), title="empty, as absent"),
    passing(KNOWN, policy({"Version": "2012-10-17", "Statement": READ}), title="a mapping"),
    passing(KNOWN, Fixture(type=PERMISSION, props={"principal": "s3.amazonaws.com"})),
    *(violating(KNOWN, policy(value), title=title) for title, value in NO_POLICIES.items()),
    violating(KNOWN, policy(UNKNOWN), title="unknown"),
    violating(
        KNOWN,
        policy({"Version": "2012-10-17", "Statement": [{**READ, "Resource": UNKNOWN}]}),
        title="a mapping that holds an output",
    ),
    violating(KNOWN, Fixture(type=ROLE, props={"assumeRolePolicy": UNKNOWN}), title="trust"),
    violating(
        KNOWN,
        Fixture(
            type=ROLE,
            props={"assumeRolePolicy": TRUST, "inlinePolicies": [{"policy": UNKNOWN}]},
        ),
        title="inline",
    ),
    violating(
        KNOWN, Fixture(type=ROLE, props={"inlinePolicies": UNKNOWN}), title="all inline ones"
    ),
    violating(
        KNOWN, Fixture(type=ROLE, props={"inlinePolicies": [UNKNOWN]}), title="one inline one"
    ),
    violating(KNOWN, Fixture(type=PERMISSION, props={"principal": UNKNOWN}), title="a permission"),
    violating(KNOWN, holding(BUCKET_POLICY, READ), title="a resource's policy without a principal"),
    violating(
        KNOWN,
        holding(ENDPOINT, {**READ, "Principal": {"Aws": "*"}}),
        title="a principal of no kind",
    ),
    violating(
        KNOWN,
        Fixture(
            type="aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy",
            props={"details": {"name": "x", "policy": UNKNOWN}},
        ),
        title="in a part of a property",
    ),
    passing(INVERTED, role_policy(READ)),
    passing(
        INVERTED,
        role_policy({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}),
        title="where it denies",
    ),
    violating(
        INVERTED,
        role_policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        title="actions",
    ),
    violating(
        INVERTED,
        role_policy({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": BUCKET}),
        title="resources",
    ),
    violating(
        INVERTED,
        holding(
            BUCKET_POLICY,
            {
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": BUCKET,
                "NotPrincipal": {"AWS": "111111111111"},
            },
        ),
        title="principals",
    ),
    violating(
        INVERTED,
        role({"Effect": "Allow", "NotAction": "sts:TagSession", "Principal": "*"}),
        title="trust",
    ),
)
