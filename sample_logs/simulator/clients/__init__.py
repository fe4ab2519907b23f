"""Simulated clients: what programs and people do to the API, right and wrong.

A behaviour is a generator: it yields a :class:`~sample_logs.simulator.messages.Call` and is sent the reply.
"""
