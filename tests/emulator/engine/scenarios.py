"""One edit of a program each: what the engine must do, by Pulumi's documentation.

All of them run in one stack, so that a deployment tries the whole table: names begin with the
scenario's own prefix. Each program text runs in a function of its own.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A program before and after an edit, and the steps that the edit means."""

    title: str
    before: str
    after: str
    steps: list[str]
    """`kind name`, without steps of kind SAME, in the order in which they must end."""
    any_order: bool = False
    gone_on_purpose: tuple[str, ...] = ()
    """Names that the provider keeps although the state gives them up."""
    standing: tuple[str, ...] = ()
    """Ids of resources that the provider holds from the start, each with `value` 1."""

    @property
    def prefix(self) -> str:
        """What the names of its resources begin with."""
        return self.title.replace(" ", "-").replace(",", "")


def program(texts: list[tuple[str, str]]) -> str:
    """Program of (prefix, text) pairs; in the texts `$` stands for the prefix."""
    bodies = []
    for number, (prefix, text) in enumerate(texts):
        body = textwrap.dedent(text).strip().replace("$", prefix) or "pass"
        bodies.append(f"def scenario_{number}():\n{textwrap.indent(body, '    ')}\n")
    calls = "".join(f"scenario_{number}()\n" for number in range(len(texts)))
    return "\n\n".join(bodies) + "\n\n" + calls


def scenario(title: str, before: str, after: str, steps: list[str], **more: object) -> Scenario:
    """A scenario whose steps name resources with `$` for the prefix."""
    bare = Scenario(title=title, before=before, after=after, steps=[])
    named = [step.replace("$", bare.prefix) for step in steps]
    return Scenario(title=title, before=before, after=after, steps=named, **more)  # type: ignore[arg-type]


STEPS: Final = [
    scenario(
        "an unchanged resource is left alone",
        "Thing('$', value=1)",
        "Thing('$', value=1)",
        [],
    ),
    scenario("a new resource is created", "", "Thing('$', value=1)", ["create $"]),
    scenario(
        "a changed input updates in place",
        "Thing('$', value=1)",
        "Thing('$', value=2)",
        ["update $"],
    ),
    scenario("a dropped resource is deleted", "Thing('$')", "", ["delete $"]),
    scenario(
        "a replacement is created before the old one goes",
        "Thing('$', replace=1)",
        "Thing('$', replace=2)",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "a provider can wish to delete first",
        "Thing('$', replace=1, deletesFirst=True)",
        "Thing('$', replace=2, deletesFirst=True)",
        ["delete-replaced $", "replace $", "create-replacement $"],
    ),
    scenario(
        "the option deletes first",
        "Thing('$', replace=1)",
        "Thing('$', replace=2, options=Options(delete_before_replace=True))",
        ["delete-replaced $", "replace $", "create-replacement $"],
    ),
    scenario(
        "the option overrules a provider that would delete first",
        "Thing('$', replace=1, deletesFirst=True)",
        "Thing('$', replace=2, deletesFirst=True, options=Options(delete_before_replace=False))",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "what depends on a thing deleted first is replaced with it",
        """
        thing = Thing('$', replace=1, deletesFirst=True)
        user = Thing('$-user', replace=thing.computed)
        Thing('$-its-user', replace=user.computed)
        Thing('$-updated', value=thing.computed)
        """,
        """
        thing = Thing('$', replace=2, deletesFirst=True)
        user = Thing('$-user', replace=thing.computed)
        Thing('$-its-user', replace=user.computed)
        Thing('$-updated', value=thing.computed)
        """,
        [
            "delete-replaced $-its-user",
            "delete-replaced $-user",
            "delete-replaced $",
            "replace $",
            "create-replacement $",
            "replace $-user",
            "create-replacement $-user",
            "update $-updated",
            "replace $-its-user",
            "create-replacement $-its-user",
        ],
        any_order=True,
    ),
    scenario(
        "what depends on a thing replaced is updated with its outputs",
        "thing = Thing('$', replace=1)\nThing('$-user', value=thing.computed)",
        "thing = Thing('$', replace=2)\nThing('$-user', value=thing.computed)",
        ["create-replacement $", "replace $", "update $-user", "delete-replaced $"],
    ),
    scenario(
        "dependents are deleted before what they depend on",
        """
        thing = Thing('$-a')
        user = Thing('$-b', value=thing.computed)
        Thing('$-c', options=Options(depends_on=[user]))
        """,
        "",
        ["delete $-c", "delete $-b", "delete $-a"],
    ),
    scenario(
        "children are deleted before their parents",
        """
        group = Group('$-group')
        inner = Group('$-inner', Options(parent=group))
        Thing('$-child', options=Options(parent=inner))
        """,
        "",
        ["delete $-child", "delete $-inner", "delete $-group"],
    ),
    scenario(
        "protection dropped alone changes nothing",
        "Thing('$', options=Options(protect=True))",
        "Thing('$')",
        [],
    ),
    scenario(
        "protection dropped in the same edit lets a replacement through",
        "Thing('$', replace=1, options=Options(protect=True))",
        "Thing('$', replace=2)",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "a protected resource is updated all the same",
        "Thing('$', value=1, options=Options(protect=True))",
        "Thing('$', value=2, options=Options(protect=True))",
        ["update $"],
    ),
]

