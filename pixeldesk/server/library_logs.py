"""Remove the log handlers of Streamlit and uvicorn, so that their messages reach the handler of the root logger."""

import logging

import streamlit.logger
import uvicorn.config


def hand_over_library_logs() -> None:
    """Let messages of Streamlit and uvicorn reach the root logger's handler only. May be called again.

    Both configure their loggers again whenever a server is created or a setting is read, and Streamlit configures the
    logger of each module at its import. Therefore this changes their configuration too, not only the present loggers.
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
