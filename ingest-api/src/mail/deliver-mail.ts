import { asc, eq, lte } from 'drizzle-orm'
import { outgoingMail } from '../../../schema/tables/mail'
import type { Handles } from '../handles'
import { describeError } from '../log'
import { backoffMs, repeat } from '../repeat'
import { unseal } from '../seal'
import type { Mail, Message } from './mail'
import { MAIL_PURPOSE } from './queue-mail'

const POLL_MS = 1_000
/** After a failure of the database itself. */
const PAUSE_MS = 30_000
/** With these a message is tried for about a day: after 10 s, 20 s, 40 s … and then once an hour. */
const RETRY_MS = { first: 10_000, most: 60 * 60 * 1000 }
const MAX_ATTEMPTS = 32

type Parts = Pick<Handles, 'db' | 'keys' | 'log' | 'now'> & { mail: Mail }

/**
 * Sends every message that is due. A message is taken out in the transaction that holds it, so several processes
 * share the work and a crash sends a letter twice rather than never.
 */
export async function deliverDue({ db, keys, log, now, mail }: Parts): Promise<number> {
  for (let sent = 0; ; sent++) {
    const found = await db.transaction(async (tx) => {
      const [due] = await tx
        .select()
        .from(outgoingMail)
        .where(lte(outgoingMail.nextAt, new Date(now())))
        .orderBy(asc(outgoingMail.nextAt), asc(outgoingMail.id))
        .limit(1)
        .for('update', { skipLocked: true })
      if (!due) return false
      const failure = await open(keys, due.sealed)
        .then((message) => mail.send(message))
        .then(
          () => undefined,
          (error: unknown) => error ?? new Error('unknown'),
        )
      const attempts = due.attempts + 1
      const row = eq(outgoingMail.id, due.id)
      if (failure) log.warn('a mail was not sent', { attempts, error: nameOf(failure) })
      if (failure && attempts < MAX_ATTEMPTS) {
        const nextAt = new Date(now() + backoffMs(attempts, RETRY_MS))
        await tx.update(outgoingMail).set({ attempts, nextAt }).where(row)
      } else await tx.delete(outgoingMail).where(row)
      return true
    })
    if (!found) return sent
  }
}

/** Keeps delivering until it is closed, which waits for the message under way. */
export function startMailDelivery(parts: Parts): { close(): Promise<void> } {
  const rounds = repeat(async () => {
    try {
      await deliverDue(parts)
      return POLL_MS
    } catch (error) {
      parts.log.error('outgoing mail cannot be read', describeError(error))
      return PAUSE_MS
    }
  })
  return {
    async close() {
      await rounds.close()
      await parts.mail.close()
    },
  }
}

const open = async (keys: Handles['keys'], sealed: string): Promise<Message> =>
  JSON.parse(await unseal(keys, MAIL_PURPOSE, sealed))

/** A mail server's own words may repeat the address, so only the kind of failure is logged. */
const nameOf = (error: unknown): string =>
  error instanceof Error ? String('code' in error ? error.code : error.name) : typeof error
