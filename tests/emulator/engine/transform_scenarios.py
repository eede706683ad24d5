"""Edits by way of transforms, one each."""

from __future__ import annotations

from typing import Final

from tests.emulator.engine.scenario import scenario

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
