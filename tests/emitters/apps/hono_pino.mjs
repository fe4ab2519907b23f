import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { pinoLogger } from 'hono-pino'
import { requestId } from 'hono/request-id'
import { answer, onStop, port, routes } from './shop.mjs'

const app = new Hono()
app.use(requestId())
app.use(pinoLogger({ pino: { level: 'info' } }))
for (const [method, route] of routes) {
  app[method](route, async (context) => {
    const { status, body } = await answer(context.req.path)
    return context.json(body, status)
  })
}
serve({ fetch: app.fetch, port })
onStop()
