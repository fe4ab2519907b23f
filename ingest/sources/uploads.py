"""A file that somebody gave to a page: its content is all there is of it."""

import hashlib
import io
from typing import BinaryIO

from pixeldesk.ingest.sources.source import Source

_NAME_PREFIX = "upload:"


class Upload(Source):
    """One such file. The same content under the same name is not read again."""

    def __init__(self, file_name: str, content: bytes) -> None:
        super().__init__(_NAME_PREFIX + file_name)
        self._content = content

    @property
    def repeatable(self) -> bool:
        """See Source."""
        return True

    def size_and_modified_ns(self) -> tuple[int, int]:
        """See Source. Nobody tells when it was changed: a digest of the content stands for that."""
        digest = hashlib.sha256(self._content).digest()
        return len(self._content), int.from_bytes(digest[:8]) >> 1

    def open(self) -> BinaryIO:
        """See Source."""
        return io.BytesIO(self._content)
