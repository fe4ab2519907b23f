import { randomUUID } from 'node:crypto'
import pinoHttp from 'pino-http'
import { shop } from './express_shop.mjs'

const settings = {
  default: {},
  uuid: {
    genReqId: (request, response) => {
      const id = request.headers['x-request-id'] ?? randomUUID()
      response.setHeader('X-Request-Id', id)
      return id
    },
  },
  quiet: { quietReqLogger: true },
}
// pino-http tells of an error what Express's own handler leaves of it: the status. With this it knows which.
const tellError = (error, request, response, next) => { response.err = error; next(error) }
shop([pinoHttp(settings[process.argv[2]])], process.argv[2] === 'uuid' ? [tellError] : [])
