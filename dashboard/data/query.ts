import { signal, type ReadonlySignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { OrielError } from '../../schema/wire/error'

/** Data younger than this is shown without asking again. */
export const STALE_MS = 30_000
/** How often a live query asks while somebody looks: an event shows within 3 s, and it is counted within one. */
export const POLL_MS = 2_000
const MAX_BACKOFF_MS = 60_000

/** `trouble` is why the last refresh failed while older data is still shown. */
export type Answer<T> =
  | { state: 'loading' }
  | { state: 'failed'; error: OrielError; retry: () => void }
  | { state: 'ready'; data: T; trouble?: OrielError; retry: () => void }

type Query<T> = {
  answer: ReadonlySignal<Answer<T>>
  put: (data: T) => void
  watch: () => () => void
  wake: () => void
}

const queries = new Map<string, Query<unknown>>()

/**
 * The query of this key, the same for everybody who asks for it: one request at a time, the last data kept while the
 * next is on its way, asked again when stale (when live: every {@link POLL_MS}) as long as somebody watches and the
 * page is visible, and ever more rarely while it fails.
 */
export function query<T>(key: string, ask: () => Promise<T>, live = false): Query<T> {
  // A key always stands for the same type; the map cannot say so.
  const known = queries.get(key) as Query<T> | undefined
  if (known) return known

  const answer = signal<Answer<T>>({ state: 'loading' })
  let watchers = 0
  let failures = 0
  let askedAt = -Infinity
  let isAsking = false
  let puts = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const put = (data: T) => {
    puts++
    failures = 0
    askedAt = Date.now()
    answer.value = { state: 'ready', data, retry: refresh }
  }
  const fail = (error: OrielError) => {
    failures++
    askedAt = Date.now()
    const last = answer.value
    answer.value =
      last.state === 'ready' ? { ...last, trouble: error } : { state: 'failed', error, retry: refresh }
  }
  const refresh = async () => {
    if (isAsking) return
    isAsking = true
    clearTimeout(timer)
    const before = puts
    // What was put meanwhile is newer than what this request will bring.
    const keep = (data: T) => puts === before && put(data)
    await ask().then(keep, (error: unknown) => fail(asOrielError(error)))
    isAsking = false
    wake()
  }
  const wake = () => {
    clearTimeout(timer)
    if (watchers === 0 || isAsking || document.hidden) return
    const pause = live ? POLL_MS : STALE_MS
    const wait = failures ? Math.min(POLL_MS * 2 ** failures, MAX_BACKOFF_MS) : pause
    timer = setTimeout(refresh, Math.max(0, askedAt + wait - Date.now()))
  }
  const watch = () => {
    watchers++
    wake()
    return () => {
      watchers--
      wake()
    }
  }

  const made: Query<T> = { answer, put, watch, wake }
  queries.set(key, made as Query<unknown>)
  return made
}

addEventListener('visibilitychange', () => queries.forEach((each) => each.wake()))

/** Forgets everything, for when somebody else is signed in. */
export const forgetQueries = (): void => queries.clear()

/** Draws from a query and keeps it fresh. A new key shows the old key's data until its own has come. */
export function useQuery<T>(key: string, ask: () => Promise<T>, live = false): Answer<T> {
  const found = query(key, ask, live)
  const last = useRef<Answer<T>>({ state: 'loading' })
  useEffect(() => found.watch(), [found])
  const answer = found.answer.value
  if (answer.state !== 'loading') last.current = answer
  return last.current
}

/** What is known without asking, for panels beside those that ask. */
export const known = <T>(data: T): Answer<T> => ({ state: 'ready', data, retry: () => {} })

/** A part of an answer's data. Trouble stays with the whole, which tells of it once. */
export const pick = <T, P>(answer: Answer<T>, part: (data: T) => P): Answer<P> =>
  answer.state === 'ready' ? { state: 'ready', data: part(answer.data), retry: answer.retry } : answer

const asOrielError = (error: unknown) =>
  error instanceof OrielError ? error : new OrielError('INTERNAL_SERVER_ERROR', String(error))
