"""IAM authentication tokens for RDS, signed as the session's principal.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.cloud.provider_context import ProviderContext
from emulator.providers.postgresql.configuration import Settings
from emulator.providers.provider import ProviderError


def iam_token(context: ProviderContext, settings: Settings) -> str:
    """Token that is the password for 15 minutes from now; an unset region is signed as empty.

    With a role to assume, the plugin takes the region from its environment, not from the setting.
    """
    client, region = context.client("rds"), settings.iam_region
    if settings.iam_role_arn:
        client, region = _client_of_role(context, settings.iam_role_arn), context.region
    token: str = client.generate_db_auth_token(
        DBHostname=settings.host,
        Port=settings.port,
        DBUsername=settings.username,
        Region=region,
    )
    return token


def _client_of_role(context: ProviderContext, role_arn: str) -> Any:
    try:
        answer = context.client("sts").assume_role(
            RoleArn=role_arn, RoleSessionName="TerraformPostgresqlProvider"
        )
    except (BotoCoreError, ClientError) as error:
        msg = f"awsRdsIamProviderRoleArn: could not assume {role_arn}: {error}"
        raise ProviderError(msg) from None
    keys = answer["Credentials"]
    return context.boto3_session().client(
        "rds",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        endpoint_url=context.endpoint_url,
    )
