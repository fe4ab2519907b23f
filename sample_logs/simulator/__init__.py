"""Simulate two weeks of a small, plausible Pixel API, from a seed: its logs, and the truth about them.

``python -m sample_logs.simulator`` writes ``logs/`` and ``truth.json`` again, byte for byte; ``--lines`` with ``--out``
makes millions of lines for benchmarks; ``--drawn`` with ``--out`` draws a larger world from its seed.

``world`` has customers and keys, ``api`` the server's checks, ``outages`` our own failures, ``servers`` these and the
fleet. ``clients/`` defines how programs behave, ``cast/`` who they are and what each does wrong, ``drawn/`` the same at
random. ``simulation`` runs it all; ``lines`` and ``application_log`` write the log; ``labels`` and ``truth`` record
what really happened; ``dirt`` damages a few lines; ``volume`` copies a simulation many times.
"""
