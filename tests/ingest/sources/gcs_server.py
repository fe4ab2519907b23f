"""A server that speaks the part of Google Cloud Storage's XML API that is read with.

That API lists and reads as S3 does (https://cloud.google.com/storage/docs/xml-api/overview); its clients show a token.
"""

from tests.ingest.sources.object_server import ObjectServer
from tests.ingest.sources.s3_server import S3Answer

KNOWN_TOKEN = "a-token"
"""The one OAuth token that this server knows."""


class GcsServer(ObjectServer):
    """Buckets by path, as S3Server has them."""

    def __init__(self) -> None:
        super().__init__(_GcsAnswer)


class _GcsAnswer(S3Answer):
    def refused(self, bucket: str, key: str) -> str | None:
        """See S3Answer."""
        token = self.headers.get("Authorization")
        if token is None and bucket in self.server.public:
            return None
        return "AccessDenied" if token != f"Bearer {KNOWN_TOKEN}" or (bucket, key) in self.server.forbidden else None
