"""Lambda functions: what carries a break to people, and nothing that others can call."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.reading import block, configured, literal
from policies.facts.secret_text import is_secret_variable
from policies.facts.values import names_own_key, number, shown
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, has, is_unknown

FUNCTION = "aws:lambda/function:Function"
URL = "aws:lambda/functionUrl:FunctionUrl"
LAYER_PERMISSION = "aws:lambda/layerVersionPermission:LayerVersionPermission"
ON_FAILURE = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"

RUNTIMES = (
    "dotnet8",
    "dotnet10",
    "java17",
    "java21",
    "java25",
    "nodejs22.x",
    "nodejs24.x",
    "provided.al2023",
    "python3.12",
    "python3.13",
    "python3.14",
    "ruby3.3",
    "ruby3.4",
)
"""https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, without those that AWS
stops mending within the year."""

PYTHONS_LATEST = ("python3.13", "python3.14")


@for_resource(
    URL,
    id="function-url",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No function has a URL.",
    why="It is called from the internet, by anybody where authorization_type is NONE.",
    remedy="Remove it; functions here are called by topics and events.",
    frameworks=("CKV_AWS_258", "CKV2_AWS_75"),
)
def function_url(url: Resource, context: Context) -> Iterator[Finding]:
    """With or without a signature it stands in the internet."""
    if url.type == URL:
        yield Finding(found=shown(url.props, "authorizationType"), allowed="no function URL")


@for_resource(
    LAYER_PERMISSION,
    id="function-layer-shared",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A layer is shared with nobody outside the account.",
    why="Its files are a copy of ours that nobody can take back.",
    remedy="Remove the permission, or name the own account.",
)
def layer_shared(permission: Resource, context: Context) -> Iterator[Finding]:
    """A whole organization may not have it either."""
    account = context.stages.current.account_id
    if literal(permission.props, "principal") != account:
        yield Finding(found=shown(permission.props, "principal"), allowed=account)


@for_resource(
    FUNCTION,
    id="function-undescribed",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="A function says what it is for.",
    why="Nobody dares to remove one whose purpose is not written down.",
    remedy="Set description.",
    frameworks=("pulumi aws-lambda-function-missing-description",),
)
def undescribed(function: Resource, context: Context) -> Iterator[Finding]:
    """One word is enough."""
    if not has(function.props, "description"):
        yield Finding(found="description is absent", allowed="its purpose")


@for_resource(
    FUNCTION,
    id="function-runtime-ends",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="A function's runtime is one that AWS mends for a while yet.",
    why="One that is no longer mended can no longer be updated either.",
    remedy="Set runtime to the latest of its language.",
    frameworks=("CKV_AWS_363", "FSBP Lambda.2", "cdk-nag L1"),
)
def runtime_ends(function: Resource, context: Context) -> Iterator[Finding]:
    """An image brings its own; a runtime is written down, not computed."""
    if literal(function.props, "packageType") == "Image":
        return
    runtime = literal(function.props, "runtime")
    latest = PYTHONS_LATEST if str(runtime).startswith("python") else RUNTIMES
    if runtime not in latest:
        yield Finding(found=shown(function.props, "runtime"), allowed=", ".join(latest))


@for_resource(
    FUNCTION,
    id="function-environment-secret",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No secret stands in a function's environment.",
    why="Whoever may look at the function reads it, and it lands in Pulumi's state.",
    remedy="Pass the secret's ARN, and read it from Secrets Manager when the function starts.",
    frameworks=("CKV_AWS_45",),
)
def environment_secret(function: Resource, context: Context) -> Iterator[Finding]:
    """By the look of a value, or by its name where it is no reference; the value is not shown."""
    variables = block(block(function.props, "environment"), "variables")
    for name in variables:
        if not is_unknown(variables, name) and is_secret_variable(name, str(variables[name])):
            yield Finding(found=f"{name} looks like a secret", allowed="an ARN of the secret")


@for_resource(
    FUNCTION,
    id="function-environment-without-key",
    group=Group.DATA_SAFETY,
    severity=Severity.LOW,
    what="A function's environment is encrypted with a KMS key of ours.",
    why="With AWS's own key whoever may look at the function may read it.",
    remedy="Set kms_key_arn.",
    frameworks=("CKV_AWS_173",),
)
def environment_key(function: Resource, context: Context) -> Iterator[Finding]:
    """A function without variables has nothing to encrypt."""
    variables = block(block(function.props, "environment"), "variables")
    if variables and not names_own_key(function.props, "kmsKeyArn"):
        yield Finding(found=shown(function.props, "kmsKeyArn"), allowed="a key of ours")


@for_resource(
    FUNCTION,
    id="function-concurrency-unlimited",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="A function's concurrency is limited, and reserved for it.",
    why="A storm of events otherwise takes the account's whole capacity, and another one its own.",
    remedy="Set reserved_concurrent_executions.",
    frameworks=("CKV_AWS_115",),
)
def concurrency_unlimited(function: Resource, context: Context) -> Iterator[Finding]:
    """None and -1 mean no limit, 0 that it never runs."""
    reserved = number(function.props, "reservedConcurrentExecutions")
    if reserved is None or reserved < 1:
        found = shown(function.props, "reservedConcurrentExecutions")
        yield Finding(found=found, allowed="1 or more")


@for_resource(
    FUNCTION,
    id="function-in-one-zone",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="A function inside a VPC has subnets in two zones at least.",
    why="It is gone with the one zone that it is in.",
    remedy="Pass all private subnets to vpc_config.",
    frameworks=("FSBP Lambda.5",),
)
def in_one_zone(function: Resource, context: Context) -> Iterator[Finding]:
    """The network has a private subnet for each zone; a function outside a VPC is in all."""
    subnets = block(function.props, "vpcConfig").get("subnetIds")
    if subnets is not None and len(subnets) == 1:
        yield Finding(found="one subnet", allowed="two or more")


@for_stack(
    id="function-without-dead-letters",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="An event that a function fails on is kept.",
    why="A break that nobody is told of is the one that costs most.",
    remedy="Set dead_letter_config, or on_failure in aws.lambda_.FunctionEventInvokeConfig.",
    frameworks=("CKV_AWS_116",),
)
def without_dead_letters(stack: Stack, context: Context) -> Iterator[Finding]:
    """Inline or apart."""
    for function in stack.of_type(FUNCTION):
        inline = has(block(function.props, "deadLetterConfig"), "targetArn")
        if not inline and not configured(stack, function, (ON_FAILURE,), "functionName"):
            yield Finding(found="no dead-letter queue", allowed="one", urn=function.urn)
