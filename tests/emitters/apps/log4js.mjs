import log4js from 'log4js'
import { answerError, shop, takeId } from './express_shop.mjs'

log4js.addLayout('json', () => (event) => JSON.stringify({
  startTime: event.startTime, categoryName: event.categoryName, level: event.level.levelStr, ...event.data[0],
}))
log4js.configure({
  appenders: { out: { type: 'stdout', layout: { type: 'json' } } },
  categories: { default: { appenders: ['out'], level: 'info' } },
})
const log = log4js.getLogger('http')
shop([takeId, (request, response, next) => {
  const started = Date.now()
  response.on('finish', () => log.info({
    msg: 'request', requestId: request.id, httpMethod: request.method, path: request.originalUrl,
    statusCode: response.statusCode, durationMs: Date.now() - started, remoteAddress: request.ip,
  }))
  next()
}], [(error, request, response, next) => {
  log.error({ msg: error.message, requestId: request.id, stack: error.stack })
  next(error)
}, answerError])
