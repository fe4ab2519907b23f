import Koa from 'koa'
import koaPino from 'koa-pino-logger'
import { answer, onStop, port, routes } from './shop.mjs'

const app = new Koa()
app.silent = true
app.use(koaPino())
app.use(async (context) => {
  const known = routes.some(([method, route]) => method === context.method.toLowerCase()
    && new RegExp(`^${route.replace(':id', '[^/]+')}$`).test(context.path))
  if (!known) return
  const { status, body } = await answer(context.path)
  context.status = status
  context.body = body
})
app.listen(port)
onStop()