OPTIONS: Final = [
    scenario(
        "ignored changes change nothing",
        """
        Thing('$', value=1, tags={'owner': 'a', 'old': 'x'}, rows=[{'port': 1}, {'port': 2}],
              options=Options(ignore_changes=['value', 'tags', 'rows[*].port']))
        """,
        """
        Thing('$', value=2, tags={'owner': 'b', 'new': 'y'}, rows=[{'port': 3}, {'port': 4}],
              options=Options(ignore_changes=['value', 'tags', 'rows[*].port']))
        """,
        [],
    ),
    scenario(
        "what is not ignored still counts",
        "Thing('$', tags={'owner': 'a', 'team': 'x'})",
        """
        Thing('$', tags={'owner': 'b', 'team': 'y'},
              options=Options(ignore_changes=['tags.owner']))
        """,
        ["update $"],
    ),
    scenario(
        "replace on changes turns an update into a replacement",
        "Thing('$', value=1, tags={'a': 1})",
        "Thing('$', value=2, tags={'a': 1}, options=Options(replace_on_changes=['value']))",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "replace on changes leaves other changes alone",
        "Thing('$', value=1, tags={'a': 1})",
        "Thing('$', value=1, tags={'a': 2}, options=Options(replace_on_changes=['value']))",
        ["update $"],
    ),
    scenario(
        "replace on changes of everything",
        "Thing('$', value=1)",
        "Thing('$', value=2, options=Options(replace_on_changes=['*']))",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "a changed trigger replaces",
        "Thing('$', value=1, options=Options(replacement_trigger='v1'))",
        "Thing('$', value=1, options=Options(replacement_trigger='v2'))",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "an unchanged trigger does not",
        "Thing('$', value=1, options=Options(replacement_trigger='v1'))",
        "Thing('$', value=1, options=Options(replacement_trigger='v1'))",
        [],
    ),
    scenario(
        "a resource kept on delete leaves only the state",
        "Thing('$', options=Options(retain_on_delete=True))",
        "",
        ["delete $"],
        gone_on_purpose=("$",),
    ),
    scenario(
        "replaced with another",
        "thing = Thing('$', replace=1)\nThing('$-too', options=Options(replace_with=[thing]))",
        "thing = Thing('$', replace=2)\nThing('$-too', options=Options(replace_with=[thing]))",
        [
            "create-replacement $",
            "replace $",
            "create-replacement $-too",
            "replace $-too",
            "delete-replaced $-too",
            "delete-replaced $",
        ],
        any_order=True,
    ),
    scenario(
        "what goes with another is not deleted by itself",
        "thing = Thing('$')\nThing('$-in', options=Options(deleted_with=thing))",
        "",
        ["delete $-in", "delete $"],
        gone_on_purpose=("$-in",),
    ),
    scenario(
        "custom timeouts alone change nothing",
        "Thing('$', value=1)",
        "Thing('$', value=1, options=Options(custom_timeouts=pulumi.CustomTimeouts(create='1h')))",
        [],
    ),
    scenario(
        "a changed dependency alone changes nothing",
        "a = Thing('$-a')\nThing('$-b')",
        "a = Thing('$-a')\nThing('$-b', options=Options(depends_on=[a]))",
        [],
    ),
    scenario(
        "a plain value made secret changes nothing at the provider",
        "Thing('$', value='plain-text')",
        "Thing('$', value=pulumi.Output.secret('plain-text'))",
        [],
    ),
]

