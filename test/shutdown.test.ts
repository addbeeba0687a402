import { rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Login, Project } from '../schema/wire/api'
import { makeDataDir, startOriel, type OrielProcess } from './oriel-process'

let dataDir: string
let oriel: OrielProcess
beforeAll(async () => {
  dataDir = await makeDataDir()
  oriel = await startOriel(dataDir, { ORIEL_RATE_LIMITS: '0' })
}, 60_000)
afterAll(async () => {
  oriel?.child.kill('SIGTERM')
  await oriel?.exited
  await rm(dataDir, { recursive: true, force: true })
})

const BUILDERS = 5
const CONNECTIONS_EACH = 4

type Answer = { status: number; data: unknown } | undefined

/** Undefined when no answer came. */
function ask(agent: Agent, path: string, as?: Login, body?: object): Promise<Answer> {
  return new Promise((resolve) => {
    const sent = request(
      oriel.url + path,
      {
        agent,
        method: body ? 'POST' : 'GET',
        headers: as ? { authorization: `Bearer ${as.accessToken}` } : {},
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('error', () => resolve(undefined))
        response.on('end', () => resolve({ status: response.statusCode!, data: JSON.parse(text).data }))
      },
    )
    sent.on('error', () => resolve(undefined))
    sent.end(body && JSON.stringify(body))
  })
}

test('a server that is stopped under load has answered what it did, and done what it answered', async () => {
  const agent = new Agent({ keepAlive: true })
  const builders = await Promise.all(
    Array.from({ length: BUILDERS }, async (_, n) => {
      const person = { email: `builder${n}@example.com`, password: 'a long password', name: 'Ada' }
      const answer = await ask(agent, '/api/auth/register', undefined, { ...person, persona: 'builder' })
      return answer!.data as Login
    }),
  )
  const answered: string[] = []
  let stopped = false
  async function keepCreating(as: Login, prefix: string) {
    for (let n = 0; ; n++) {
      const answer = await ask(agent, '/api/projects', as, { name: `${prefix}-${n}` })
      if (!answer) return
      expect(answer.status).toBe(201)
      answered.push((answer.data as Project).name)
      if (answered.length > 100 && !stopped) {
        stopped = true
        oriel.child.kill('SIGTERM')
      }
    }
  }
  await Promise.all(
    builders.flatMap((as, b) =>
      Array.from({ length: CONNECTIONS_EACH }, (_, n) => keepCreating(as, `project-${b}-${n}`)),
    ),
  )
  expect(await oriel.exited).toBe(0)
  agent.destroy()

  oriel = await startOriel(dataDir)
  const again = new Agent()
  const done: string[] = []
  for (const as of builders) {
    const answer = await ask(again, '/api/projects?limit=100', as)
    done.push(...(answer!.data as Project[]).map(({ name }) => name))
  }
  console.log(`${answered.length} answered, ${done.length} done`)
  expect(done.sort()).toEqual(answered.sort())
}, 60_000)
