import type { SessionClaims } from '../../../schema/wire/frame'
import type { Handles } from '../handles'
import { SESSION_COLUMNS } from '../spool/event-row'
import type { Account } from '../spool/outcome'
import { sessionExpired, verifySessionToken } from './session-token'
import { DAY_MS, dayOf, describeVisitor, type Source } from './visitor'

/** What all events of a session share: who it is, checked once, and the end of their rows, written once. */
export type Session = {
  claims: SessionClaims
  /** `"us_…",…]`: the values of {@link SESSION_COLUMNS}, the same for every event of this visitor today. */
  rowEnd: string
  /** Where events of today are counted. */
  today: { from: number; to: number; account: Account }
}

type Known = Session & { key: Uint8Array; expiresAt: number; source: Source }

/** Where the events of a session's implementation are counted that happened on the day of `at`. */
export const accountOn = ({ bu, im }: SessionClaims, at: number): Account => `${bu} ${im} ${dayOf(at)}`

/** Sessions that sent something lately; the oldest make room and are checked anew should they come back. */
const known = new Map<string, Known>()
const MOST_KNOWN = 20_000

/**
 * Opens the session that a token stands for. A known one costs a look into a map; a new one a signature, a hash, and
 * once a day and process a question to Postgres.
 * @throws OrielError TOKEN_EXPIRED or TOKEN_INVALID
 */
export function openSession(
  handles: Pick<Handles, 'db' | 'caches' | 'keys'>,
  token: string,
  source: Source,
  now: number,
): Session | Promise<Session> {
  const session = known.get(token)
  if (session?.key !== handles.keys.session) return meetSession(handles, token, source, now)
  if (session.expiresAt <= now) throw sessionExpired()
  const same =
    now >= session.today.from &&
    now < session.today.to &&
    session.source.ip === source.ip &&
    session.source.userAgent === source.userAgent &&
    session.source.country === source.country
  return same ? session : meetSession(handles, token, source, now)
}

async function meetSession(
  handles: Pick<Handles, 'db' | 'caches' | 'keys'>,
  token: string,
  source: Source,
  now: number,
): Promise<Session> {
  const key = handles.keys.session
  const claims = await verifySessionToken(key, token, now)
  const visitor = await describeVisitor(handles, claims.im, source, now)
  const shared: Record<(typeof SESSION_COLUMNS)[number], unknown> = {
    builder_id: claims.bu,
    project_id: claims.pr,
    implementation_id: claims.im,
    end_user_id: claims.eu,
    session_id: claims.sid,
    version: claims.ver,
    preview: claims.pre === 1,
    retention_days: claims.ret ?? null,
    ...visitor,
  }
  const rowEnd = JSON.stringify(SESSION_COLUMNS.map((column) => shared[column])).slice(1)
  known.delete(token)
  const from = now - (now % DAY_MS)
  const session = { claims, rowEnd, today: { from, to: from + DAY_MS, account: accountOn(claims, now) } }
  known.set(token, { ...session, key, expiresAt: claims.exp * 1000, source })
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!)
  return session
}
