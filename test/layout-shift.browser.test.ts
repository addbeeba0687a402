import { existsSync, readdirSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeEmbedCode } from '../ingest-api/src/frame/embed-code'
import { launchChromium } from './chromium'
import { startEmbedServer, type EmbedServer } from './embed-server'
import { buildWidget, HostPage } from './host-page'

/** The code that owners paste, in the middle of a text whose every move the browser itself adds up. */
const EXAMPLES = readdirSync('examples').filter((name) => existsSync(`examples/${name}/oriel.config.ts`))
const WIDTHS = [360, 768, 1280]
const COUNT_SHIFTS = `<style>body{margin:0 1rem;font:1rem/1.5 sans-serif}</style><script>
  shift = 0
  new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (shift += value))).observe({ type: 'layout-shift', buffered: true })
</script>`
/** A widget that is lower where it is wider, and lower still. */
const NARROW = `oriel[0](() => oriel[1]('main', { children: [
  oriel[1]('style', { children: 'p{height:300px;margin:0}@media(min-width:600px){p{height:200px}}@media(min-width:1000px){p{height:240px}}' }),
  oriel[1]('p', { children: 'Text' }),
] }))`

let browser: Browser
let server: EmbedServer

beforeAll(async () => {
  server = await startEmbedServer()
  for (const name of EXAMPLES) server.widgets.set(`im_${name}`, await buildWidget(`examples/${name}`))
  const { manifest } = server.widgets.get('im_poll')!
  const heights = [
    { from: 632, height: 200 },
    { from: 1032, height: 240 },
  ]
  server.widgets.set('im_narrow', { manifest: { ...manifest, height: 300, heights }, bundle: NARROW })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

/** The sum of what moved, and how high the frame came to be. */
async function visit(id: string, width: number, change: (code: string) => string) {
  const { manifest } = server.widgets.get(id)!
  const host = await HostPage.open(browser, server, { viewport: { width, height: 900 } })
  const code = change(makeEmbedCode(server.oriel, { ...manifest, id }))
  await host.visit(`<p>Before</p>${code}${'<p>After</p>'.repeat(12)}`, { head: COUNT_SHIFTS })
  await host.heard('ready')
  await host.page.waitForTimeout(600)
  const seen = await host.page.evaluate(() => ({
    shift,
    height: document.querySelector('iframe')!.getBoundingClientRect().height,
  }))
  await host.page.close()
  return seen
}

declare global {
  var shift: number
}

describe.each([...EXAMPLES, 'narrow'])('%s', (name) => {
  test.each(WIDTHS)('moves nothing on a page of %i pixels', async (width) => {
    expect(await visit(`im_${name}`, width, (code) => code)).toMatchObject({ shift: 0 })
  })
})

test('has the height of its width, and moves the page where the code keeps another one free', async () => {
  const heights = await Promise.all(
    WIDTHS.map(async (width) => (await visit('im_narrow', width, (code) => code)).height),
  )
  expect(heights).toEqual([300, 200, 240])
  const { shift } = await visit('im_narrow', 1280, (code) => code.replace(/height:calc\(.*\)"/, '"'))
  expect(shift).toBeGreaterThan(0.01)
})
