import { mkdir, open, readdir, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { OrielError } from '../../../schema/wire/error'
import type { ClickHouse } from '../clickhouse'
import { describeError, type Log } from '../log'
import { startDrain, type Segment } from './drain'
import { IdWindow } from './id-window'
import { encodeFrame, readFrames, syncDirectory } from './segment'
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
  /** Is given the lines of every batch that ClickHouse took. */
  onStored?: (lines: string) => void
}

/** Ids kept to recognise retries; about 100 bytes each. */
const WINDOW_IDS = 250_000
/** Drained segments kept, so that a restart remembers the ids of the last minutes. */
const KEPT_SEGMENTS = 2

/** Everybody who waits for the same fdatasync. */
type Group = {
  payloads: Buffer[]
  ids: Set<string>
  durable: Promise<void>
  settle: (error?: OrielError) => void
}

/**
 * The spool of a Node process: append-only segment files and one fdatasync for everybody who waits.
 *
 * A group is written as soon as the one before it is on disk, so an idle request waits for its own fdatasync only and
 * a busy server shares one among many. A frame cut short by a crash was never acknowledged and is cut off at the start.
 */
export async function openDiskSpool(options: DiskSpoolOptions): Promise<Spool> {
  const { directory, maxBytes, log, segmentBytes = 64 * 1024 * 1024 } = options
  await mkdir(directory, { recursive: true })
  const window = new IdWindow(WINDOW_IDS)
  const segments = await recover(directory, window, log)
  const drain = await startDrain({ ...options, segments, keep: KEPT_SEGMENTS })
  let current: { segment: Segment; file: FileHandle } | undefined
  let gathering = newGroup()
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
    const file = await open(path, 'wx')
    await syncDirectory(directory)
    current = { segment: { number, path, bytes: 0, events: 0, beganAt: options.now() }, file }
    segments.push(current.segment)
    return current
  }

  async function commit() {
    while (gathering.payloads.length > 0) {
      const group = (writing = gathering)
      gathering = newGroup()
      try {
        const { segment, file } = await openSegment()
        const frames = group.payloads.flatMap(encodeFrame)
        const bytes = frames.reduce((sum, frame) => sum + frame.length, 0)
        const { bytesWritten } = await file.writev(frames, segment.bytes)
        if (bytesWritten !== bytes) throw new Error(`The disk took ${bytesWritten} of ${bytes} bytes.`)
        await file.datasync()
        segment.bytes += bytes
        segment.events += group.ids.size
        failure = undefined
        drain.wake()
        group.settle()
      } catch (error) {
        failure = 'The disk of the spool cannot be written.'
        log.error('spool cannot be written', describeError(error))
        for (const id of group.ids) window.delete(id)
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
    await file.truncate(segment.bytes).catch((error) => log.error('spool tail stays', describeError(error)))
    await file.close().catch((error) => log.error('spool segment cannot be closed', describeError(error)))
  }

  return {
    async append(events) {
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
      const waits = new Set<Promise<void>>()
      const lines: string[] = []
      for (const { id, line } of events) {
        if (window.has(id)) {
          // The first copy may still be on its way to the disk: the second is as safe as the first, not safer.
          if (writing?.ids.has(id)) waits.add(writing.durable)
          else if (gathering.ids.has(id)) waits.add(gathering.durable)
          continue
        }
        window.add(id)
        gathering.ids.add(id)
        lines.push(line)
      }
      if (lines.length > 0) {
        gathering.payloads.push(Buffer.from(lines.join('\n')))
        waits.add(gathering.durable)
        // Everything that this turn of the event loop brings goes into one group.
        committing ??= new Promise((resolve) => setImmediate(resolve)).then(commit)
      }
      await Promise.all(waits)
      return events.length - lines.length
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

function newGroup(): Group {
  let settle: Group['settle'] = () => {}
  const durable = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve())
  })
  return { payloads: [], ids: new Set(), durable, settle }
}

/** Finds what an earlier process left, cuts torn tails and fills the window with the ids. */
async function recover(directory: string, window: IdWindow, log: Log): Promise<Segment[]> {
  const segments: Segment[] = []
  for (const name of (await readdir(directory)).filter((file) => file.endsWith('.segment')).sort()) {
    const path = join(directory, name)
    const file = await open(path, 'r+')
    try {
      const { size, birthtimeMs } = await file.stat()
      const segment: Segment = { number: parseInt(name, 10), path, bytes: 0, events: 0, beganAt: birthtimeMs }
      for (;;) {
        const { payloads, end } = await readFrames(file, segment.bytes, size, 4 * 1024 * 1024)
        if (payloads.length === 0) break
        for (const payload of payloads)
          for (const line of payload.toString().split('\n')) {
            window.add(idOfLine(line))
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

/** Every line begins with its id: `{"id":"<36 characters>"`. */
const idOfLine = (line: string) => line.slice(7, 43)
