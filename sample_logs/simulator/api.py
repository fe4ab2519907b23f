"""Simulate the Pixel API: its checks, in the order in which the servers make them."""

from __future__ import annotations

import math
import re

from sample_logs.simulator.downstream import Downstream
from sample_logs.simulator.envelope import PIPE_ALLOWLIST, Refusal
from sample_logs.simulator.exchange import Exchange
from sample_logs.simulator.fleet import route_to_host
from sample_logs.simulator.messages import EVENTS, IDENTIFY, PIPES, TOKENS, VISITORS, Call
from sample_logs.simulator.outages import unset_variable
from sample_logs.simulator.ratelimit import RateLimiter
from sample_logs.simulator.servers import Servers
from sample_logs.simulator.world import READ, WRITE, ApiKey, World

_BEARER = re.compile(r"Bearer (.+)", re.DOTALL)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_REQUIRED_SCOPE = {EVENTS: WRITE, IDENTIFY: WRITE, PIPES: READ, VISITORS: READ, TOKENS: READ}
_TYPICAL_MS = {EVENTS: 24.0, IDENTIFY: 31.0, PIPES: 96.0, VISITORS: 58.0, TOKENS: 11.0}
_INTERNAL_ERROR_SHARE = 0.0004
_RETRY_AFTER_SHARE = 0.92


class Api:
    """The servers of all environments, which share the key tables, the rate limiter and the downstream."""

    def __init__(self, world: World, servers: Servers) -> None:
        self._world = world
        self._servers = servers
        self._rng = world.rng("api")
        self._limiter = RateLimiter()
        self._downstream = Downstream(world.rng("downstream"), servers.outages, servers.expired_wordings)

    def handle(self, call: Call) -> Exchange:
        """Answer a call. Calls must come in time order."""
        host = route_to_host(self._servers.hosts, call.environment, call.near, self._rng)
        exchange = Exchange(call, host, call.reuse_id or self._new_request_id(), 0.0)
        if call.route in (PIPES, VISITORS):
            exchange.website_id = call.website_id
        exchange.refusal = self._gate(exchange) or self._validate(exchange) or self._serve(exchange)
        exchange.duration_ms = self._duration(exchange)
        return exchange

    def _new_request_id(self) -> str:
        return "req_" + "".join(self._rng.choices(_ALPHABET, k=self._rng.choice((12, 12, 12, 14))))

    def _gate(self, exchange: Exchange) -> Refusal | None:
        """Check whether the caller may call: header, key, revoked, expired, rate limit, scope."""
        call = exchange.call
        if call.authorization is None:
            return Refusal("missing_authorization")
        found = _BEARER.fullmatch(call.authorization)
        if not found:
            return Refusal("invalid_authorization_format", {"expected": "Bearer <key>"})
        exchange.presented = found[1]
        key = exchange.key = self._world.find_key(call.environment, found[1])
        if key is None:
            return Refusal("invalid_api_key")
        if key.revoked_at is not None and key.revoked_at <= call.at:
            return Refusal("api_key_revoked")
        if key.expires_at is not None and key.expires_at <= call.at:
            return Refusal("api_key_expired")
        wait = self._limiter.seconds_to_wait(key.id, call.at)
        if wait:
            return Refusal("rate_limit_exceeded", {"limit": 60}, retry_after_s=math.ceil(wait))
        required = _REQUIRED_SCOPE[call.route]
        if required not in key.scopes:
            return Refusal("insufficient_scope", {"required": required, "available": list(key.scopes)})
        return None

    @staticmethod
    def _validate(exchange: Exchange) -> Refusal | None:
        """Check whether the request is well formed: the pipe's name, the visitor's id, the body."""
        call = exchange.call
        if call.route == PIPES and call.segment not in PIPE_ALLOWLIST:
            return Refusal("invalid_pipe", {"pipe": call.segment})
        if call.route == VISITORS and not call.segment.replace("%20", "").strip():
            return Refusal("invalid_visitor")
        if call.body is None:
            return None
        if "website_id" not in call.body.flaws:
            exchange.website_id = call.website_id
        return Refusal("invalid_body", {"fieldErrors": call.body.flaws}) if call.body.flaws else None

    def _serve(self, exchange: Exchange) -> Refusal | None:
        call, host, key = exchange.call, exchange.host.name, exchange.key
        if key is None:
            raise LookupError("a request without a key got past the gate")
        if self._rng.random() < _INTERNAL_ERROR_SHARE:
            return Refusal("internal_error")
        unset = unset_variable(self._servers.outages, call.route, host, call.at)
        if unset:
            return Refusal(unset, retry_after_s=self._retry_after(30))
        exchange.upstream = upstream = self._downstream.answer(call, host, key.customer_id)
        if upstream.error_code:
            return Refusal(upstream.error_code, retry_after_s=self._retry_after(5))
        self._succeed(exchange, key)
        return None

    def _succeed(self, exchange: Exchange, key: ApiKey) -> None:
        call = exchange.call
        if call.route == PIPES:
            filled = self._world.has_rows(call.environment, call.website_id, call.at, call.segment)
            exchange.rows = self._downstream.rows(call) if filled else 0
        elif call.route == TOKENS:
            exchange.minted = self._downstream.mint(key.customer_id, call.at)
        elif call.route == EVENTS and call.website_id and call.body and call.body.event == "pageview":
            self._world.accept_pageview(call.environment, call.website_id, call.at)

    def _retry_after(self, seconds: int) -> float | None:
        return seconds if self._rng.random() < _RETRY_AFTER_SHARE else None

    def _duration(self, exchange: Exchange) -> float:
        """Draw the duration, milliseconds: refusals at the gate are fast, downstream timeouts are slow."""
        typical = _TYPICAL_MS[exchange.call.route]
        if exchange.refusal and exchange.upstream is None:
            typical = 3.2
        elif exchange.upstream and exchange.upstream.status == 408:
            typical = 10_020.0
        elif exchange.refusal and exchange.upstream and exchange.upstream.status >= 500:
            typical = 900.0
        return round(typical * self._rng.lognormvariate(0.0, 0.08 if typical > 5000 else 0.45), 1)
