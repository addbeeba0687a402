import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Usage, UsageTotals } from '../../../schema/wire/api'
import { uuidV7 } from '../../../schema/wire/id'
import { countByImplementation } from '../reports/count-by-implementation'
import { countUsage, countUsageOfEach } from '../reports/count-usage'
import { rankImplementations } from '../reports/rank-implementations'
import type { Period, Tenant } from '../reports/tenant'
import { createTestHandles, type TestHandles } from '../testing'
import { compareUsage } from './compare-usage'
import { Rollup } from './rollup'
import { sealAndCompare } from './keep-usage'
import { HOUR_MS, QUARTER_MS, sealedUntil } from './sealed-until'
import { sealUsage } from './seal-usage'

type Row = {
  id: string
  builder_id: string
  project_id: string
  implementation_id: string
  end_user_id: string
  event_type: 'load' | 'interaction' | 'error'
  created_at: number
  session_id: string
  visitor: number
  bot: boolean
  preview: boolean
}

/**
 * Within the days from here on clocks of many zones change. Long enough ago that the server's own spool, which goes by
 * the real clock at first, has nothing left from then.
 */
const START = Math.max(
  ...[0, 1, 2]
    .map((years) => new Date().getUTCFullYear() - years)
    .flatMap((year) => [`${year}-10-23T09:00:00Z`, `${year}-03-26T09:00:00Z`])
    .map((text) => Date.parse(text))
    .filter((at) => at < Date.now() - 40 * 24 * HOUR_MS),
)
const DAY_MS = 24 * HOUR_MS
const DAYS = 6
const ZONES = [
  'UTC',
  'Europe/Amsterdam',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
]

let handles: TestHandles
const rows: Row[] = []
let inserts = 0
const insert = (some: Row[]) =>
  handles.clickhouse.insert('events', `usage:${++inserts}`, some.map((row) => JSON.stringify(row)).join('\n'))

/** Nothing random about it, so that a failure can be seen again. */
function makeRow(number: number, at: number): Row {
  const pick = (salt: number, most: number) =>
    Math.floor(((Math.sin(number * 12.9898 + salt) + 1) * 43758.5453) % most)
  const implementation = pick(1, 7)
  return {
    id: uuidV7(at),
    builder_id: `us_builder${implementation % 3}`,
    project_id: `pr_${implementation % 4}`,
    implementation_id: `im_${implementation}`,
    end_user_id: `us_owner${implementation}`,
    event_type: (['load', 'interaction', 'interaction', 'error'] as const)[pick(2, 4)]!,
    created_at: at,
    session_id: `se_${implementation}_${pick(3, 400)}`,
    visitor: implementation * 1_000 + pick(4, 300),
    bot: pick(5, 10) === 0,
    preview: pick(6, 12) === 0,
  }
}

/** What a report must say, counted here from what was inserted. */
function countRows(tenant: Tenant, { from, to }: Period): UsageTotals {
  const own = rows.filter(
    (row) =>
      !row.preview &&
      row.created_at >= from &&
      row.created_at < to &&
      (tenant.whose === 'platform' ||
        (tenant.whose === 'builder'
          ? row.builder_id === tenant.builderId
          : tenant.implementationIds.includes(row.implementation_id))),
  )
  const of = (type: Row['event_type']) => own.filter(({ event_type }) => event_type === type).length
  return {
    loads: of('load'),
    interactions: of('interaction'),
    errors: of('error'),
    sessions: new Set(own.map(({ session_id }) => session_id)).size,
    visitors: new Set(own.map(({ visitor }) => visitor)).size,
  }
}

beforeAll(async () => {
  handles = await createTestHandles()
  for (let number = 0; number < 4_000; number++)
    rows.push(makeRow(number, START + Math.floor((number * DAYS * DAY_MS) / 4_000)))
  // Everything arrives in pieces, a tenth of it twice, some of it a day late.
  await insert(rows.filter((_, index) => index % 5 !== 0))
  await insert(rows.filter((_, index) => index % 10 === 1))
  await insert(rows.filter((_, index) => index % 5 === 0))
})
afterAll(() => handles.close())

const tenants: Tenant[] = [
  { whose: 'platform' },
  { whose: 'builder', builderId: 'us_builder1' },
  {
    whose: 'implementations',
    builderIds: ['us_builder0', 'us_builder2'],
    implementationIds: ['im_3', 'im_5'],
  },
]
const question = fc.record({
  tenant: fc.constantFrom(...tenants),
  timezone: fc.constantFrom(...ZONES),
  interval: fc.constantFrom('hour', 'day', 'week', 'month'),
  grain: fc.constantFrom(1, 60_000, 15 * 60_000, HOUR_MS),
  start: fc.double({ min: -0.2, max: 0.9, noNaN: true }),
  length: fc.double({ min: 0.01, max: 1, noNaN: true }),
} as const)

