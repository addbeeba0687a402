import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { Hono } from 'hono'
import { users } from '../../schema/tables/users'
import type { Implementation } from '../../schema/wire/api'
import { uuidV7 } from '../../schema/wire/id'
import type { Manifest } from '../../schema/wire/manifest'
import { ROLE_PERMISSIONS, type Persona } from '../../schema/wire/permission'
import type { By } from './accounts/actor'
import { createUser } from './accounts/create-user'
import type { Handles } from './handles'
import { implement } from './implementations/implement'
import { listImplementations } from './implementations/read-implementations'
import { setOrigins } from './implementations/set-origins'
import { acceptBatch } from './ingest/accept-batch'
import { signSessionToken } from './ingest/session-token'
import { createProject } from './projects/create-project'
import { publishVersion } from './projects/publish-version'
import { listProjects } from './projects/read-projects'
import { releaseVersion } from './projects/release-version'
import { reviewProject, submitProject } from './projects/review-project'

/** Accounts of the demo. Their passwords are no secret: a demo belongs on a machine that nobody else reaches. */
const PEOPLE: Record<Persona, { email: string; password: string; name: string }> = {
  builder: { email: 'builder@demo.oriel', password: 'demo-builder', name: 'Demo builder' },
  end_user: { email: 'owner@demo.oriel', password: 'demo-owner', name: 'Demo site owner' },
  super_admin: { email: 'admin@demo.oriel', password: 'demo-admin', name: 'Demo admin' },
}
/** Example widgets whose built bundles are published; the first one stands on the demo page. */
const WIDGETS = ['poll', 'contact-form']
const PAGE_NAME = 'Poll on the demo page'
const HOUR_MS = 60 * 60 * 1000

export type Demo = { siteUrl: string; implementation: Implementation; describe(): string }

/**
 * Loads the demo the way its users would: a builder publishes and releases the examples, a site owner puts one on a
 * page, visitors come. Every step finds what an earlier run, cut short or not, has done already.
 */
export async function loadDemo(handles: Handles, root: string): Promise<Demo> {
  const siteUrl = `http://localhost:${handles.config.port + 1}`
  const builder = await ensurePerson(handles, 'builder')
  const owner = await ensurePerson(handles, 'end_user')
  const admin = await ensurePerson(handles, 'super_admin')
  const projectIds = []
  for (const name of WIDGETS)
    projectIds.push(await ensureWidget(handles, builder, admin, join(root, 'examples', name, 'dist')))
  const implementation = await ensureImplementation(handles, owner, projectIds[0]!, siteUrl)
  return {
    siteUrl,
    implementation,
    describe: () =>
      `demo   ${siteUrl}\n` +
      Object.entries(PEOPLE)
        .map(([persona, { email, password }]) => `login  ${email}  ${password}  (${persona})\n`)
        .join(''),
  }
}

async function ensurePerson(handles: Handles, persona: Persona): Promise<By> {
  const person = PEOPLE[persona]
  const [known] = await handles.db.select({ id: users.id }).from(users).where(eq(users.email, person.email))
  const { id } =
    known ?? (await createUser(handles, { ...person, personas: [persona], welcome: 'none' }, 'demo'))
  return {
    actor: { userId: id, sessionId: null, keyId: null, persona, permissions: ROLE_PERMISSIONS[persona] },
    requestId: 'demo',
  }
}

async function ensureWidget(handles: Handles, by: By, admin: By, folder: string): Promise<string> {
  const bundle = await readFile(join(folder, 'bundle.js'))
  const manifest: Manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
  const { data } = await listProjects(handles, by.actor, { page: 1, limit: 1, slug: manifest.name })
  const { title: name, name: slug, description, version } = manifest
  const project = data[0] ?? (await createProject(handles, by, { name, slug, description }))
  // What is there stays as it is: a newer example waits for its builder to publish it.
  if (project.channels.length === 0) {
    await publishVersion(handles, by, project.id, { bundle, manifest })
    await releaseVersion(handles, by, { projectId: project.id, channel: 'stable', version, kind: 'release' })
  }
  if (project.status === 'draft') await submitProject(handles, by, project.id)
  if (project.status === 'draft' || project.status === 'in_review')
    await reviewProject(handles, admin, project.id, { decision: 'approve' })
  return project.id
}

/** The widget on the demo page, whichever port that page has this time. */
async function ensureImplementation(handles: Handles, owner: By, projectId: string, siteUrl: string) {
  const widgets = await listImplementations(handles, owner.actor, { page: 1, limit: 100 })
  const known = widgets.find(({ name }) => name === PAGE_NAME)
  if (known?.origins.includes(siteUrl)) return known
  if (known) return setOrigins(handles, owner, known.id, [...known.origins, siteUrl])
  const made = await implement(handles, owner, { projectId, implementationUrl: siteUrl, name: PAGE_NAME })
  await visit(handles, made)
  return made
}

/** Two days of visitors, through the same door as any: more by day than by night, and an error now and then. */
async function visit(handles: Handles, implementation: Implementation) {
  const now = handles.now()
  const agents = [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  ]
  for (let hour = 46; hour >= 1; hour--) {
    const daylight = Math.sin(((new Date(now - hour * HOUR_MS).getUTCHours() - 4) / 24) * 2 * Math.PI)
    const sessions = Math.round(3 + 4 * Math.max(0, daylight + 0.2)) + (hour % 3)
    for (let session = 0; session < sessions; session++) {
      const at = now - hour * HOUR_MS + (session / sessions) * HOUR_MS
      const token = await signSessionToken(
        handles.keys.session,
        {
          im: implementation.id,
          pr: implementation.projectId,
          bu: implementation.builderId,
          eu: implementation.endUserId,
          ver: implementation.version ?? '',
          sid: `se_demo-${hour}-${session}`,
        },
        now,
      )
      const event = (type: string, later: number, rest: object) => ({
        id: uuidV7(at + later),
        type,
        at: at + later,
        ...rest,
      })
      const events = [event('load', 0, { data: { ms: 90 + ((hour * 7 + session * 31) % 120) } })]
      if ((hour + session) % 5 < 3)
        events.push(
          event('interaction', 4_000, { name: 'vote', data: { answer: session % 3 ? 'Coffee' : 'Tea' } }),
        )
      if ((hour * 13 + session) % 47 === 0)
        events.push(event('error', 900, { data: { message: 'Demo: the network went away' } }))
      const source = {
        ip: `192.0.2.${(hour * 5 + session) % 200}`,
        userAgent: agents[session % 3]!,
        country: ['NL', 'DE', 'US'][hour % 3]!,
      }
      await acceptBatch(handles, { token, sentAt: at, events }, source)
    }
  }
}

/** The demo's host page: somebody's site on another origin, with the embed code pasted in. */
export function serveDemoSite({ implementation }: Demo, root: string): Hono {
  const app = new Hono()
  app.get('/', async (c) => {
    const page = await readFile(join(root, 'examples/hosts/demo.html'), 'utf8')
    return c.html(page.replace('<!-- embed code -->', () => implementation.embedCode))
  })
  return app
}
