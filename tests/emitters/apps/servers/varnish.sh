#!/bin/sh
# varnishd in front of the shop, and varnishncsa beside it.
varnishd -n /srv/app/written/varnish -a "127.0.0.1:$PORT" -b "127.0.0.1:$BACKEND" -s malloc,8m -F >/dev/null 2>&1 &
exec varnishncsa -n /srv/app/written/varnish -t 10 -d "$@"
