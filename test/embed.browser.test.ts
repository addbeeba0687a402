import { readFile } from 'node:fs/promises'
import type { Browser, Frame, Page, Route } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeEmbedCode } from '../ingest-api/src/frame/embed-code'
import { isUuidV7 } from '../schema/wire/id'
import { launchChromium } from './chromium'
import { startEmbedServer, type EmbedServer } from './embed-server'
import { buildWidget, LISTEN } from './host-page'

/** Drives the built, minified loader and frame scripts in a real browser, against a server of two origins. */
let browser: Browser
let server: EmbedServer
let page: Page
let trouble: string[]

const loader = () => `<script async src="${server.oriel}/oriel.js"></script>`
const embed = (id: string) => makeEmbedCode(server.oriel, { id, title: 'A "test"', height: 320 })

async function visit(body: string, { head = '', headers = {}, origin = server.host } = {}) {
  server.pages.set('/page', {
    html: `<!doctype html><html lang="en"><head><title>Host</title>${LISTEN}${head}</head><body>${body}</body></html>`,
    headers,
  })
  await page.goto(`${origin}/page`)
}

/** What the host page heard of one type, once it has heard something. */
async function heard(type: string): Promise<unknown[]> {
  await page.waitForFunction((type) => seen.some(([heard]) => heard === type), type)
  return page.evaluate((type) => seen.filter(([heard]) => heard === type).map(([, detail]) => detail), type)
}

const isReady = () => heard('ready')

async function innerFrame(): Promise<Frame> {
  await isReady()
  return page.frames().find((frame) => frame.url() === 'about:srcdoc')!
}

const command = (name: string, data: unknown = null) =>
  page.evaluate(([name, data]) => document.querySelector('oriel-widget')!.send(name, data), [
    name,
    data,
  ] as const)

async function until<T>(look: () => T | undefined | false, ms = 8000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((resume) => setTimeout(resume, 25))) {
    const found = look()
    if (found) return found
  }
  throw new Error(`Not seen within ${ms} ms; events: ${JSON.stringify(server.events())}`)
}

const eventOf = (type: string, name?: string) =>
  until(() => server.events().find((event) => event.type === type && (!name || event.name === name)))

const frameHeight = () => page.evaluate(() => document.querySelector('iframe')!.offsetHeight)

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
  trouble = []
  page = await browser.newPage()
  page.on('pageerror', (error) => trouble.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(message.text())
  })
})
afterEach(async () => {
  server.outage = server.tamper = undefined
  server.stallMs = 0
  await page.close()
  // What the page sent while it went belongs to its own test.
  await new Promise((resume) => setTimeout(resume, 200))
})

