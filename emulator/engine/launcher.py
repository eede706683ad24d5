"""Runs in the project's interpreter: a program, its dynamic providers, or a policy pack.

Needs nothing but the `pulumi` package, since the project's virtual environment need not hold the
emulator. What the CLI's language host does around a program is described at
https://github.com/pulumi/pulumi/tree/master/sdk/python/cmd/pulumi-language-python

    launcher.py program FOLDER_OR_FILE   PULUMI_* variables tell the rest
    launcher.py dynamic ENGINE_ADDRESS
    launcher.py policy ENGINE_ADDRESS PACK_FOLDER
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import runpy
import signal
import sys

EXIT_PROGRAM_FAILED = 1
PR_SET_PDEATHSIG = 1
GARBAGE_THRESHOLDS = (100_000, 50, 100)
"""Modules and resources live until the end: looking for garbage as often as Python does by default
finds none, and takes a quarter of the time in which the SDK is imported."""


def end_with_parent() -> None:
    """Have the kernel end this process when the engine ends, also by kill -9 (Linux only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.environ.pop("ENGINE_PID", None) not in (None, str(os.getppid())):
        sys.exit(EXIT_PROGRAM_FAILED)  # the engine ended before the kernel was asked


def run_program(program: str) -> int:
    """Run a Pulumi program as its language host would."""
    import asyncio
    import logging
    import traceback
    from concurrent.futures import ThreadPoolExecutor

    import pulumi
    import pulumi.runtime

    environment = os.environ
    parallel = int(environment["PULUMI_PARALLEL"])
    pulumi.runtime.set_all_config(
        pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env()
    )
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=environment["PULUMI_MONITOR"],
            engine=environment["PULUMI_ENGINE"],
            project=environment["PULUMI_PROJECT"],
            stack=environment["PULUMI_STACK"],
            organization=environment["PULUMI_ORGANIZATION"],
            root_directory=environment["PULUMI_ROOT_DIRECTORY"],
            parallel=parallel,
            dry_run=environment["PULUMI_DRY_RUN"] == "true",
        )
    )
    # Several calls for each resource, which the CLI shows with --debug and the emulator nowhere.
    pulumi.log.debug = lambda *_, **__: None
    wait_once_for_outputs()
    # Resources that fail leave futures behind that nobody awaits: no news to the person.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(max_workers=max(parallel, 1) * 4)
    loop.set_default_executor(executor)

    def program_body() -> None:
        runpy.run_path(program, run_name="__main__")

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program_body))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except Exception as error:  # noqa: BLE001 - whatever the program raised is for its author
        trace = "".join(traceback.format_exception(without_our_frames(error, program)))
        pulumi.log.error(f"Program failed with an unhandled exception:\n{trace}")
    else:
        return 0
    finally:
        executor.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    return EXIT_PROGRAM_FAILED


def wait_once_for_outputs() -> None:
    """Have the SDK wait for all outputs at once, or until one fails.

    Once its calls are made, `wait_for_rpcs` waits for the first of the outputs that are left, then
    for the first of the rest: with 12,000 resources most of the program's time.
    """
    import asyncio
    from collections.abc import Collection
    from types import ModuleType

    from pulumi.runtime import stack

    async def wait(outputs: Collection[asyncio.Task[object]], *, return_when: str) -> object:
        del return_when
        return await asyncio.wait(outputs, return_when=asyncio.FIRST_EXCEPTION)

    patient = ModuleType("asyncio")
    vars(patient).update(vars(asyncio), wait=wait)
    vars(stack)["asyncio"] = patient


def without_our_frames(error: Exception, program: str) -> Exception:
    """The exception with a traceback that begins in the program, where it passes through it."""
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(program):
        return error.with_traceback(None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(program):
            return error.with_traceback(trace)
        trace = trace.tb_next
    return error


def main() -> int:
    """Dispatch; module-level imports of the project come from its folder, not from this one."""
    end_with_parent()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    sys.path[0] = os.getcwd()
    mode, *arguments = sys.argv[1:]
    if mode == "program":
        sys.argv = arguments
        exit_code = run_program(arguments[0])
        gc.freeze()  # or the interpreter looks for garbage in all of the SDK again before it ends
        return exit_code
    module = {"dynamic": "pulumi.dynamic", "policy": "pulumi.policy"}[mode]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
