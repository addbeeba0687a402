import type { Browser, BrowserContext, Frame, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeEmbedCode } from '../ingest-api/src/frame/embed-code'
import { launchChromium } from './chromium'
import { startEmbedServer, type EmbedServer } from './embed-server'
import { buildWidget } from './host-page'

/** Visits that end a moment after the visitor did something: what was done must still arrive, once. */
const VISITS = 100
const ENOUGH = 0.99
let browser: Browser
/** One for all visits: what a closed tab still sends would die with a context of its own. */
let context: BrowserContext
let server: EmbedServer

beforeAll(async () => {
  server = await startEmbedServer()
  server.widgets.set('im_probe', await buildWidget('test/probe'))
  const html = `<!doctype html><title>Host</title>${makeEmbedCode(server.oriel, { id: 'im_probe', title: 'Probe', height: 100 })}<script>ready = new Promise((resolve) => addEventListener('oriel:ready', resolve))</script>`
  server.pages.set('/page', { html })
  server.pages.set('/elsewhere', { html: '<!doctype html><title>Elsewhere</title>' })
  browser = await launchChromium()
  context = await browser.newContext()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
beforeEach(() => (server.batches.length = 0))

const ENDS: Record<string, (page: Page) => Promise<unknown>> = {
  navigation: (page) => page.goto(`${server.host}/elsewhere`),
  'closing the tab': (page) => page.close({ runBeforeUnload: true }),
  'removing the element': (page) => page.evaluate(() => document.querySelector('oriel-widget')!.remove()),
  async 'the back/forward cache'(page) {
    await page.evaluate('void (location.href = "/elsewhere")')
    await page.waitForURL('**/elsewhere')
    await page.goBack()
  },
}

const isOpaque = (frame: Frame) => frame.url() === 'about:srcdoc'

test.for(Object.keys(ENDS))('%s loses no event and repeats none', { timeout: 300_000 }, async (end) => {
  const visit = async (number: number) => {
    const page = await context.newPage()
    await page.goto(`${server.host}/page`)
    await page.evaluate('ready')
    await page.frames().find(isOpaque)!.evaluate('0')
    await page.evaluate((number) => document.querySelector('oriel-widget')!.send('track', number), number)
    // The widget has the message as soon as a later one has come back.
    const echo = page.evaluate(
      () => new Promise<void>((resolve) => addEventListener('oriel:event', () => resolve(), { once: true })),
    )
    await page.evaluate(() => document.querySelector('oriel-widget')!.send('echo', 1))
    await echo
    await ENDS[end]!(page)
    await new Promise((resume) => setTimeout(resume, 150))
    if (!page.isClosed()) await page.close()
  }
  const numbers = Array.from({ length: VISITS }, (_, number) => number)
  while (numbers.length > 0) await Promise.all(numbers.splice(0, 4).map(visit))
  await new Promise((resume) => setTimeout(resume, 1500))

  // A request whose answer the end cut off is sent again with the same ids, and the server counts an id once.
  const events = [...new Map(server.events().map((event) => [event.id, event])).values()]
  const clicks = events.filter(({ name }) => name === 'poked').map(({ data }) => data!.data)
  const loads = events.filter(({ type }) => type === 'load')
  console.log(`${end}: ${new Set(clicks).size} of ${VISITS} interactions, ${loads.length} loads`)
  expect(new Set(clicks).size).toBe(clicks.length)
  expect(clicks.length).toBeGreaterThanOrEqual(VISITS * ENOUGH)
  expect(loads.length).toBeGreaterThanOrEqual(VISITS * ENOUGH)
  // Coming back from the cache is no new load; where the browser could not keep the page, it is one.
  expect(loads.length).toBeLessThanOrEqual(end.includes('cache') ? 2 * VISITS : VISITS)
})
