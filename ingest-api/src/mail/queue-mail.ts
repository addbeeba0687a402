import { outgoingMail } from '../../../schema/tables/mail'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { seal } from '../seal'
import { compose, type Letter } from './compose'

/** What a message in the table is sealed for. */
export const MAIL_PURPOSE = 'outgoing mail'

/**
 * Puts a letter into the outgoing mail. Given the transaction that gives the reason for it, so that a letter is sent
 * exactly when its reason stands, also after a crash and when the mail server is away.
 */
export async function queueMail(
  tx: Queryable,
  { keys, now }: Pick<Handles, 'keys' | 'now'>,
  to: string,
  letter: Letter,
): Promise<void> {
  const sealed = await seal(keys, MAIL_PURPOSE, JSON.stringify(compose(to, letter)))
  await tx.insert(outgoingMail).values({ sealed, nextAt: new Date(now()) })
}
