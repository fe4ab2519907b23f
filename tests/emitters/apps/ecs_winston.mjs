import { ecsFormat } from '@elastic/ecs-winston-format'
import winston from 'winston'
import { answerError, shop, takeId } from './express_shop.mjs'

const log = winston.createLogger({
  format: ecsFormat({ convertReqRes: true }), transports: [new winston.transports.Console()],
})
shop([takeId, (request, response, next) => {
  response.on('finish', () => log.info('handled request', { req: request, res: response }))
  next()
}], [(error, request, response, next) => {
  log.error('handler failed', { err: error, req: request })
  next(error)
}, answerError])
