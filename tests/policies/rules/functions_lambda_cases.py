"""Cases of policies/rules/functions_lambda.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, undecided, violating

FUNCTION = "aws:lambda/function:Function"
URL = "aws:lambda/functionUrl:FunctionUrl"
LAYER_PERMISSION = "aws:lambda/layerVersionPermission:LayerVersionPermission"
ON_FAILURE = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"

SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:telegram"
BOT_TOKEN = "123456789:" + "A" * 35


def function(**props: Any) -> Fixture:
    return Fixture(type=FUNCTION, name="function", props={"name": "notifier"} | props)


def variables(**values: Any) -> dict[str, Any]:
    return {"environment": {"variables": values}}


def letters(**props: Any) -> Fixture:
    return Fixture(type=ON_FAILURE, props={"functionName": "notifier"} | props)


CASES = (
    passing("function-url", function()),
    violating("function-url", Fixture(type=URL, props={"authorizationType": "NONE"})),
    violating("function-url", Fixture(type=URL, props={"authorizationType": "AWS_IAM"})),
    passing("function-layer-shared", Fixture(type=LAYER_PERMISSION, props={"principal": "1" * 12})),
    violating("function-layer-shared", Fixture(type=LAYER_PERMISSION, props={"principal": "*"})),
    violating(
        "function-layer-shared",
        Fixture(type=LAYER_PERMISSION, props={"principal": UNKNOWN}),
        title="unknown",
    ),
    passing("function-undescribed", function(description="Telegram")),
    passing("function-undescribed", function(description=UNKNOWN), title="unknown"),
    violating("function-undescribed", function()),
    passing("function-runtime-ends", function(runtime="python3.13")),
    passing("function-runtime-ends", function(runtime="nodejs22.x"), title="another language"),
    passing("function-runtime-ends", function(packageType="Image"), title="an image"),
    violating("function-runtime-ends", function(runtime="python3.9")),
    violating("function-runtime-ends", function(runtime="python3.12"), title="not the latest"),
    violating("function-runtime-ends", function(runtime=UNKNOWN), title="unknown"),
    violating("function-runtime-ends", function(), title="absent"),
    passing("function-environment-secret", function()),
    passing("function-environment-secret", function(**variables(TELEGRAM_SECRET_ARN=SECRET_ARN))),
    passing("function-environment-secret", function(**variables(BOT_TOKEN=SECRET_ARN)), title="x"),
    passing("function-environment-secret", function(**variables(BOT_TOKEN=UNKNOWN)), title="?"),
    passing("function-environment-secret", function(**variables(LEVEL="info")), title="harmless"),
    passing("function-environment-secret", function(**variables(TOKEN="")), title="empty"),
    passing("function-environment-secret", function(**variables(TOKEN_NAME="bot")), title="name"),
    violating("function-environment-secret", function(**variables(X=BOT_TOKEN)), title="by look"),
    violating("function-environment-secret", function(**variables(BOT_TOKEN="abc")), title="name"),
    undecided("function-environment-secret", function(environment=UNKNOWN)),
    passing("function-environment-without-key", function(), title="no variables"),
    passing("function-environment-without-key", function(kmsKeyArn=UNKNOWN, **variables(A="b"))),
    violating("function-environment-without-key", function(**variables(A="b"))),
    passing("function-concurrency-unlimited", function(reservedConcurrentExecutions=1)),
    violating("function-concurrency-unlimited", function(), title="absent"),
    violating("function-concurrency-unlimited", function(reservedConcurrentExecutions=-1)),
    passing("function-in-one-zone", function(), title="no VPC"),
    passing("function-in-one-zone", function(vpcConfig={"subnetIds": [UNKNOWN, UNKNOWN]})),
    violating("function-in-one-zone", function(vpcConfig={"subnetIds": [UNKNOWN]})),
    undecided("function-in-one-zone", function(vpcConfig={"subnetIds": UNKNOWN})),
    passing("function-without-dead-letters", function(deadLetterConfig={"targetArn": UNKNOWN})),
    passing("function-without-dead-letters", function(), letters(), title="apart"),
    violating("function-without-dead-letters", function()),
    violating("function-without-dead-letters", function(), letters(functionName="other")),
)
