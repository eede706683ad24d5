"""Hashes of assets and archives: how an engine sees that a file's content has changed.

The hashes are those of Pulumi's engine, so that both can read one checkpoint: an asset's is the
SHA-256 of its bytes, a zip or tar file's that of the file, any other archive's that of a plain tar
of its files in order (mode 0600, no times, no owners).
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/archive/archive.go
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from emulator.errors import UserError
from emulator.values import Archive, Asset, Secret, Value

SOURCE_SUFFIXES: Final = (".tar", ".tgz", ".tar.gz", ".zip", ".jar")
BLOCK_BYTES: Final = 512
FILE_MODE: Final = 0o600
CHECKSUM: Final = slice(148, 156)
DEVICE_NUMBERS: Final = slice(329, 345)
"""Offsets in a tar header: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html"""


def with_hashes(value: Value, folder: Path) -> Value:
    """The value with the hash of every asset and archive in it; relative paths begin at `folder`.

    Raises UserError for a file that cannot be read.
    """
    if isinstance(value, Asset):
        return replace(value, sha256=value.sha256 or _digest([_asset_bytes(value, folder)]))
    if isinstance(value, Archive):
        members = value.assets
        if members is not None:
            members = tuple((name, with_hashes(member, folder)) for name, member in members)
        digest = value.sha256 or _digest(_archive_bytes(value, folder))
        return replace(value, sha256=digest, assets=members)
    if isinstance(value, Secret):
        return Secret(with_hashes(value.value, folder))
    if isinstance(value, dict):
        return {key: with_hashes(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [with_hashes(item, folder) for item in value]
    return value


def _digest(chunks: Iterator[bytes] | list[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _asset_bytes(asset: Asset, folder: Path) -> bytes:
    if asset.text is not None:
        return asset.text.encode()
    if asset.path:
        return _read(folder / asset.path)
    msg = f"the emulator fetches nothing from the network: asset {asset.uri}"
    raise UserError(msg)


def _archive_bytes(archive: Archive, folder: Path) -> Iterator[bytes]:
    path = folder / archive.path if archive.path else None
    if path is not None and path.is_file() and path.name.endswith(SOURCE_SUFFIXES):
        yield _read(path)
        return
    seen: set[str] = set()
    for name, content in _files(archive, folder):
        if name in seen:
            continue
        seen.add(name)
        yield _tar_header(name, len(content))
        yield content + b"\0" * (-len(content) % BLOCK_BYTES)
    yield b"\0" * (2 * BLOCK_BYTES)


def _tar_header(name: str, size_bytes: int) -> bytes:
    """Header block as Go's archive/tar writes it: its device numbers are zeros, not NULs."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size_bytes, FILE_MODE
    block = bytearray(info.tobuf(tarfile.USTAR_FORMAT)[-BLOCK_BYTES:])
    block[DEVICE_NUMBERS] = b"0000000\0" * 2
    block[CHECKSUM] = b" " * 8
    block[CHECKSUM] = b"%06o\0 " % sum(block)
    return bytes(block)


def _files(value: Value, folder: Path, name: str = "") -> Iterator[tuple[str, bytes]]:
    """Names and contents of an archive's files, in order."""
    if isinstance(value, Asset):
        yield name, _asset_bytes(value, folder)
    elif isinstance(value, Archive) and value.assets is not None:
        for key, member in sorted(value.assets):
            yield from _files(member, folder, f"{name}/{key}" if name else key)
    elif isinstance(value, Archive) and value.path:
        root = folder / value.path
        if not root.is_dir():
            msg = f"an archive needs a folder or one of {', '.join(SOURCE_SUFFIXES)}: {root}"
            raise UserError(msg)
        for file in sorted(root.rglob("*")):
            if file.is_file():
                inner = file.relative_to(root).as_posix()
                yield (f"{name}/{inner}" if name else inner), _read(file)
    else:
        msg = "an archive is made of assets, archives, a folder or a file of this machine"
        raise UserError(msg)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"the program hands over {path}, which cannot be read: {error.strerror}"
        raise UserError(msg) from None
