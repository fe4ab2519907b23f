"""Read an uploaded file, which exists only as its content."""

import hashlib
import io
from typing import BinaryIO

from pixeldesk.ingest.sources.source import Source
from pixeldesk.ingest.sources.stored_name import stored_name

_NAME_PREFIX = "upload:"


class Upload(Source):
    """An uploaded file. The same content under the same name is not read again."""

    def __init__(self, file_name: str, content: bytes) -> None:
        super().__init__(stored_name(_NAME_PREFIX + file_name))
        self._content = content

    @property
    def repeatable(self) -> bool:
        """See Source."""
        return True

    def size_and_modified_ns(self) -> tuple[int, int]:
        """See Source. An upload has no modification time; a digest of its content stands in for it."""
        digest = hashlib.sha256(self._content).digest()
        return len(self._content), int.from_bytes(digest[:8]) >> 1

    def open(self) -> BinaryIO:
        """See Source."""
        return io.BytesIO(self._content)
