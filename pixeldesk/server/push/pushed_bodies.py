"""Recognise a body that a sender has pushed before: after a time-out, a sender sends it again.

Lines that their text identifies are recognised anyway, so only bodies with other lines are stored, in the transaction
that stores the lines.
"""

import hashlib
from datetime import datetime, timedelta

from pixeldesk.ingest.report import LineCounts
from pixeldesk.server.push.post import Post
from pixeldesk.store import Transaction

_EXPIRES_AFTER = timedelta(hours=24)


class PushedBodies:
    """Reads and writes bodies within one transaction. `now` is UTC without a zone."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self._transaction = transaction
        self._now = now
        self._oldest = now - _EXPIRES_AFTER
        self._has_deleted_expired = False

    def repeat_of(self, post: Post) -> LineCounts | None:
        """Return the outcomes of the lines of a repeated body, which are duplicates all; None for a new body."""
        rows = self._transaction.execute(
            """SELECT lines, blank, bytes FROM pushed_bodies
            WHERE sender = $sender AND body_digest = $body AND committed_at > $oldest LIMIT 1""",
            {"sender": post.sender.name, "body": _digest(post), "oldest": self._oldest},
        )
        if not rows:
            return None
        lines, blank, size = rows[0]
        return LineCounts(lines=lines, duplicates=lines - blank, blank=blank, bytes=size)

    def record(self, post: Post, counts: LineCounts) -> None:
        """Store the body of a post, and delete expired bodies."""
        if not self._has_deleted_expired:
            self._transaction.execute(
                "DELETE FROM pushed_bodies WHERE committed_at <= $oldest", {"oldest": self._oldest}
            )
            self._has_deleted_expired = True
        self._transaction.execute(
            "INSERT INTO pushed_bodies VALUES ($sender, $body, $lines, $blank, $bytes, $now)",
            {
                "sender": post.sender.name,
                "body": _digest(post),
                "lines": counts.lines,
                "blank": counts.blank,
                "bytes": counts.bytes,
                "now": self._now,
            },
        )


def _digest(post: Post) -> str:
    """Return a digest of a body and its format: what was pushed in a wrong format may be pushed again in another."""
    return hashlib.sha256(f"{post.log_format.name}\n".encode() + post.spool.digest).hexdigest()
