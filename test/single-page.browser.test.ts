import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from './chromium'
import { startEmbedServer, type EmbedServer } from './embed-server'
import { buildWidget } from './host-page'

/** A page that never loads again puts a widget up and takes it down, over and over. */
const ROUNDS = 200
/** The loader gives a silent frame eight seconds, and holds it that long. */
const REST_MS = 9000
let browser: Browser
let server: EmbedServer
let page: Page
let session: CDPSession

beforeAll(async () => {
  server = await startEmbedServer()
  server.widgets.set('im_probe', await buildWidget('test/probe'))
  server.pages.set('/page', {
    html: `<!doctype html><title>Host</title><script src="${server.oriel}/oriel.js"></script><body></body>`,
  })
  browser = await launchChromium()
  page = await browser.newPage()
  session = await page.context().newCDPSession(page)
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

/** Mounts and removes a widget so many times, each time waiting until it is ready. */
const mount = (rounds: number) =>
  page.evaluate(async (rounds) => {
    for (let round = 0; round < rounds; round++) {
      const element = document.createElement('oriel-widget')
      element.setAttribute('implementation', 'im_probe')
      element.setAttribute('loading', 'eager')
      const ready = new Promise((resolve) => element.addEventListener('oriel:ready', resolve))
      document.body.append(element)
      await ready
      element.remove()
    }
  }, rounds)

/** What the page keeps alive, after everything that can be collected was. */
async function count() {
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  const metric = (name: string) => metrics.find((metric) => metric.name === name)!.value
  const alive = async (kind: string) => {
    const prototype = await session.send('Runtime.evaluate', { expression: `${kind}.prototype` })
    const { objects } = await session.send('Runtime.queryObjects', {
      prototypeObjectId: prototype.result.objectId!,
    })
    const { result } = await session.send('Runtime.callFunctionOn', {
      objectId: objects.objectId!,
      functionDeclaration: 'function () { return this.length }',
      returnByValue: true,
    })
    await session.send('Runtime.releaseObject', { objectId: objects.objectId! })
    return Number(result.value)
  }
  return {
    listeners: metric('JSEventListeners'),
    documents: metric('Documents'),
    frames: page.frames().length,
    history: await page.evaluate('history.length'),
    ports: await alive('MessagePort'),
    elements: await alive('HTMLIFrameElement'),
  }
}

test(`${ROUNDS} mounts and removals leave nothing behind and count one load each`, async () => {
  await page.goto(`${server.host}/page`)
  await session.send('Performance.enable')
  await mount(5)
  await page.waitForTimeout(REST_MS)
  const before = await count()
  server.batches.length = 0
  await mount(ROUNDS)
  await page.waitForTimeout(REST_MS)
  const after = await count()
  console.log(JSON.stringify({ before, after }))
  expect(after).toEqual(before)
  const loads = server.events().filter(({ type }) => type === 'load')
  expect(new Set(loads.map(({ id }) => id)).size).toBe(loads.length)
  expect(loads).toHaveLength(ROUNDS)
})
