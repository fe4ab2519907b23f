import { createRequire } from 'node:module'
import { answer, onStop, port, routes } from './shop.mjs'
const restify = createRequire(import.meta.url)('restify')
const bunyan = createRequire(import.meta.url)('bunyan')

const server = restify.createServer({ name: 'shop' })
server.use(restify.plugins.requestLogger())
server.pre(restify.plugins.pre.reqIdHeaders({ headers: ['x-request-id'] }))
server.use((request, response, next) => { response.header('X-Request-Id', request.id()); next() })
server.on('after', restify.plugins.auditLogger({
  log: bunyan.createLogger({ name: 'audit', stream: process.stdout }), event: 'after', server,
}))
for (const [method, route] of routes) {
  server[method](route, (request, response, next) => {
    answer(request.path()).then(({ status, body }) => { response.send(status, body); next() }, next)
  })
}
server.listen(port)
onStop()
