import { Roarr } from 'roarr'
import { answerError, shop, takeId } from './express_shop.mjs'

const log = Roarr.child({ application: 'shop' })
shop([takeId, (request, response, next) => {
  const started = Date.now()
  response.on('finish', () => log.info({
    requestId: request.id, method: request.method, url: request.originalUrl, statusCode: response.statusCode,
    durationMs: Date.now() - started, remoteAddress: request.ip,
  }, 'request completed'))
  next()
}], [answerError])