const checkAnyQuestion = (numRuns: number) =>
  fc.assert(
    fc.asyncProperty(question, async ({ tenant, timezone, interval, grain, start, length }) => {
      const round = (at: number) => Math.floor(at / grain) * grain
      const from = round(START + start * DAYS * DAY_MS)
      const to = Math.max(from + 1, round(from + length * DAYS * DAY_MS))
      const usage = await countUsage(handles, tenant, { from, to, interval, timezone })
      expect(usage.totals).toEqual(countRows(tenant, { from, to }))
      expect(usage.previous.totals).toEqual(countRows(tenant, usage.previous))
      for (const [index, { at, ...counts }] of usage.series.entries()) {
        const bucket = { from: Math.max(from, at), to: usage.series[index + 1]?.at ?? to }
        expect(countRows(tenant, bucket)).toMatchObject(counts)
      }
    }),
    { numRuns, seed: 3 },
  )

/** Seals all there is to seal and says how many hours that were. */
async function sealAll(needs: Pick<TestHandles, 'clickhouse' | 'now'> = handles): Promise<number> {
  let hours = 0
  for (;;) {
    const sealed = await sealUsage(needs)
    if (!sealed) return hours
    hours += (sealed.to - sealed.from) / HOUR_MS
  }
}

describe('usage', { timeout: 60_000 }, () => {
  it('is what the events are, whoever asks about whatever time, while nothing is sealed', async () => {
    handles.setNow(START + DAYS * DAY_MS)
    expect(await sealedUntil(handles)).toBe(0)
    await checkAnyQuestion(15)
  })

  it('is sealed hour by hour, and not before nothing of an hour can be accepted any more', async () => {
    handles.setNow(START + 49 * HOUR_MS + HOUR_MS - 1)
    expect(await sealAll()).toBe(0)
    handles.setNow(START + 51 * HOUR_MS)
    expect(await sealAll()).toBe(2)
    expect(await sealedUntil(handles)).toBe(START + 2 * HOUR_MS)
    const sealed = await compareUsage(handles, { from: START, to: START + 2 * HOUR_MS })
    expect(sealed.raw).toEqual(sealed.sealed)
    expect(sealed).toMatchObject({ mismatches: 0, rollup: sealed.rawRollup })
    expect(sealed.raw.loads).toBeGreaterThan(0)
  })

  it('is the same wherever sealing is cut off and done again', async () => {
    handles.setNow(START + 80 * HOUR_MS)
    for (let cut = 0; cut < 6; cut++) {
      let statements = 0
      const command: TestHandles['clickhouse']['command'] = async (sql, params) => {
        if (cut % 2 === 0 && statements++ === cut >> 1) throw new Error('killed before')
        await handles.clickhouse.command(sql, params)
        if (cut % 2 === 1 && statements++ === cut >> 1) throw new Error('killed after')
      }
      await expect(sealUsage({ ...handles, clickhouse: { ...handles.clickhouse, command } })).rejects.toThrow(
        'killed',
      )
    }
    await sealAll()
    const until = await sealedUntil(handles)
    expect(until).toBe(START + 31 * HOUR_MS)
    expect(await compareUsage(handles, { from: START, to: until })).toMatchObject({ mismatches: 0 })
    await checkAnyQuestion(25)
  })

  it('is the same with what is not sealed read from a fresh rollup', async () => {
    const rollup = new Rollup(handles)
    await rollup.find()
    // Nothing of it is counted yet, so that all is read from the events.
    expect(handles.caches.rollup.until).toBe(await sealedUntil(handles))
    await checkAnyQuestion(5)
    await rollup.count()
    expect(handles.caches.rollup.until).toBe(Infinity)
    await checkAnyQuestion(25)
    const [estimate] = await handles.clickhouse.query<{ sessions: number; visitors: number }>(
      `SELECT toFloat64(uniqCombined64Merge(12)(sessions)) AS sessions,
         toFloat64(uniqCombined64Merge(12)(visitors)) AS visitors FROM platform_quarters`,
      {},
    )
    const exact = countRows({ whose: 'platform' }, { from: 0, to: Infinity })
    expect(Math.abs(estimate!.sessions / exact.sessions - 1)).toBeLessThan(0.03)
    expect(Math.abs(estimate!.visitors / exact.visitors - 1)).toBeLessThan(0.03)
    // What comes late is in the next one, and in it once.
    const late = makeRow(9_999, START + 40 * HOUR_MS)
    rows.push({ ...late, preview: false })
    await insert(rows.slice(-1))
    await insert(rows.slice(-1))
    await rollup.find()
    expect(handles.caches.rollup.until).toBe(Math.floor(late.created_at / QUARTER_MS) * QUARTER_MS)
    await checkAnyQuestion(5)
    await rollup.count()
    expect(handles.caches.rollup.until).toBe(Infinity)
    await checkAnyQuestion(5)
    handles.caches.rollup.at = 0
  })

  it('is the same whatever two processes count in whatever order while events come', async () => {
    const since = await sealedUntil(handles)
    const another = { ...handles, caches: { ...handles.caches, rollup: { at: 0, until: 0 } } }
    const both = [new Rollup(handles), new Rollup(another)] as const
    let number = 30_000
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('insert', 'find', 'count', 'find other', 'count other', 'ask'), {
          maxLength: 12,
        }),
        async (steps) => {
          const running: Promise<void>[] = []
          for (const step of [...steps, 'find', 'ask', 'count', 'ask'] as const) {
            if (step === 'insert') {
              const at = since + ((number * 7_919) % (DAYS * DAY_MS - (since - START)))
              const some = [makeRow(number++, at), makeRow(number++, at + 1)]
              rows.push(...some)
              await insert([...some, ...some.slice(0, number % 3)])
            } else if (step === 'find') await both[0].find()
            // What the other does goes on beside.
            else if (step === 'find other') running.push(both[1].find())
            else if (step === 'count other') running.push(both[1].count())
            else if (step === 'count') await both[0].count()
            else if (steps.at(-1) !== 'insert') {
              handles.caches.rollup.at = handles.caches.rollup.at && handles.now()
              await both[0].find()
              await checkAnyQuestion(1)
            }
          }
          await Promise.all(running)
          await both[0].find()
          await both[0].count()
          await checkAnyQuestion(2)
        },
      ),
      { numRuns: 8, seed: 5 },
    )
    handles.caches.rollup.at = 0
  })

  it('is dropped from the rollup a day after its day is sealed, and was the same there', async () => {
    const daysOf = async () =>
      (
        await handles.clickhouse.query<{ day: string }>(
          'SELECT DISTINCT toString(toDate(quarter)) AS day FROM recent_quarters ORDER BY day',
          {},
        )
      ).map(({ day }) => day)
    const before = await daysOf()
    expect(before.length).toBeGreaterThan(2)
    handles.setNow(START + 130 * HOUR_MS)
    const rollup = new Rollup(handles)
    await rollup.find()
    await rollup.count()
    while (await sealAndCompare(handles));
    expect(handles.caches.metrics.render([])).toMatch(/^oriel_usage_mismatches_total 0$/m)
    const kept = new Date((await sealedUntil(handles)) - DAY_MS).toISOString().slice(0, 10)
    expect(before.some((day) => day < kept)).toBe(true)
    expect(await daysOf()).toEqual(before.filter((day) => day >= kept))
    // A row that is not what was sealed is found.
    const [from, to] = [await sealedUntil(handles), (await sealedUntil(handles)) + 12 * HOUR_MS]
    handles.setNow(to + 49 * HOUR_MS)
    await rollup.find()
    const wrong = { implementation_id: 'im_1', quarter: from / 1000, loads: 1, events: 1 }
    await handles.clickhouse.insert('recent_quarters', 'usage:wrong', JSON.stringify(wrong))
    await sealAndCompare(handles)
    expect(handles.caches.metrics.render([])).toMatch(/^oriel_usage_mismatches_total 1$/m)
    handles.caches.rollup.at = 0
  })

  it('names the busiest implementations with the counts that they have', async () => {
    const period = { from: START + 90_000, to: START + 5 * DAY_MS + 1 }
    const tenant = { whose: 'builder', builderId: 'us_builder0' } as const
    const counts = await countByImplementation(handles, tenant, period, 10)
    expect(counts.map(({ implementationId }) => implementationId).sort()).toEqual(['im_0', 'im_3', 'im_6'])
    for (const { implementationId, ...totals } of [
      ...counts,
      ...(await rankImplementations(handles, period, 3)),
    ])
      expect(
        countRows(
          { whose: 'implementations', builderIds: [], implementationIds: [implementationId] },
          period,
        ),
      ).toMatchObject(totals)
  })

  it('is not sealed while an accepted event of the hour waits in any spool, whoever seals', async () => {
    const until = await sealedUntil(handles)
    handles.setNow(until + 48 * HOUR_MS)
    // Another server was cut off from the store an hour after it had said that nothing waits on its disk.
    const behind = { spool: 'another', drained_to: handles.now(), holds: true }
    await handles.clickhouse.insert('spool_watermarks', 'another:1', JSON.stringify(behind))
    const waiting = { ...makeRow(20_000, until + HOUR_MS), preview: false, event_type: 'load' as const }
    handles.setNow(START + 30 * DAY_MS)
    expect(await sealAll()).toBe(0)
    expect(await sealedUntil(handles)).toBe(until)
    // It is back after weeks and hands over what it had acknowledged.
    rows.push(waiting)
    await insert([waiting])
    await handles.clickhouse.insert(
      'spool_watermarks',
      'another:2',
      JSON.stringify({ ...behind, drained_to: handles.now(), holds: false }),
    )
    expect(await sealAll()).toBeGreaterThan(24)
    const compared = await compareUsage(handles, { from: START, to: START + (DAYS + 1) * DAY_MS })
    expect(compared).toMatchObject({ mismatches: 0, raw: compared.sealed, rollup: compared.rawRollup })
    expect(compared.raw.loads).toBe(rows.filter(({ event_type }) => event_type === 'load').length)
    await checkAnyQuestion(25)
  })

  it('is estimated for the platform from days, quarters and events, each session once', async () => {
    const platform = { whose: 'platform' } as const
    const from = START + 5 * HOUR_MS + 1
    for (const length of [HOUR_MS / 2, 20 * HOUR_MS, 60 * HOUR_MS, 4.3 * DAY_MS]) {
      const question = { from, to: from + length, interval: 'day', timezone: 'UTC' } as const
      const [{ totals, previous }] = (await countUsageOfEach(handles, [platform], question)) as [Usage]
      for (const [estimate, exact] of [
        [totals, countRows(platform, question)],
        [previous.totals, countRows(platform, previous)],
      ] as const) {
        expect(estimate).toMatchObject({ loads: exact.loads, errors: exact.errors })
        for (const set of ['sessions', 'visitors'] as const)
          expect(Math.abs(estimate[set] - exact[set])).toBeLessThanOrEqual(Math.ceil(exact[set] * 0.03))
      }
    }
    const [days] = await handles.clickhouse.query<{ days: number }>(
      'SELECT toFloat64(uniqExact(day)) AS days FROM platform_days',
      {},
    )
    expect(days!.days).toBeGreaterThanOrEqual(DAYS)
  })

  it('bills one load of a session, the first that is no bot’s and no preview, across hours and days', async () => {
    const from = START + 32 * DAY_MS - ((START + 32 * DAY_MS) % DAY_MS)
    const load = (at: number, session_id: string, more: Partial<Row> = {}): Row => ({
      ...makeRow(0, from + at),
      builder_id: 'us_billed',
      implementation_id: 'im_billed',
      event_type: 'load',
      session_id,
      bot: false,
      preview: false,
      ...more,
    })
    const again = load(HOUR_MS, 'se_again')
    const billed = [
      [again, again, load(HOUR_MS + 1, 'se_again'), load(3 * HOUR_MS, 'se_again')],
      [load(23 * HOUR_MS, 'se_midnight'), load(25 * HOUR_MS, 'se_midnight')],
      [load(HOUR_MS, 'se_bot', { bot: true }), load(2 * HOUR_MS, 'se_bot')],
      // Forgotten sessions have no name.
      [load(2 * HOUR_MS, '')],
      [load(2 * HOUR_MS, '')],
    ]
    const unbilled = [
      load(HOUR_MS, 'se_preview', { preview: true }),
      load(HOUR_MS, 'se_clicks', { event_type: 'interaction' }),
      load(HOUR_MS, 'se_crawler', { bot: true }),
    ]
    await insert([...billed.flat(), ...unbilled])
    handles.setNow(from + 5 * DAY_MS)
    await sealAll()
    const sealed = await handles.clickhouse.query<{ day: number; loads: number; billed: number }>(
      `SELECT toFloat64(intDiv(toUnixTimestamp(quarter), 86400)) AS day, toFloat64(sum(loads)) AS loads,
         toFloat64(sum(billed_loads)) AS billed
       FROM usage_quarters FINAL WHERE builder_id = 'us_billed' GROUP BY day ORDER BY day`,
      {},
    )
    const day = from / DAY_MS
    expect(sealed).toEqual([
      { day, loads: 10, billed: billed.length },
      { day: day + 1, loads: 1, billed: 0 },
    ])
  })

  it('stays when the events are gone', async () => {
    await handles.clickhouse.command('TRUNCATE TABLE events')
    const period = { from: START, to: START + DAYS * DAY_MS }
    const usage = await countUsage(handles, tenants[1]!, {
      ...period,
      interval: 'day',
      timezone: 'Asia/Kolkata',
    })
    const { loads, sessions } = countRows(tenants[1]!, period)
    expect(usage.totals).toMatchObject({ loads, sessions })
    const compared = await compareUsage(handles, period)
    expect(compared.mismatches).toBeGreaterThan(0)
  })
})