ALIASES: Final = [
    scenario(
        "a renamed resource keeps its identity",
        "Thing('$-old', value=1)",
        "Thing('$-new', value=1, options=Options(aliases=[pulumi.Alias(name='$-old')]))",
        [],
    ),
    scenario(
        "a renamed and changed resource is updated",
        "Thing('$-old', value=1)",
        "Thing('$-new', value=2, options=Options(aliases=[pulumi.Alias(name='$-old')]))",
        ["update $-new"],
    ),
    scenario(
        "a renamed and replaced resource",
        "Thing('$-old', replace=1)",
        "Thing('$-new', replace=2, options=Options(aliases=[pulumi.Alias(name='$-old')]))",
        ["create-replacement $-new", "replace $-new", "delete-replaced $-old"],
    ),
    scenario(
        "a resource moves under a component",
        "Thing('$')",
        """
        group = Group('$-group')
        root = pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)
        Thing('$', options=Options(parent=group, aliases=[root]))
        """,
        ["create $-group"],
    ),
    scenario(
        "a resource moves out of a component",
        "group = Group('$-group')\nThing('$', options=Options(parent=group))",
        """
        group = Group('$-group')
        Thing('$', options=Options(aliases=[pulumi.Alias(parent=group)]))
        """,
        [],
    ),
    scenario(
        "a changed type keeps its identity",
        "Thing('$', value=1, type_='memory:index:Old')",
        "Thing('$', value=1, options=Options(aliases=[pulumi.Alias(type_='memory:index:Old')]))",
        [],
    ),
    scenario(
        "children follow a renamed component",
        """
        group = Group('$-old')
        child = Thing('$-old-child', value=1, options=Options(parent=group))
        Thing('$-user', value=child.computed)
        """,
        """
        group = Group('$-new', Options(aliases=[pulumi.Alias(name='$-old')]))
        child = Thing('$-new-child', value=1, options=Options(parent=group))
        Thing('$-user', value=child.computed)
        """,
        [],
    ),
    scenario(
        "children follow a component of another type",
        """
        group = Group('$', type_='test:index:Old')
        Thing('$-child', options=Options(parent=group))
        """,
        """
        group = Group('$', Options(aliases=[pulumi.Alias(type_='test:index:Old')]))
        Thing('$-child', options=Options(parent=group))
        """,
        [],
    ),
    scenario(
        "an alias by URN",
        "Thing('$-old', value=1)",
        """
        urn = 'urn:pulumi:dev::demo::memory:index:Thing::$-old'
        Thing('$-new', value=1, options=Options(aliases=[urn]))
        """,
        [],
    ),
    scenario(
        "an alias that leads nowhere is no harm",
        "",
        "Thing('$', value=1, options=Options(aliases=[pulumi.Alias(name='$-never-was')]))",
        ["create $"],
    ),
    scenario(
        "a renamed thing deleted first takes its dependents along",
        """
        thing = Thing('$-old', replace=1, deletesFirst=True)
        Thing('$-user', replace=thing.computed)
        """,
        """
        thing = Thing('$-new', replace=2, deletesFirst=True,
                      options=Options(aliases=[pulumi.Alias(name='$-old')]))
        Thing('$-user', replace=thing.computed)
        """,
        [
            "delete-replaced $-user",
            "delete-replaced $-old",
            "replace $-new",
            "create-replacement $-new",
            "replace $-user",
            "create-replacement $-user",
        ],
    ),
]

PROVIDERS: Final = [
    scenario(
        "a provider whose configuration changes is updated",
        "memory = Memory('$-provider', color='red')\nThing('$', options=Options(provider=memory))",
        "memory = Memory('$-provider', color='blue')\nThing('$', options=Options(provider=memory))",
        ["update $-provider"],
    ),
    scenario(
        "a provider that becomes another one replaces what it serves",
        "memory = Memory('$-provider', region='eu')\nThing('$', options=Options(provider=memory))",
        "memory = Memory('$-provider', region='us')\nThing('$', options=Options(provider=memory))",
        [
            "create-replacement $-provider",
            "replace $-provider",
            "create-replacement $",
            "replace $",
            "delete-replaced $",
            "delete-replaced $-provider",
        ],
    ),
    scenario(
        "a component hands its provider down",
        "",
        """
        memory = Memory('$-provider', region='asia')
        group = Group('$-group', Options(providers=[memory]))
        Thing('$', options=Options(parent=group))
        """,
        ["create $-provider", "create $-group", "create $"],
        any_order=True,
    ),
    scenario(
        "a provider of another name for the same account takes over",
        "memory = Memory('$-one', region='eu')\nThing('$', options=Options(provider=memory))",
        "memory = Memory('$-two', region='eu')\nThing('$', options=Options(provider=memory))",
        ["create $-two", "delete $-one"],
    ),
    scenario(
        "a provider for another account does not take over",
        "memory = Memory('$-one', region='eu')\nThing('$', options=Options(provider=memory))",
        "memory = Memory('$-two', region='us')\nThing('$', options=Options(provider=memory))",
        [
            "create $-two",
            "create-replacement $",
            "replace $",
            "delete-replaced $",
            "delete $-one",
        ],
    ),
    scenario(
        "a renamed provider keeps what it serves",
        "memory = Memory('$-one', region='eu')\nThing('$', options=Options(provider=memory))",
        """
        memory = Memory('$-two', region='eu', options=Options(aliases=[pulumi.Alias(name='$-one')]))
        Thing('$', options=Options(provider=memory))
        """,
        [],
    ),
]

