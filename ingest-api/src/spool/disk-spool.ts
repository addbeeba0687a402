import { constants } from 'node:fs'
import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { OrielError } from '../../../schema/wire/error'
import type { ClickHouse } from '../clickhouse'
import { describeError, type Log } from '../log'
import type { Metrics } from '../metrics'
import { startDrain } from './drain'
import { IdWindow } from './id-window'
import { cutOutcomes, Outcomes } from './outcome'
import { encodeFrames, Memory, readFrames, syncDirectory, type Segment } from './segment'
import type { Spool } from './spool'

export type DiskSpoolOptions = {
  directory: string
  /** Undrained bytes at which new events are refused. */
  maxBytes: number
  clickhouse: Pick<ClickHouse, 'insert'>
  log: Log
  now: () => number
  /** Size at which the next segment is begun. */
  segmentBytes?: number
  /** Where inserts and retries are counted. */
  metrics?: Metrics
  /** Is told whose events were in every batch that ClickHouse took. */
  onStored?: (implementationIds: string[], builderIds: string[]) => void
}

const { O_CREAT, O_DSYNC, O_EXCL, O_WRONLY } = constants

/** At least so many ids are kept to recognise retries. */
const WINDOW_IDS = 250_000
/** Drained segments kept, so that a restart remembers the ids of the last minutes. */
const KEPT_SEGMENTS = 2
/** A group is cut into frames of about this size, so that reading one back needs little memory. */
const FRAME_BYTES = 1024 * 1024

/** Everybody whose events reach the disk with the same write. */
type Group = {
  number: number
  lines: string[]
  outcomes: Outcomes
  durable: Promise<void>
  settle: (error?: OrielError) => void
}
/** The group of the ids that an earlier process has written. */
const EARLIER = 1

/**
 * The spool of a Node process: append-only segment files and one synchronous write for everybody who waits.
 *
 * A group is written as soon as the one before it is on disk, so an idle request waits for its own write only and a
 * busy server shares one among many. Files are opened with O_DSYNC: a write returns once it is on disk, which is a
 * write and an fdatasync in one trip to the thread pool instead of two. A frame cut short by a crash was never
 * acknowledged and is cut off at the start.
 */
export async function openDiskSpool(options: DiskSpoolOptions): Promise<Spool> {
  const { directory, maxBytes, log, segmentBytes = 64 * 1024 * 1024 } = options
  await mkdir(directory, { recursive: true })
  const window = new IdWindow(WINDOW_IDS)
  const segments = await recover(directory, window, log)
  const drain = await startDrain({ ...options, segments, keep: KEPT_SEGMENTS })
  const memory = new Memory()
  let current: { segment: Segment; file: FileHandle } | undefined
  let gathering = newGroup(EARLIER)
  let writing: Group | undefined
  let committing: Promise<void> | undefined
  let failure: string | undefined
  let closed = false

  /** Where the next frame goes. A segment that failed once is never written again: what its tail holds is unknown. */
  async function openSegment() {
    if (current && current.segment.bytes < segmentBytes) return current
    await current?.file.close()
    const number = (segments.at(-1)?.number ?? 0) + 1
    const path = join(directory, `${String(number).padStart(10, '0')}.segment`)
    const file = await open(path, O_CREAT | O_EXCL | O_WRONLY | O_DSYNC)
    await syncDirectory(directory)
    current = { segment: { number, path, bytes: 0, events: 0, beganAt: options.now() }, file }
    segments.push(current.segment)
    return current
  }

  async function commit() {
    while (!gathering.outcomes.isEmpty) {
      const group = (writing = gathering)
      gathering = newGroup(group.number)
      try {
        const { segment, file } = await openSegment()
        const frames = encodeFrames(payloadsOf([...group.lines, ...group.outcomes.toLines()]), memory)
        const { bytesWritten } = await file.write(frames, 0, frames.length, segment.bytes)
        if (bytesWritten !== frames.length)
          throw new Error(`The disk took ${bytesWritten} of ${frames.length} bytes.`)
        segment.bytes += bytesWritten
        segment.events += group.lines.length
        if (failure) log.info('spool can be written again')
        failure = undefined
        drain.wake()
        group.settle()
      } catch (error) {
        if (!failure) log.error('spool cannot be written', describeError(error))
        failure = 'The disk of the spool cannot be written.'
        for (const line of group.lines) window.delete(line.slice(ID_START, ID_END))
        await abandonSegment()
        group.settle(
          new OrielError('SERVICE_UNAVAILABLE', 'Events cannot be stored right now. Please send them again.'),
        )
      }
      writing = undefined
    }
    committing = undefined
  }

  /** What was answered with an error is cut off, so that no later start takes it for accepted. */
  async function abandonSegment() {
    if (!current) return
    const { file, segment } = current
    current = undefined
    try {
      await file.truncate(segment.bytes)
      await file.close()
      if (segment.bytes > 0) return
      // On a full disk every attempt begins a segment; those that got nothing would pile up.
      segments.splice(segments.indexOf(segment), 1)
      await rm(segment.path)
    } catch (error) {
      log.error('spool segment cannot be cut', describeError(error))
    }
  }

  return {
    async append(events, refused = []) {
      if (closed)
        throw new OrielError('SERVICE_UNAVAILABLE', 'The server is stopping. Please send the events again.')
      if (drain.depth().bytes > maxBytes)
        throw new OrielError(
          'SERVICE_UNAVAILABLE',
          'Too many events are waiting. Please send them again later.',
          {
            retryAfterSeconds: 30,
          },
        )
      let duplicates = 0
      let earlier: Promise<void> | undefined
      for (const { id, line, account } of events) {
        const known = window.add(id, gathering.number)
        if (known === 0) {
          gathering.lines.push(line)
          gathering.outcomes.countAccepted(account)
          continue
        }
        duplicates++
        gathering.outcomes.count(account, 'duplicate', 1, '')
        // The first copy may still be on its way to the disk: the second is as safe as the first, not safer.
        if (writing?.number === known) earlier = writing.durable
      }
      for (const { account, refusal, example } of refused)
        gathering.outcomes.count(account, refusal, 1, example)
      const { durable } = gathering
      // Everything that this turn of the event loop brings goes into one group.
      committing ??= new Promise((resolve) => setImmediate(resolve)).then(commit)
      await (earlier ? Promise.all([earlier, durable]) : durable)
      return duplicates
    },
    depth: drain.depth,
    failure: () => failure,
    async close() {
      closed = true
      await committing
      await drain.close()
      await current?.file.close()
    },
  }
}

