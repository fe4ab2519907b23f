"""Recognise a repeated post by its Idempotency-Key. Keys are stored in the same transaction as the post's lines."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta

from pixeldesk.ingest.report import LineCounts
from pixeldesk.server.push.post import Post, PostResult
from pixeldesk.server.push.refusals import Refusal, key_used_before
from pixeldesk.store import Transaction

_EXPIRES_AFTER = timedelta(hours=24)


class IdempotencyKeys:
    """Reads and writes keys within one transaction. `now` is UTC without a zone."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self._transaction = transaction
        self._now = now
        self._has_deleted_expired = False

    def earlier_result(self, post: Post) -> PostResult | Refusal | None:
        """Return the first result of the post's key, a Refusal if its body was another, or None for a new key."""
        if post.key is None:
            return None
        rows = self._transaction.execute(
            """SELECT body_digest, counts FROM pushes
            WHERE sender = $sender AND key_digest = $key AND committed_at > $oldest""",
            {"sender": post.sender.name, "key": post.key, "oldest": self._now - _EXPIRES_AFTER},
        )
        if not rows:
            return None
        body_digest, counts = rows[0]
        if body_digest != post.spool.digest.hex():
            return key_used_before()
        return PostResult(LineCounts(**json.loads(counts)), replayed=True)

    def record(self, post: Post, counts: LineCounts) -> None:
        """Store the result of a post that has a key, and delete expired keys."""
        if post.key is None:
            return
        if not self._has_deleted_expired:
            oldest = self._now - _EXPIRES_AFTER
            self._transaction.execute("DELETE FROM pushes WHERE committed_at <= $oldest", {"oldest": oldest})
            self._has_deleted_expired = True
        self._transaction.execute(
            "INSERT INTO pushes VALUES ($sender, $key, $body, $counts, $now)",
            {
                "sender": post.sender.name,
                "key": post.key,
                "body": post.spool.digest.hex(),
                "counts": json.dumps(asdict(counts)),
                "now": self._now,
            },
        )
