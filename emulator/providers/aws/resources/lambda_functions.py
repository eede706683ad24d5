# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Lambda functions and who may invoke them."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.archives import content_of
from emulator.providers.aws.errors import is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import changed_names, from_aws, to_aws
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.tags import tag_changes, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

CODE = ("code", "s3Bucket", "s3Key", "s3ObjectVersion", "imageUri", "sourceCodeHash")
CONFIGURATION = {
    "description": "Description",
    "handler": "Handler",
    "kmsKeyArn": "KMSKeyArn",
    "layers": "Layers",
    "memorySize": "MemorySize",
    "role": "Role",
    "runtime": "Runtime",
    "timeout": "Timeout",
}


class Function(Handler):
    """A function."""

    label = "Lambda Function"
    defaults: ClassVar = {"memorySize": 128, "timeout": 3, "packageType": "Zip"}
    computed = frozenset(
        {"architectures", "ephemeralStorage", "loggingConfig", "sourceCodeHash", "tracingConfig"}
        | {"codeSha256", "s3ObjectVersion"}
    )
    ordered = frozenset({"layers"})

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        found = []
        limits = {"timeout": (1, 900), "memorySize": (128, 32768)}
        for limited, (lowest, highest) in limits.items():
            value = inputs.get(limited)
            if isinstance(value, int) and not lowest <= value <= highest:
                found.append(failure(limited, f"got {value}, allowed: {lowest} to {highest}"))
        name = inputs.get("name")
        if isinstance(name, str) and not re.fullmatch(r"[\w-]{1,64}", name, re.ASCII):
            found.append(failure("name", f'"{name}"; letters, digits, "_", "-", 64 at most'))
        if not any(inputs.get(item) for item in ("code", "s3Bucket", "imageUri")):
            found.append(failure("code", "one of code, s3Bucket and imageUri is needed"))
        if inputs.get("packageType", "Zip") == "Zip":
            found += [
                failure(item, "needed where packageType is Zip")
                for item in ("handler", "runtime")
                if not inputs.get(item)
            ]
        return found

    def _configuration(self, inputs: Properties) -> dict[str, Any]:
        vpc = inputs.get("vpcConfig") or {}
        wanted: dict[str, Any] = {
            "Environment": {"Variables": (inputs.get("environment") or {}).get("variables") or {}},
            "VpcConfig": {
                "SubnetIds": vpc.get("subnetIds") or [],
                "SecurityGroupIds": vpc.get("securityGroupIds") or [],
            },
        }
        if inputs.get("tracingConfig"):
            wanted["TracingConfig"] = {"Mode": inputs["tracingConfig"]["mode"]}
        if inputs.get("deadLetterConfig"):
            wanted["DeadLetterConfig"] = {"TargetArn": inputs["deadLetterConfig"]["targetArn"]}
        if inputs.get("ephemeralStorage"):
            wanted["EphemeralStorage"] = {"Size": inputs["ephemeralStorage"].get("size", 512)}
        return wanted

    def _code(self, account: Account, inputs: Properties) -> dict[str, Any]:
        if inputs.get("code") is not None:
            return {"ZipFile": content_of(inputs["code"], account.context.folder)}
        names = {"s3Bucket": "S3Bucket", "s3Key": "S3Key", "s3ObjectVersion": "S3ObjectVersion"}
        return to_aws(inputs, names | {"imageUri": "ImageUri"})

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("lambda")
        name = str(inputs.get("name") or prefixed_name("terraform-"))
        given = to_aws(self.defaults | inputs, CONFIGURATION | {"packageType": "PackageType"})
        client.create_function(
            FunctionName=name,
            Code=self._code(account, inputs),
            Architectures=inputs.get("architectures") or ["x86_64"],
            Publish=bool(inputs.get("publish")),
            Tags=wanted_tags(inputs),
            **given,
            **self._configuration(inputs),
        )
        self._reserve(account, name, {}, inputs)
        return name

    def _reserve(self, account: Account, name: str, olds: Properties, news: Properties) -> None:
        client, old = account.client("lambda"), olds.get("reservedConcurrentExecutions", -1)
        wanted = news.get("reservedConcurrentExecutions", -1)
        if wanted != old and wanted >= 0:
            client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=wanted)
        elif wanted != old:
            client.delete_function_concurrency(FunctionName=name)

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        try:
            answer = account.client("lambda").get_function(FunctionName=id_)
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        item = answer["Configuration"]
        arn = item["FunctionArn"]
        invoke = account.arn("apigateway", "lambda:path/2015-03-31/functions").replace(
            f":{account.account_id}:", ":"
        )
        variables = (item.get("Environment") or {}).get("Variables") or {}
        vpc = item.get("VpcConfig") or {}
        found = from_aws(item, CONFIGURATION) | {
            "arn": arn,
            "architectures": item.get("Architectures") or ["x86_64"],
            "codeSha256": item.get("CodeSha256"),
            "environment": {"variables": variables} if variables else None,
            "ephemeralStorage": {"size": (item.get("EphemeralStorage") or {}).get("Size", 512)},
            "invokeArn": f"{invoke}/{arn}/invocations",
            "lastModified": item.get("LastModified"),
            "layers": [layer["Arn"] for layer in item.get("Layers") or ()],
            "name": item["FunctionName"],
            "packageType": item.get("PackageType", "Zip"),
            "qualifiedArn": f"{arn}:{item.get('Version', '$LATEST')}",
            "qualifiedInvokeArn": f"{invoke}/{arn}:{item.get('Version', '$LATEST')}/invocations",
            "reservedConcurrentExecutions": (answer.get("Concurrency") or {}).get(
                "ReservedConcurrentExecutions", -1
            ),
            "signingJobArn": "",
            "signingProfileVersionArn": "",
            "sourceCodeHash": item.get("CodeSha256"),
            "sourceCodeSize": item.get("CodeSize"),
            "tracingConfig": {"mode": (item.get("TracingConfig") or {}).get("Mode", "PassThrough")},
            "version": item.get("Version", "$LATEST"),
            "tagsAll": answer.get("Tags") or {},
        }
        if vpc.get("SubnetIds"):
            found["vpcConfig"] = {
                "subnetIds": vpc["SubnetIds"],
                "securityGroupIds": vpc.get("SecurityGroupIds") or [],
                "vpcId": vpc.get("VpcId"),
            }
        if (
            "reservedConcurrentExecutions" not in known
            and found["reservedConcurrentExecutions"] < 0
        ):
            del found["reservedConcurrentExecutions"]
        return found

    def same(self, path: str, old: Any, new: Any) -> bool:
        """AWS adds the VPC of the subnets."""
        return path == "vpcConfig.vpcId"

    def unknown_after_update(self, changed: set[str]) -> list[str]:
        found = ["lastModified"] if changed - {"tags", "tagsAll"} else []
        if changed & set(CODE):
            found += ["codeSha256", "sourceCodeHash", "sourceCodeSize"]
        return found

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("lambda")
        if any(olds.get(name) != news.get(name) for name in CODE if name in news):
            client.update_function_code(
                FunctionName=id_, Publish=bool(news.get("publish")), **self._code(account, news)
            )
        full = self.defaults | {"description": ""} | news
        changes = changed_names(olds, full, CONFIGURATION)
        wanted, standing = self._configuration(news), self._configuration(olds)
        changes |= {key: item for key, item in wanted.items() if standing.get(key) != item}
        if changes:
            client.update_function_configuration(FunctionName=id_, **changes)
        self._reserve(account, id_, olds, news)
        arn = account.arn("lambda", f"function:{id_}")
        to_set, to_remove = tag_changes(olds, news)
        if to_remove:
            client.untag_resource(Resource=arn, TagKeys=to_remove)
        if to_set:
            client.tag_resource(Resource=arn, Tags=to_set)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        if not known.get("skipDestroy"):
            account.client("lambda").delete_function(FunctionName=id_)


