// What a container shows: JSON on stdout, and on stderr the stack that Express prints of an error that nobody handles.
import pinoHttp from 'pino-http'
import { shop } from './express_shop.mjs'

const logger = pinoHttp()
shop([logger], [(error, request, response, next) => { console.error(error.stack); response.status(500).json({ error: 'internal' }) }])
