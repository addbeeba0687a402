import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The built server as its operator runs it. */
export type OrielProcess = {
  url: string
  child: ChildProcess
  /** Everything it has printed so far. */
  output(): string
  /** Resolves with the exit code, null after a signal. */
  exited: Promise<number | null>
}

export const makeDataDir = () => mkdtemp(join(tmpdir(), 'oriel-process-'))

/** Starts `ingest-api/dist/node.js`, which `npm run build` made, and waits until it is ready or has ended. */
export async function startOriel(dataDir: string, env: Record<string, string> = {}): Promise<OrielProcess> {
  const oriel = await spawnOriel(dataDir, env)
  await Promise.race([oriel.ready, oriel.exited])
  return oriel
}

/** The same, without waiting. */
export async function spawnOriel(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<OrielProcess & { ready: Promise<void> }> {
  const port = await freePortPair()
  const child = spawn(process.execPath, ['--enable-source-maps', 'ingest-api/dist/node.js'], {
    env: { PATH: process.env.PATH, ORIEL_DATA_DIR: dataDir, PORT: String(port), ORIEL_DEMO: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (/^ready /m.test(output)) resolve()
      })
  })
  return { url: `http://localhost:${port}`, child, output: () => output, exited, ready }
}

/** Two neighbouring ports that are free, the second for the demo page. */
export async function freePortPair(): Promise<number> {
  for (;;) {
    const first = createServer()
    await once(first.listen(0, '127.0.0.1'), 'listening')
    const { port } = first.address() as { port: number }
    const second = createServer()
    const free = await new Promise<boolean>((resolve) =>
      second.on('error', () => resolve(false)).listen(port + 1, '127.0.0.1', () => resolve(true)),
    )
    await Promise.all([first, second].map((server) => new Promise((resolve) => server.close(resolve))))
    if (free) return port
  }
}
