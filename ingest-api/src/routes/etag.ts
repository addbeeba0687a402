import { OrielError } from '../../../schema/wire/error'
import type { AppContext } from './context'

/**
 * Names the state of a configuration, so that whoever changes it can say which one they have seen. A number that every
 * change raises; what else of the widget changes does not touch it.
 */
export const setEtag = (c: AppContext, revision: number): void => c.header('ETag', `"${revision}"`)

/**
 * Which states the sender accepts, from `If-Match` (RFC 9110, section 13.1.1). Undefined without the header and for `*`:
 * then the last one to write wins, setting by setting, because a change is a merge patch.
 *
 * A weak tag counts as well. Whoever compresses an answer on its way, as we do and most proxies, makes its tag weak;
 * this one names a state and not bytes, so it says the same.
 * @throws OrielError PRECONDITION_FAILED for a header that can match nothing
 */
export function readIfMatch(c: AppContext): number[] | undefined {
  const header = c.req.header('if-match')?.trim()
  if (header === undefined || header === '*') return undefined
  const revisions = header.split(',').flatMap((tag) => /^(?:W\/)?"(\d{1,10})"$/.exec(tag.trim())?.[1] ?? [])
  if (revisions.length === 0)
    throw new OrielError('PRECONDITION_FAILED', 'If-Match must be the ETag that came with it.')
  return revisions.map(Number)
}