describe('the frame', () => {
  test('shows the widget in two opaque rooms, and only the outer one holds the token', async () => {
    await visit(embed('im_poll'))
    const inner = await innerFrame()
    expect(await inner.textContent('legend')).toBe('Coffee or tea?')
    expect(await inner.evaluate(() => [origin, parent.length])).toEqual(['null', 1])
    expect(await inner.content()).not.toContain('token-of-im_poll')
    const outer = inner.parentFrame()!
    expect(JSON.parse((await outer.textContent('#oriel'))!)).toMatchObject({
      token: 'token-of-im_poll',
      api: server.oriel,
      implementation: 'im_poll',
      configuration: { question: 'Coffee or tea?' },
    })
    expect(trouble).toEqual([])
  })

  test('reports the load and a vote, each once', async () => {
    await visit(embed('im_poll'))
    const inner = await innerFrame()
    await inner.click('text="Tea"')
    const vote = await eventOf('interaction')
    expect(vote).toMatchObject({ name: 'vote', data: { answer: 'Tea' } })
    await page.waitForTimeout(1000)
    expect(server.events().map(({ type }) => type)).toEqual(['load', 'interaction'])
    const [load] = server.events()
    expect(load!.data).toMatchObject({ responseMs: expect.any(Number), readyMs: expect.any(Number) })
    expect(server.events().every(({ id, at }) => isUuidV7(id) && Math.abs(at - Date.now()) < 10_000)).toBe(
      true,
    )
    expect(server.batches[0]!.token).toBe('token-of-im_poll')
  })

  test('delivers what an outage held back, with the same ids and once', async () => {
    server.outage = 503
    await visit(embed('im_poll'))
    const inner = await innerFrame()
    await inner.click('text="Coffee"')
    await page.waitForTimeout(1000)
    expect(server.events()).toEqual([])
    server.outage = undefined
    await eventOf('interaction', 'vote')
    expect(server.events().map(({ type }) => type)).toEqual(['load', 'interaction'])
  })

  test('delivers the last click when the visitor leaves at once', async () => {
    await visit(embed('im_poll'))
    const inner = await innerFrame()
    await eventOf('load')
    await inner.click('text="Tea"')
    await page.goto('about:blank')
    expect(await eventOf('interaction')).toMatchObject({ name: 'vote' })
  })

  test('counts only the load of a visitor who asks for privacy, without data', async () => {
    await page.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }))
    await visit(embed('im_poll'))
    await (await innerFrame()).click('text="Tea"')
    await page.waitForTimeout(1500)
    expect(server.events()).toEqual([{ id: expect.any(String), at: expect.any(Number), type: 'load' }])
  })

  test('is not shown by the browser on an origin that is not allowed', async () => {
    await visit(embed('im_poll'), { origin: server.host.replace('localhost', '127.0.0.1') })
    expect(await heard('error')).toEqual([{ code: 'unreachable', message: expect.any(String) }])
    expect(server.events()).toEqual([])
    expect(await page.isVisible('oriel-widget')).toBe(false)
  })

  test('leaves a word and an error event when the widget breaks', async () => {
    await visit(embed('im_probe'))
    const inner = await innerFrame()
    await command('break')
    const error = await eventOf('error', 'Error')
    expect(error.data).toMatchObject({ message: 'broken on purpose', version: '1.2.3' })
    expect(error.data!.stack).toContain('about:srcdoc')
    expect(await inner.textContent('[role=status]')).toBe('Not available right now.')
    expect(await heard('error')).toEqual([{ code: 'Error', message: 'broken on purpose' }])
  })

  test('reports uncaught errors and rejections', async () => {
    await visit(embed('im_probe'))
    await isReady()
    await command('throw')
    await command('reject')
    expect((await eventOf('error', 'TypeError')).data).toMatchObject({ message: 'thrown on purpose' })
    expect((await eventOf('error', 'RangeError')).data).toMatchObject({ message: 'rejected on purpose' })
  })

  test.for([
    ['flood', 'too_many_messages'],
    ['huge', 'message_too_large'],
  ] as const)('mutes a widget after %s and reports it', async ([what, code]) => {
    await visit(embed('im_probe'))
    await isReady()
    await command(what)
    await eventOf('error', code)
    await command('track', 1)
    await page.waitForTimeout(1000)
    expect(server.events().filter(({ name }) => name === 'poked')).toEqual([])
  })

  test('reports a widget that does not answer for five seconds', async () => {
    await visit(embed('im_probe'))
    await isReady()
    await command('spin', 6500)
    await until(() => server.events().some(({ name }) => name === 'unresponsive'), 12_000)
  })

  test('does not take a slow network for a silent widget', async () => {
    server.stallMs = 6500
    await visit(embed('im_poll'))
    await eventOf('load')
    expect(server.events().filter(({ type }) => type === 'error')).toEqual([])
  })

  test('counts the load of a bundle that starts nothing, and says so', async () => {
    const { manifest } = server.widgets.get('im_probe')!
    server.widgets.set('im_empty', { manifest, bundle: '"nothing"' })
    await visit(embed('im_empty'))
    await eventOf('error', 'no_widget')
    expect((await until(() => server.events().find(({ type }) => type === 'load'))).type).toBe('load')
  })

  test('does not run a bundle that was changed on its way', async () => {
    server.tamper = (html) => html.replace('Your choice', 'Your fate')
    await visit(embed('im_poll'))
    expect((await eventOf('error')).name).toBe('integrity')
  })

  test('gives naive code its storage and takes away what only disturbs', async () => {
    await visit(`<p style="height:3000px">Tall</p>${embed('im_probe').replace(' loading="lazy"', '')}`)
    await isReady()
    await command('disturb')
    expect(await heard('event')).toEqual([{ name: 'disturbed', data: ['1', 1, 'b=2; c=3', 'undefined'] }])
    expect(await page.evaluate(() => [scrollY, history.length, document.activeElement!.tagName])).toEqual([
      0,
      2,
      'BODY',
    ])
  })
})

