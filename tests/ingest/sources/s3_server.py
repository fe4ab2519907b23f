"""A server that speaks the part of S3 that is read with: ListObjectsV2, HeadObject, GetObject and their errors.

It answers as https://docs.aws.amazon.com/AmazonS3/latest/API/ says. Signatures are not computed: a request has to name
an access key that the server knows, unless its bucket is public.
"""

import re
from datetime import UTC, datetime
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from tests.ingest.sources.object_server import ObjectAnswer, ObjectServer, StoredObject

KNOWN_KEY = "an-id"
"""The one access key that this server knows."""
_MOST_KEYS = 1000


class S3Server(ObjectServer):
    """Buckets by path: http://127.0.0.1:port/bucket/key."""

    def __init__(self) -> None:
        super().__init__(S3Answer)


class S3Answer(ObjectAnswer):
    """One connection of a client of S3."""

    def answer(self) -> None:
        """See ObjectAnswer."""
        bucket, _, key = unquote(self.path_alone).removeprefix("/").partition("/")
        stored = self.server.buckets.get(bucket)
        if (refused := self.refused(bucket, key)) is not None:
            self._send_error(403, refused)
        elif stored is None:
            self._send_error(404, "NoSuchBucket")
        elif not key:
            self._send_listing(bucket)
        elif key not in stored:
            self._send_error(404, "NoSuchKey")
        else:
            self._send_stored(stored[key])

    def refused(self, bucket: str, key: str) -> str | None:
        """Return the code of the error if this client may not read there."""
        signed = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        if signed is not None and signed[1] != KNOWN_KEY:
            return "InvalidAccessKeyId"
        if (signed is None and bucket not in self.server.public) or (bucket, key) in self.server.forbidden:
            return "AccessDenied"
        return None

    def _send_stored(self, stored: StoredObject) -> None:
        if self.headers.get("If-Match", f'"{stored.md5}"') != f'"{stored.md5}"':
            self._send_error(412, "PreconditionFailed")
        elif self.command == "GET" and stored.storage_class == "GLACIER":
            self._send_error(403, "InvalidObjectState")
        else:
            self.send_object(stored)

    def _send_listing(self, bucket: str) -> None:
        query = self.query
        page = self.server.page(
            bucket,
            query.get("prefix", ""),
            query.get("delimiter", ""),
            query.get("continuation-token", query.get("start-after", "")),
            min(int(query.get("max-keys", _MOST_KEYS)), _MOST_KEYS),
        )
        encoded = quote if query.get("encoding-type") == "url" else escape
        parts = [
            f"<Name>{bucket}</Name><Prefix>{encoded(query.get('prefix', ''))}</Prefix>",
            f"<KeyCount>{len(page.keys) + len(page.prefixes)}</KeyCount><MaxKeys>{_MOST_KEYS}</MaxKeys>",
            f"<IsTruncated>{'true' if page.next_after else 'false'}</IsTruncated>",
        ]
        if query.get("encoding-type") == "url":
            parts.append("<EncodingType>url</EncodingType>")
        if page.next_after:
            parts.append(f"<NextContinuationToken>{escape(page.next_after)}</NextContinuationToken>")
        parts += [_contents(encoded(key), self.server.buckets[bucket][key]) for key in page.keys]
        parts += [f"<CommonPrefixes><Prefix>{encoded(one)}</Prefix></CommonPrefixes>" for one in page.prefixes]
        self._send_xml(200, f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{"".join(parts)}'
                            "</ListBucketResult>")  # fmt: skip

    def _send_error(self, status: int, code: str) -> None:
        # An answer to HEAD has no body, so no code either.
        self._send_xml(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>")

    def _send_xml(self, status: int, document: str) -> None:
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode()
        self.send(status, body, {"Content-Type": "application/xml"})


def _contents(key: str, stored: StoredObject) -> str:
    modified = datetime.fromtimestamp(stored.generation / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return (
        f"<Contents><Key>{key}</Key><LastModified>{modified}</LastModified><ETag>&quot;{stored.md5}&quot;</ETag>"
        f"<Size>{len(stored.content)}</Size><StorageClass>{stored.storage_class}</StorageClass></Contents>"
    )
