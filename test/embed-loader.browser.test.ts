import { describe, expect, test } from 'vitest'
import { embed, eventOf, host, server, visit } from './embed-page'

const frameHeight = () => host.page.evaluate(() => document.querySelector('iframe')!.offsetHeight)

describe('the loader', () => {
  test('adopts the frame of the snippet and follows its height', async () => {
    await visit(embed('im_probe'))
    await host.heard('ready')
    expect(await host.page.locator('iframe').count()).toBe(1)
    await host.page.waitForFunction(() => document.querySelector('iframe')!.offsetHeight === 100)
    await host.send('grow', '444px')
    await host.page.waitForFunction(() => document.querySelector('iframe')!.offsetHeight === 444)
    await host.send('grow', '441px')
    await host.page.waitForTimeout(300)
    expect(await frameHeight()).toBe(444)
  })

  test('freezes a widget whose height runs after itself', async () => {
    await visit(embed('im_probe'))
    await host.heard('ready')
    await host.send('grow', 'calc(100vh + 20px)')
    await eventOf('error', 'resize_loop')
    const height = await frameHeight()
    await host.page.waitForTimeout(500)
    expect(await frameHeight()).toBe(height)
    expect(height).toBeLessThan(200)
  })

  test('loads a widget once, whichever comes first, the frame or the script', async () => {
    await host.page.route('**/oriel.js', async (route) => {
      await new Promise((resume) => setTimeout(resume, 1200))
      await route.continue()
    })
    await visit(embed('im_poll'))
    expect(await host.heard('ready')).toEqual([null])
    await host.page.waitForTimeout(700)
    expect(server.events().map(({ type }) => type)).toEqual(['load'])
  })

  test('makes the frame of a bare element', async () => {
    await visit(`<oriel-widget implementation="im_poll"></oriel-widget>${host.loader}`)
    await host.heard('ready')
    expect(await host.page.getAttribute('iframe', 'sandbox')).toBe('allow-scripts')
    expect(await host.page.getAttribute('iframe', 'title')).toBe('Widget')
  })

  test.for(['head', 'body'])('places a widget by the script alone in the %s', async (place) => {
    const script = `<script async src="${server.oriel}/oriel.js" data-implementation="im_poll"></script>`
    await visit(`<p>Before</p>${place === 'body' ? script : ''}<p>After</p>`, {
      head: place === 'head' ? script : '',
    })
    await host.heard('ready')
    const order = await host.page.evaluate(() => [...document.body.children].map(({ tagName }) => tagName))
    expect(order.filter((tag) => tag !== 'SCRIPT')).toEqual(
      place === 'head' ? ['ORIEL-WIDGET', 'P', 'P'] : ['P', 'ORIEL-WIDGET', 'P'],
    )
  })

  test('works once when the page has it twice', async () => {
    await visit(`${embed('im_poll')}${host.loader}`)
    expect(await host.heard('ready')).toEqual([null])
    await host.page.waitForTimeout(700)
    expect(await host.page.locator('iframe').count()).toBe(1)
    expect(server.events().map(({ type }) => type)).toEqual(['load'])
    expect(host.trouble).toEqual([])
  })

  test('carries messages both ways, also those queued before it came', async () => {
    const queue = `<script>
      window.oriel = window.oriel || function () { (oriel.q = oriel.q || []).push(arguments) }
      oriel('send', 'im_probe', 'echo', { early: true })
    </script>`
    await visit(embed('im_probe'), { head: queue })
    expect(await host.heard('event')).toEqual([{ name: 'echo', data: { early: true } }])
    await host.send('open')
    expect(await host.heard('open')).toEqual([null])
    await host.send('track', 7)
    expect((await eventOf('interaction', 'poked')).data).toEqual({ data: 7 })
  })

  test('tells the widget of theme, language and configuration, as they change', async () => {
    await host.page.emulateMedia({ colorScheme: 'dark' })
    await visit(`<div lang="fr" dir="rtl">${embed('im_probe')}</div>`)
    const inner = await host.inner()
    const shows = (text: string) => inner.waitForFunction((text) => document.body.innerText === text, text)
    await shows('Hello, kept, light, fr, rtl')
    await host.page.evaluate(() => (document.documentElement.style.colorScheme = 'light dark'))
    await shows('Hello, kept, dark, fr, rtl')
    await host.page.evaluate(() => {
      const element = document.querySelector('oriel-widget')!
      element.setAttribute('theme', 'light')
      element.setAttribute('locale', 'de')
      element.setAttribute('configuration', '{"greeting":"Moin","secret":"told"}')
    })
    await shows('Moin, kept, light, de, rtl')
    await host.page.evaluate(() => document.querySelector('oriel-widget')!.setAttribute('configuration', '{'))
    expect(await host.heard('error')).toMatchObject([{ code: 'bad_configuration' }])
  })
})
