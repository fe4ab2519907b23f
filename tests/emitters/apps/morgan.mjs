import morgan from 'morgan'
import { answerError, shop, takeId } from './express_shop.mjs'

const named = (tokens, request, response) => ({
  method: tokens.method(request, response),
  url: tokens.url(request, response),
  status: Number.parseFloat(tokens.status(request, response)),
  content_length: tokens.res(request, response, 'content-length'),
  response_time: Number.parseFloat(tokens['response-time'](request, response)),
})
const layouts = {
  json: (...all) => JSON.stringify(named(...all)),
  json_id: (tokens, request, response) => JSON.stringify({
    timestamp: tokens.date(request, response, 'iso'), request_id: request.id, ...named(tokens, request, response),
    remote_addr: tokens['remote-addr'](request, response),
  }),
  combined: 'combined',
  common: 'common',
}
shop([takeId, morgan(layouts[process.argv[2]])], [answerError])
