// node node_sdk.mjs URL http|proto [gzip]: ten requests and two events through the exporters of OpenTelemetry's JS SDK.
import { SeverityNumber } from '@opentelemetry/api-logs'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const [url, kind, compression = 'none'] = process.argv.slice(2)
const { OTLPLogExporter } = await import(`@opentelemetry/exporter-logs-otlp-${kind}`)
const headers = { Authorization: `Bearer ${process.env.TOKEN}` }
const resource = resourceFromAttributes({
  'service.name': 'shop', 'service.version': '1.4.2', 'host.name': 'web-3', 'cloud.region': 'eu-central-1',
  'deployment.environment.name': 'production', 'process.command_args': ['node', 'server.js'],
})
const exporter = new OTLPLogExporter({ url, headers, compression })
const provider = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter })] })
const logger = provider.getLogger('shop-http', '1.0.0')

const failure = { code: 'upstream_timeout', message: 'tinybird took too long', details: { after_ms: 5000 } }
const statuses = [200, 200, 201, 404, 429, 500, 503, 200, 403, 200]
statuses.forEach((status, n) => logger.emit({
  severityNumber: status >= 500 ? SeverityNumber.ERROR : SeverityNumber.INFO,
  severityText: status >= 500 ? 'ERROR' : 'INFO',
  body: 'request completed',
  attributes: {
    'http.request.method': n % 2 ? 'POST' : 'GET', 'http.route': '/v1/items/{id}', 'url.path': `/v1/items/${n}`,
    'url.query': 'website_id=web_1&days=7', 'http.response.status_code': status,
    'http.server.request.duration': 0.0125 + n, 'client.address': '198.51.100.7',
    'user_agent.original': 'python-requests/2.32', request_id: `req_node${n}`, customer_id: 'cus_1',
    'api_key.fingerprint': '5f0c3b1e9a7d2c44', 'api_key.scopes': ['pixel:read', 'pixel:write'],
    ...(status >= 500 ? { error: failure } : {}),
  },
}))
logger.emit({
  severityNumber: SeverityNumber.ERROR, severityText: 'ERROR', eventName: 'upstream.failed',
  body: { message: 'tinybird said no', request_id: 'req_node5', tries: 3, seen: [1, 2.5, true, ['deep', { at: 'é' }]] },
})
logger.emit({ severityNumber: SeverityNumber.WARN, body: 'the queue is long', attributes: { depth: 12 } })
await provider.forceFlush()
await provider.shutdown()
