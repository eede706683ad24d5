"""Bytes of assets and archives; an archive becomes the same zip file every time."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from emulator.providers.aws.errors import RefusalError
from emulator.values import Archive, Asset, Value

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip file can hold."""
ARCHIVE_SUFFIXES: Final = (".zip", ".jar", ".tar", ".tgz", ".tar.gz")


def content_of(value: Value, folder: Path) -> bytes:
    """Bytes of an asset, or of an archive's zip file; relative paths begin at `folder`."""
    if isinstance(value, Asset):
        return _asset(value, folder)
    path = folder / value.path if isinstance(value, Archive) and value.path else None
    if path is not None and path.is_file() and path.suffix in (".zip", ".jar"):
        return path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files_of(value, folder)):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def files_of(value: Value, folder: Path, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """Names and contents of an archive's files."""
    if isinstance(value, Asset):
        yield prefix, _asset(value, folder)
    elif isinstance(value, Archive) and value.assets is not None:
        for name, member in value.assets:
            yield from files_of(member, folder, f"{prefix}/{name}" if prefix else name)
    elif isinstance(value, Archive) and value.path:
        for name, content in _path_files(folder / value.path):
            yield f"{prefix}/{name}" if prefix else name, content
    else:
        message = "only files, folders, texts and archives of them can be uploaded here"
        raise RefusalError("Pulumi", "ReadAsset", "UnsupportedAsset", message)


def _asset(asset: Asset, folder: Path) -> bytes:
    if asset.text is not None:
        return asset.text.encode()
    if asset.path:
        path = folder / asset.path
        if not path.is_file():
            message = f"no such file: {asset.path}"
            raise RefusalError("Pulumi", "ReadAsset", "NoSuchFile", message)
        return path.read_bytes()
    message = f"the emulator fetches nothing from the network: {asset.uri}"
    raise RefusalError("Pulumi", "ReadAsset", "UnsupportedAsset", message)


def _path_files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                yield file.relative_to(path).as_posix(), file.read_bytes()
    elif path.is_file() and path.name.endswith((".zip", ".jar")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if not name.endswith("/"):
                    yield name, archive.read(name)
    elif path.is_file() and path.name.endswith(ARCHIVE_SUFFIXES):
        with tarfile.open(path) as tar:
            for member in tar.getmembers():
                content = tar.extractfile(member)
                if content is not None:
                    yield member.name, content.read()
    else:
        message = f"no such folder or archive: {path}"
        raise RefusalError("Pulumi", "ReadAsset", "NoSuchFile", message)
