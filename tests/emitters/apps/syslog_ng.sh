#!/bin/sh
# What a program writes on stdout and stderr, through syslog-ng.
"$@" 2>&1 | exec syslog-ng --foreground --no-caps --cfgfile syslog-ng.conf \
    --persist-file written/persist --pidfile written/pid --control written/control
