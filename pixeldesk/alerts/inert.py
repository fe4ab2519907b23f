"""Neutralise log text in a chat message. It is hostile: it must mention nobody, link nowhere and show no image.

Slack reads mrkdwn and its own `<…>` (docs.slack.dev, "Formatting message text"). Mattermost reads Markdown, turns
Slack's `<!channel>` into a mention, and has no option to ignore `@` (docs.mattermost.com, "Slack compatibility"). Both
show a code span literally if nothing in it can end it.
"""

import re

LONGEST = 200
"""The longest text that is shown, characters."""
# The full-width forms look the same and have no meaning. Mattermost would show Slack's own escapes literally.
_TWINS = str.maketrans("`<>&@", "\uff40\uff1c\uff1e\uff06\uff20")
_SCHEME = re.compile(r":(?=//)")


def inert(text: str) -> str:
    """Return the text as a code span on one line, truncated to LONGEST characters."""
    printable = "".join(character if character.isprintable() else " " for character in text.translate(_TWINS))
    words = " ".join(_SCHEME.sub("\uff1a", printable).split()) or "?"
    return f"`{words if len(words) <= LONGEST else words[: LONGEST - 1] + '…'}`"
