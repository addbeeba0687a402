import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeEmbedCode } from '../ingest-api/src/frame/embed-code'
import { launchChromium } from './chromium'
import { startEmbedServer, type EmbedServer } from './embed-server'
import { buildWidget, HostPage } from './host-page'

/** What a widget in its sandbox asks of its host page, and plain markup that needs help there, on the built code. */
let browser: Browser
let server: EmbedServer
let host: HostPage

const CONSENT = `<script>
  window.oriel = window.oriel || function () { (oriel.q = oriel.q || []).push(arguments) }
  oriel('consent', true)
</script>`

const visit = async (head = '', options: BrowserContextOptions = {}) => {
  host = await HostPage.open(browser, server, options)
  await host.visit(makeEmbedCode(server.oriel, { id: 'im_probe', title: 'Probe', height: 320 }), { head })
  const inner = await host.inner()
  await host.send('form')
  await inner.waitForSelector('output')
  return inner
}
const stored = () => host.page.evaluate(() => ({ ...localStorage }))
const saidOf = (name: string) =>
  host.page.evaluate(
    (name) =>
      seen
        .flatMap(([type, detail]) => (type === 'event' ? [detail as { name: string; data: unknown }] : []))
        .findLast((event) => event.name === name)?.data,
    name,
  )
const tracked = async (name: string) => {
  for (let tries = 0; tries < 100; tries++) {
    const found = server.events().find((event) => event.name === name)
    if (found) return found
    await host.page.waitForTimeout(50)
  }
  throw new Error(`${name} was not reported`)
}

