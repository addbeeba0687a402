import { readFile } from 'node:fs/promises'
import axe from 'axe-core'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from './chromium'
import { startEmbedServer, type EmbedServer } from './embed-server'
import { buildWidget, HostPage, LISTEN } from './host-page'

/** The pages of `examples/hosts`, one per kind of host, with the built code. */
let browser: Browser
let server: EmbedServer
let host: HostPage

/** As it stands in the folder, but for Oriel's address and, where the policy lets it, an ear for the events. */
async function visit(name: string, query = '') {
  const html = await readFile(`examples/hosts/${name}.html`, 'utf8')
  const ear = LISTEN.replace('<script', '<script nonce="page"')
  server.pages.set(`/${name}.html`, {
    html: html.replaceAll('https://oriel.example', server.oriel).replace('</title>', `</title>${ear}`),
  })
  host = await HostPage.open(browser, server)
  await host.page.goto(`${server.host}/${name}.html${query}`)
}

async function bundle(name: string) {
  const { outputFiles } = await build({
    entryPoints: [`examples/hosts/${name}.ts`],
    bundle: true,
    write: false,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"development"', __VUE_OPTIONS_API__: 'false' },
    logLevel: 'silent',
  })
  const html = outputFiles[0]!.text.replaceAll('https://oriel.example', server.oriel)
  server.pages.set(`/${name}.js`, { html, headers: { 'Content-Type': 'text/javascript; charset=utf-8' } })
}

/** Rules for whole pages, which axe itself leaves out in frames; it cannot tell here, where it is alone in each. */
const PAGE_RULES = ['document-title', 'landmark-one-main', 'page-has-heading-one', 'region']

/** What axe finds in the page and in every room of its widgets. */
async function violations() {
  const found: string[] = []
  // A lazy frame that is not near has no document yet.
  for (const frame of host.page.frames().filter((frame) => !/^(about:blank)?$/.test(frame.url()))) {
    // Out of the debugger's own world, which no policy of the page's reaches.
    await frame.evaluate(axe.source)
    const disabled = frame.parentFrame() ? PAGE_RULES : []
    const { violations } = await frame.evaluate((disabled) => {
      // Without a background axe takes a page for white, whatever its color-scheme.
      document.documentElement.style.backgroundColor = 'Canvas'
      const rules = Object.fromEntries(disabled.map((rule) => [rule, { enabled: false }]))
      const { axe: loaded } = globalThis as unknown as { axe: typeof axe }
      return loaded.run(document, { iframes: false, rules })
    }, disabled)
    found.push(...violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`))
  }
  return found
}

/** Adds a widget to the page in a mode, opens it and waits until it is there. */
const openIn = (mode: string) =>
  host.page.evaluate(async (mode) => {
    const element = document.createElement('oriel-widget')
    element.id = 'added'
    element.setAttribute('implementation', 'im_contact')
    element.setAttribute('mode', mode)
    const ready = new Promise((resolve) => element.addEventListener('oriel:ready', resolve))
    document.body.append(element)
    element.open()
    await ready
  }, mode)

const loads = () => server.events().filter(({ type }) => type === 'load').length

beforeAll(async () => {
  server = await startEmbedServer()
  server.widgets.set('im_poll', await buildWidget('examples/poll'))
  server.widgets.set('im_contact', await buildWidget('examples/contact-form'))
  browser = await launchChromium()
  await Promise.all(['react', 'vue'].map(bundle))
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
afterEach(async () => {
  expect(host.trouble).toEqual([])
  await host.page.close()
  await new Promise((resume) => setTimeout(resume, 200))
  server.batches.length = 0
})

const HOSTS = ['plain', 'strict', 'iframe', 'two-loaders', 'many', 'turbo', 'react', 'vue']

describe.each(HOSTS)('%s', (name) => {
  test.each(['light', 'dark'] as const)('axe finds nothing in any mode: %s', async (colorScheme) => {
    await visit(name)
    await host.page.emulateMedia({ colorScheme })
    await host.page.evaluate((scheme) => (document.documentElement.style.colorScheme = scheme), colorScheme)
    await expect
      .poll(() => host.page.frames().filter((frame) => frame.url() === 'about:srcdoc').length)
      .toBeGreaterThan(0)
    await expect.poll(loads).toBeGreaterThan(0)
    expect(await violations()).toEqual([])
    // Without the loader there is only the frame.
    if (name === 'iframe') return
    for (const mode of ['dialog', 'floating', 'sidebar']) {
      await openIn(mode)
      await host.page.waitForTimeout(300)
      expect(await violations(), mode).toEqual([])
      await host.page.evaluate(() => document.getElementById('added')!.remove())
    }
  })
})

test.each(['plain', 'strict'])('axe finds nothing in a dialog over %s', async (name) => {
  await visit(name)
  await host.heard('ready')
  await host.page.click('[data-oriel-open]')
  await host.heard('ready', 2)
  await host.page.waitForTimeout(300)
  expect(await violations()).toEqual([])
})

test.each(['many', 'turbo'])('axe finds nothing in a floating widget over %s', async (name) => {
  await visit(name)
  const launcher = host.page.locator('oriel-widget [part=launcher]')
  await launcher.click()
  await host.heard('open')
  await host.page.waitForTimeout(800)
  expect(await launcher.textContent()).toBe('Contact')
  expect(await violations()).toEqual([])
})

test('many widgets load as they come near, each once', async () => {
  await visit('many')
  await host.heard('ready')
  await host.page.waitForTimeout(1500)
  expect(loads()).toBeLessThan(12)
  for (let step = 0; step < 14; step++) {
    await host.page.mouse.wheel(0, 400)
    await host.page.waitForTimeout(150)
  }
  await host.heard('ready', 12)
  await expect.poll(loads).toBe(12)
})

test("a body replacement leaves no widget behind, and loads the new page's", async () => {
  await visit('turbo')
  await host.heard('ready')
  for (let turn = 2; turn < 6; turn++) {
    await host.page.click('text="Next page"')
    await host.heard('ready', turn)
    expect(await host.page.locator('oriel-widget').count()).toBe(2)
    expect(host.page.frames()).toHaveLength(3)
  }
  await expect.poll(loads).toBe(5)
  await host.page.locator('oriel-widget [part=launcher]').click()
  await host.heard('open')
})

test.each(['react', 'vue'])('routes in %s mount, remount and drive widgets', async (name) => {
  await visit(name)
  const { page } = host
  const output = page.locator('output')
  await expect.poll(() => output.textContent()).toBe('ready poll')
  await page.click('text="Show contact"')
  await expect.poll(() => output.textContent()).toBe('ready poll, ready contact')
  expect(page.frames()).toHaveLength(3)
  const inner = page.frames().find((frame) => frame.url() === 'about:srcdoc')!
  await inner.fill('[name=email]', 'ada@example.com')
  await inner.fill('[name=message]', 'Hello')
  await inner.click('text="Send message"')
  await expect.poll(() => output.textContent()).toBe('ready poll, ready contact, event message')
  await page.click('text="Open dialog"')
  await expect.poll(() => output.textContent()).toContain('open')
  await page.keyboard.press('Escape')
  await expect.poll(() => output.textContent()).toBe('ready poll, ready contact, event message, open, close')
  await page.click('text="Show poll"')
  await expect.poll(() => output.textContent()).toMatch(/ready poll$/)
  await expect.poll(loads).toBeGreaterThanOrEqual(3)
  expect(await page.locator('script[src$="/oriel.js"]').count()).toBe(1)
})
