import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nanoid } from 'nanoid'
import type { ClickHouse } from '../clickhouse'
import { describeError, type Log } from '../log'
import type { Metrics } from '../metrics'
import { BacklogClock } from './backlog-clock'
import { insertBatch } from './insert-batch'
import { addOutcomes, cutOutcomes, type Batch } from './outcome'
import { Memory, readFrames, syncDirectory, type Segment } from './segment'
import type { SpoolDepth } from './spool'

/** `events` are those of the segment before `offset`. */
type Position = { segment: number; offset: number; events: number }
/**
 * Written durably before each insert. After a crash the same bytes are inserted again with the same token, which
 * ClickHouse takes once, so it does not matter on which side of the insert the crash was.
 */
type Plan = { spool: string; from: Position; to: Position }

export type Drain = { wake(): void; depth(): SpoolDepth; close(): Promise<void> }

/** A batch is cut at this many bytes, or after this long when less is waiting. */
const BATCH_BYTES = 4 * 1024 * 1024
const LINGER_MS = 200
const RETRY_MS = { first: 250, most: 15_000 }
/** How often the store is told up to when everything accepted here has arrived there. */
const WATERMARK_MS = 30_000
/** How long a stopping process keeps trying to hand over what it holds; the rest waits for the next start. */
const CLOSE_MS = 10_000

/**
 * Carries segments to ClickHouse in the background, in order, each byte once, and tells the store now and then up to
 * when everything accepted here is there, so that no hour of usage is sealed while some of it still waits on this disk.
 */
