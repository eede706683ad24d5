"""The AWS provider: pulumi-aws's behaviour, on the emulated AWS."""

from emulator.providers.aws.provider import AwsProvider

__all__ = ["AwsProvider"]
