#!/bin/sh
# varnishd in front of the shop; what it has logged is written by varnishncsa at the end.
setsid varnishd -n /srv/app/written/varnish -a "127.0.0.1:$PORT" -b "127.0.0.1:$BACKEND" -s malloc,8m -F >/dev/null 2>&1 &
varnishd=$!
trap 'varnishncsa -n /srv/app/written/varnish -d "$@"; kill $varnishd; exit' TERM
wait
