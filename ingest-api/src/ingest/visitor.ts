import { createHash, randomBytes } from 'node:crypto'
import Bowser from 'bowser'
import { eq, lt } from 'drizzle-orm'
import { isbot } from 'isbot'
import { visitorSalts } from '../../../schema/tables/visitor-salts'
import type { Database } from '../database'
import type { Handles } from '../handles'

/** What is kept of who asked. `visitor` is a decimal UInt64 that means nothing tomorrow. */
export type Visitor = {
  visitor: string
  browser: string
  os: string
  device: string
  country: string
  bot: boolean
}

/** Where a batch came from. The address is used for the hash and forgotten. */
export type Source = { ip: string; userAgent: string; country: string }

export const DAY_MS = 24 * 60 * 60 * 1000

/** The UTC day of a time, `2026-11-20`; the last one is kept. */
export function dayOf(at: number): string {
  const start = at - (at % DAY_MS)
  if (start !== today.start) today = { start, day: new Date(start).toISOString().slice(0, 10) }
  return today.day
}
let today = { start: NaN, day: '' }

/** Today's salt, asked of Postgres once a day and process. The first who asks makes it and destroys the old ones. */
function todaysSalt({ db, caches }: Pick<Handles, 'db' | 'caches'>, now: number): Promise<string> {
  const day = dayOf(now)
  return caches.salts.get(day, now, () => readSalt(db, day, now))
}

async function readSalt(db: Database, day: string, now: number): Promise<string> {
  const fresh = { day, salt: randomBytes(16).toString('hex') }
  await db.insert(visitorSalts).values(fresh).onConflictDoNothing()
  await db.delete(visitorSalts).where(lt(visitorSalts.day, dayOf(now - DAY_MS)))
  const [row] = await db
    .select({ salt: visitorSalts.salt })
    .from(visitorSalts)
    .where(eq(visitorSalts.day, day))
  return row!.salt
}

type Agent = Pick<Visitor, 'browser' | 'os' | 'device' | 'bot'>
const agents = new Map<string, Agent>()
const CACHED_AGENTS = 5_000

/** Reads a user agent header once; the same ones come again and again. */
function readAgent(userAgent: string): Agent {
  const known = agents.get(userAgent)
  if (known) return known
  const { browser, os, platform } = userAgent
    ? Bowser.parse(userAgent)
    : { browser: {}, os: {}, platform: {} }
  const agent = {
    browser: browser.name ?? '',
    os: os.name ?? '',
    device: platform.type ?? '',
    bot: userAgent === '' || isbot(userAgent),
  }
  if (agents.size >= CACHED_AGENTS) agents.delete(agents.keys().next().value!)
  agents.set(userAgent, agent)
  return agent
}

/** Says what may be kept of a visitor of one implementation. */
export async function describeVisitor(
  handles: Pick<Handles, 'db' | 'caches'>,
  implementation: string,
  source: Source,
  now: number,
): Promise<Visitor> {
  const hash = createHash('sha256')
    .update(`${await todaysSalt(handles, now)}\n${implementation}\n${source.ip}\n${source.userAgent}`)
    .digest()
  return { visitor: String(hash.readBigUInt64LE(0)), country: source.country, ...readAgent(source.userAgent) }
}
