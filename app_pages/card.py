"""One request's card: the verdict, the requests around it, and the reply."""

import streamlit as st

from app_pages.neighbours import show_neighbours
from app_pages.reply import show_reply
from app_pages.verdict import show_verdict
from diagnosis.cards import Card
from diagnosis.lookup import LookupAnswer


def show_card(card: Card, answer: LookupAnswer) -> None:
    """What happened and around it what else did, beside what to answer."""
    left, right = st.columns([5, 3], gap="medium")
    with left:
        show_verdict(card)
        show_neighbours(card)
    with right:
        show_reply(card, answer)
