import winston from 'winston'
import { answerError, shop, takeId } from './express_shop.mjs'

const { combine, errors, json, timestamp } = winston.format
const log = winston.createLogger({
  format: combine(timestamp(), errors({ stack: true }), json()),
  defaultMeta: { service: 'shop' },
  transports: [new winston.transports.Console()],
})
shop([takeId, (request, response, next) => {
  const started = process.hrtime.bigint()
  response.on('finish', () => log.info('request completed', {
    requestId: request.id, method: request.method, url: request.originalUrl, statusCode: response.statusCode,
    responseTime: Number(process.hrtime.bigint() - started) / 1e6, ip: request.ip, userAgent: request.get('User-Agent'),
  }))
  next()
}], [
  (error, request, response, next) => {
    log.error('request failed', { requestId: request.id, error: error.message, stack: error.stack })
    next(error)
  },
  answerError,
])
