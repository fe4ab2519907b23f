"""Which posts with an Idempotency-Key were answered, and how: kept in the store, by the transaction of their lines."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta

from pixeldesk.ingest.report import LineCounts
from pixeldesk.server.push.post import Post, Taken
from pixeldesk.server.push.refusals import Refusal, key_used_before
from pixeldesk.store import Transaction

_KEPT = timedelta(hours=24)


class Answered:
    """Looks keys up and keeps them within one transaction. `now` is UTC without a zone."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self._transaction = transaction
        self._now = now
        self._has_forgotten = False

    def before(self, post: Post) -> Taken | Refusal | None:
        """How the key of a post was answered before; a Refusal if it came with another body; None if it is new."""
        if post.key is None:
            return None
        rows = self._transaction.execute(
            """SELECT body_digest, counts FROM pushes
            WHERE sender = $sender AND key_digest = $key AND committed_at > $oldest""",
            {"sender": post.sender.name, "key": post.key, "oldest": self._now - _KEPT},
        )
        if not rows:
            return None
        body_digest, counts = rows[0]
        if body_digest != post.spool.digest.hex():
            return key_used_before()
        return Taken(LineCounts(**json.loads(counts)), replayed=True)

    def keep(self, post: Post, counts: LineCounts) -> None:
        """Note the answer of a post that has a key, and forget those that are too old."""
        if post.key is None:
            return
        if not self._has_forgotten:
            self._transaction.execute("DELETE FROM pushes WHERE committed_at <= $oldest", {"oldest": self._now - _KEPT})
            self._has_forgotten = True
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
