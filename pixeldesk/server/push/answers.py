"""Answer a post: as /ingest does, or as OTLP/HTTP has it, in the encoding of the request."""

from typing import Protocol

from starlette.responses import JSONResponse, Response

from pixeldesk.ingest.report import LineCounts
from pixeldesk.server.push.otlp import CONTENT_TYPE, error_status, partial_success
from pixeldesk.server.push.post import PostResult
from pixeldesk.server.push.refusals import Refusal

_NOT_UNDERSTOOD = "some records were not understood; they are kept in quarantine or among the unmapped lines"


class Answers(Protocol):
    """The responses of a route."""

    def stored(self, result: PostResult) -> Response:
        """Return the response to a post that was stored."""
        ...

    def refused(self, refusal: Refusal) -> Response:
        """Return the response to a post of which nothing was stored."""
        ...


class IngestAnswers:
    """The responses of /ingest."""

    def stored(self, result: PostResult) -> Response:
        """Return the counts of the lines."""
        counts = {name: getattr(result.counts, name) for name in LineCounts.__dataclass_fields__}
        return JSONResponse({**counts, "replayed": True} if result.replayed else counts)

    def refused(self, refusal: Refusal) -> Response:
        """Return what is wrong, as `error`."""
        return JSONResponse({"error": str(refusal)}, refusal.status, refusal.headers)


class OtlpJsonAnswers:
    """The responses of OTLP/HTTP in JSON: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response"""

    def stored(self, result: PostResult) -> Response:
        """Return an ExportLogsServiceResponse."""
        rejected = _rejected(result)
        partial = {"rejectedLogRecords": str(rejected), "errorMessage": _NOT_UNDERSTOOD} if rejected else {}
        return JSONResponse({"partialSuccess": partial})

    def refused(self, refusal: Refusal) -> Response:
        """Return a google.rpc.Status."""
        return JSONResponse({"message": str(refusal)}, refusal.status, refusal.headers)


class OtlpProtobufAnswers:
    """The responses of OTLP/HTTP in protobuf."""

    def stored(self, result: PostResult) -> Response:
        """Return an ExportLogsServiceResponse."""
        return Response(partial_success(_rejected(result), _NOT_UNDERSTOOD), media_type=CONTENT_TYPE)

    def refused(self, refusal: Refusal) -> Response:
        """Return a google.rpc.Status."""
        return Response(error_status(str(refusal)), refusal.status, refusal.headers, CONTENT_TYPE)


def _rejected(result: PostResult) -> int:
    return result.counts.quarantined + result.counts.unmapped