export async function startDrain(options: {
  directory: string
  segments: Segment[]
  /** Drained segments that stay. */
  keep: number
  clickhouse: Pick<ClickHouse, 'insert'>
  log: Log
  now: () => number
  metrics?: Metrics
  onStored?: (implementationIds: string[], builderIds: string[]) => void
}): Promise<Drain> {
  const { directory, segments, keep, clickhouse, log, now, metrics, onStored } = options
  const planPath = join(directory, 'plan.json')
  let plan = await openPlan(planPath, directory)
  let position = plan.from
  const clock = new BacklogClock(segments)
  const memory = new Memory()
  let watermarkAt = -Infinity
  let closing = false
  let interrupt: () => void = () => {}
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      interrupt = () => (clearTimeout(timer), resolve())
    })

  /** Reads from the position to the end of its segment, or to the planned end when a crash left one. */
  async function readBatch(): Promise<(Batch & { to: Position }) | undefined> {
    const index = segments.findIndex(({ number }) => number >= position.segment)
    const segment = segments[index]
    if (!segment) return undefined
    const { offset, events } = segment.number === position.segment ? position : { offset: 0, events: 0 }
    if (offset >= segment.bytes) {
      const next = segments[index + 1]
      if (!next) return undefined
      position = { segment: next.number, offset: 0, events: 0 }
      return readBatch()
    }
    const planned = plan.to.segment === segment.number && plan.to.offset > offset ? plan.to.offset : undefined
    const file = await open(segment.path, 'r')
    try {
      const { payloads, end } = await readFrames(
        file,
        offset,
        planned ?? segment.bytes,
        planned ? Infinity : BATCH_BYTES,
        memory,
      )
      if (payloads.length === 0) throw new Error(`Segment ${segment.number} cannot be read at ${offset}.`)
      position = { segment: segment.number, offset, events }
      const parts = payloads.map(cutOutcomes)
      const outcomes = addOutcomes(parts.flatMap((part) => part.outcomes))
      return {
        events: joinLines(parts.map((part) => part.events)),
        outcomes,
        to: { segment: segment.number, offset: end, events: events + outcomes.accepted },
      }
    } finally {
      await file.close()
    }
  }

  async function drainBatch(): Promise<boolean> {
    const batch = await readBatch()
    if (!batch) return false
    plan = { spool: plan.spool, from: position, to: batch.to }
    await writePlan(planPath, plan, directory)
    await removeDrained()
    const token = `${plan.spool}:${position.segment}:${position.offset}-${batch.to.offset}`
    await insertBatch(clickhouse, token, batch, log)
    position = batch.to
    metrics?.count('spool_inserts_total', 'Batches that ClickHouse took.')
    metrics?.count('spool_stored_events_total', 'Events in them.', {}, batch.outcomes.accepted)
    onStored?.(batch.outcomes.implementations, batch.outcomes.builders)
    return true
  }

  /** Segments before the plan are in ClickHouse; all but the youngest of them go. */
  async function removeDrained() {
    const drained = segments.filter(({ number }) => number < plan.from.segment)
    for (const segment of drained.slice(0, Math.max(0, drained.length - keep))) {
      await rm(segment.path, { force: true })
      segments.splice(segments.indexOf(segment), 1)
    }
  }

  /**
   * Says in the store up to when everything accepted here has arrived. A process that stops with nothing left holds
   * nobody up from then on; one that was killed does, until it is back and has handed over what it held.
   */
  async function noteWatermark() {
    const at = now()
    if (at - watermarkAt < WATERMARK_MS && !closing) return
    watermarkAt = at
    const { oldestAt } = depth()
    const mark = { spool: plan.spool, drained_to: oldestAt ?? at, holds: oldestAt !== null || !closing }
    try {
      await clickhouse.insert('spool_watermarks', `${plan.spool}:watermark:${at}`, JSON.stringify(mark))
    } catch (error) {
      log.debug('watermark is not noted yet', describeError(error))
    }
  }

  async function run() {
    let retryMs = RETRY_MS.first
    for (let deadline = Infinity; now() < deadline;) {
      if (closing && deadline === Infinity) deadline = now() + CLOSE_MS
      const isLast = closing
      try {
        if (await drainBatch()) {
          retryMs = RETRY_MS.first
          if (depth().bytes > BATCH_BYTES || closing) continue
        }
        await noteWatermark()
        if (isLast) break
        await pause(LINGER_MS)
      } catch (error) {
        metrics?.count(
          'spool_retries_total',
          'Batches that ClickHouse did not take and that are tried again.',
        )
        log.warn('events wait for ClickHouse', { ...depth(), ...describeError(error) })
        await pause(closing ? RETRY_MS.first : retryMs * (0.5 + Math.random()))
        retryMs = Math.min(retryMs * 2, RETRY_MS.most)
      }
    }
    if (position.segment !== plan.from.segment || position.offset !== plan.from.offset)
      await writePlan(planPath, { ...plan, from: position, to: position }, directory)
  }

  function depth(): SpoolDepth {
    const total: SpoolDepth = { events: 0, bytes: 0, oldestAt: null }
    for (const { number, bytes, events } of segments) {
      if (number < position.segment) continue
      const drained = number === position.segment ? position : { offset: 0, events: 0 }
      total.bytes += bytes - drained.offset
      total.events += events - drained.events
    }
    if (total.bytes > 0) total.oldestAt = clock.since(position)
    return total
  }

  const running = run()
  return {
    wake() {
      clock.note(now())
    },
    depth,
    async close() {
      closing = true
      interrupt()
      await running
    },
  }
}

const NEWLINE = 10

/**
 * Moves the lines of a batch together, in place, with a newline where the header of a frame was. They stay the bytes
 * that they are on the disk: nothing of them has to become text before ClickHouse reads it.
 */
function joinLines(parts: Buffer[]): Buffer {
  const [first, ...others] = parts.filter((part) => part.length > 0)
  if (!first) return Buffer.alloc(0)
  const length = others.reduce((sum, part) => sum + 1 + part.length, first.length)
  const joined = Buffer.from(first.buffer, first.byteOffset, length)
  let end = first.length
  for (const part of others) {
    joined[end++] = NEWLINE
    end += part.copy(joined, end)
  }
  return joined
}

/** A new spool's name is durable before the spool is known by it anywhere. */
async function openPlan(path: string, directory: string): Promise<Plan> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text !== undefined) return JSON.parse(text)
  const start = { segment: 0, offset: 0, events: 0 }
  const plan = { spool: nanoid(), from: start, to: start }
  await writePlan(path, plan, directory)
  return plan
}

async function writePlan(path: string, plan: Plan, directory: string) {
  const file = await open(`${path}.new`, 'w')
  try {
    await file.writeFile(JSON.stringify(plan))
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncDirectory(directory)
}
