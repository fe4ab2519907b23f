import expressWinston from 'express-winston'
import winston from 'winston'
import { answerError, shop, takeId } from './express_shop.mjs'

const { combine, colorize, json, timestamp } = winston.format
const format = process.argv[2] === 'readme' ? combine(colorize(), json()) : combine(timestamp(), json())
const transports = [new winston.transports.Console()]
shop(
  [takeId, expressWinston.logger({ transports, format, meta: true, expressFormat: true, colorize: process.argv[2] === 'readme' })],
  [expressWinston.errorLogger({ transports, format }), answerError],
)
