#!/bin/sh
# capture.sh FOLDER: makes the fixtures of test_otlp.py anew, in the empty FOLDER, with the libraries of these versions.
# FOLDER is in the stacks that they log. Needs node, npm, Python and the port 8899.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
cp "$here"/*.mjs "$here"/python_sdk.py .
npm init -y >/dev/null
npm install --no-audit --no-fund --silent @opentelemetry/api@1 @opentelemetry/api-logs@0.223.1 \
    @opentelemetry/sdk-logs@0.223.1 @opentelemetry/resources@2 @opentelemetry/exporter-logs-otlp-http@0.223.1 \
    @opentelemetry/exporter-logs-otlp-proto@0.223.1 pino@10.4.0 pino-http@11.0.0 pino-opentelemetry-transport@4.0.2 \
    express@5.3.0
python3 -m venv venv
venv/bin/pip install --quiet opentelemetry-sdk==1.45.2 opentelemetry-exporter-otlp-proto-http==1.45.2
export TOKEN=none OTEL_NODE_RESOURCE_DETECTORS=none
# received NAME COMMAND: the first body that COMMAND posts to the port.
received() {
    name=$1; shift
    python3 "$here/receive_one.py" "$here/$name" 8899 & receiver=$!
    sleep 1
    "$@"
    wait $receiver
}
received node.json node node_sdk.mjs http://127.0.0.1:8899 http
received node.protobuf node node_sdk.mjs http://127.0.0.1:8899 proto
received node.protobuf.gz node node_sdk.mjs http://127.0.0.1:8899 proto gzip
received pino.json node pino_transport.mjs http://127.0.0.1:8899 http
received pino.protobuf node pino_transport.mjs http://127.0.0.1:8899 http/protobuf
received python.protobuf venv/bin/python python_sdk.py http://127.0.0.1:8899 NoCompression
received python.protobuf.gz venv/bin/python python_sdk.py http://127.0.0.1:8899 Gzip
