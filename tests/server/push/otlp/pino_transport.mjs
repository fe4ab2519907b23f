// node pino_transport.mjs URL http|http/protobuf: an app of Express with pino-http behind pino-opentelemetry-transport.
import express from 'express'
import pino from 'pino'
import pinoHttp from 'pino-http'

const [url, protocol] = process.argv.slice(2)
const exporterOptions = { url, headers: { Authorization: `Bearer ${process.env.TOKEN}` } }
const transport = pino.transport({
  target: 'pino-opentelemetry-transport',
  options: {
    loggerName: 'shop', serviceVersion: '1.0.0',
    resourceAttributes: { 'service.name': 'shop', 'deployment.environment.name': 'production', 'host.name': 'web-5' },
    logRecordProcessorOptions: {
      recordProcessorType: 'batch',
      exporterOptions: { protocol, httpExporterOptions: exporterOptions, protobufExporterOptions: exporterOptions },
    },
  },
})
const logger = pino(transport)
const app = express()
app.use(pinoHttp({ logger, genReqId: (request) => request.headers['x-request-id'] }))
app.get('/v1/items', (request, response) => response.json({ items: [] }))
app.get('/v1/limited', (request, response) => response.status(429).json({ error: { code: 'rate_limited' } }))
app.get('/v1/boom', (request) => { request.log.warn('about to fail'); throw new Error('kaboom') })
app.use((error, request, response, next) => { response.err = error; response.status(500).json({}) })
const server = app.listen(0, async () => {
  const paths = ['/v1/items', '/v1/items?page=2', '/v1/limited', '/v1/boom', '/v1/nothing']
  for (const [n, path] of paths.entries()) {
    const headers = { 'x-request-id': `req_pino${n}` }
    await (await fetch(`http://127.0.0.1:${server.address().port}${path}`, { headers })).text()
  }
  server.close()
  setTimeout(() => transport.end(), 1000)
})
