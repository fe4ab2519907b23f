import { Logger } from 'tslog'
import { answerError, shop, takeId } from './express_shop.mjs'

const log = new Logger({ type: 'json', name: 'shop', hideLogPositionForProduction: true })
shop([takeId, (request, response, next) => {
  const started = Date.now()
  response.on('finish', () => log.info({
    message: 'request', requestId: request.id, method: request.method, url: request.originalUrl,
    status: response.statusCode, duration_ms: Date.now() - started, ip: request.ip,
  }))
  next()
}], [answerError])
