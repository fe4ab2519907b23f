#!/bin/bash
# nginx, and behind it the shop with pino-http, which takes the id that nginx makes. Everything on stdout, as in a pod,
# or in a file each.
if [ "$1" = files ]; then
    exec >/srv/app/written/app.log
else
    exec > >(cat)
    ln -s /proc/self/fd/1 /srv/app/written/access.log
fi
PORT=$BEHIND node pino_http.mjs uuid &
until (: >"/dev/tcp/127.0.0.1/$BEHIND") 2>/dev/null; do sleep 0.1; done
exec nginx -p /srv/app -c /srv/app/nginx.conf
