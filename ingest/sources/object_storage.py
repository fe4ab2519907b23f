"""Find and read log files in object storage, on a web server, or wherever else fsspec reads from.

An object is listed, and read once: it is unchanged while its size and its ETag are. An object that has changed is
compared by its fingerprint, as a file is. Credentials come from the environment, as the libraries find them.
"""

import hashlib
import io
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

import fsspec
from fsspec.core import url_to_fs

from pixeldesk.errors import InputError
from pixeldesk.ingest.sources.address import has_credentials, without_secrets
from pixeldesk.ingest.sources.object_libraries import EXTRAS, library_missing
from pixeldesk.ingest.sources.source import Source

# One request fetches a block. The next block is fetched while this one is parsed, and the previous one stays cached.
_BLOCK_BYTES = 8 * 1024 * 1024
_CACHED_BLOCKS = 3
_READ_AHEAD_BYTES = 1 << 16
# What identifies a version of an object, the most reliable first.
_VERSIONS = (
    *("ETag", "etag", "generation", "md5Hash", "content_md5"),
    *("mtime", "LastModified", "last_modified", "updated", "created", "modified", "CRC"),
)
# Schemes whose addresses consist of bucket and key, and the scheme that stands for their synonyms.
_BUCKETS = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs"}
for _scheme in ("gs", "gcs"):
    fsspec.register_implementation(_scheme, f"{__package__}.google_storage.GoogleStorage", clobber=True)
_LONGEST_REASON = 200
# What fsspec would keep a copy of each object with, as it is before redaction.
_DISK_CACHE = re.compile(r"(?:^|::)((?:simple|file|block)cache|cached)(?=::|://)", re.IGNORECASE)


class ObjectSource(Source):
    """An object. Its name is its address, without secrets."""

    def __init__(self, name: str, storage: Any, path: str, about: Mapping[str, Any]) -> None:
        super().__init__(name)
        self._storage = storage
        self._key = path
        self._about = about

    @property
    def repeatable(self) -> bool:
        """See Source."""
        return True

    def size_and_modified_ns(self) -> tuple[int, int] | None:
        """See Source. The second number stands for the ETag of the object; None if its version is unknown."""
        size, version = self._about.get("size"), _version(self._about)
        return None if size is None or version is None else (int(size), version)

    def open(self) -> BinaryIO:
        """See Source."""
        raw = _Remote(self.name, self._storage, self._key)
        opened = io.BufferedReader(raw, _READ_AHEAD_BYTES)
        try:
            opened.peek(1)  # An object that may not be read fails at the first byte.
        except OSError as error:
            opened.close()
            raise InputError(f"{self.name}: {error.strerror or error}") from error
        return opened


class _Remote(io.RawIOBase):
    """The bytes of an object, in order. Its errors are OSError, with a reason that holds no secret."""

    def __init__(self, name: str, storage: Any, path: str) -> None:
        super().__init__()
        try:
            self._file: Any = storage.open(
                path,
                "rb",
                block_size=_BLOCK_BYTES,
                cache_type="background",
                cache_options={"maxblocks": _CACHED_BLOCKS},
            )
        except Exception as error:  # Each library has its own hierarchy of errors: here and below.
            raise InputError(f"{name}: {_reason(error)}") from error

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        try:
            read = self._file.read(len(target))
        except Exception as error:
            raise OSError(5, _reason(error)) from error
        target[: len(read)] = read
        return len(read)

    def tell(self) -> int:
        return int(self._file.tell())

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        target = offset + (self.tell() if whence == os.SEEK_CUR else 0)
        try:
            self._file.seek(target)
        except ValueError:
            # The server does not support ranges, so the skipped bytes have to be fetched too.
            while (left := target - self.tell()) > 0 and self.readinto(memoryview(bytearray(min(left, _BLOCK_BYTES)))):
                pass
        return self.tell()

    def close(self) -> None:
        if not self.closed and hasattr(self, "_file"):
            with suppress(Exception):  # Nothing was written, so an error at closing loses nothing.
                self._file.close()
        super().close()


def find_objects(given: str) -> Iterator[Source | InputError]:
    """Yield the objects behind an address, sorted by name: one, all below a folder, or all matching a pattern."""
    name = without_secrets(given)
    try:
        yield from _found(given, name)
    except InputError as error:
        yield error
    except Exception as error:
        yield InputError(f"{name}: {_reason(error)}")


def _found(given: str, name: str) -> Iterator[Source]:
    scheme, chain, rest = _parts(given)
    if scheme in _BUCKETS and has_credentials(given):
        instead = {"s3": "AWS_PROFILE or the like", "gs": "GOOGLE_APPLICATION_CREDENTIALS"}[_BUCKETS[scheme]]
        raise InputError(f"{name}: keys do not belong in an address; set {instead}")
    if cache := _DISK_CACHE.search(given):
        raise InputError(f"{name}: {cache[1]} keeps a copy on the disk, with its secrets; leave it out of the address")
    for needed in (scheme, *re.findall(r"(?<=::)[a-z0-9+.-]+(?=://)", given.lower())):
        _check_library(name, needed)
    # A file system caches its listing, so that an object that changes afterwards is not read as what was listed. Each
    # call makes a new one, since a server runs for a long time.
    storage, path = url_to_fs(given, skip_instance_cache=True)
    # In the address of a web server a question mark begins the query.
    is_pattern = re.search(r"[*\[]" if scheme.startswith("http") else r"[*?\[]", path) is not None
    found = {} if given.endswith("/") else _exact(storage, path, is_pattern)
    found = found or (_matches if is_pattern else _below)(storage, path)
    if not found:
        remedy = "matches no object; check the pattern" if is_pattern else "holds no objects; check the address"
        raise InputError(f"{name}: {remedy}")
    for key in sorted(found):
        address = key if "://" in key else f"{_BUCKETS.get(scheme, scheme)}://{key}"
        yield ObjectSource(without_secrets(address + chain + rest), storage, key, found[key])


