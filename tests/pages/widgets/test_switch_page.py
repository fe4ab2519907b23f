"""Switch to another page in a single step of the browser's history."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from tests.pages.conftest import PageRunner


def test_the_browser_knows_which_page_it_leaves_before_it_leaves(
    page: PageRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it returns to that page, which stays in its history with the parameters of the next page."""
    messages: list[str] = []
    enqueue = ForwardMsgQueue.enqueue

    def listen(queue: ForwardMsgQueue, message: ForwardMsg) -> None:
        messages.append("switch" if "pixeldesk_switch_page" in str(message) else str(message.WhichOneof("type")))
        enqueue(queue, message)

    shown = page([])
    monkeypatch.setattr(ForwardMsgQueue, "enqueue", listen)
    shown.session_state["switch_page"] = {"page": "customers", "params": {}}
    shown.run()
    assert messages.index("navigation") < messages.index("switch")
