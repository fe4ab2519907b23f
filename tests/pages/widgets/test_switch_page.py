"""Going to another page in one step of the browser's history."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from tests.pages.conftest import PageRunner


def test_the_browser_knows_which_page_it_leaves_before_it_leaves(
    page: PageRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told of it later, it goes back there, and that page stays in its history with the next one's parameters."""
    told: list[str] = []
    enqueue = ForwardMsgQueue.enqueue

    def listen(queue: ForwardMsgQueue, message: ForwardMsg) -> None:
        told.append("travel" if "pixeldesk_switch_page" in str(message) else str(message.WhichOneof("type")))
        enqueue(queue, message)

    shown = page([])
    monkeypatch.setattr(ForwardMsgQueue, "enqueue", listen)
    shown.session_state["switch_page"] = {"page": "customers", "params": {}}
    shown.run()
    assert told.index("navigation") < told.index("travel")
