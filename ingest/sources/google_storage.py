"""Read Google Cloud Storage through obstore, as a file system of fsspec.

The client of fsspec itself, gcsfs, continues when an object is overwritten meanwhile, and returns lines of both
contents. Here every range request carries the ETag that was listed. Credentials are found as Google's tools find them.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from fsspec.spec import AbstractBufferedFile, AbstractFileSystem
from obstore.exceptions import BaseError
from obstore.store import GCSStore

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ClientConfig, RetryConfig

# An emulator or a proxy in GOOGLE_BASE_URL may use plain HTTP. The timeout is that of one block.
_CLIENT: "ClientConfig" = {"allow_http": True, "timeout": timedelta(minutes=5), "read_timeout": timedelta(seconds=30)}
_RETRIES: "RetryConfig" = {"max_retries": 4, "retry_timeout": timedelta(minutes=1)}
_PAGE_SIZE = 1000
# Patterns in the messages of obstore that reveal the cause, the most reliable first.
_CAUSES = (
    (re.compile(r"\bTokenRequest\b"), "DefaultCredentialsError"),
    (re.compile(r"\b(?:Open|Decode)Credentials\b|\bpem file\b"), "UnusableCredentials"),
    (re.compile(r"error sending request"), "ClientConnectorError"),
    (re.compile(r"<Code>(\w+)</Code>"), None),
    (re.compile(r"status code: (\d{3})"), None),
)


class GoogleStorageError(OSError):
    """A failed request. `code` is the error code of the storage, or the name of a kind of error."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.code = code


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Raise GoogleStorageError for obstore's errors, whose text holds addresses; let FileNotFoundError through."""
    try:
        yield
    except BaseError as error:
        text = str(error)
        # After its first line, obstore repeats the error in Rust's debug format.
        raise GoogleStorageError(text.partition("\n")[0], _code(text)) from error


def _code(text: str) -> str:
    for pattern, code in _CAUSES:
        if (found := pattern.search(text)) is not None:
            return code or found[1]
    return "unknown"


class GoogleStorage(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types.
    """Buckets and their objects, for reading. A listing is cached, so that no other version is read than was listed."""

    protocol: ClassVar[tuple[str, ...]] = ("gs", "gcs")
    cachable = False  # Otherwise the listing would be cached as long as the process runs.

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._stores: dict[str, GCSStore] = {}
        self._listed: dict[str, dict[str, Any]] = {}

    def store_and_key(self, path: str) -> tuple[GCSStore, str]:
        """Split `bucket/key` into the bucket's store and the key. Raises GoogleStorageError."""
        bucket, _, key = path.partition("/")
        if bucket not in self._stores:
            with _translated_errors():
                self._stores[bucket] = GCSStore(bucket, client_options=_CLIENT, retry_config=_RETRIES)
        return self._stores[bucket], key

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """List one folder. Raises FileNotFoundError for an empty one, and GoogleStorageError."""
        path = self._strip_protocol(path)
        store, key = self.store_and_key(path)
        with _translated_errors():
            listing = store.list_with_delimiter(key or None)
        bucket = path.partition("/")[0]
        found = self._add_listed(bucket, listing["objects"], path)
        entries = [*(_folder(f"{bucket}/{name}") for name in listing["common_prefixes"]), *found.values()]
        if not entries:
            raise FileNotFoundError(path)
        return entries if detail else [entry["name"] for entry in entries]

    def find(
        self, path: str, maxdepth: int | None = None, withdirs: bool = False, detail: bool = False, **_: Any
    ) -> dict[str, Any] | list[str]:
        """List everything below a folder, a thousand objects a request. Raises GoogleStorageError."""
        path = self._strip_protocol(path)
        if maxdepth is not None:
            # Level by level: a bucket may hold far more objects than its first level.
            found: dict[str, Any] = super().find(path, maxdepth, withdirs, detail=True)
        else:
            store, key = self.store_and_key(path)
            with _translated_errors():
                pages = store.list(key or None, chunk_size=_PAGE_SIZE)
                found = self._add_listed(path.partition("/")[0], [entry for page in pages for entry in page], path)
            if withdirs:
                found |= {name: _folder(name) for name in _folders_of(found) if name.startswith(path + "/")}
        return found if detail else sorted(found)

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Describe an object, or a folder if anything is below it. Raises FileNotFoundError, GoogleStorageError."""
        path = self._strip_protocol(path)
        if path in self._listed:
            return self._listed[path]
        store, key = self.store_and_key(path)
        if key:
            try:
                with _translated_errors():
                    self._add_listed(path.partition("/")[0], [store.head(key)])
                return self._listed[path]
            except FileNotFoundError:
                pass  # It may be a folder.
        self.ls(path)
        return _folder(path)

    def _add_listed(self, bucket: str, listed: Iterable["ObjectMeta"], folder: str = "") -> dict[str, dict[str, Any]]:
        found = {f"{bucket}/{entry['path']}": entry for entry in listed}
        # A folder marker is an empty object whose name ends in a slash, which obstore strips.
        folders = {folder, *_folders_of(found)}
        objects = {
            name: {"name": name, "type": "file", "size": entry["size"], "ETag": entry["e_tag"]}
            for name, entry in found.items()
            if entry["size"] or name not in folders
        }
        self._listed |= objects
        return objects

    def _open(self, path: str, mode: str = "rb", block_size: int | str = "default", **options: Any) -> "_Object":
        return _Object(self, path, mode, block_size, **{"cache_type": "readahead", **options})


class _Object(AbstractBufferedFile):  # type: ignore[misc]  # fsspec has no types.
    """The bytes of an object, fetched by ranges of the version that was listed."""

    def _fetch_range(self, start: int, end: int) -> bytes:
        store, key = self.fs.store_and_key(self.path)
        with _translated_errors():
            part = store.get(key, options={"range": (start, end), "if_match": self.details["ETag"]})
            content: bytes = part.bytes().to_bytes()
        return content


def _folder(name: str) -> dict[str, Any]:
    return {"name": name, "type": "directory", "size": 0}


def _folders_of(names: dict[str, Any]) -> set[str]:
    """Return every folder, at any depth, that contains one of these objects."""
    return {name[: slash.start()] for name in names for slash in re.finditer("/", name)}
