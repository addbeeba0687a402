import { open, type FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

/** `bytes` and `events` count what is durable; the file may hold more that is still being written. */
export type Segment = { number: number; path: string; bytes: number; events: number; beganAt: number }

/**
 * A segment is a file of frames, only ever appended to: length of the payload (uint32, little endian), CRC-32 of the
 * payload (uint32, little endian; ISO 3309, as in gzip), payload. A payload is one append: lines joined by newlines.
 */
const HEADER_BYTES = 8

export function encodeFrame(payload: Buffer): [Buffer, Buffer] {
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  header.writeUInt32LE(payload.length, 0)
  header.writeUInt32LE(crc32(payload), 4)
  return [header, payload]
}

export type Frames = {
  payloads: Buffer[]
  /** Where the frame after the last whole one starts. */
  end: number
}

/**
 * Reads whole frames from `offset` on, at least one if there is one, until `maxBytes` are read or `limit` is reached.
 * Ends before the first frame that is cut short or damaged: whatever stands there was never acknowledged.
 */
export async function readFrames(
  file: FileHandle,
  offset: number,
  limit: number,
  maxBytes: number,
): Promise<Frames> {
  const frames: Frames = { payloads: [], end: offset }
  while (frames.end - offset < maxBytes) {
    const room = limit - frames.end
    if (room < HEADER_BYTES) break
    const chunk = Buffer.allocUnsafe(Math.min(room, Math.max(maxBytes, HEADER_BYTES)))
    const { bytesRead } = await file.read(chunk, 0, chunk.length, frames.end)
    const taken = takeFrames(chunk.subarray(0, bytesRead), frames)
    if (taken > 0) continue
    // Either a frame longer than the chunk, or nothing whole is left.
    const length = bytesRead >= HEADER_BYTES ? HEADER_BYTES + chunk.readUInt32LE(0) : Infinity
    if (length <= bytesRead || length > room) break
    const whole = Buffer.allocUnsafe(length)
    await file.read(whole, 0, length, frames.end)
    if (takeFrames(whole, frames) === 0) break
  }
  return frames
}

function takeFrames(chunk: Buffer, frames: Frames): number {
  let at = 0
  while (at + HEADER_BYTES <= chunk.length) {
    const end = at + HEADER_BYTES + chunk.readUInt32LE(at)
    if (end > chunk.length) break
    const payload = chunk.subarray(at + HEADER_BYTES, end)
    if (crc32(payload) !== chunk.readUInt32LE(at + 4)) break
    frames.payloads.push(payload)
    at = end
  }
  frames.end += at
  return at
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
