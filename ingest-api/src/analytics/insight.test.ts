import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Anomaly, Insight } from '../../../schema/wire/analytics'
import type { ImplementationStatus } from '../../../schema/wire/api'
import { PERSONAS } from '../../../schema/wire/permission'
import { poisson, seeded } from '../testing-chance'
import { arrange, type Listener } from './insight'
import { tellMovers, type Move } from './tell-movers'
import { tellAnomalies, tellForecast } from './tell-times'
import { tellVersions, type UsedVersion } from './tell-versions'

const HOUR = 3_600_000
const to = Date.parse('2026-10-27T12:00:00Z')
const builder: Listener = { persona: 'builder', days: 7, timezone: 'UTC', from: to - 168 * HOUR, to }
const sentences = (insights: Insight[]) => insights.map(({ sentence }) => sentence)

const move = (
  now: [loads: number, errors: number],
  before: [loads: number, errors: number],
  status: ImplementationStatus = 'active',
): Move => ({
  place: {
    id: 'im_1',
    name: 'Shop poll',
    status,
    implementationUrl: 'https://shop.example/',
    project: { id: 'pr_1', name: 'Poll' },
  },
  now: { loads: now[0], errors: now[1] },
  before: { loads: before[0], errors: before[1] },
})

describe('movers', () => {
  test.each<[Move, string, string | null]>([
    [
      move([1200, 0], [800, 0]),
      '“Shop poll” was shown 1,200 times in the last 7 days, 50% more than the 800 times in the 7 days before.',
      null,
    ],
    [
      move([300, 0], [800, 0]),
      '“Shop poll” was shown 300 times in the last 7 days, 62.5% less than the 800 times in the 7 days before.',
      null,
    ],
    [
      move([120, 0], [0, 0]),
      '“Shop poll” was shown 120 times in the last 7 days, and not once in the 7 days before.',
      null,
    ],
    [
      move([0, 0], [300, 2]),
      '“Shop poll” was not shown in the last 7 days, after 300 times in the 7 days before.',
      'See whether the embed code still stands on https://shop.example/.',
    ],
    [
      move([0, 0], [300, 0], 'paused'),
      '“Shop poll” was not shown in the last 7 days, after 300 times in the 7 days before.',
      'It is paused; let it run again if that was not meant.',
    ],
    [
      move([1000, 41], [1000, 3]),
      '“Shop poll” had more errors: 41 for 1,000 loads in the last 7 days, and 3 for 1,000 loads in the 7 days before.',
      'Look at the errors of Poll with their stacks, on its page.',
    ],
    [
      move([1000, 3], [1000, 41]),
      '“Shop poll” had fewer errors: 3 for 1,000 loads in the last 7 days, and 41 for 1,000 loads in the 7 days before.',
      null,
    ],
  ])('are told with both numbers', (told, sentence, recommendation) => {
    expect(tellMovers([told], builder)).toMatchObject([{ sentence, recommendation }])
  })

  test('errors that follow the loads are not told, and those that do not follow them are', () => {
    const doubled = move([2000, 80], [1000, 40])
    expect(tellMovers([doubled], builder).map(({ evidence }) => evidence.metric)).toEqual(['loads'])
    const halved = move([1000, 100], [2000, 100])
    expect(tellMovers([halved], builder).map(({ evidence }) => evidence.metric)).toEqual(['loads', 'errors'])
  })

  test('chance alone moves nothing', () => {
    let told = 0
    for (let seed = 1; seed <= 2_000; seed++) {
      const random = seeded(seed)
      const counts = (): [number, number] => [poisson(40, random), poisson(3, random)]
      told += tellMovers([move(counts(), counts())], builder).length
    }
    expect(told).toBeLessThanOrEqual(2)
  })

  test('only the three that matter most are told, and each persona hears what it can do', () => {
    const moves = Array.from({ length: 9 }, (_, index) => {
      const { place, ...counts } = move([1000 * (index + 1), 0], [100, 0])
      return { place: { ...place, name: `Site ${index + 1}` }, ...counts }
    })
    expect(tellMovers(moves, builder).map(({ evidence }) => evidence.implementation!.name)).toEqual([
      'Site 9',
      'Site 8',
      'Site 7',
    ])
    const advice = PERSONAS.map(
      (persona) => tellMovers([move([9, 90], [9, 1])], { ...builder, persona })[0]!.recommendation,
    )
    expect(advice).toEqual([
      'Tell the builder of Poll.',
      'Look at the errors of Poll with their stacks, on its page.',
      'Tell the builder of Poll.',
    ])
  })
})

const version = (name: string, sessions: number, withErrors: number, publishedAt: number): UsedVersion => ({
  projectId: 'pr_1',
  projectName: 'Poll',
  version: name,
  sessions,
  withErrors,
  publishedAt,
})

