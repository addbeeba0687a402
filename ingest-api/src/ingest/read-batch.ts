import { OrielError } from '../../../schema/wire/error'
import { MAX_BATCH_BYTES } from '../../../schema/wire/event'

/** Parses the body of a batch. @throws OrielError MALFORMED_REQUEST with the plain reason */
export function parseBatch(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new OrielError('MALFORMED_REQUEST', `The body is not JSON: ${(error as SyntaxError).message}`)
  }
}

export const batchTooLarge = () =>
  new OrielError('PAYLOAD_TOO_LARGE', `A batch may have at most ${MAX_BATCH_BYTES / 1024} KB.`)

/** Headers of every answer: a frame with an opaque origin reads its receipt, and the token says who it is. */
export const BATCH_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Retry-After',
  'X-Content-Type-Options': 'nosniff',
}
