"""Simulate clients: how programs and people call the API, correctly and wrongly.

A behaviour is a generator that yields a :class:`~sample_logs.simulator.messages.Call` and is sent the reply.
"""
