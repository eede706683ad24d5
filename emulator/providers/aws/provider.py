"""The provider itself: configuration, and each operation handed to its type's handler."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from emulator.cloud.provider_context import ProviderContext
from emulator.providers.aws import configuration, sdk
from emulator.providers.aws.account import Account
from emulator.providers.aws.checking import check_properties
from emulator.providers.aws.diffing import difference
from emulator.providers.aws.errors import RefusalError, is_gone, provider_error
from emulator.providers.aws.handler import Handler
from emulator.providers.aws.naming import DEFAULTS_KEY, fill_name, must_delete_first
from emulator.providers.aws.registry import handler_of, run_function
from emulator.providers.aws.replacing import deletes_first
from emulator.providers.aws.state import imported_inputs, merged, refreshed_inputs
from emulator.providers.aws.tags import all_tags
from emulator.providers.provider import (
    Checked,
    CheckFailure,
    Difference,
    PartialError,
    Provider,
    ProviderError,
    Resource,
)
from emulator.values import UNKNOWN, Properties, Secret, has_unknown, without_secrets

REFUSALS = (ClientError, BotoCoreError, RefusalError)


class AwsProvider(Provider):
    """One configured AWS provider."""

    def __init__(self, context: ProviderContext) -> None:
        self._context = context
        self._account: Account | None = None

    @property
    def account(self) -> Account:
        """Account that the configuration led to; raises ProviderError before `configure`."""
        if self._account is None:
            msg = "the AWS provider is not configured yet"
            raise ProviderError(msg)
        return self._account

    def check_config(self, urn: str, news: Properties) -> Checked:
        """Check the provider's configuration; unknown keys are named."""
        return Checked(inputs=news, failures=configuration.check(news))

    def diff_config(self, urn: str, olds: Properties, news: Properties) -> Difference:
        """A provider changes in place: what it made carries its own region."""
        found = super().diff_config(urn, olds, news)
        found.changed = [key for key in found.changed if key not in configuration.ENGINE_KEYS]
        return found

    def configure(self, config: Properties) -> None:
        """Find the account; refuse one that the configuration does not allow."""
        self._account = configuration.account_of(self._context, config)

    def check(self, urn: str, type_: str, olds: Properties, news: Properties) -> Checked:
        """Validate against the SDK's Args, then as the type's handler knows; fill in defaults."""
        schema = sdk.resource(type_)
        if schema is None:
            return Checked(inputs=news, failures=[_unknown_type(type_)])
        given = {key: value for key, value in news.items() if key != "tagsAll"}
        inputs, failures = check_properties(schema.inputs, given)
        if failures:
            return Checked(inputs=inputs, failures=failures)
        fill_name(schema, urn, olds, inputs)
        if "tagsAll" in schema.outputs:
            inputs["tagsAll"] = all_tags(inputs, self.account.default_tags)
        region = inputs.get("region") or self.account.region
        failures = handler_of(type_).check(inputs, self.account.account_id, str(region))
        return Checked(inputs=inputs, failures=failures)

    def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
    ) -> Difference:
        """Compare by path; a resource of a provider that moved to another region is replaced."""
        schema, handler = _known(type_)
        standing = old_outputs.get("region")
        if standing and "region" in schema.inputs.properties and "region" not in news:
            news = news | {"region": self.account.region}
        found = difference(type_, handler, old_inputs, old_outputs, news)
        if found.replaces:
            found.delete_before_replace = deletes_first(type_) or must_delete_first(
                schema, old_inputs, news
            )
        return found

    def create(self, urn: str, type_: str, inputs: Properties, *, preview: bool) -> Resource:
        """Create in the cloud and read back; in a preview nothing but the inputs is known."""
        schema, handler = _known(type_)
        if preview:
            unknown = schema.outputs - schema.inputs.properties.keys() - {"tagsAll"}
            outputs: Properties = dict.fromkeys(sorted(unknown), UNKNOWN) | inputs
            if "region" in schema.outputs:
                outputs.setdefault("region", self.account.region)
            return Resource(id="", outputs=self._secrets(schema, outputs))
        self._refuse_unknowns(type_, inputs)
        account = self.account.in_region(inputs.get("region"))
        doing = f"creating {handler.label}{_named(inputs)}"
        try:
            id_ = handler.create(account, inputs)
        except REFUSALS as error:
            raise provider_error(doing, error) from error
        try:
            live = handler.read(account, id_, inputs)
        except REFUSALS as error:
            resource = Resource(id=id_, outputs=inputs, inputs=inputs)
            raise PartialError(str(provider_error(doing, error)), resource) from error
        outputs = merged(schema, handler, inputs, live or {}, account)
        return Resource(id=id_, outputs=self._secrets(schema, outputs))

    def read(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> Resource | None:
        """Read the resource as it stands, so that drift shows; None where it is gone."""
        schema, handler = _known(type_)
        known = without_secrets(inputs | outputs)
        account = self.account.in_region(known.get("region"))
        try:
            live = handler.read(account, id_, known)
        except REFUSALS as error:
            if is_gone(error):
                return None
            raise provider_error(f"reading {handler.label} ({id_})", error) from error
        if live is None:
            return None
        now = merged(schema, handler, known, live, account)
        now_inputs = (
            refreshed_inputs(schema, handler, inputs, now)
            if inputs
            else imported_inputs(schema, handler, now)
        )
        return Resource(id=id_, outputs=self._secrets(schema, now), inputs=now_inputs)

    def update(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        *,
        preview: bool,
    ) -> Properties:
        """Update in the cloud and read back."""
        schema, handler = _known(type_)
        olds = without_secrets(old_outputs)
        changed = {key for key in olds | news if olds.get(key) != news.get(key)}
        if preview:
            stays = {key: value for key, value in olds.items() if key not in old_inputs}
            computed = dict.fromkeys(handler.unknown_after_update(changed), UNKNOWN)
            return self._secrets(schema, stays | news | computed)
        self._refuse_unknowns(type_, news)
        account = self.account.in_region(olds.get("region"))
        doing = f"updating {handler.label} ({id_})"
        try:
            handler.update(account, id_, old_inputs | olds, news)
            stale = set(handler.unknown_after_update(changed))
            standing = {key: value for key, value in olds.items() if key not in stale}
            live = handler.read(account, id_, standing | news)
        except REFUSALS as error:
            raise provider_error(doing, error) from error
        if live is None:
            msg = f"{doing}: it is gone; run refresh"
            raise ProviderError(msg)
        return self._secrets(schema, merged(schema, handler, news, live, account))

    def delete(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> None:
        """Delete in the cloud."""
        _, handler = _known(type_)
        known = without_secrets(inputs | outputs)
        account = self.account.in_region(known.get("region"))
        try:
            handler.delete(account, id_, known)
        except REFUSALS as error:
            if not is_gone(error):
                raise provider_error(f"deleting {handler.label} ({id_})", error) from error

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Run a data function."""
        try:
            return run_function(self.account, token, arguments)
        except REFUSALS as error:
            raise provider_error(f"reading {token.rpartition(':')[2]}", error) from error

    def _secrets(self, schema: sdk.ResourceSchema, outputs: Properties) -> Properties:
        return {
            key: Secret(value) if key in schema.secret_outputs and value is not None else value
            for key, value in outputs.items()
            if key != DEFAULTS_KEY or value
        }

    def _refuse_unknowns(self, type_: str, inputs: Properties) -> None:
        unknown = sorted(key for key, value in inputs.items() if has_unknown(value))
        if unknown:
            msg = f"{type_}: {', '.join(unknown)} are still unknown; only a preview takes those"
            raise ProviderError(msg)


def _known(type_: str) -> tuple[sdk.ResourceSchema, Handler]:
    schema = sdk.resource(type_)
    if schema is None:
        raise ProviderError(_unknown_type(type_).reason)
    return schema, handler_of(type_)


def _unknown_type(type_: str) -> CheckFailure:
    near = sdk.near_types(type_)
    hint = f"; near it: {', '.join(near)}" if near else ""
    reason = f"pulumi-aws {sdk.version()} has no resource type {type_}{hint}"
    return CheckFailure(property="", reason=reason)


def _named(inputs: Properties) -> str:
    for key in ("name", "identifier", "bucket", "functionName", "namePrefix", "cidrBlock"):
        if isinstance(inputs.get(key), str):
            return f" ({inputs[key]})"
    return ""
