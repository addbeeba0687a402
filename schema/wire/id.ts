/** What an id names, by its prefix. The rest is a nanoid, so ids are never sequential. */
export const ID_PREFIX = {
  user: 'us',
  project: 'pr',
  version: 've',
  release: 're',
  implementation: 'im',
  session: 'se',
  impersonation: 'ip',
  apiKey: 'ak',
  revenueEvent: 'rv',
  purchase: 'pu',
  deadLetter: 'dl',
  job: 'jb',
  rule: 'ru',
  alert: 'al',
  dashboard: 'da',
  report: 'rp',
} as const

export type IdKind = keyof typeof ID_PREFIX

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** True for a lower-case UUID of version 7 (RFC 9562, section 5.7), the only form an event id may have. */
export const isUuidV7 = (value: unknown): value is string => typeof value === 'string' && UUID_V7.test(value)

/** The epoch milliseconds held in the first 48 bits of a UUIDv7: twelve digits, with a dash after the eighth. */
export function timeOfUuidV7(id: string): number {
  let time = 0
  for (let place = 0; place < 13; place++) {
    if (place === 8) continue
    const code = id.charCodeAt(place)
    time = time * 16 + (code <= 57 ? code - 48 : code - 87)
  }
  return time
}

/** Makes a UUIDv7 whose time is `at` (epoch ms) and whose other 74 bits are random. */
export function uuidV7(at: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10))
  let hex = Math.floor(at).toString(16).padStart(12, '0')
  bytes[0] = (bytes[0]! & 15) | 112
  bytes[2] = (bytes[2]! & 63) | 128
  for (const byte of bytes) hex += (byte + 256).toString(16).slice(1)
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
