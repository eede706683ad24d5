"""From rules to what Pulumi calls: two policies for each group, whatever the number of rules.

Pulumi's library reads a resource's properties anew for every policy, so that a policy for each rule
would cost more than the preview itself.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import config as runtime_config
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from policies.exemptions import Exemption, Exemptions, title_of
from policies.parameters import PARAMETERS, defaults
from policies.rule import ANY_TYPE, DESCRIPTIONS, Context, Finding, Group, Rule
from policies.stage_map import Stages, load_stages
from policies.subjects import Resource, Stack

PACK_NAME = "development-stages"
STACK_SUFFIX = "-of-stack"


class Pack:
    """All rules as Pulumi's policies."""

    def __init__(
        self, rules: Iterable[Rule], exemptions: Iterable[Exemption], folder: Path
    ) -> None:
        self.rules = tuple(rules)
        self._entries = tuple(exemptions)
        self._folder = folder
        self._by_type: dict[tuple[Group, str], list[Rule]] = defaultdict(list)
        for rule in self.rules:
            for kind in rule.types:
                self._by_type[rule.group, kind].append(rule)
        self._run_groups: set[tuple[Group, bool]] = set()
        self._disabled: set[str] = set()

    def policies(self) -> list[Policy]:
        """Groups' policies, then the one that looks after the exemptions."""
        found: list[Policy] = []
        for group in Group:
            found += [self._resource_policy(group), self._stack_policy(group)]
        found.append(self._exemption_policy())
        return found

    @cached_property
    def _exemptions(self) -> Exemptions:
        today = datetime.datetime.now(datetime.UTC).date()
        return Exemptions(self._entries, pulumi.get_stack(), today)

    @cached_property
    def _stages(self) -> Stages:
        config = runtime_config.get_config_env()
        return load_stages(self._folder, pulumi.get_stack(), config)

    def _context(self, config: Mapping[str, Any]) -> Context:
        own = {key: _whole(value) for key, value in config.items() if key in PARAMETERS}
        return Context(stages=self._stages, parameters=defaults() | own)

    def _resource_policy(self, group: Group) -> Policy:
        def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
            rules = [
                *self._by_type.get((group, args.resource_type), ()),
                *self._by_type.get((group, ANY_TYPE), ()),
            ]
            self._note(group, args.get_config(), stack=False)
            if rules:
                self._run(rules, resource_of(args), args.get_config(), report)

        return ResourceValidationPolicy(
            name=group.value,
            description=DESCRIPTIONS[group],
            validate=validate,
            enforcement_level=EnforcementLevel.MANDATORY,
            config_schema=self._schema(group, stack=False),
        )

    def _stack_policy(self, group: Group) -> Policy:
        rules = [rule for rule in self.rules if rule.group is group and rule.check_stack]

        def validate(args: StackValidationArgs, report: ReportViolation) -> None:
            self._note(group, args.get_config(), stack=True)
            stack = Stack([stack_resource_of(item) for item in args.resources])
            self._run(rules, stack, args.get_config(), report)

        return StackValidationPolicy(
            name=group.value + STACK_SUFFIX,
            description=DESCRIPTIONS[group],
            validate=validate,
            enforcement_level=EnforcementLevel.MANDATORY,
            config_schema=self._schema(group, stack=True),
        )

    def _note(self, group: Group, config: Mapping[str, Any], *, stack: bool) -> None:
        """Note what has run: an exemption from a rule that has not may still be needed."""
        self._run_groups.add((group, stack))
        self._disabled |= set(config.get("disabled_rules", ()))

    def _idle_rules(self) -> set[str]:
        return {
            rule.id
            for rule in self.rules
            if (rule.group, rule.check_stack is not None) not in self._run_groups
            or rule.id in self._disabled
        }

    def _run(
        self,
        rules: list[Rule],
        subject: Resource | Stack,
        config: Mapping[str, Any],
        report: ReportViolation,
    ) -> None:
        """Report what the rules find; what they cannot know yet becomes the library's own note.

        Raises UnknownValueError after all rules have run, RuntimeError for a rule that fails.
        """
        context = self._context(config)
        disabled = set(config.get("disabled_rules", ()))
        unknown: list[tuple[Rule, UnknownValueError]] = []
        for rule in rules:
            if rule.id in disabled:
                continue
            try:
                for finding in findings(rule, subject, context):
                    urn = finding.urn or subject.urn
                    if not self._exemptions.cover(rule.id, urn):
                        report(rule.message(finding), urn)
            except UnknownValueError as error:
                unknown.append((rule, error))
                self._exemptions.keep(rule.id, "" if isinstance(subject, Stack) else subject.urn)
            except Exception as error:
                msg = f"rule {rule.id} failed on {subject.urn}: {type(error).__name__}: {error}"
                raise RuntimeError(msg) from error
        if unknown:
            first = unknown[0][1]
            notes = {f"{rule.id}: {error.message}" for rule, error in unknown}
            first.message = "; ".join(sorted(notes))
            raise first

    def _exemption_policy(self) -> Policy:
        def validate(args: StackValidationArgs, report: ReportViolation) -> None:
            for problem in self._exemptions.problems(
                rules={rule.id for rule in self.rules},
                idle=self._idle_rules(),
                resources={title_of(item.urn) for item in args.resources},
                stacks=self._stages.all,
            ):
                report(problem, None)

        return StackValidationPolicy(
            name="exemptions",
            description="Exemptions are in use and not expired (policies/exemptions.yaml).",
            validate=validate,
            enforcement_level=EnforcementLevel.MANDATORY,
        )

    def _schema(self, group: Group, *, stack: bool) -> PolicyConfigSchema:
        ids = [r.id for r in self.rules if r.group is group and bool(r.check_stack) is stack]
        own = {
            name: dict(parameter.schema) | {"default": parameter.default}
            for name, parameter in PARAMETERS.items()
            if parameter.group is group
        }
        disabled = {
            "type": "array",
            # An empty list of choices is no valid schema.
            "items": {"type": "string"} | ({"enum": ids} if ids else {}),
            "description": "rules that are switched off",
        }
        return PolicyConfigSchema(properties={"disabled_rules": disabled, **own})


