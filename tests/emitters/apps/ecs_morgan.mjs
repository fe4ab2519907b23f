import ecsFormat from '@elastic/ecs-morgan-format'
import morgan from 'morgan'
import { answerError, shop, takeId } from './express_shop.mjs'

shop([takeId, morgan(ecsFormat({ format: 'combined' }))], [answerError])
