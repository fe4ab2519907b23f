import { ecsFormat } from '@elastic/ecs-pino-format'
import pinoHttp from 'pino-http'
import { answerError, shop, takeId } from './express_shop.mjs'

const log = pinoHttp({ ...ecsFormat() })
shop([takeId, log], [(error, request, response, next) => { response.err = error; next(error) }, answerError])