class Permission(Handler):
    """Who may invoke a function."""

    label = "Lambda Permission"
    computed = frozenset({"statementId"})
    NAMES: ClassVar = {
        "action": "Action",
        "principal": "Principal",
        "principalOrgId": "PrincipalOrgID",
        "sourceAccount": "SourceAccount",
        "sourceArn": "SourceArn",
        "eventSourceToken": "EventSourceToken",
        "functionUrlAuthType": "FunctionUrlAuthType",
        "qualifier": "Qualifier",
    }

    def create(self, account: Account, inputs: Properties) -> str:
        prefix = inputs.get("statementIdPrefix", "terraform-")
        statement = str(inputs.get("statementId") or prefixed_name(prefix))
        account.client("lambda").add_permission(
            FunctionName=inputs["function"],
            StatementId=statement,
            **to_aws(inputs, self.NAMES),
        )
        return statement

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        if not known.get("function"):  # an import: FUNCTION/STATEMENT
            function, _, id_ = id_.rpartition("/")
            if not function:
                return None
            known = {"function": function}
        qualifier = {"Qualifier": known["qualifier"]} if known.get("qualifier") else {}
        try:
            answer = account.client("lambda").get_policy(
                FunctionName=known["function"], **qualifier
            )
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        for statement in json.loads(answer["Policy"])["Statement"]:
            if statement["Sid"] == id_:
                principal = statement["Principal"]
                if isinstance(principal, dict):
                    principal = principal.get("Service") or principal.get("AWS")
                source = (statement.get("Condition") or {}).get("ArnLike") or {}
                return {
                    "action": statement["Action"],
                    "function": known["function"],
                    "principal": principal,
                    "sourceArn": source.get("AWS:SourceArn", known.get("sourceArn")),
                    "statementId": id_,
                    "statementIdPrefix": known.get("statementIdPrefix") or "",
                }
        return None

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("lambda").remove_permission(FunctionName=known["function"], StatementId=id_)


HANDLERS: dict[str, Handler] = {
    "aws:lambda/function:Function": Function(),
    "aws:lambda/permission:Permission": Permission(),
}
