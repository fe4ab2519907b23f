"""Streamlit and uvicorn give their loggers handlers of their own. Here they are handed over to the one of all."""

import logging

import streamlit.logger
import uvicorn.config


def hand_over_library_logs() -> None:
    """Let what Streamlit and uvicorn log reach the root's handler, and only that. May be called again.

    Both configure their loggers whenever a server is made or a setting is read, and Streamlit each of its modules'
    when it is first loaded: so it is what they configure by that is changed, and not the loggers of this moment alone.
    """
    streamlit.logger.setup_formatter = _hand_over
    streamlit.logger.update_formatter()
    for name, configured in uvicorn.config.LOGGING_CONFIG["loggers"].items():
        configured |= {"handlers": [], "propagate": True}
        _hand_over(logging.getLogger(name))


def _hand_over(logger: logging.Logger) -> None:
    for handler in [*logger.handlers]:
        logger.removeHandler(handler)
    logger.propagate = True
