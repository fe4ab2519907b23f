"""What a page is given for upload is in memory until it is redacted."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

from pixeldesk.server.uploads import keep_uploads_in_memory
from tests.survival.small_disk import no_file_larger_than

CONTENT = b'{"password": "hunter2"}\n' * 100_000
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="app.log"\r\n\r\n' + CONTENT + b"\r\n--x--\r\n",
    Headers({"content-type": "multipart/form-data; boundary=x"}),
)


async def _received() -> bytes:
    body, headers = FORM

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1 << 16):
            yield body[start : start + (1 << 16)]

    form = await MultiPartParser(headers, pieces()).parse()  # type: ignore[arg-type]
    uploaded = form["file"]
    assert isinstance(uploaded, UploadFile)
    try:
        return await uploaded.read()
    finally:
        await form.close()


def test_an_uploaded_file_never_touches_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MultiPartParser, "spool_max_size", MultiPartParser.spool_max_size)
    keep_uploads_in_memory()
    # Not in this thread: a browser that other tests have opened has its loop in it.
    with no_file_larger_than(0), ThreadPoolExecutor(1) as thread:
        assert thread.submit(lambda: asyncio.run(_received())).result() == CONTENT
