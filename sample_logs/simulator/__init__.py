"""Two weeks of a small, believable Pixel API: a seeded simulator, the logs it made, and the truth about them.

``python -m sample_logs.simulator`` writes ``logs/`` and ``truth.json`` again, byte for byte; ``--lines`` with ``--out``
makes millions of lines for benchmarks; ``--drawn`` with ``--out`` draws a larger world from its seed.

``world`` holds customers and keys, ``api`` the server's checks, ``outages`` what broke on our side, ``servers`` both
that and the fleet. ``clients/`` is how programs behave, ``cast/`` who is there and what each does wrong, ``drawn/``
the same by lot. ``simulation`` plays it all; ``lines`` and ``application_log`` write it down; ``labels`` and ``truth``
say what really happened; ``dirt`` damages a few lines; ``volume`` copies a simulation many times over.
"""