describe('the loader', () => {
  test('adopts the frame of the snippet and follows its height', async () => {
    await visit(embed('im_probe'))
    await isReady()
    expect(await page.locator('iframe').count()).toBe(1)
    await page.waitForFunction(() => document.querySelector('iframe')!.offsetHeight === 100)
    await command('grow', '444px')
    await page.waitForFunction(() => document.querySelector('iframe')!.offsetHeight === 444)
    await command('grow', '441px')
    await page.waitForTimeout(300)
    expect(await frameHeight()).toBe(444)
  })

  test('freezes a widget whose height runs after itself', async () => {
    await visit(embed('im_probe'))
    await isReady()
    await command('grow', 'calc(100vh + 20px)')
    await eventOf('error', 'resize_loop')
    const height = await frameHeight()
    await page.waitForTimeout(500)
    expect(await frameHeight()).toBe(height)
    expect(height).toBeLessThan(200)
  })

  test('loads a widget once, whichever comes first, the frame or the script', async () => {
    await page.route('**/oriel.js', async (route) => {
      await new Promise((resume) => setTimeout(resume, 1200))
      await route.continue()
    })
    await visit(embed('im_poll'))
    expect(await isReady()).toEqual([null])
    await page.waitForTimeout(700)
    expect(server.events().map(({ type }) => type)).toEqual(['load'])
  })

  test('makes the frame of a bare element', async () => {
    await visit(`<oriel-widget implementation="im_poll"></oriel-widget>${loader()}`)
    await isReady()
    expect(await page.getAttribute('iframe', 'sandbox')).toBe('allow-scripts')
    expect(await page.getAttribute('iframe', 'title')).toBe('Widget')
  })

  test.for(['head', 'body'])('places a widget by the script alone in the %s', async (place) => {
    const script = `<script async src="${server.oriel}/oriel.js" data-implementation="im_poll"></script>`
    await visit(`<p>Before</p>${place === 'body' ? script : ''}<p>After</p>`, {
      head: place === 'head' ? script : '',
    })
    await isReady()
    const order = await page.evaluate(() => [...document.body.children].map(({ tagName }) => tagName))
    expect(order.filter((tag) => tag !== 'SCRIPT')).toEqual(
      place === 'head' ? ['ORIEL-WIDGET', 'P', 'P'] : ['P', 'ORIEL-WIDGET', 'P'],
    )
  })

  test('works once when the page has it twice', async () => {
    await visit(`${embed('im_poll')}${loader()}`)
    expect(await isReady()).toEqual([null])
    await page.waitForTimeout(700)
    expect(await page.locator('iframe').count()).toBe(1)
    expect(server.events().map(({ type }) => type)).toEqual(['load'])
    expect(trouble).toEqual([])
  })

  test('carries messages both ways, also those queued before it came', async () => {
    const queue = `<script>
      window.oriel = window.oriel || function () { (oriel.q = oriel.q || []).push(arguments) }
      oriel('send', 'im_probe', 'echo', { early: true })
    </script>`
    await visit(embed('im_probe'), { head: queue })
    expect(await heard('event')).toEqual([{ name: 'echo', data: { early: true } }])
    await command('open')
    expect(await heard('open')).toEqual([null])
    await command('track', 7)
    expect((await eventOf('interaction', 'poked')).data).toEqual({ data: 7 })
  })

  test('tells the widget of theme, language and configuration, as they change', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await visit(`<div lang="fr" dir="rtl">${embed('im_probe')}</div>`)
    const inner = await innerFrame()
    const shows = (text: string) => inner.waitForFunction((text) => document.body.innerText === text, text)
    await shows('Hello, kept, light, fr, rtl')
    await page.evaluate(() => (document.documentElement.style.colorScheme = 'light dark'))
    await shows('Hello, kept, dark, fr, rtl')
    await page.evaluate(() => {
      const element = document.querySelector('oriel-widget')!
      element.setAttribute('theme', 'light')
      element.setAttribute('locale', 'de')
      element.setAttribute('configuration', '{"greeting":"Moin","secret":"told"}')
    })
    await shows('Moin, kept, light, de, rtl')
    await page.evaluate(() => document.querySelector('oriel-widget')!.setAttribute('configuration', '{'))
    expect(await heard('error')).toMatchObject([{ code: 'bad_configuration' }])
  })

  test('survives being moved, removed and added again, and leaves nothing behind', async () => {
    await visit(`<div id="a">${embed('im_poll')}</div><div id="b"></div>`)
    await isReady()
    await page.evaluate(() => {
      seen.length = 0
      document.querySelector('#b')!.append(document.querySelector('oriel-widget')!)
    })
    await isReady()
    const element = await page.evaluateHandle(() => document.querySelector('oriel-widget')!)
    await element.evaluate((element) => element.remove())
    await page.waitForTimeout(300)
    expect(page.frames()).toHaveLength(1)
    await page.evaluate((element) => {
      seen.length = 0
      document.querySelector('#a')!.append(element)
    }, element)
    await isReady()
    expect(page.frames()).toHaveLength(3)
    expect(trouble).toEqual([])
  })

  test('keeps a widget running while the page around it is morphed into what the server sent', async () => {
    await visit(`<main><p>Once</p>${embed('im_probe')}</main>`)
    await isReady()
    await page.evaluate(
      (html) => {
        /** As morphing libraries do: alike elements stay and get the attributes and children of the new ones. */
        const morph = (from: Element, to: Element) => {
          for (const { name, value } of to.attributes)
            if (from.getAttribute(name) !== value) from.setAttribute(name, value)
          for (const name of from.getAttributeNames()) if (!to.hasAttribute(name)) from.removeAttribute(name)
          const nodes = [...to.childNodes]
          nodes.forEach((next, index) => {
            const now = from.childNodes[index]
            if (now instanceof Element && next instanceof Element && now.tagName === next.tagName)
              morph(now, next)
            else if (now) now.replaceWith(next)
            else from.append(next)
          })
          while (from.childNodes.length > nodes.length) from.lastChild!.remove()
        }
        const next = new DOMParser().parseFromString(html, 'text/html')
        for (let times = 0; times < 3; times++)
          morph(document.querySelector('main')!, next.querySelector('main')!.cloneNode(true) as Element)
      },
      `<main><p class="new">Twice</p>${embed('im_probe')}</main>`,
    )
    await command('echo', 'still here')
    expect(await heard('event')).toEqual([{ name: 'echo', data: 'still here' }])
    expect(await heard('ready')).toHaveLength(1)
    expect(page.frames()).toHaveLength(3)
    await page.waitForTimeout(800)
    expect(server.events().filter(({ type }) => type === 'load')).toHaveLength(1)
    expect(trouble).toEqual([])
  })

  test('keeps a widget running through moveBefore', async () => {
    await visit(`<div id="a">${embed('im_poll')}</div><div id="b"></div>`)
    const inner = await innerFrame()
    await inner.click('text="Tea"')
    await page.evaluate(() =>
      document.querySelector('#b')!.moveBefore(document.querySelector('oriel-widget')!, null),
    )
    await page.waitForTimeout(300)
    expect(await inner.isChecked('label:has-text("Tea") input')).toBe(true)
  })

  test('collapses an unknown widget, with one event and one line', async () => {
    const lines: string[] = []
    page.on('console', (message) => message.type() === 'warning' && lines.push(message.text()))
    await visit(embed('im_wrong'))
    expect(await heard('error')).toMatchObject([{ code: 'unknown' }])
    await page.waitForTimeout(500)
    expect(await heard('error')).toHaveLength(1)
    expect(lines.filter((line) => line.startsWith('Oriel'))).toHaveLength(1)
    expect(await page.isVisible('oriel-widget')).toBe(false)
  })

  test('works under a strict policy with Trusted Types', async () => {
    const policy =
      `default-src 'none'; script-src 'nonce-x' ${server.oriel}; style-src 'self'; frame-src ${server.oriel}; ` +
      `require-trusted-types-for 'script'; trusted-types 'none'`
    server.pages.set('/page', {
      html: `<!doctype html><html><head>${LISTEN.replace('<script', '<script nonce="x"')}</head><body><oriel-widget implementation="im_poll"></oriel-widget>${loader()}</body></html>`,
      headers: { 'Content-Security-Policy': policy },
    })
    await page.goto(`${server.host}/page`)
    await isReady()
    await page.waitForFunction(() => document.querySelector('iframe')!.offsetHeight > 200)
    expect(trouble).toEqual([])
  })

  test('comes back by itself when a dead server does, with one event and no step in the history', async () => {
    const down = (route: Route) => route.abort('connectionrefused')
    await page.route('**/w/im_poll', down)
    await page.route('**/oriel-*.js*', down)
    await visit(embed('im_poll'))
    expect(await heard('error')).toMatchObject([{ code: 'unreachable' }])
    await page.unroute('**/w/im_poll')
    await page.unroute('**/oriel-*.js*')
    await isReady()
    expect(await page.isVisible('oriel-widget iframe')).toBe(true)
    expect(await page.evaluate(() => history.length)).toBe(2)
    trouble.length = 0
  })

  test('shows another implementation when the attribute changes, without a step in the history', async () => {
    await visit(embed('im_poll'))
    await isReady()
    await page.evaluate(() => {
      seen.length = 0
      document.querySelector('oriel-widget')!.setAttribute('implementation', 'im_probe')
    })
    const inner = await innerFrame()
    expect(await inner.textContent('main')).toContain('Hello')
    expect(await page.locator('iframe').count()).toBe(1)
    expect(await page.evaluate(() => history.length)).toBe(2)
  })

  test('can be pinned to a version by its published digest', async () => {
    const { src, integrity } = JSON.parse(await readFile('dist/public/oriel.json', 'utf8'))
    await visit(
      `${embed('im_poll').split('\n')[0]}<script async src="${server.oriel}${src}" integrity="${integrity}" crossorigin></script>`,
    )
    await isReady()
    await page.evaluate(() => window.oriel!('open', 'im_poll'))
    await heard('open')
    const response = await page.request.get(`${server.oriel}${src}`)
    expect(response.headers()['cache-control']).toContain('immutable')
    expect(trouble).toEqual([])
  })

  test('never throws into the page', async () => {
    await visit(embed('im_probe'))
    await isReady()
    await page.evaluate(() => {
      const element = document.querySelector('oriel-widget')!
      element.send('echo', () => {})
      element.close()
    })
    expect(await heard('error')).toMatchObject([{ code: 'unsendable' }])
    expect(await heard('close')).toEqual([null])
    expect(trouble).toEqual([])
  })
})
