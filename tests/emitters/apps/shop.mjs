// What the shop answers, whatever framework asks.
export const port = Number(process.env.PORT)
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

export const routes = [
  ['get', '/v1/items'], ['get', '/v1/items/:id'], ['post', '/v1/events'], ['get', '/v1/private'], ['get', '/v1/limited'],
  ['get', '/v1/boom'], ['get', '/v1/down'], ['get', '/v1/slow'], ['get', '/v1/hang'],
]
const statuses = { '/v1/events': 202, '/v1/private': 401, '/v1/limited': 429, '/v1/down': 503 }

export async function answer(path) {
  if (path === '/v1/slow') await sleep(250)
  if (path === '/v1/hang') await sleep(600)
  if (path === '/v1/boom') throw new Error('kaboom in handler')
  return { status: statuses[path] ?? 200, body: { ok: !(path in statuses) } }
}

// A program that is told to stop may have to send what it has first.
export const onStop = (stop) => process.on('SIGTERM', async () => { await stop?.(); process.exit(0) })
