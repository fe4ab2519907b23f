import 'reflect-metadata'
import { Controller, Get, HttpCode, Module, Post, Req, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Logger, LoggerModule } from 'nestjs-pino'
import { answer, onStop, port, routes } from './shop.mjs'

class Shop {}
Controller()(Shop)
for (const [method, route] of routes) {
  const name = `${method}${route.replace(/\W/g, '_')}`
  Shop.prototype[name] = async function (request, response) {
    const { status, body } = await answer(request.path)
    response.status(status).json(body)
  }
  Req()(Shop.prototype, name, 0)
  Res()(Shop.prototype, name, 1)
  const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, name)
  ;(method === 'post' ? Post : Get)(route)(Shop.prototype, name, descriptor)
}
class App {}
Module({ imports: [LoggerModule.forRoot()], controllers: [Shop] })(App)
const app = await NestFactory.create(App, { bufferLogs: true })
app.useLogger(app.get(Logger))
onStop()
await app.listen(port)
