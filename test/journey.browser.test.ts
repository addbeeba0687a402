import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EndUserDashboard } from '../schema/wire/api'
import { launchChromium } from './chromium'
import { makeDataDir, startOriel, type OrielProcess } from './oriel-process'

/**
 * The whole way, once, as people go it: the built server, the built CLI, the built dashboard and a page on another
 * origin, in one browser. Pictures of every stop are left in `test-results/`.
 */
const ADMIN = { email: 'admin@example.com', password: 'an admin password' }
const PASSWORD = 'a long password'

let oriel: OrielProcess
let dataDir: string
let browser: Browser
let site: Server
let siteUrl: string
let siteBody = ''

beforeAll(async () => {
  dataDir = await makeDataDir()
  oriel = await startOriel(dataDir, { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password })
  browser = await launchChromium()
  site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><html lang="en"><title>A site</title><h1>A site</h1>${siteBody}</html>`)
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  siteUrl = `http://localhost:${(site.address() as AddressInfo).port}`
  await mkdir('test-results', { recursive: true })
})
afterAll(async () => {
  await browser?.close()
  site?.closeAllConnections()
  site?.close()
  oriel?.child.kill('SIGTERM')
  await oriel?.exited
  await rm(dataDir, { recursive: true, force: true })
})

/** A person's own browser profile. */
async function openProfile(): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage()
  page.setDefaultTimeout(20_000)
  return page
}
const picture = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/${name}.png`, fullPage: true })

async function register(page: Page, kind: string, email: string) {
  await page.goto(`${oriel.url}/register`)
  await page.locator('label').filter({ hasText: kind }).click()
  await page.getByLabel('Name').fill(kind)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Create account' }).click()
}

/** Runs the built CLI in a terminal of the builder's and answers what `--json` printed. */
async function cli(token: string, ...args: string[]) {
  const env = { PATH: process.env.PATH, ORIEL_SERVER: oriel.url, ORIEL_TOKEN: token }
  const { stdout } = await promisify(execFile)(process.execPath, ['sdk/dist/cli.js', ...args, '--json'], {
    env,
  })
  return JSON.parse(stdout)
}

/** From an offer that is on the screen to its embed code. */
async function putOnSite(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Add to my site' }).first().click()
  await page.getByLabel('Your site’s address').fill(siteUrl)
  await page.getByRole('dialog').getByRole('button', { name: 'Add to my site' }).click()
  await page.waitForURL(/\/widget\/im_/)
  return (await page.locator('pre.code').innerText()).trim()
}

async function signInAsAdmin(): Promise<Page> {
  const admin = await openProfile()
  await admin.goto(`${oriel.url}/login`)
  await admin.getByLabel('Email').fill(ADMIN.email)
  await admin.getByLabel('Password').fill(ADMIN.password)
  await admin.getByRole('button', { name: 'Sign in' }).click()
  await admin.waitForURL(/\/admin/)
  return admin
}

test('a widget is published, embedded, used, counted and seen', async () => {
  // A builder signs up, publishes and releases two widgets from the command line.
  const builder = await openProfile()
  await register(builder, 'I build widgets', 'builder@example.com')
  await builder.waitForURL(/builder-dashboard/)
  await builder.getByText('Revenue Overview').waitFor()
  await picture(builder, '1-builder-empty')
  const login = await fetch(`${oriel.url}/api/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ email: 'builder@example.com', password: PASSWORD }),
  })
  const { accessToken } = (await login.json()).data
  for (const folder of ['examples/poll', 'test/probe']) {
    await cli(accessToken, 'build', '--dir', folder)
    await cli(accessToken, 'publish', '--dir', folder)
    await cli(accessToken, 'release', '--dir', folder)
  }
  await builder.goto(`${oriel.url}/projects`)
  await builder.getByRole('link', { name: 'Poll' }).waitFor()
  await picture(builder, '2-projects')

  // One goes into the marketplace, which takes a look by the platform; the other one's link is given away.
  const linkOf = async (project: string) => {
    await builder.goto(`${oriel.url}/projects`)
    await builder.getByRole('link', { name: project }).click()
    return builder.locator('#project-link').innerText()
  }
  const probeLink = await linkOf('Probe')
  await linkOf('Poll')
  await builder.getByRole('button', { name: 'Submit for listing' }).click()
  await builder.getByText('We are looking at it').waitFor()
  const admin = await signInAsAdmin()
  await admin.goto(`${oriel.url}/admin/projects`)
  await admin.getByRole('button', { name: 'Approve Poll' }).click()
  await admin.getByText('Poll is in the marketplace').waitFor()

  // A site owner signs up, chooses both, and pastes the embed codes.
  const owner = await openProfile()
  await register(owner, 'I have a website', 'owner@example.com')
  await owner.waitForURL(/end-user-dashboard/)
  await picture(owner, '3-owner-empty')
  await owner.goto(`${oriel.url}/marketplace`)
  await owner.getByRole('listitem').filter({ hasText: 'Poll' }).waitFor()
  expect(await owner.getByRole('listitem').filter({ hasText: 'Probe' }).count()).toBe(0)
  siteBody = await putOnSite(owner)
  await picture(owner, '4-embed-code')
  expect(siteBody).toContain('<oriel-widget implementation="im_')
  await owner.goto(probeLink)
  siteBody += await putOnSite(owner)
  const ownWidgets = async (): Promise<EndUserDashboard> =>
    owner.evaluate(async () => (await (await fetch('/api/end-users/me/dashboard')).json()).data)
  expect((await ownWidgets()).usage.totals.loads).toBe(0)
  await owner.goto(`${oriel.url}/end-user-dashboard`)

  // A visitor votes; the other widget breaks.
  const visitor = await openProfile()
  await visitor.goto(siteUrl)
  const poll = visitor.frameLocator('oriel-widget iframe').first().frameLocator('iframe')
  await poll.getByText('Tea', { exact: true }).click()
  const votedAt = performance.now()
  await poll.getByText('Thank you').waitFor()
  await picture(visitor, '5-site')

  // The owner's open page shows it by itself.
  await owner.getByText('vote', { exact: true }).first().waitFor()
  console.log(`the vote was on the owner's screen after ${Math.round(performance.now() - votedAt)} ms`)
  await visitor.evaluate(() =>
    document.querySelectorAll<HTMLElement & { send(name: string): void }>('oriel-widget')[1]!.send('throw'),
  )
  await owner.getByText('thrown on purpose').first().waitFor()
  await owner.waitForTimeout(500)
  await picture(owner, '6-owner-dashboard')
  const { usage, recent } = await ownWidgets()
  expect(usage.totals).toMatchObject({ loads: 2, interactions: 1 })
  expect(usage.totals.errors).toBeGreaterThan(0)
  expect(recent.find(({ name }) => name === 'vote')?.data).toMatchObject({ answer: 'Tea' })

  // The builder sees where it runs, the admin sees the platform, and nobody sees more than that.
  await builder.goto(`${oriel.url}/builder-dashboard`)
  const row = builder.getByRole('row').filter({ hasText: 'Poll on localhost' })
  await row.getByRole('cell', { name: '1', exact: true }).first().waitFor()
  await picture(builder, '7-builder-dashboard')
  await admin.goto(`${oriel.url}/admin`)
  await admin.getByRole('row').filter({ hasText: 'Poll on localhost' }).waitFor()
  await picture(admin, '8-admin')
  expect(
    await admin.evaluate(async () => (await (await fetch('/api/analytics/platform')).json()).data),
  ).toMatchObject({
    users: { super_admin: 1, builder: 1, end_user: 1 },
    usage: { totals: { loads: 2, interactions: 1 } },
  })
  await owner.goto(`${oriel.url}/builder-dashboard`)
  await owner.getByRole('heading', { name: /access|not for/i }).waitFor()

  // Another site that copied the code gets no widget: the browser refuses the frame.
  const foreign = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end(siteBody),
  ).listen(0, '127.0.0.1')
  await once(foreign, 'listening')
  await visitor.goto(`http://localhost:${(foreign.address() as AddressInfo).port}`)
  await visitor.waitForLoadState('networkidle')
  expect(visitor.frames().filter((frame) => frame.url().startsWith(oriel.url))).toEqual([])
  foreign.closeAllConnections()
  foreign.close()
})