IMPORTS: Final = [
    scenario(
        "a standing resource is imported",
        "",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        ["import $"],
        standing=("$-id",),
    ),
    scenario(
        "an import that differs is updated",
        "",
        "Thing('$', value=2, options=Options(import_='$-id'))",
        ["import $", "update $"],
        standing=("$-id",),
    ),
    scenario(
        "ignored changes are those of the import, too",
        "",
        """
        Thing('$', value=2, options=Options(import_='$-id', ignore_changes=['value']))
        """,
        ["import $"],
        standing=("$-id",),
    ),
    scenario(
        "an import takes the place of what stood",
        "Thing('$', value=1)",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        ["import-replacement $", "replace $", "delete-replaced $"],
        standing=("$-id",),
    ),
    scenario(
        "what was imported stays",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        [],
        standing=("$-id",),
    ),
    scenario(
        "an import dropped from the program changes nothing",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        "Thing('$', value=1)",
        [],
        standing=("$-id",),
    ),
    scenario(
        "what was only read is imported",
        "Thing('$', options=Options(id='$-id'))",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        ["import-replacement $", "replace $", "discard-replaced $"],
        standing=("$-id",),
    ),
    scenario(
        "a resource is read",
        "",
        "Thing('$', options=Options(id='$-id'))",
        ["read $"],
        standing=("$-id",),
        gone_on_purpose=("$",),
    ),
    scenario(
        "a resource read no more is only forgotten",
        "Thing('$', options=Options(id='$-id'))",
        "",
        ["discard $"],
        standing=("$-id",),
        gone_on_purpose=("$",),
    ),
]

TRANSFORMS: Final = [
    scenario(
        "a transform changes inputs",
        "Thing('$', value=1)",
        """
        def bigger(args):
            return pulumi.ResourceTransformResult({**args.props, 'value': 2}, args.opts)
        Thing('$', value=1, options=Options(transforms=[bigger]))
        """,
        ["update $"],
    ),
    scenario(
        "a transform that answers nothing changes nothing",
        "a = Thing('$-a')\nThing('$-b', value=a.computed)",
        """
        a = Thing('$-a')
        Thing('$-b', value=a.computed, options=Options(transforms=[lambda args: None]))
        """,
        [],
    ),
    scenario(
        "a transform changes options",
        "Thing('$', value=1, tags={'a': 1})",
        """
        def ignoring(args):
            opts = Options.merge(args.opts, Options(ignore_changes=['value'], protect=False))
            return pulumi.ResourceTransformResult(args.props, opts)
        Thing('$', value=2, tags={'a': 1}, options=Options(transforms=[ignoring]))
        """,
        [],
    ),
    scenario(
        "a transform of a component is that of its children",
        "group = Group('$-group')\nThing('$', value=1, options=Options(parent=group))",
        """
        def bigger(args):
            if args.custom:
                return pulumi.ResourceTransformResult({**args.props, 'value': 2}, args.opts)
        group = Group('$-group', Options(transforms=[bigger]))
        Thing('$', value=1, options=Options(parent=group))
        """,
        ["update $"],
    ),
    scenario(
        "a transform keeps secrets and dependencies",
        "",
        """
        async def louder(args):
            shouted = pulumi.Output.concat(args.props['value'], '!')
            return pulumi.ResourceTransformResult({**args.props, 'value': shouted}, args.opts)
        a = Thing('$-a', value=pulumi.Output.secret('planted'))
        Thing('$-b', value=a.shout, options=Options(transforms=[louder]))
        """,
        ["create $-a", "create $-b"],
    ),
    scenario(
        "transforms of the stack",
        "Thing('$', value=1)\nThing('$-other', value=1)",
        """
        def bigger(args):
            if args.name == '$':
                return pulumi.ResourceTransformResult({**args.props, 'value': 2}, args.opts)
        pulumi.runtime.register_resource_transform(bigger)
        Thing('$', value=1)
        Thing('$-other', value=1)
        """,
        ["update $"],
    ),
    scenario(
        "transforms of functions",
        "Thing('$', value='told')",
        """
        def telling(args):
            return pulumi.InvokeTransformResult({**args.args, 'told': 'told'}, args.opts)
        pulumi.runtime.register_invoke_transform(telling)
        answer = pulumi.runtime.invoke_output('memory:index:echo', {'a': 1})
        Thing('$', value=answer.apply(lambda found: found['told']))
        """,
        [],
    ),
]

SCENARIOS: Final = [*STEPS, *OPTIONS, *ALIASES, *PROVIDERS, *IMPORTS, *TRANSFORMS]


def standing() -> dict[str, tuple[str, dict[str, object]]]:
    """What the provider holds from the start: URN and outputs by id."""
    return {
        id_.replace("$", item.prefix): (
            f"urn:pulumi:elsewhere::other::memory:index:Thing::{item.prefix}",
            {"value": 1, "computed": "STANDING", "shout": "1!"},
        )
        for item in SCENARIOS
        for id_ in item.standing
    }
