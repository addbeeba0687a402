import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Login, Success, User } from '../schema/wire/api'
import { makeDataDir, startOriel, type OrielProcess } from './oriel-process'

test('an account is opened, confirmed by mail, and signed in across a restart', async () => {
  const dataDir = await makeDataDir()
  let oriel = await startOriel(dataDir)
  const ask = async <T>({ url }: OrielProcess, path: string, init: RequestInit = {}): Promise<T> =>
    ((await (await fetch(url + path, init)).json()) as Success<T>).data
  const post = <T>(path: string, body: unknown) =>
    ask<T>(oriel, path, { method: 'POST', body: JSON.stringify(body) })
  const kids = async () =>
    (
      (await (await fetch(`${oriel.url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }
    ).keys.map(({ kid }) => kid)
  const stop = async () => {
    oriel.child.kill('SIGTERM')
    expect(await oriel.exited).toBe(0)
  }
  try {
    const { accessToken } = await post<Login>('/api/auth/register', {
      email: 'ada@example.com',
      password: 'correct horse battery',
      name: 'Ada',
      persona: 'builder',
      delivery: 'body',
    })
    const letters = () => readdir(join(dataDir, 'mail')).catch(() => [])
    await expect.poll(letters, { timeout: 5_000 }).toHaveLength(1)
    const letter = await readFile(join(dataDir, 'mail', (await letters())[0]!), 'utf8')
    const link = new URL(/^http:.*$/m.exec(letter)![0])
    expect(link.origin).toBe(oriel.url)
    const token = new URLSearchParams(link.hash.slice(1)).get('token')!
    expect(oriel.output()).toContain('a mail was written')
    expect(oriel.output()).not.toMatch(new RegExp(`ada@example|${token}`))
    await post('/api/auth/verify', { token })
    const before = await kids()
    await stop()
    oriel = await startOriel(dataDir)
    expect(await kids()).toEqual(before)
    const headers = { authorization: `Bearer ${accessToken}` }
    expect(await ask<User>(oriel, '/api/auth/me', { headers })).toMatchObject({
      email: 'ada@example.com',
      emailVerified: true,
    })
    await stop()
  } finally {
    oriel.child.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
}, 60_000)
