// morgan's lines through winston, as half the tutorials have it: in words, or as JSON inside of JSON.
import morgan from 'morgan'
import winston from 'winston'
import { answerError, shop, takeId } from './express_shop.mjs'

const { combine, json, timestamp } = winston.format
const log = winston.createLogger({
  level: 'http', format: combine(timestamp({ format: 'YYYY-MM-DD HH:mm:ss.SSS' }), json()),
  transports: [new winston.transports.Console()],
})
const stream = { write: (line) => log.http(line.trim()) }
const layouts = {
  words: ':method :url :status :res[content-length] - :response-time ms',
  json: (tokens, request, response) => JSON.stringify({
    request_id: request.id, method: tokens.method(request, response), url: tokens.url(request, response),
    status: Number.parseFloat(tokens.status(request, response)), remote_addr: tokens['remote-addr'](request, response),
    response_time_ms: Number.parseFloat(tokens['response-time'](request, response)),
  }),
}
shop([takeId, morgan(layouts[process.argv[2]], { stream })], [answerError])