def _parts(given: str) -> tuple[str, str, str]:
    """Split an address into its scheme, `::` and the rest of a chain such as `zip://*.log::s3://bucket/a.zip`."""
    first, chain, rest = given.partition("::")
    return first.partition("://")[0].lower(), chain, rest


def _check_library(name: str, scheme: str) -> None:
    """Raise InputError for a scheme that is not known, or whose library is not installed."""
    try:
        fsspec.get_filesystem_class(scheme)
    except ImportError as error:
        if scheme in EXTRAS:
            raise library_missing(name, scheme) from error
        raise InputError(f"{scheme}://: a library for it is missing ({_plain(str(error))})") from error
    except ValueError as error:
        known = "s3, gs, https, file and others of fsspec"
        raise InputError(f"{scheme}:// is unknown; the schemes are {known}") from error


def _exact(storage: Any, path: str, is_pattern: bool) -> dict[str, Any]:
    """Return the object with exactly this path, if there is one."""
    try:
        about = storage.info(path)
    except FileNotFoundError:
        if is_pattern:
            return {}
        raise
    return {str(about["name"]): about} if about["type"] == "file" else {}


def _below(storage: Any, folder: str) -> dict[str, Any]:
    """Return every object below a folder, except hidden objects and folder markers."""
    start = len(folder.rstrip("/"))
    return {
        str(path): about
        for path, about in storage.find(folder, detail=True).items()
        if about["type"] == "file" and not path.endswith("/") and "/." not in path[start:]
    }


def _matches(storage: Any, pattern: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, about in storage.glob(pattern, detail=True).items():
        if about["type"] != "file":
            found |= _below(storage, path)
        elif not path.endswith("/") and ("/." not in path or "/." in pattern):
            found[path] = about
    return found


def _version(about: Mapping[str, Any]) -> int | None:
    """Return a number that changes with the content of an object; None if its version is unknown."""
    known = next((about[name] for name in _VERSIONS if about.get(name) is not None), None)
    if known is None:
        return None
    return int.from_bytes(hashlib.sha256(str(known).encode()).digest()[:7])


_REASONS = {
    "InvalidObjectState": "is archived; restore it first",
    "NoSuchBucket": "there is no such bucket",
    "ExpiredToken": "the credentials have expired",
    "InvalidAccessKeyId": "the credentials are unknown there",
    "SignatureDoesNotMatch": "the credentials were refused",
    "NoCredentialsError": "no credentials; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "PartialCredentialsError": "half of the credentials are missing; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "ProfileNotFound": "AWS_PROFILE names a profile that does not exist",
    "DefaultCredentialsError": "no credentials; set GOOGLE_APPLICATION_CREDENTIALS",
    "UnusableCredentials": "GOOGLE_APPLICATION_CREDENTIALS has to name the key file of a service account or a user",
    "EndpointConnectionError": "cannot be reached; check AWS_ENDPOINT_URL and the network",
    "ClientConnectorError": "cannot be reached; check the address and the network",
    "InvalidPathError": "holds a name with an empty part (//), which cannot be read; give the folders beside it",
    "AccessDenied": "may not be read with these credentials",
    "FileExpired": "changed while it was read; run the same command again",
    "PreconditionFailed": "changed while it was read; run the same command again",
    "412": "changed while it was read; run the same command again",
    "401": "may not be read with these credentials",
    "403": "may not be read with these credentials",
    "PermissionError": "may not be read with these credentials",
    "FileNotFoundError": "no such object or folder; check the address",
    "TimeoutError": "does not answer",
    "FSTimeoutError": "does not answer",
    "ConnectTimeoutError": "does not answer",
    "ReadTimeoutError": "does not answer",
}


def _reason(error: BaseException) -> str:
    """Explain an error of a library in our words: its own text may hold an address with its signature."""
    names: set[str] = set()
    cause: BaseException | None = error
    while cause is not None:
        names |= {kind.__name__ for kind in type(cause).__mro__}
        names.add(str(getattr(cause, "status", None) or getattr(cause, "code", None)))
        response = getattr(cause, "response", None)
        if isinstance(response, dict):
            names.add(str(response.get("Error", {}).get("Code")))
        cause = cause.__cause__ or cause.__context__
    for name, reason in _REASONS.items():
        if name in names:
            return reason
    return f"cannot be read ({_plain(str(error)) or type(error).__name__})"


def _plain(text: str) -> str:
    """Return the text of a library as one line, without the addresses in it."""
    return re.sub(r"\S*(://|\?)\S*", "…", " ".join(text.split()))[:_LONGEST_REASON]