/** Numbers go from 2 to 2^32 - 1 and around; the window forgets an id long before its group's number comes again. */
function newGroup(previous: number): Group {
  let settle: Group['settle'] = () => {}
  const durable = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve())
  })
  return {
    number: previous >= 2 ** 32 - 1 ? 2 : previous + 1,
    lines: [],
    outcomes: new Outcomes(),
    durable,
    settle,
  }
}

function payloadsOf(lines: string[]): string[] {
  const payloads: string[] = []
  for (let from = 0, to = 0, size = 0; from < lines.length; from = to, size = 0) {
    while (to < lines.length && size < FRAME_BYTES) size += lines[to++]!.length
    payloads.push(lines.slice(from, to).join('\n'))
  }
  return payloads
}

/** Finds what an earlier process left, cuts torn tails and fills the window with the ids. */
async function recover(directory: string, window: IdWindow, log: Log): Promise<Segment[]> {
  const segments: Segment[] = []
  const memory = new Memory()
  for (const name of (await readdir(directory)).filter((file) => file.endsWith('.segment')).sort()) {
    const path = join(directory, name)
    const file = await open(path, 'r+')
    try {
      const { size, birthtimeMs } = await file.stat()
      const segment: Segment = { number: parseInt(name, 10), path, bytes: 0, events: 0, beganAt: birthtimeMs }
      for (;;) {
        const { payloads, end } = await readFrames(file, segment.bytes, size, 4 * 1024 * 1024, memory)
        if (payloads.length === 0) break
        for (const { events } of payloads.map(cutOutcomes))
          for (let at = events.length > 0 ? 0 : -1; at >= 0; at = events.indexOf(NEWLINE, at) + 1 || -1) {
            window.add(events.toString('latin1', at + ID_START, at + ID_END), EARLIER)
            segment.events++
          }
        segment.bytes = end
      }
      if (segment.bytes < size) {
        log.warn('spool tail cut off', { segment: segment.number, bytes: size - segment.bytes })
        await file.truncate(segment.bytes)
        await file.sync()
      }
      segments.push(segment)
    } finally {
      await file.close()
    }
  }
  return segments
}

/** Every line begins with its id: `["<36 characters>"`. */
const ID_START = 2
const ID_END = ID_START + 36
const NEWLINE = 10
