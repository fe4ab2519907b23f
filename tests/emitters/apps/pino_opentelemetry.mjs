import pino from 'pino'
import pinoHttp from 'pino-http'
import { shop, takeId } from './express_shop.mjs'

const transport = pino.transport({
  target: 'pino-opentelemetry-transport',
  options: {
    loggerName: 'shop', serviceVersion: '1.0.0',
    resourceAttributes: { 'service.name': 'shop', 'deployment.environment.name': 'production' },
    logRecordProcessorOptions: {
      recordProcessorType: 'batch',
      processorConfig: { scheduledDelayMillis: 200 },
      exporterOptions: { protocol: process.argv[2] === 'protobuf' ? 'http/protobuf' : 'http' },
    },
  },
})
shop([takeId, pinoHttp({ logger: pino(transport) })])
