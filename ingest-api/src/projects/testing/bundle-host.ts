import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** Trusted by whoever is told to, and by nobody else. */
export const CERTIFICATE = readFileSync(new URL('localhost-for-tests-only.pem', import.meta.url), 'utf8')

/** Somebody's server on this machine that bundles lie on, under `https://localhost`. */
export async function startBundleHost(answer: RequestListener) {
  /** What was asked for: `GET /bundle.js`, with the headers of each. */
  const asked: { line: string; headers: Record<string, unknown> }[] = []
  let connections = 0
  const server = createServer({ key: CERTIFICATE, cert: CERTIFICATE }, (request, response) => {
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers })
    answer(request, response)
  })
  server.on('connection', () => connections++)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    asked,
    connections: () => connections,
    close() {
      server.closeAllConnections()
      return new Promise((done) => server.close(done))
    },
  }
}
