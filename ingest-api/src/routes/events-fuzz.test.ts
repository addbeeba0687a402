import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EndUserDashboard, Implementation, Login } from '../../../schema/wire/api'
import { uuidV7 } from '../../../schema/wire/id'
import { signSessionToken } from '../ingest/session-token'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

/** Whatever is sent: a documented answer, no crash, no hang, and no row that breaks a report. */
let handles: TestHandles
let client: ReturnType<typeof createClient>
let owner: Login
let token: string
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  owner = await client.person('end_user')
  const project = await client.releasedProject(await client.person('builder'))
  const { data: widget } = await client.implement(owner, project.id)
  const { id, projectId, builderId, endUserId }: Implementation = widget
  const claims = { im: id, pr: projectId, bu: builderId, eu: endUserId, ver: '1.0.0', sid: 'se_fuzz' }
  token = await signSessionToken(handles.keys.session, claims, Date.now())
})
afterAll(() => handles.close())

async function send(body: Uint8Array<ArrayBuffer> | string): Promise<number> {
  const response = await client.app.request('/v1/events', { method: 'POST', body })
  const answer = await response.json()
  expect([202, 400, 401, 413]).toContain(response.status)
  if (response.status === 202) {
    const { accepted, duplicates, rejected } = answer
    expect(accepted + duplicates + rejected.length).toBeGreaterThan(0)
    for (const { code, message } of rejected)
      expect([typeof code, typeof message]).toEqual(['string', 'string'])
  } else expect(answer).toMatchObject({ success: false, error: { code: expect.any(String) } })
  return response.status
}

const good = () => ({
  id: uuidV7(Date.now()),
  type: 'interaction',
  name: 'vote',
  at: Date.now(),
  data: { answer: 'Tea' },
})

/** Any JSON, with the strings that people break things with. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\u0000',
    '\ud800',
    '\u2028',
    '"',
    '\\',
    '</script>',
    "'; DROP TABLE events; --",
    '{"id":"',
    '\n{"builder_id":"x"}',
    '💥',
    'NaN',
    '-0',
  ),
)
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    nasty,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(nasty, fc.constantFrom('__proto__', 'constructor', 'toString', 'length')),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value

describe('POST /v1/events', () => {
  test('answers any bytes with a documented status', async () => {
    const valid = () => Buffer.from(JSON.stringify({ token, sentAt: Date.now(), events: [good()] }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2_000), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(2_000),
        fc.boolean(),
        async (changes, cut, isCut) => {
          const bytes = valid()
          for (const [place, byte] of changes) bytes[place % bytes.length] = byte
          await send(Uint8Array.from(isCut ? bytes.subarray(0, cut % bytes.length) : bytes))
        },
      ),
      { numRuns: 400 },
    )
  })

  test('answers any structure with a documented status, and good neighbours survive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            json,
            fc.record({ id: json, type: json, name: json, at: json, data: json }, { requiredKeys: [] }),
            fc
              .record({ name: nasty, data: fc.dictionary(nasty, json, { maxKeys: 5 }) })
              .map((event) => ({ ...good(), ...event })),
          ),
          { maxLength: 8 },
        ),
        async (events) => {
          const survivor = good()
          const body = JSON.stringify({ token, sentAt: Date.now(), events: [...events, survivor] })
          const response = await client.app.request('/v1/events', { method: 'POST', body })
          expect(response.status).toBe(202)
          const { rejected } = await response.json()
          expect(rejected.map(({ id }: { id: string }) => id)).not.toContain(survivor.id)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('has left no row behind that breaks a report', async () => {
    while (handles.spool.depth().bytes > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    const { status, data } = await client.call<EndUserDashboard>('GET', '/api/end-users/me/dashboard', {
      as: owner,
    })
    expect(status).toBe(200)
    expect(data.usage.totals.interactions).toBeGreaterThan(300)
    expect(data.recent).toHaveLength(20)
    const [{ dead } = { dead: -1 }] = await handles.clickhouse.query<{ dead: number }>(
      'SELECT count() AS dead FROM dead_letters',
      {},
    )
    expect(dead).toBe(0)
    expect(handles.logged.filter((entry) => entry.includes('"level":"error"'))).toEqual([])
  })
})
