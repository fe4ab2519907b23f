// Fastify with `disableRequestLogging` and one line a request of its own.
import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { answer, onStop, port, routes } from './shop.mjs'

const app = Fastify({
  logger: true, disableRequestLogging: true, requestIdHeader: 'x-request-id', genReqId: () => randomUUID(),
})
app.addHook('onSend', async (request, reply) => { reply.header('X-Request-Id', request.id) })
app.addHook('onResponse', async (request, reply) => {
  request.log.info({
    method: request.method, url: request.url, statusCode: reply.statusCode, responseTime: reply.elapsedTime,
    ip: request.ip, userAgent: request.headers['user-agent'],
  }, 'response')
})
app.setErrorHandler((error, request, reply) => {
  request.log.error({ err: error }, 'unhandled')
  reply.code(500).send({ error: 'internal' })
})
for (const [method, route] of routes) {
  app[method](route, async (request, reply) => {
    const { status, body } = await answer(request.url.split('?')[0])
    return reply.code(status).send(body)
  })
}
onStop()
await app.listen({ port })
