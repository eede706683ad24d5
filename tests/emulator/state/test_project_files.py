"""What the project and its stack files say, read as the CLI reads them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from emulator.errors import UserError
from emulator.home import Home
from emulator.state.backend import FileBackend, find_backend
from emulator.state.passphrase import new_state
from emulator.state.project import find_project
from emulator.state.stack_config import StackConfig, load_stack_config
from emulator.state.stack_name import StackName, parse_stack_name


def _project(folder: Path, extra: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text(f"name: demo\nruntime: python\n{extra}")
    return folder


def _config(folder: Path, stack_file: str, extra: str = "") -> StackConfig:
    project = find_project(_project(folder, extra))
    (folder / "Pulumi.dev.yaml").write_text(stack_file)
    return load_stack_config(project, project.stack_file("dev"), Home(folder / "home"))


def test_the_project_is_found_from_a_folder_below(tmp_path: Path) -> None:
    below = _project(tmp_path) / "a" / "b"
    below.mkdir(parents=True)
    assert find_project(below).folder == tmp_path.resolve()


def test_where_there_is_no_project_the_folder_searched_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"no Pulumi.yaml in {tmp_path}"):
        find_project(tmp_path)


def test_another_runtime_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nruntime: nodejs\n")
    with pytest.raises(UserError, match="'nodejs'"):
        find_project(tmp_path)


def test_invalid_yaml_is_said_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: [demo\n")
    with pytest.raises(UserError, match=r"Pulumi.yaml is not valid YAML.*\n.*line"):
        find_project(tmp_path)


def test_the_interpreter_is_that_of_the_projects_virtual_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    named = "name: demo\nruntime: {name: python, options: {virtualenv: venv}}\nmain: src\n"
    (tmp_path / "Pulumi.yaml").write_text(named)
    assert find_project(tmp_path).python == sys.executable
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    project = find_project(tmp_path)
    assert project.python == str(python)
    assert project.program == tmp_path.resolve() / "src"


def test_plain_keys_are_the_projects_own(tmp_path: Path) -> None:
    config = _config(
        tmp_path, "config:\n  size: 7\n  aws:region: eu-west-1\n  demo:config:old: x\n"
    )
    assert config.values == {"demo:size": "7", "aws:region": "eu-west-1", "demo:old": "x"}


SCALARS = {  # what `pulumi config --json` of 3.260.0 makes of them (but for dates)
    "number": ("7", "7"),
    "text": ('"7"', "7"),
    "true": ("true", "true"),
    "yes is a text": ("yes", "yes"),
    "no colon arithmetic": ("1:30", "1:30"),
    "no dates": ("2026-01-01", "2026-01-01"),
    "octal": ("0123", "83"),
    "no octal": ("012345678901", "12345678901"),
    "hexadecimal": ("0x1f", "31"),
    "underscores": ("1_000", "1000"),
    "exponent": ("1e3", "1000"),
    "fraction": ("0.50", "0.5"),
    "too large": ("12345678901234567890123", "1.2345678901234568e+22"),
    "True": ("True", "true"),
    "list": ("[1, a]", '[1,"a"]'),
    "object": ("{b: {c: 1.0}, a: é}", '{"a":"é","b":{"c":1}}'),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("text", "expected"), SCALARS.values(), ids=SCALARS)
def test_a_value_reaches_the_program_as_text(tmp_path: Path, text: str, expected: str) -> None:
    assert _config(tmp_path, f"config:\n  demo:key: {text}\n").values == {"demo:key": expected}


def test_defaults_of_the_project_fill_in_and_types_are_checked(tmp_path: Path) -> None:
    declared = (
        "config:\n  size: {type: integer, default: 3}\n  plain: x\n  zones: {type: array}\n"
        "  aws:region: {value: us-east-1}\n"
    )
    config = _config(tmp_path, "config:\n  zones: [a]\n", declared)
    assert config.values == {
        "aws:region": "us-east-1",
        "demo:plain": "x",
        "demo:size": "3",
        "demo:zones": '["a"]',
    }
    with pytest.raises(UserError) as error:
        _config(tmp_path, "config:\n  size: big\n", declared)
    assert "demo:size: got 'big', allowed: integer" in str(error.value)
    assert "demo:zones: missing" in str(error.value)


def test_secure_values_are_decrypted_and_known_to_be_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "x")
    state, crypter = new_state(Home(tmp_path / "home"))
    sealed = crypter.encrypt("s3cr3t")
    text = f"encryptionsalt: {state}\nconfig:\n  token: {{secure: '{sealed}'}}\n"
    config = _config(tmp_path, text + f"  nested: {{a: [{{secure: '{sealed}'}}]}}\n")
    assert config.values["demo:token"] == "s3cr3t"
    assert config.values["demo:nested"] == '{"a":["s3cr3t"]}'
    assert config.secret_keys == {"demo:token", "demo:nested"}
    assert "s3cr3t" not in str(config.shown())
    assert "s3cr3t" not in str(config.history())


def test_a_value_of_a_provider_that_the_emulator_has_not_is_an_error_that_names_it(
    tmp_path: Path,
) -> None:
    text = "secretsprovider: awskms://alias/x\nconfig:\n  token: {secure: abc}\n"
    with pytest.raises(UserError, match=r"demo:token: encrypted by .*'awskms://alias/x'"):
        _config(tmp_path, text)


def test_a_kms_provider_without_secrets_is_only_remarked(tmp_path: Path) -> None:
    config = _config(tmp_path, "secretsprovider: awskms://alias/x\nconfig:\n  a: b\n")
    assert config.secrets_provider == "awskms://alias/x"


@pytest.mark.parametrize("text", ["dev", "organization/dev", "organization/demo/dev"])
def test_a_stack_is_named_short_or_in_full(text: str) -> None:
    assert parse_stack_name(text, "demo") == StackName("demo", "dev")


@pytest.mark.parametrize("text", ["", "a/b/c/d", "acme/demo/dev", "../dev", "a b"])
def test_any_other_name_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="organization"):
        parse_stack_name(text, "demo")


def test_a_file_url_names_the_backend_and_another_kind_is_left_alone(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/x")
    assert find_backend(home) == (FileBackend(tmp_path / "x"), "")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://production-state")
    backend, note = find_backend(home)
    assert backend == FileBackend(home.state)
    assert "'s3'" in note


def test_a_backend_of_another_layout_is_refused(home: Home) -> None:
    meta = home.state / ".pulumi" / "meta.yaml"
    meta.parent.mkdir(parents=True)
    meta.write_text("version: 2\n")
    with pytest.raises(UserError, match="version: 2"):
        FileBackend(home.state).prepare()
