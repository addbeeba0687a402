import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { makeEmbedCode } from '../ingest-api/src/frame/embed-code'
import { launchChromium } from './chromium'
import { startEmbedServer, type EmbedServer } from './embed-server'
import { buildWidget, HostPage, LISTEN } from './host-page'

/** The built, minified loader and frame scripts on a server of two origins, with two widgets, for a file that imports this. */
export let server: EmbedServer
/** New in every test. */
export let host: HostPage

let browser: Browser
beforeAll(async () => {
  server = await startEmbedServer()
  server.widgets.set('im_poll', await buildWidget('examples/poll'))
  server.widgets.set('im_probe', await buildWidget('test/probe'))
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
beforeEach(async () => {
  server.batches.length = 0
  host = await HostPage.open(browser, server)
})
afterEach(async () => {
  server.outage = server.tamper = undefined
  server.stallMs = 0
  await host.page.close()
  // What the page sent while it went belongs to its own test.
  await new Promise((resume) => setTimeout(resume, 200))
})

export const embed = (id: string) => makeEmbedCode(server.oriel, { id, title: 'A "test"', height: 320 })

/** Goes to a page with nothing but this in its body. */
export const visit = (body: string, { head = '', origin = server.host } = {}) =>
  host.show(
    `<!doctype html><html lang="en"><head><title>Host</title>${LISTEN}${head}</head><body>${body}</body></html>`,
    { origin },
  )

export async function until<T>(look: () => T | undefined | false, ms = 8000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((resume) => setTimeout(resume, 25))) {
    const found = look()
    if (found) return found
  }
  throw new Error(`Not seen within ${ms} ms; events: ${JSON.stringify(server.events())}`)
}

export const eventOf = (type: string, name?: string) =>
  until(() => server.events().find((event) => event.type === type && (!name || event.name === name)))
