"""Keep files that are uploaded to a page in memory while they are received.

The parser of forms writes what is larger than a mebibyte to a temporary file, and no line may touch the disk before it
is redacted. Streamlit has the whole file in memory afterwards anyway, and limits its size while it is received.
"""

from starlette.formparsers import MultiPartParser


def keep_uploads_in_memory() -> None:
    """Let the parser of forms write nothing to the disk, in this process."""
    # 0 is the file's own word for no limit.
    MultiPartParser.spool_max_size = 0
