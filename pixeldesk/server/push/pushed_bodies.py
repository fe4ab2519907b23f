"""Recognise a body that a sender has pushed before: after a time-out, a sender sends it again.

Lines that their text identifies are recognised anyway, so only bodies with other lines are stored, in the transaction
that stores the lines.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from pixeldesk.ingest.report import LineCounts
from pixeldesk.server.push.post import Post
from pixeldesk.store import Transaction

_EXPIRES_AFTER = timedelta(hours=24)


class PushedBodies:
    """The stored bodies that equal those of some posts, within one transaction. `now` is UTC without a zone."""

    def __init__(self, transaction: Transaction, posts: Sequence[Post], now: datetime) -> None:
        self._transaction = transaction
        self._now = now
        rows = transaction.execute(
            """SELECT sender, body_digest, lines, blank, bytes FROM pushed_bodies
            WHERE body_digest IN $bodies AND committed_at > $oldest""",
            {"bodies": [_digest(post) for post in posts], "oldest": now - _EXPIRES_AFTER},
        )
        self._known = {
            (sender, body): LineCounts(lines=lines, duplicates=lines - blank, blank=blank, bytes=size)
            for sender, body, lines, blank, size in rows
        }

    def repeat_of(self, post: Post) -> LineCounts | None:
        """Return the outcomes of the lines of a repeated body, which are duplicates all; None for a new body."""
        return self._known.get((post.sender.name, _digest(post)))

    def record(self, posts: Sequence[tuple[Post, LineCounts]]) -> None:
        """Store the bodies of posts, with the outcomes of their lines, and delete expired ones."""
        if not posts:
            return
        expired = {"oldest": self._now - _EXPIRES_AFTER}
        self._transaction.execute("DELETE FROM pushed_bodies WHERE committed_at <= $oldest", expired)
        self._transaction.append(
            "pushed_bodies",
            [
                {
                    "sender": post.sender.name,
                    "body_digest": _digest(post),
                    "lines": counts.lines,
                    "blank": counts.blank,
                    "bytes": counts.bytes,
                    "committed_at": self._now,
                }
                for post, counts in posts
            ],
        )


def _digest(post: Post) -> str:
    """Return a digest of a body and its format: what was pushed in a wrong format may be pushed again in another."""
    return hashlib.sha256(f"{post.log_format.name}\n".encode() + post.spool.digest).hexdigest()
