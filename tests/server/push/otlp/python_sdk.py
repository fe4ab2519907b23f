"""python python_sdk.py URL NoCompression|Gzip: five requests and three events through OpenTelemetry's SDK."""
# mypy: ignore-errors

import logging
import os
import sys
import time

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource

URL, COMPRESSION = sys.argv[1:]
RESOURCE = {
    "service.name": "shop",
    "service.version": "1.4.2",
    "host.name": "web-4",
    "deployment.environment": "preview",
}
provider = LoggerProvider(resource=Resource.create(RESOURCE))
headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
exporter = OTLPLogExporter(endpoint=URL, headers=headers, compression=Compression[COMPRESSION])
provider.add_log_record_processor(BatchLogRecordProcessor(exporter))

logger = provider.get_logger("shop")
for n, status in enumerate((200, 404, 429, 500, 200)):
    attributes = {
        "http.method": "GET",
        "http.target": f"/v1/items/{n}?website_id=web_1",
        "http.route": "/v1/items/{id}",
        "http.status_code": status,
        "http.server.duration": 12.5 + n,
        "http.client_ip": "198.51.100.8",
        "http.user_agent": "curl/8",
        "request.id": f"req_python{n}",
    }
    severity = SeverityNumber.ERROR if status >= 500 else SeverityNumber.INFO
    logger.emit(
        LogRecord(
            timestamp=time.time_ns(),
            severity_number=severity,
            severity_text=severity.name,
            body="request completed",
            attributes=attributes,
        )
    )
log = logging.getLogger("shop")
log.propagate = False
log.setLevel("INFO")
log.addHandler(LoggingHandler(logger_provider=provider))
log.info("worker %s started", 3, extra={"request_id": "req_python0"})
try:
    raise ValueError("kaboom")
except ValueError:
    log.exception("job failed", extra={"request_id": "req_python3"})
body = {"message": "the pipe is slow", "request_id": "req_python0", "seconds": 2.5, "raw": b"\x00\xff"}
logger.emit(LogRecord(timestamp=time.time_ns(), severity_number=SeverityNumber.WARN, body=body))
print(provider.force_flush())
provider.shutdown()
