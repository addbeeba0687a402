import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from './chromium'
import { startEmbedServer, type EmbedServer } from './embed-server'
import { buildWidget, HostPage } from './host-page'

/** The modes that lie over a page, on the built code. */
let browser: Browser
let server: EmbedServer
let host: HostPage

const open = async (options: BrowserContextOptions = {}) => {
  host = await HostPage.open(browser, server, options)
  return host
}
const widget = (mode: string, attributes = '') =>
  `<oriel-widget implementation="im_poll" mode="${mode}" ${attributes}></oriel-widget>${host.loader}`
const dialog = () => host.page.locator('oriel-widget dialog')
const launcher = () => host.page.locator('oriel-widget [part=launcher]')
/** Whether the dialog is there, and whether it lies over an inert page. */
const state = () =>
  host.page.evaluate(() => {
    const found = document.querySelector('oriel-widget')!.shadowRoot!.querySelector('dialog')!
    return { isOpen: found.open, isModal: found.matches(':modal') }
  })
const focused = () =>
  host.page.evaluate(() => {
    const { activeElement } = document
    return (
      (activeElement?.shadowRoot?.activeElement ?? activeElement)?.getAttribute('part') ?? activeElement?.id
    )
  })

beforeAll(async () => {
  server = await startEmbedServer()
  const poll = await buildWidget('examples/poll')
  server.widgets.set('im_poll', poll)
  const launcher = { label: 'Vote', icon: 'M2 2h20v20H2z', side: 'start' as const }
  server.widgets.set('im_start', { ...poll, manifest: { ...poll.manifest, launcher } })
  server.widgets.set('im_probe', await buildWidget('test/probe'))
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
afterEach(async () => {
  expect(host.trouble.filter((line) => !line.startsWith('Failed to load resource'))).toEqual([])
  server.isDown = false
  await host.page.close()
})

describe('a dialog', () => {
  test('opens by any element that names it, traps the focus, and gives it back on Escape', async () => {
    const { page } = await open()
    await host.visit(
      `<button id="opener" data-oriel-open="im_poll">Vote</button><a id="after" href="#x">After</a>${host.loader}`,
    )
    await page.click('#opener')
    await host.heard('open')
    await host.heard('ready')
    expect(await state()).toEqual({ isOpen: true, isModal: true })
    expect(await dialog().getAttribute('aria-label')).toBe('Poll')
    expect(await page.getAttribute('oriel-widget iframe', 'title')).toBe('Poll')
    const stops = new Set<string | undefined | null>()
    for (let press = 0; press < 12; press++) {
      await page.keyboard.press('Tab')
      stops.add(await focused())
    }
    expect(stops).not.toContain('after')
    expect(stops).not.toContain('opener')
    await page.locator('oriel-widget [part=close]').focus()
    await page.keyboard.press('Escape')
    await host.heard('close')
    expect(await focused()).toBe('opener')
    expect(await state()).toEqual({ isOpen: false, isModal: false })
  })

  test('closes on Escape inside the widget, too, and opens again as it was', async () => {
    const { page } = await open()
    await host.visit(`<button id="opener" data-oriel-open="im_poll">Vote</button>${host.loader}`)
    await page.click('#opener')
    const inner = await host.inner()
    await inner.click('text="Tea"')
    await page.keyboard.press('Escape')
    await host.heard('close')
    expect(await focused()).toBe('opener')
    await page.click('#opener')
    await host.heard('open', 2)
    expect(await inner.isChecked('label:has-text("Tea") input')).toBe(true)
    expect(await page.locator('oriel-widget').count()).toBe(1)
    expect(server.events().filter(({ type }) => type === 'load').length).toBeLessThanOrEqual(2)
  })

  test('loads nothing but a name until it is opened', async () => {
    const { page } = await open()
    const requests: string[] = []
    page.on('request', (request) => requests.push(new URL(request.url()).pathname))
    await host.visit(widget('dialog'))
    await page.waitForTimeout(700)
    expect(requests).toEqual(['/page', '/oriel.js', '/oriel-overlay.js', '/w/im_poll/launcher.js'])
    await page.evaluate(() => document.querySelector('oriel-widget')!.open())
    await host.heard('ready')
    expect(requests.filter((path) => path === '/w/im_poll')).toHaveLength(1)
  })

  test('leaves the scrolling and the styles of the page alone', async () => {
    const { page } = await open()
    await host.visit(`<p style="height:3000px"></p>${widget('dialog')}`)
    const styles = () =>
      page.evaluate(() => [document.body.style.cssText, document.documentElement.style.cssText, scrollY])
    await page.evaluate(() => scrollTo(0, 500))
    const before = await styles()
    await page.evaluate(() => document.querySelector('oriel-widget')!.open())
    await host.heard('ready')
    expect(await styles()).toEqual(before)
    await page.evaluate(() => document.querySelector('oriel-widget')!.close())
    await host.heard('close')
    expect(await styles()).toEqual(before)
    expect(await page.evaluate(() => history.length)).toBe(2)
  })

  test('comes back closed when its element was taken out while it was open', async () => {
    const { page } = await open()
    await host.visit(`<div id="a">${widget('dialog')}</div>`)
    await page.evaluate(() => document.querySelector('oriel-widget')!.open())
    await host.heard('ready')
    await page.evaluate(() => {
      const element = document.querySelector('oriel-widget')!
      element.remove()
      setTimeout(() => document.querySelector('#a')!.append(element), 50)
    })
    await page.waitForTimeout(300)
    expect(await state()).toEqual({ isOpen: false, isModal: false })
    await page.evaluate(() => document.querySelector('oriel-widget')!.open())
    await host.heard('ready', 2)
    expect(await state()).toEqual({ isOpen: true, isModal: true })
  })

  test('is opened and closed by the widget itself and by commands', async () => {
    const { page } = await open()
    await host.visit(`<oriel-widget implementation="im_probe" mode="dialog"></oriel-widget>${host.loader}`, {
      head: `<script>oriel = function () { (oriel.q = oriel.q || []).push(arguments) }; oriel('open', 'im_probe')</script>`,
    })
    await host.heard('ready')
    await host.send('close')
    await host.heard('close')
    await host.send('open')
    await host.heard('open', 2)
    await page.evaluate(() => window.oriel!('close', 'im_probe'))
    await host.heard('close', 2)
  })

  test('moves only for visitors who did not ask for less', async () => {
    for (const reducedMotion of ['reduce', 'no-preference'] as const) {
      const { page } = await open({ reducedMotion })
      await host.visit(widget('dialog'))
      await page.evaluate(() => document.querySelector('oriel-widget')!.open())
      await host.heard('ready')
      const name = await dialog().evaluate((element) => getComputedStyle(element).animationName)
      expect(name).toBe(reducedMotion === 'reduce' ? 'none' : 'come')
      if (reducedMotion === 'reduce') await page.close()
    }
  })
})

describe('a floating widget', () => {
  test('has a launcher by its manifest, and a page that stays usable', async () => {
    const { page } = await open()
    await host.visit(`<button id="mine">Mine</button>${widget('floating')}`)
    await launcher().click()
    await host.heard('ready')
    expect(await launcher().textContent()).toBe('Poll')
    expect(await launcher().getAttribute('aria-expanded')).toBe('true')
    expect(await state()).toEqual({ isOpen: true, isModal: false })
    await page.click('#mine')
    await (await host.inner()).click('text="Tea"')
    await page.keyboard.press('Escape')
    await host.heard('close')
    expect(await focused()).toBe('launcher')
    expect(await launcher().getAttribute('aria-expanded')).toBe('false')
    await launcher().click()
    await host.heard('open', 2)
    await launcher().click()
    await host.heard('close', 2)
  })

  test.for([
    ['im_poll', 'ltr', 'right'],
    ['im_poll', 'rtl', 'left'],
    ['im_start', 'ltr', 'left'],
    ['im_start', 'rtl', 'right'],
  ])('stands at the side that it names: %s, %s, %s', async ([id, dir, side]) => {
    const { page } = await open({ viewport: { width: 1000, height: 700 } })
    await host.visit(widget('floating').replace('im_poll', id!), { dir: dir! })
    await launcher().click()
    await host.heard('ready')
    for (const part of [launcher(), dialog()]) {
      const box = (await part.boundingBox())!
      expect(side === 'left' ? box.x : 1000 - box.x - box.width).toBeLessThan(40)
    }
    if (id === 'im_start') {
      expect(await launcher().textContent()).toBe('Vote')
      expect(await launcher().locator('path').getAttribute('d')).toBe('M2 2h20v20H2z')
    }
    await page.evaluate(() => document.querySelector('oriel-widget')!.close())
  })

  test('draws no launcher for a widget that may not be shown, and says why', async () => {
    await open()
    await host.visit(widget('floating').replace('im_poll', 'im_wrong'))
    expect(await host.heard('error')).toMatchObject([{ code: 'unknown' }])
    expect(await launcher().count()).toBe(0)
  })
})

test('a sidebar fills the height at its side and makes the page inert', async () => {
  const { page } = await open({ viewport: { width: 1000, height: 700 } })
  await host.visit(widget('sidebar'))
  await launcher().click()
  await host.heard('ready')
  expect(await state()).toEqual({ isOpen: true, isModal: true })
  // It slides in.
  await expect
    .poll(async () => {
      const box = (await dialog().boundingBox())!
      return [Math.round(box.y), Math.round(box.height), Math.round(box.x + box.width)]
    })
    .toEqual([0, 700, 1000])
  await page.locator('oriel-widget [part=close]').click()
  await host.heard('close')
  expect(await focused()).toBe('launcher')
})

test.for(['dialog', 'floating', 'sidebar'])('a %s fits a phone and a zoom of 200 %', async (mode) => {
  // A window of 1280 by 800 at 200 % has half the CSS pixels.
  for (const viewport of [
    { width: 320, height: 568 },
    { width: 640, height: 400 },
  ]) {
    const { page } = await open({ viewport, deviceScaleFactor: 2 })
    await host.visit(widget(mode))
    await page.evaluate(() => document.querySelector('oriel-widget')!.open())
    await host.heard('ready')
    await page.waitForTimeout(400)
    const box = (await dialog().boundingBox())!
    expect(box.x).toBeGreaterThanOrEqual(0)
    expect(box.y).toBeGreaterThanOrEqual(0)
    expect(box.x + box.width).toBeLessThanOrEqual(viewport.width)
    expect(box.y + box.height).toBeLessThanOrEqual(viewport.height)
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    if (viewport.width === 320) await page.close()
  }
})

test.for(['dialog', 'floating', 'sidebar'])(
  'a %s works under a strict policy with Trusted Types',
  async (mode) => {
    const { page } = await open()
    server.pages.set('/strict', {
      html: `<!doctype html><html lang="en"><title>Strict</title><body><oriel-widget implementation="im_poll" mode="${mode}"></oriel-widget>${host.loader}</body></html>`,
      headers: {
        'Content-Security-Policy':
          `default-src 'none'; script-src 'nonce-x' ${server.oriel}; style-src 'self'; frame-src ${server.oriel}; ` +
          `require-trusted-types-for 'script'; trusted-types 'none'`,
      },
    })
    await page.goto(`${server.host}/strict`)
    await page.evaluate(() => document.querySelector('oriel-widget')!.open())
    await page.waitForFunction(() => (document.querySelector('oriel-widget iframe')?.clientHeight ?? 0) > 200)
  },
)

test('a dialog of a wrong implementation closes, so that the page is not left inert', async () => {
  const { page } = await open()
  await host.visit(`<button id="opener" data-oriel-open="im_wrong">Open</button>${host.loader}`)
  await page.click('#opener')
  await host.heard('close')
  expect((await host.heard('error'))[0]).toMatchObject({ code: 'unknown' })
  await page.click('#opener', { trial: true, timeout: 2000 })
})
