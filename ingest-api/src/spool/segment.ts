import { open, type FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

/** `bytes` and `events` count what is durable; the file may hold more that is still being written. */
export type Segment = { number: number; path: string; bytes: number; events: number; beganAt: number }

/**
 * A segment is a file of frames, only ever appended to: length of the payload (uint32, little endian), CRC-32 of the
 * payload (uint32, little endian; ISO 3309, as in gzip), payload. A payload is one append: lines joined by newlines.
 */
const HEADER_BYTES = 8

/** So much is kept for the next time; what is larger, as after a disk that stood still, is let go. */
const KEPT_BYTES = 8 * 1024 * 1024

/**
 * Bytes that are used again for every write or every read. New ones each time would cost more than what is done with
 * them: their pages, and the garbage collector, which comes for what lies outside its heap too.
 */
export class Memory {
  #kept = Buffer.alloc(0)

  /** So many bytes, with anything in them. The ones taken before are these ones. */
  take(size: number): Buffer {
    if (size > KEPT_BYTES) return Buffer.allocUnsafeSlow(size)
    if (size > this.#kept.length) this.#kept = Buffer.allocUnsafeSlow(size)
    return this.#kept.subarray(0, size)
  }
}

/** Makes frames of these payloads, one behind the other. What is answered stands until the next call with this memory. */
export function encodeFrames(payloads: string[], memory: Memory): Buffer {
  const size = payloads.reduce((sum, payload) => sum + HEADER_BYTES + Buffer.byteLength(payload), 0)
  const frames = memory.take(size)
  let at = 0
  for (const payload of payloads) {
    const length = frames.write(payload, at + HEADER_BYTES)
    const end = at + HEADER_BYTES + length
    frames.writeUInt32LE(length, at)
    frames.writeUInt32LE(crc32(frames.subarray(at + HEADER_BYTES, end)), at + 4)
    at = end
  }
  return frames
}

export type Frames = {
  /** In the order in which they stand, which they do in one piece of memory. */
  payloads: Buffer[]
  /** Where the frame after the last whole one starts. */
  end: number
}

/**
 * Reads whole frames from `offset` on, as many as `maxBytes` hold and at least one if there is one before `limit`.
 * Ends before the first frame that is cut short or damaged: whatever stands there was never acknowledged.
 * What is answered stands until the next call with this memory.
 */
export async function readFrames(
  file: FileHandle,
  offset: number,
  limit: number,
  maxBytes: number,
  memory: Memory,
): Promise<Frames> {
  const room = limit - offset
  if (room < HEADER_BYTES) return { payloads: [], end: offset }
  const read = async (size: number) => {
    const chunk = memory.take(size)
    const { bytesRead } = await file.read(chunk, 0, size, offset)
    return chunk.subarray(0, bytesRead)
  }
  const chunk = await read(Math.min(room, maxBytes))
  const frames = takeFrames(chunk, offset)
  if (frames.payloads.length > 0 || chunk.length < HEADER_BYTES) return frames
  // Either the first frame is longer than that, or nothing whole is left.
  const length = HEADER_BYTES + chunk.readUInt32LE(0)
  return length > chunk.length && length <= room ? takeFrames(await read(length), offset) : frames
}

function takeFrames(chunk: Buffer, offset: number): Frames {
  const payloads: Buffer[] = []
  let at = 0
  while (at + HEADER_BYTES <= chunk.length) {
    const end = at + HEADER_BYTES + chunk.readUInt32LE(at)
    if (end > chunk.length) break
    const payload = chunk.subarray(at + HEADER_BYTES, end)
    if (crc32(payload) !== chunk.readUInt32LE(at + 4)) break
    payloads.push(payload)
    at = end
  }
  return { payloads, end: offset + at }
}

/** Makes what happened to a directory's entries durable: a new file is lost with the power until this. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
