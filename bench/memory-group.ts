import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { libchdbPath } from 'chdb/libchdb'

/** Where control groups are and what their files are called, in both versions that Linux has. */
const VERSIONS = [
  {
    root: '/sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    /** The limit of memory and swap together, so that the same number leaves no swap. */
    swap: { file: 'memory.memsw.limit_in_bytes', isTotal: true },
    now: 'memory.usage_in_bytes',
    own: /^rss (\d+)/m,
    kills: { file: 'memory.oom_control', count: /oom_kill (\d+)/ },
  },
  {
    root: '/sys/fs/cgroup',
    limit: 'memory.max',
    swap: { file: 'memory.swap.max', isTotal: false },
    now: 'memory.current',
    own: /^anon (\d+)/m,
    kills: { file: 'memory.events', count: /oom_kill (\d+)/ },
  },
]

export type MemoryGroup = NonNullable<ReturnType<typeof makeMemoryGroup>>

/**
 * Makes a control group that has so much memory and no swap, as a container would, or nothing where this process may
 * not. What the processes in it read and write of files counts as well.
 */
export function makeMemoryGroup(bytes: number) {
  const version = VERSIONS.find(({ root, limit }) => existsSync(root) && existsSync(join(root, limit)))
  // The second version has no limit in its root.
  const { root, limit, swap, now, own, kills } = version ?? VERSIONS[1]!
  const path = join(root, `oriel-bench-${process.pid}`)
  try {
    mkdirSync(path)
    writeFileSync(join(path, limit), String(bytes))
    if (existsSync(join(path, swap.file)))
      writeFileSync(join(path, swap.file), swap.isTotal ? String(bytes) : '0')
  } catch {
    if (existsSync(path)) rmdirSync(path)
    return undefined
  }
  const copies = mkdtempSync(join(tmpdir(), 'oriel-bench-engine-'))
  const read = (file: string) => readFileSync(join(path, file), 'utf8')
  return {
    /**
     * Starts node in the group, with copies of itself and of the engine's library that were made there: a page of a file
     * counts for the group that read it first, and of the usual files that was somebody else.
     */
    start(...args: string[]): ChildProcess {
      const script = `echo $$ > ${path}/cgroup.procs && cp "$0" ${copies}/node && cp "$1" ${copies}/ && sync ${copies}/* && shift && exec ${copies}/node "$@"`
      return spawn('/bin/sh', ['-c', script, process.execPath, libchdbPath(), ...args], {
        stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
        env: { ...process.env, LD_LIBRARY_PATH: copies },
      })
    },
    /** In bytes: all that counts, and what of it is the processes' own and not a file's. */
    look: () => ({ all: Number(read(now)), own: Number(own.exec(read('memory.stat'))![1]) }),
    /** How many processes the system ended because there was no more. */
    kills: () => Number(kills.count.exec(read(kills.file))?.[1] ?? 0),
    remove() {
      rmSync(copies, { recursive: true })
      rmdirSync(path)
    },
  }
}