describe('versions', () => {
  const [old, worse] = [version('1.0.0', 1000, 20, 1), version('1.1.0', 400, 32, 2)]

  test('a newer one that fails more often is told with how sure that is', () => {
    const [insight, ...more] = tellVersions([old, worse], builder)
    expect(more).toEqual([])
    expect(insight).toMatchObject({
      sentence:
        'Poll 1.1.0 had an error in 8% of 400 sessions in the last 7 days, 1.0.0 in 2% of 1,000. ' +
        'Chance alone makes such a difference less than once in 100,000 times.',
      recommendation:
        'Look at the errors of 1.1.0 on the page of Poll, and roll back to 1.0.0 until they are mended.',
      weight: 10 * 0.06 * 400,
      evidence: { value: 0.08, against: 0.02, versions: [{ version: '1.1.0' }, { version: '1.0.0' }] },
    })
    expect(tellVersions([old, worse], { ...builder, persona: 'end_user' })[0]!.recommendation).toBe(
      'Pin 1.0.0 until the builder of Poll has mended 1.1.0.',
    )
  })

  test('the newest is held against the one that was used most besides', () => {
    const [insight] = tellVersions([version('0.9.0', 150, 1, 0), worse, old], builder)
    expect(insight!.evidence.versions.map((one) => one.version)).toEqual(['1.1.0', '1.0.0'])
  })

  test('a newer one that fails less often is told without advice', () => {
    const [insight] = tellVersions(
      [
        { ...old, publishedAt: 3 },
        { ...worse, publishedAt: 2 },
      ],
      builder,
    )
    expect(insight).toMatchObject({ recommendation: null, evidence: { value: 0.02, against: 0.08 } })
  })

  test('a difference that chance makes now and then is not told', () => {
    expect(tellVersions([old, version('1.1.0', 400, 12, 2)], builder)).toEqual([])
    expect(tellVersions([version('1.0.0', 100, 0, 1), version('1.1.0', 100, 4, 2)], builder)).toEqual([])
    expect(tellVersions([old], builder)).toEqual([])
    let told = 0
    for (let seed = 1; seed <= 1_000; seed++) {
      const random = seeded(seed)
      const failing = (sessions: number) =>
        Array.from({ length: sessions }, random).filter((x) => x < 0.05).length
      const pair = [version('1.0.0', 500, failing(500), 1), version('1.1.0', 300, failing(300), 2)]
      told += tellVersions(pair, builder).length
    }
    expect(told).toBeLessThanOrEqual(3)
  })
})

describe('times', () => {
  const anomaly = (hoursAgo: number, actual: number, expected: number): Anomaly => ({
    at: to - hoursAgo * HOUR,
    actual,
    expected,
    score: actual > expected ? 6 : -6,
    direction: actual > expected ? 'above' : 'below',
  })
  const tell = (metric: 'loads' | 'errors', anomalies: Anomaly[]) => {
    const cut = { interval: 'hour', timezone: 'UTC', from: 0, to, checked: 168, note: null } as const
    return tellAnomalies({ metric, anomalies, ...cut }, { ...builder, timezone: 'Europe/Amsterdam' })
  }

  test('hours in a row that stand out alike are told as one, by the clocks of the place', () => {
    const told = tell('loads', [
      anomaly(3, 0, 40.4),
      anomaly(4, 0, 50),
      anomaly(5, 3, 60),
      anomaly(6, 200, 50),
    ])
    expect(sentences(told)).toEqual([
      'Loads from Tue 27 Oct, 07:00 to Tue 27 Oct, 08:00: 200, where that hour of the week suggests 50.',
      'Loads from Tue 27 Oct, 08:00 to Tue 27 Oct, 11:00: 3, where those hours of the week suggest 150.',
    ])
    expect(told.map(({ weight }) => weight)).toEqual([150, 147.4])
    expect(told[1]!.recommendation).toContain('embed code')
  })

  test('fewer errors than usual are nobody’s concern, nor is what was before', () => {
    expect(tell('errors', [anomaly(3, 0, 40)])).toEqual([])
    expect(tell('loads', [anomaly(200, 0, 40)])).toEqual([])
    expect(tell('errors', [anomaly(3, 40, 2)])).toMatchObject([{ weight: 380 }])
  })

  const outlook = (value: number, low80: number, high80: number, shareOfActual: number | null = 0.1) => ({
    expected: Array.from({ length: 7 }, () => ({ value, low80, high80, low95: 0, high95: 1000 })),
    chosen: { model: 'holt_winters', season: 7, meanAbsoluteError: 1, shareOfActual } as const,
    models: [],
    backtest: { origins: 5, steps: 7 },
  })

  test('the coming week is told when even its cautious bound is other than the last', () => {
    const period = { from: to, to: to + 168 * HOUR }
    expect(sentences(tellForecast(outlook(150, 120, 180), 700, period))).toEqual([
      'About 1,050 loads are expected in the 7 days from today on, most likely between 840 and 1,260; the 7 days before had 700.',
    ])
    expect(tellForecast(outlook(60, 40, 80), 700, period)).toHaveLength(1)
    expect(tellForecast(outlook(150, 90, 180), 700, period)).toEqual([])
    expect(tellForecast(outlook(106, 102, 110), 700, period)).toEqual([])
    expect(tellForecast(outlook(150, 120, 180, 0.5), 700, period)).toEqual([])
    expect(tellForecast(outlook(0, 0, 0, null), 0, period)).toEqual([])
  })
})

test('what matters most comes first, and nothing comes twice', () => {
  const [base] = tellMovers([move([1200, 0], [800, 0])], builder)
  const insight = fc
    .record({ sentence: fc.constantFrom('a', 'b', 'c', 'd'), weight: fc.nat(100) })
    .map((own): Insight => ({ ...base!, ...own }))
  fc.assert(
    fc.property(fc.array(insight), fc.integer({ min: 1, max: 5 }), (insights, most) => {
      const arranged = arrange(insights, most)
      expect(arranged.length).toBeLessThanOrEqual(most)
      expect(new Set(sentences(arranged)).size).toBe(arranged.length)
      expect(arranged.map(({ weight }) => weight)).toEqual(
        arranged.map(({ weight }) => weight).toSorted((a, b) => b - a),
      )
    }),
  )
})
