// pino as teams set it up: levels in words, times in ISO 8601, `message`, no pid and hostname, and their own access log.
import pino from 'pino'
import { answerError, shop, takeId } from './express_shop.mjs'

const log = pino({
  base: { service: 'shop', env: 'production' },
  messageKey: 'message',
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
})
shop([takeId, (request, response, next) => {
  const started = process.hrtime.bigint()
  request.log = log.child({ requestId: request.id })
  response.on('close', () => request.log.info({
    method: request.method, path: request.originalUrl, status: response.statusCode,
    durationMs: Number((process.hrtime.bigint() - started) / 1000n) / 1000, ip: request.ip, userAgent: request.get('User-Agent'),
  }, 'request finished'))
  next()
}], [(error, request, response, next) => { request.log.error({ err: error }, 'unhandled'); next(error) }, answerError])