beforeAll(async () => {
  server = await startEmbedServer()
  const probe = await buildWidget('test/probe')
  server.widgets.set('im_probe', probe)
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
afterEach(async () => {
  expect(host.trouble).toEqual([])
  await host.page.context().close()
  server.batches.length = 0
})

describe('storage', () => {
  test('is off until the page has consent, and then outlives the visit', async () => {
    let inner = await visit()
    await host.send('keep', 'before')
    await expect.poll(() => saidOf('kept')).toBe(false)
    expect(await stored()).toEqual({})
    await host.page.evaluate(() => window.oriel!('consent', true))
    await host.send('keep', { text: 'after' })
    await expect.poll(() => saidOf('kept')).toBe(true)
    expect(await stored()).toEqual({ 'oriel:im_probe': '{"note":{"text":"after"}}' })
    await host.page.reload()
    await host.page.evaluate(() => window.oriel!('consent', true))
    inner = await host.inner()
    await host.send('form')
    await inner.waitForFunction(() => document.querySelector('output')?.textContent === '{"text":"after"}')
  })

  test('gives back what an earlier visit left, with consent given before the script came', async () => {
    host = await HostPage.open(browser, server)
    await host.page.addInitScript(() => {
      if (location.protocol === 'http:' && top === self)
        localStorage.setItem('oriel:im_probe', '{"note":"kept"}')
    })
    await host.visit(makeEmbedCode(server.oriel, { id: 'im_probe', title: 'Probe', height: 320 }), {
      head: CONSENT,
    })
    const inner = await host.inner()
    await host.send('form')
    await inner.waitForFunction(() => document.querySelector('output')?.textContent === '"kept"')
  })

  test('is emptied when the consent is taken back, and interactions are no longer told', async () => {
    const inner = await visit(CONSENT)
    await host.send('keep', 'x')
    await expect.poll(stored).toEqual({ 'oriel:im_probe': '{"note":"x"}' })
    await host.page.evaluate(() => localStorage.setItem('mine', '1'))
    await host.page.evaluate(() => window.oriel!('consent', false))
    await expect.poll(stored).toEqual({ mine: '1' })
    await inner.click('text="Marked"')
    await host.page.waitForTimeout(1000)
    expect(server.events().some(({ type }) => type === 'interaction')).toBe(false)
  })

  test('holds 64 KB for a widget and not more', async () => {
    await visit(CONSENT)
    await host.page.evaluate(() =>
      localStorage.setItem('oriel:im_probe', JSON.stringify({ other: 'x'.repeat(60_000) })),
    )
    await host.send('keep', 'x'.repeat(10_000))
    await expect.poll(() => saidOf('kept')).toBe(false)
    await host.send('keep', 'x'.repeat(1000))
    await expect.poll(() => saidOf('kept')).toBe(true)
  })
})

describe('links', () => {
  test('open in a tab of their own, by a click', async () => {
    const inner = await visit()
    await host.page
      .context()
      .route('https://elsewhere.example/**', (route) => route.fulfill({ body: 'Elsewhere' }))
    const [popup] = await Promise.all([
      host.page.context().waitForEvent('page'),
      inner.click('text="Elsewhere"'),
    ])
    await popup.waitForURL('https://elsewhere.example/page')
    expect(await popup.evaluate(() => opener)).toBe(null)
  })

  test('never open as a script, or without the permission', async () => {
    let inner = await visit()
    const pages = () => host.page.context().pages().length
    await inner.click('text="Script"')
    await host.page.waitForTimeout(400)
    expect(pages()).toBe(1)
    await host.page.context().close()
    const probe = server.widgets.get('im_probe')!
    const permissions = { ...probe.manifest.permissions, popups: false }
    server.widgets.set('im_probe', { ...probe, manifest: { ...probe.manifest, permissions } })
    inner = await visit()
    await inner.click('text="Elsewhere"')
    await host.page.waitForTimeout(400)
    expect(pages()).toBe(1)
    server.widgets.set('im_probe', probe)
  })
})

test('links and the clipboard are for visitors who have just clicked', async () => {
  const inner = await visit('', { permissions: ['clipboard-read', 'clipboard-write'] })
  // A look into a frame by the test counts as a touch, too, and holds for five seconds.
  await host.page.evaluate(
    () =>
      new Promise<void>((resume) => {
        setTimeout(() => {
          const element = document.querySelector('oriel-widget')!
          element.send('copy', 'unasked')
          element.send('link')
          setTimeout(resume, 500)
        }, 6000)
      }),
  )
  expect(await saidOf('copied')).toBe(false)
  expect(host.page.context().pages()).toHaveLength(1)
  await inner.click('text="Marked"')
  await host.send('copy', 'asked')
  await expect.poll(() => saidOf('copied')).toBe(true)
  expect(await host.page.evaluate(() => navigator.clipboard.readText())).toBe('asked')
})

describe('markup', () => {
  test('reports what is marked, clicks and submissions', async () => {
    const inner = await visit()
    await inner.click('text="Marked"')
    expect((await tracked('marked')).type).toBe('interaction')
    expect(server.events().some(({ name }) => name === 'form')).toBe(false)
    await inner.fill('[name=email]', 'a@b.example')
    await inner.click('text="Send"')
    await tracked('form')
    expect(server.events().filter(({ name }) => name === 'form')).toHaveLength(1)
  })

  test('submits a form by its button or Enter, after its validation, and goes nowhere', async () => {
    const inner = await visit()
    await inner.fill('[name=email]', 'wrong')
    await inner.click('text="Send"')
    expect(await inner.evaluate(() => document.activeElement!.matches('[name=email]'))).toBe(true)
    await host.page.waitForTimeout(600)
    expect(server.events().some(({ name }) => name === 'submitted')).toBe(false)
    await inner.fill('[name=email]', 'a@b.example')
    await inner.press('[name=email]', 'Enter')
    expect((await tracked('submitted')).data).toEqual({ email: 'a@b.example' })
    await host.page.waitForTimeout(600)
    expect(server.events().filter(({ name }) => name === 'submitted')).toHaveLength(1)
    await inner.fill('[name=query]', 'tea')
    await inner.press('[name=query]', 'Enter')
    expect((await tracked('searched')).data).toEqual({ query: 'tea' })
    await inner.evaluate(() => document.querySelector<HTMLFormElement>('#single')!.requestSubmit())
    await expect.poll(() => server.events().filter(({ name }) => name === 'searched').length).toBe(2)
    await inner.click('text="Send away"')
    await host.page.waitForTimeout(300)
    expect(inner.url()).toBe('about:srcdoc')
    expect(await inner.locator('output').count()).toBe(1)
  })
})

test('the contact form gives its message to the page, and counts it without its words', async () => {
  server.widgets.set('im_contact', await buildWidget('examples/contact-form'))
  host = await HostPage.open(browser, server)
  await host.visit(makeEmbedCode(server.oriel, { id: 'im_contact', title: 'Contact', height: 470 }))
  const inner = await host.inner()
  await inner.selectOption('select', 'An order')
  await inner.fill('[name=email]', 'ada@example.com')
  await inner.fill('[name=message]', 'Is it ready?')
  await inner.click('text="Send message"')
  await inner.waitForSelector('[role=status]')
  expect(await host.heard('event')).toEqual([
    {
      name: 'message',
      data: { topic: 'An order', email: 'ada@example.com', message: 'Is it ready?' },
    },
  ])
  expect((await tracked('sent')).data).toEqual({ length: 12, topic: 'An order' })
  expect(JSON.stringify(server.batches)).not.toContain('ada@example.com')
})
