import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readdir } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** A whole number from 0 on, below `most`. */
export const random = (most: number) => Math.floor(Math.random() * most)
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Runs in the servers before their own code: SIGUSR2 makes a jump, of less than the five minutes that events may lie
 * ahead, and SIGHUP sets the clock right.
 */
export const JUMPING_CLOCK = `
  const { now } = Date
  let offset = 0
  Date.now = () => now() + offset
  process.on('SIGUSR2', () => { offset = Math.round((Math.random() * 8 - 4) * 60_000) })
  process.on('SIGHUP', () => { offset = 0 })`

/**
 * Lets no file of a process grow beyond some bytes for a while, as a disk without room does: a write is cut short
 * there, the next one fails (setrlimit(2), RLIMIT_FSIZE; Node ignores the signal that comes with it).
 */
export async function fillDisk(pid: number, ms: number) {
  const limit = (bytes: string) => run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]).catch(() => {})
  await limit(String(random(64 * 1024)))
  await pause(ms)
  await limit('unlimited')
}

/** Stands between the servers and ClickHouse. `deaf`: requests reach it, answers do not come back. */
export async function startProxy(target: number) {
  const sockets = new Set<Socket>()
  const proxy = { mode: 'well' as 'well' | 'down' | 'slow' | 'deaf', port: 0, close: () => {} }
  const server: Server = createServer((client) => {
    sockets.add(client.on('error', () => {}).on('close', () => sockets.delete(client)))
    if (proxy.mode === 'down') return void client.destroy()
    const upstream = connect(target, '127.0.0.1').on('error', () => client.destroy())
    client.on('data', (chunk) => {
      if (proxy.mode === 'down') client.destroy()
      else if (proxy.mode === 'slow') setTimeout(() => upstream.write(chunk), 400)
      else upstream.write(chunk)
    })
    upstream.on('data', (chunk) => (proxy.mode === 'deaf' ? client.destroy() : client.write(chunk)))
    client.on('close', () => upstream.end())
    upstream.on('close', () => client.end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  proxy.port = (server.address() as AddressInfo).port
  proxy.close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return proxy
}

/** What a crash in the middle of a write leaves: a frame that is not whole, at the end of the youngest segment. */
export async function tearTail(spool: string) {
  const [youngest] = (await readdir(spool))
    .filter((name) => name.endsWith('.segment'))
    .sort()
    .reverse()
  if (!youngest) return
  const torn = Buffer.alloc(4 + random(400), 1 + random(200))
  torn.writeUInt32LE(torn.length + 1_000)
  await appendFile(join(spool, youngest), torn)
}
