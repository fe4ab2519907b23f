import Hapi from '@hapi/hapi'
import hapiPino from 'hapi-pino'
import { answer, onStop, port, routes } from './shop.mjs'

const server = Hapi.server({ port })
await server.register({ plugin: hapiPino, options: { logEvents: ['response', 'request-error'] } })
for (const [method, route] of routes) {
  server.route({
    method, path: route.replace(':id', '{id}'),
    handler: async (request, toolkit) => {
      const { status, body } = await answer(request.path)
      return toolkit.response(body).code(status)
    },
  })
}
await server.start()
onStop()
