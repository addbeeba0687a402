import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeEmbedCode } from '../ingest-api/src/frame/embed-code'
import { createStackMapper } from '../ingest-api/src/frame/map-stack'
import { ENGINES, type Browser, type Page } from './browsers/browser'
import { launch } from './browsers/launch'
import { startEmbedServer, type EmbedServer } from './embed-server'
import { buildWidget } from './host-page'

/** One byte of the code changes between the server that hashed it and the browser that would run it. */
describe.for(ENGINES)('code changed on its way to %s', (engine) => {
  let browser: Browser
  let server: EmbedServer

  beforeAll(async () => {
    server = await startEmbedServer()
    const { manifest, bundle } = await buildWidget('test/probe')
    server.widgets.set('im_probe', { manifest, bundle: `${bundle};top.postMessage("I am the bundle","*")` })
    const code = makeEmbedCode(server.oriel, { id: 'im_probe', title: 'Probe', height: 100 })
    server.pages.set('/page', {
      html: `<!doctype html><title>Host</title><script>ran = []; addEventListener('message', ({ data }) => typeof data === 'string' && ran.push(data)); addEventListener('oriel:ready', () => ran.push('ready'))</script>${code}`,
    })
    browser = await launch(engine)
  }, 600_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  /** What ran, once there was time for it, and the faults that were counted. */
  async function visit(change: (html: string) => string, ms: number) {
    server.batches.length = 0
    server.tamper = (html) => {
      const changed = change(html)
      if (changed === html) throw new Error('Nothing was changed.')
      return changed
    }
    const page: Page = await browser.newPage()
    await page.open(`${server.host}/page`)
    await new Promise((resume) => setTimeout(resume, ms))
    const ran = await page.evaluate<string[]>('ran')
    await page.close()
    return { ran, faults: server.events().flatMap(({ type, name }) => (type === 'error' ? [name] : [])) }
  }

  test('runs where nothing that matters was changed', async () => {
    const { ran, faults } = await visit((html) => html.replace('<title>', '<title>A '), 1500)
    expect(ran.sort()).toEqual(['I am the bundle', 'ready'])
    expect(faults).toEqual([])
  })

  test('never runs when it is the bundle, and one integrity event is counted', async () => {
    const { ran, faults } = await visit((html) => html.replace('I am the bundle', 'I am the bundlf'), 2000)
    expect(ran).toEqual([])
    expect(faults).toEqual(['integrity'])
  })

  test('never runs when it is the runtime, and one integrity event is counted', async () => {
    const change = (html: string) => html.replace('Not available right now', 'Not available right nox')
    const { ran, faults } = await visit(change, 8000)
    expect(ran).not.toContain('ready')
    expect(faults).toEqual(['integrity'])
  })

  test('leads from an error to the line of the source that threw it', async () => {
    server.batches.length = 0
    server.tamper = undefined
    const page = await browser.newPage()
    await page.open(`${server.host}/page`)
    await page.evaluate(`document.querySelector('oriel-widget').send('break')`)
    await expect.poll(() => server.events().filter(({ type }) => type === 'error').length).toBe(1)
    await page.close()
    const { data } = server.events().find(({ type }) => type === 'error')!
    const [map, source] = await Promise.all(
      ['dist/bundle.js.map', 'widget.tsx'].map((file) => readFile(`test/probe/${file}`, 'utf8')),
    )
    const [place, line] = /widget\.tsx:(\d+)/.exec(createStackMapper(map!)(String(data!.stack))) ?? []
    expect(place, String(data!.stack)).toBeDefined()
    expect(source!.split('\n')[Number(line) - 1]).toContain('broken on purpose')
  })

  test('never runs when it is the outer script, and nothing is counted', async () => {
    const change = (html: string) => html.replace('visibilitychange', 'visibilitychangf')
    const { ran } = await visit(change, 1500)
    expect(ran).not.toContain('ready')
    expect(server.events()).toEqual([])
  })
})
