import bunyan from 'bunyan'
import { answerError, shop, takeId } from './express_shop.mjs'

const log = bunyan.createLogger({ name: 'shop', serializers: bunyan.stdSerializers })
shop([takeId, (request, response, next) => {
  const started = Date.now()
  request.log = log.child({ req_id: request.id })
  response.on('close', () => {
    request.log.info({ req: request, res: response, latency: Date.now() - started }, 'request finish')
  })
  next()
}], [(error, request, response, next) => { request.log.error({ err: error }, error.message); next(error) }, answerError])
