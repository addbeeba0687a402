import type { KeptAnswer, Reads } from '../cache'
import type { Handles } from '../handles'
import type { Changes } from '../reports/changes'
import type { AppContext } from './context'
import { setEtag } from './etag'

type Load<Answer> = (handles: Handles) => Promise<Answer>

/** How far an answer may be behind the events at most, while it is made anew. */
const BEHIND_MS = 3_000

/**
 * Answers a question that pages ask again and again: with the same text as before, as long as nothing was committed to
 * Postgres and no event it tells of has changed. It stands behind `requireTenant` and the permission that it needs; the
 * key is who asks, as what, by which key, and the whole address.
 *
 * When events have changed, the newest is waited for as long as a page would not notice; on a busy server the answer of
 * a moment ago is given then, and the next one has them. `Cache-Control: no-cache` waits.
 * @param load makes the answer with these handles; what it makes of the clock may be sent for two minutes
 * @param revisionOf what its ETag is, if it has one
 */
export const answerKept = <Answer extends object>(
  c: AppContext,
  load: Load<Answer>,
  revisionOf?: (answer: Answer) => number,
): Promise<Response> => answer(c, c.var.state, load, revisionOf)

/** The same for a report. One that ends now, and not at a time that is named, is another one each time. */
export const reportKept = <Answer extends object>(c: AppContext, load: Load<Answer>): Promise<Response> =>
  answer(c, c.req.query('to') === undefined ? undefined : c.var.state, load)

async function answer<Answer extends object>(
  c: AppContext,
  state: string | undefined,
  load: Load<Answer>,
  revisionOf?: (answer: Answer) => number,
): Promise<Response> {
  const { handles, actor } = c.var
  const { userId, persona, keyId } = actor
  const { changes, answers } = handles.caches
  const make = async (): Promise<KeptAnswer> => {
    const asked: KeptAnswer['asked'] = []
    const stepOf: Changes['stepOf'] = (tenant) => {
      const step = changes.stepOf(tenant)
      asked.push({ tenant, step })
      return step
    }
    const currentAt = handles.now()
    const reads = state === undefined ? handles.caches.reads : keepReads(c, state)
    const caches = { ...handles.caches, changes: { ...changes, stepOf }, reads }
    const answer = await load({ ...handles, caches })
    const body = JSON.stringify({ success: true, ...answer })
    return { body, revision: revisionOf?.(answer), asked, currentAt }
  }
  const isCurrent = ({ asked }: KeptAnswer) =>
    asked.every(({ tenant, step }) => changes.stepOf(tenant) === step)
  const find = async (): Promise<KeptAnswer> => {
    if (state === undefined) return make()
    const key = JSON.stringify([userId, persona, keyId, c.req.url, state])
    const now = handles.now()
    const known = await answers.get(key, now, make)
    if (isCurrent(known)) return Object.assign(known, { currentAt: now })
    const newest = answers.renew(key, now, make).then((answer) =>
      // Somebody else may have begun to make it before what has changed had.
      isCurrent(answer) || answer.currentAt > now ? answer : answers.renew(key, now, make),
    )
    const waits = now - known.currentAt > BEHIND_MS || c.req.header('cache-control')?.includes('no-cache')
    return waits ? newest : firstOf(newest, known, handles.caches.patienceMs)
  }
  const { body, revision } = await find()
  if (revision !== undefined) setEtag(c, revision)
  return c.body(body, 200, { 'Content-Type': 'application/json' })
}

/** Of one asker's answers under one state of the database, the same rows are read once. */
function keepReads(c: AppContext, state: string): Reads {
  const { handles, actor } = c.var
  return async <Rows>(what: readonly unknown[], read: () => Promise<Rows>) => {
    const key = JSON.stringify([actor.userId, actor.persona, state, what])
    // Whoever names the same reads the same.
    return (await handles.caches.rows.get(key, handles.now(), read)) as Rows
  }
}

/** What comes in time, or else what is there. A failure is an answer only when there is time for it. */
async function firstOf<Value>(coming: Promise<Value>, there: Value, patienceMs: number): Promise<Value> {
  if (patienceMs === Infinity) return coming
  coming.catch(() => {})
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Value>((resolve) => (timer = setTimeout(resolve, patienceMs, there)))
  return Promise.race([coming, late]).finally(() => clearTimeout(timer))
}
