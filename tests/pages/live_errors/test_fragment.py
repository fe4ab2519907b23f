"""The fragment that follows the newest record: when it refreshes itself, and when it reruns the whole page."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import PageRunner
from tests.pages.live_errors.test_live_errors import two_hours


@pytest.mark.parametrize("chosen", [False, True])
def test_only_a_choice_reruns_the_page(page: PageRunner, chosen: bool) -> None:
    def script(chosen: bool) -> None:
        import streamlit as st

        from pixeldesk.desk.desk import the_desk
        from pixeldesk.pages.live_errors.fragment import _refresh
        from pixeldesk.pages.live_errors.view import asked_view, go_to

        desk = the_desk()
        logged = desk.logged_time()
        assert logged
        st.query_params.from_dict({"live": "1", "last": "6 h"})
        view = asked_view(logged.newest)
        # The address of a timed refresh may be older than the view.
        st.query_params.clear()
        runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
        if chosen and runs == 1:
            go_to(view)
        _refresh(desk, view)

    page(two_hours())
    test = AppTest.from_function(script, default_timeout=30, args=(chosen,)).run()
    assert not test.exception
    assert test.session_state["runs"] == (2 if chosen else 1)
