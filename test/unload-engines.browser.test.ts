import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeEmbedCode } from '../ingest-api/src/frame/embed-code'
import type { Browser, Page } from './browsers/browser'
import { launch } from './browsers/launch'
import { startEmbedServer, type EmbedServer } from './embed-server'
import { buildWidget } from './host-page'

/** As `unload.browser.test.ts` in Chromium: visits that end a moment after the visitor did something. */
const VISITS = 25
const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms))

describe.for(['firefox', 'webkit'] as const)('a visit in %s', (engine) => {
  let browser: Browser
  let server: EmbedServer

  beforeAll(async () => {
    server = await startEmbedServer()
    server.widgets.set('im_probe', await buildWidget('test/probe'))
    const code = makeEmbedCode(server.oriel, { id: 'im_probe', title: 'Probe', height: 100 })
    const html = `<!doctype html><title>Host</title><script>ready = new Promise((resolve) => addEventListener('oriel:ready', () => resolve(1)))</script>${code}`
    server.pages.set('/page', { html })
    server.pages.set('/elsewhere', { html: '<!doctype html><title>Elsewhere</title>' })
    browser = await launch(engine)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })
  beforeEach(() => (server.batches.length = 0))

  /** The widget has a message as soon as a later one has come back. */
  const act = (number: number) => `(() => {
    const widget = document.querySelector('oriel-widget')
    const echo = new Promise((resolve) => addEventListener('oriel:event', () => resolve(1), { once: true }))
    widget.send('track', ${number})
    widget.send('echo', 1)
    return echo
  })()`
  const ENDS: Record<string, (page: Page) => Promise<unknown>> = {
    navigation: (page) => page.open(`${server.host}/elsewhere`),
    'closing the tab': (page) => page.close(),
    'removing the element': (page) => page.evaluate(`void document.querySelector('oriel-widget').remove()`),
    async 'the back/forward cache'(page) {
      await page.open(`${server.host}/elsewhere`)
      await page.evaluate('void history.back()')
    },
  }

  test.for(Object.keys(ENDS))('that ends by %s loses no event and repeats none', async (end) => {
    for (let number = 0; number < VISITS; number++) {
      const page = await browser.newPage()
      await page.open(`${server.host}/page`)
      await page.evaluate('ready')
      await page.evaluate(act(number))
      await ENDS[end]!(page)
      await pause(150)
      await page.close().catch(() => {})
    }
    await pause(1500)
    const events = [...new Map(server.events().map((event) => [event.id, event])).values()]
    const clicks = events.filter(({ name }) => name === 'poked').map(({ data }) => data!.data)
    expect(clicks.sort((a, b) => Number(a) - Number(b))).toEqual([...Array(VISITS).keys()])
    const loads = events.filter(({ type }) => type === 'load').length
    expect(loads).toBeGreaterThanOrEqual(VISITS)
    // Coming back from the cache is no new load; where the browser could not keep the page, it is one.
    expect(loads).toBeLessThanOrEqual(end.includes('cache') ? 2 * VISITS : VISITS)
  })
})
