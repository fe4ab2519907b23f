import { randomUUID } from 'node:crypto'
import express from 'express'
import { answer, onStop, port, routes } from './shop.mjs'

// Take the id that was sent, make one otherwise, and tell it to the client.
export const takeId = (request, response, next) => {
  request.id = request.get('X-Request-Id') ?? randomUUID()
  response.set('X-Request-Id', request.id)
  next()
}

export function shop(before, after = []) {
  const app = express()
  app.disable('x-powered-by')
  for (const one of before) app.use(one)
  for (const [method, route] of routes) {
    app[method](route, async (request, response) => {
      const { status, body } = await answer(request.path)
      response.status(status).json(body)
    })
  }
  for (const one of after) app.use(one)
  const server = app.listen(port)
  onStop()
  return server
}

// As most people end theirs: an answer in JSON.
export const answerError = (error, request, response, next) => {
  if (response.headersSent) return next(error)
  response.status(error.status ?? 500).json({ error: 'internal' })
}
