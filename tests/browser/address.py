"""Read the address that a browser shows."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page


def address(page: Page) -> tuple[str, dict[str, list[str]]]:
    """Return the path and the query parameters of the address."""
    return urlsplit(page.url).path, query(page)


def query(page: Page) -> dict[str, list[str]]:
    """Return the query parameters of the address."""
    return parse_qs(urlsplit(page.url).query)


def at(page: Page, path: str) -> str:
    """Return the URL of another path, with its query parameters, of the same server."""
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}{path}"
