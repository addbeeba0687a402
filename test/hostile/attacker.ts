import { createSocket } from 'node:dgram'
import { createServer, type AddressInfo } from 'node:net'

/**
 * A server of the attacker's for one attempt: `isReached` once anything came, over TCP or UDP, and `isAsked` once that
 * was more than a connection: browsers may connect ahead to where a navigation that is then blocked would have gone.
 */
export type Attacker = { port: number; isReached: () => boolean; isAsked: () => boolean; close: () => void }

const ANSWER =
  'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

export async function listen(): Promise<Attacker> {
  let isReached = false
  let isAsked = false
  const server = createServer((socket) => {
    isReached = true
    socket.on('error', () => socket.destroy())
    socket.once('data', () => {
      isAsked = true
      socket.end(ANSWER)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const datagrams = createSocket('udp4', () => (isReached = true))
  await new Promise<void>((resolve) => datagrams.bind(port, '127.0.0.1', resolve))
  return {
    port,
    isReached: () => isReached,
    isAsked: () => isAsked,
    close() {
      server.close()
      datagrams.close()
    },
  }
}