def _whole(value: Any) -> Any:
    """A configured value as it was written: on the way here every number becomes a float."""
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def findings(rule: Rule, subject: Resource | Stack, context: Context) -> Iterator[Finding]:
    """What a rule finds, one by one: what it found before it met something unknown counts.

    Raises UnknownValueError where it depends on what is not known yet.
    """
    if isinstance(subject, Resource):
        assert rule.check is not None  # noqa: S101  (types and check come together)
        yield from rule.check(subject, context)
    else:
        assert rule.check_stack is not None  # noqa: S101  (the policy chose such rules)
        yield from rule.check_stack(subject, context)


def resource_of(args: Any) -> Resource:
    """A resource of Pulumi's library, alone or in a stack, without what connects it."""
    provider = args.provider
    return Resource(
        type=args.resource_type,
        name=args.name,
        urn=args.urn,
        props=args.props,
        protect=args.opts.protect,
        ignore_changes=tuple(args.opts.ignore_changes),
        parent=args.opts.parent,
        provider=provider.props if provider else {},
        provider_urn=provider.urn if provider else "",
    )


def stack_resource_of(item: Any) -> Resource:
    """A resource of Pulumi's library in a stack."""
    alone = resource_of(item)
    return Resource(
        type=alone.type,
        name=alone.name,
        urn=alone.urn,
        props=alone.props,
        protect=alone.protect,
        ignore_changes=alone.ignore_changes,
        parent=item.parent.urn if item.parent else None,
        provider=alone.provider,
        provider_urn=alone.provider_urn,
        dependencies=frozenset(found.urn for found in item.dependencies),
        property_dependencies={
            key: frozenset(found.urn for found in sources)
            for key, sources in item.property_dependencies.items()
        },
    )
