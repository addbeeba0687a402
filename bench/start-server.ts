import { execFile, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import type { Freshness, Kind, Memory, Ready } from './ingest-server'
import type { LoadPlan, LoadResult } from './load'
import { processorMs } from './processor-time'

const CONNECTIONS = 50

export type Measure = LoadResult & { perSecond: number; perCpuSecond: number }
export type BenchServer = Awaited<ReturnType<typeof startServer>>

export const SERVER = 'ingest-api/dist/bench/ingest-server.js'

/**
 * Starts one server of the comparison in a process of its own; loads are made by a further one.
 * @param start makes that process, which has a channel for messages
 */
export async function startServer(kind: Kind, start: () => ChildProcess = () => fork(SERVER, [kind])) {
  const child = start()
  const [{ port, token, quietToken }] = (await once(child, 'message')) as [Ready]
  const ask = async <Answer>(question: string): Promise<Answer> => {
    child.send(question)
    return (await once(child, 'message'))[0]
  }
  /** What the process has used so far, all its threads, ClickHouse's too. */
  const cpuSeconds = () => processorMs(child.pid!).own / 1000
  return {
    pid: child.pid!,
    async measure(
      plan: Pick<LoadPlan, 'seconds' | 'eventsPerBatch' | 'rate'>,
      whose: 'usual' | 'quiet' = 'usual',
    ): Promise<Measure> {
      const before = cpuSeconds()
      const full: LoadPlan = {
        port,
        token: whose === 'usual' ? token : quietToken,
        connections: CONNECTIONS,
        ...plan,
      }
      const { stdout } = await promisify(execFile)(process.execPath, [
        'ingest-api/dist/bench/load.js',
        JSON.stringify(full),
      ])
      const result: LoadResult = JSON.parse(stdout)
      const perCpuSecond = result.requests / (cpuSeconds() - before)
      return { ...result, perSecond: result.requests / result.seconds, perCpuSecond }
    },
    /** Waits until nothing is left in the spool. */
    count: () => ask<{ stored: number; memory: Memory }>('count'),
    /** Looks at how old the newest stored event is, again and again until asked for what was seen. */
    watchFreshness: () => void child.send('watch'),
    readFreshness: () => ask<Freshness>('watched'),
    async stop() {
      child.send('stop')
      await once(child, 'exit')
    },
  }
}

export const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!
export const whole = (value: number) => Math.round(value).toLocaleString('en')
