import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { signingKeys } from '../../../schema/tables/signing-keys'
import type { User } from '../../../schema/wire/api'
import { createCaches } from '../cache'
import { deriveKeys } from '../keys'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { readAccessToken, signAccessToken } from './access-token'
import { getSigningKeys, PUBLISH_MS, RETIRE_MS, ROTATE_MS } from './signing-keys'

const START = Date.UTC(2026, 10, 20, 12)
const MINUTE = 60_000
const claims = { userId: 'us_1', sessionId: 'se_1', persona: 'builder' } as const

let handles: TestHandles
beforeAll(async () => {
  handles = await createTestHandles()
})
afterAll(() => handles.close())
beforeEach(async () => {
  handles.setNow(START)
  await handles.db.delete(signingKeys)
  handles.caches = createCaches(true)
})

/** Another process on the same database. */
const another = (): TestHandles => ({ ...handles, caches: createCaches(true) })
const kidOf = async (some: TestHandles) => decodeProtectedHeader(await signAccessToken(some, claims)).kid

test('processes that start at once agree on one key', async () => {
  const found = await Promise.all([another(), another(), another()].map((some) => getSigningKeys(some)))
  expect(new Set(found.flat().map(({ kid }) => kid)).size).toBe(1)
  expect(await readAccessToken(another(), await signAccessToken(another(), claims))).toEqual(claims)
})

test('private keys are sealed in the database', async () => {
  const [key] = await getSigningKeys(handles)
  expect(JSON.stringify(await handles.db.select().from(signingKeys))).not.toContain(key!.privateJwk.d)
})

test('a new key is made after thirty days, signs once everybody knows it, and the old one lasts until its tokens have run out', async () => {
  const first = await kidOf(handles)
  const neighbour = another()
  expect(await kidOf(neighbour)).toBe(first)
  const due = START + ROTATE_MS
  handles.setNow(due - 30_000)
  await getSigningKeys(neighbour)
  handles.setNow(due)
  expect(await kidOf(handles)).toBe(first)
  expect(await getSigningKeys(handles)).toHaveLength(2)
  handles.setNow(due + PUBLISH_MS - 1000)
  const last = await signAccessToken(handles, claims)
  expect(decodeProtectedHeader(last).kid).toBe(first)
  handles.setNow(due + PUBLISH_MS)
  const token = await signAccessToken(handles, claims)
  expect(decodeProtectedHeader(token).kid).not.toBe(first)
  expect(await readAccessToken(neighbour, token)).toEqual(claims)
  handles.setNow(due + PUBLISH_MS + 14 * MINUTE)
  expect(await readAccessToken(neighbour, last)).toEqual(claims)
  handles.setNow(due + RETIRE_MS)
  expect(await getSigningKeys(neighbour)).toHaveLength(1)
})

test('a retired key leaves the database with the next rotation', async () => {
  const first = await kidOf(handles)
  for (const month of [1, 2]) {
    handles.setNow(START + month * ROTATE_MS)
    await getSigningKeys(handles)
  }
  const rows = await handles.db.select({ kid: signingKeys.kid }).from(signingKeys)
  expect(rows).toHaveLength(2)
  expect(rows.map(({ kid }) => kid)).not.toContain(first)
})

test('after the master secret was changed there is a new key, and old tokens end', async () => {
  const token = await signAccessToken(handles, claims)
  const changed = { ...another(), keys: await deriveKeys('another secret, as long as the first one') }
  await expect(readAccessToken(changed, token)).rejects.toThrow('not valid')
  expect(await readAccessToken(changed, await signAccessToken(changed, claims))).toEqual(claims)
})

test('another service reads tokens by the published keys, which hold nothing private', async () => {
  const client = createClient(handles)
  const server = createServer(async (_, response) => {
    response.end(await (await client.app.request('/.well-known/jwks.json')).text())
  }).listen(0)
  await once(server, 'listening')
  const published = await client.app.request('/.well-known/jwks.json')
  expect(published.headers.get('cache-control')).toBe('public, max-age=300')
  const { keys } = (await published.json()) as { keys: object[] }
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']])
  const login = await client.person('builder')
  const remote = createRemoteJWKSet(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))
  const { payload } = await jwtVerify(login.accessToken, remote, {
    audience: 'oriel:api',
    currentDate: new Date(START),
  })
  expect(payload.sub).toBe((await client.call<User>('GET', '/api/auth/me', { as: login })).data.id)
  server.close()
})
