#!/bin/sh
# What pino-http writes, through syslog-ng.
node pino_http.mjs uuid | exec syslog-ng --foreground --no-caps --cfgfile syslog-ng.conf \
    --persist-file written/persist --pidfile written/pid --control written/control
