"""Log text in a chat message. It is hostile: it must ping nobody, link nowhere and show no image.

Slack reads mrkdwn and its own `<…>` (docs.slack.dev, "Formatting message text"); Mattermost reads Markdown, turns
Slack's `<!channel>` into a mention and cannot be told to leave `@` alone (docs.mattermost.com, "Slack compatibility").
Both leave a code span alone, if nothing in it can end it.
"""

import re

LONGEST = 200
"""Characters of one text that are shown."""
# Their full-width twins look the same and mean nothing. Slack's own escapes would show as they are in Mattermost.
_TWINS = str.maketrans("`<>&@", "\uff40\uff1c\uff1e\uff06\uff20")
_SCHEME = re.compile(r":(?=//)")


def inert(text: str) -> str:
    """The text as a code span of one line, shortened where it is long."""
    printable = "".join(one if one.isprintable() else " " for one in text.translate(_TWINS))
    words = " ".join(_SCHEME.sub("\uff1a", printable).split()) or "?"
    return f"`{words if len(words) <= LONGEST else words[: LONGEST - 1] + '…'}`"
