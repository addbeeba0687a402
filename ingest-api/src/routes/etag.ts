import { OrielError } from '../../../schema/wire/error'
import type { AppContext } from './context'

/**
 * Names the state of a configuration, so that whoever changes it can say which one they have seen. A number that every
 * change raises; what else of the widget changes does not touch it.
 */
export const setEtag = (c: AppContext, revision: number): void => c.header('ETag', `"${revision}"`)

/**
 * Which state the sender has seen, from `If-Match` (RFC 9110, section 13.1.1). Undefined without the header and for `*`:
 * then the last one to write wins, setting by setting, because a change is a merge patch.
 * @throws OrielError PRECONDITION_FAILED for a header that can match nothing
 */
export function readIfMatch(c: AppContext): number | undefined {
  const header = c.req.header('if-match')?.trim()
  if (header === undefined || header === '*') return undefined
  const revision = /^"(\d{1,10})"$/.exec(header)?.[1]
  if (revision === undefined)
    throw new OrielError('PRECONDITION_FAILED', 'If-Match must be the ETag that came with the widget.')
  return Number(revision)
}
