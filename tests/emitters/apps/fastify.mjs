import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { answer, onStop, port, routes } from './shop.mjs'

const uuid = process.argv[2] === 'uuid'
const app = Fastify({
  logger: true,
  ...(uuid && { requestIdHeader: 'x-request-id', genReqId: () => randomUUID() }),
})
if (uuid) app.addHook('onRequest', async (request, reply) => { reply.header('X-Request-Id', request.id) })
for (const [method, route] of routes) {
  app[method](route, async (request, reply) => {
    const { status, body } = await answer(request.url.split('?')[0])
    return reply.code(status).send(body)
  })
}
onStop()
await app.listen({ port })
