import { readFile } from 'node:fs/promises'
import type { Route } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { embed, host, server, visit } from './embed-page'
import { LISTEN } from './host-page'

describe('the loader', () => {
  test('survives being moved, removed and added again, and leaves nothing behind', async () => {
    await visit(`<div id="a">${embed('im_poll')}</div><div id="b"></div>`)
    await host.heard('ready')
    await host.page.evaluate(() => {
      seen.length = 0
      document.querySelector('#b')!.append(document.querySelector('oriel-widget')!)
    })
    await host.heard('ready')
    const element = await host.page.evaluateHandle(() => document.querySelector('oriel-widget')!)
    await element.evaluate((element) => element.remove())
    await host.page.waitForTimeout(300)
    expect(host.page.frames()).toHaveLength(1)
    await host.page.evaluate((element) => {
      seen.length = 0
      document.querySelector('#a')!.append(element)
    }, element)
    await host.heard('ready')
    expect(host.page.frames()).toHaveLength(3)
    expect(host.trouble).toEqual([])
  })

  test('keeps a widget running while the page around it is morphed into what the server sent', async () => {
    await visit(`<main><p>Once</p>${embed('im_probe')}</main>`)
    await host.heard('ready')
    await host.page.evaluate(
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
    await host.send('echo', 'still here')
    expect(await host.heard('event')).toEqual([{ name: 'echo', data: 'still here' }])
    expect(await host.heard('ready')).toHaveLength(1)
    expect(host.page.frames()).toHaveLength(3)
    await host.page.waitForTimeout(800)
    expect(server.events().filter(({ type }) => type === 'load')).toHaveLength(1)
    expect(host.trouble).toEqual([])
  })

  test('keeps a widget running through moveBefore', async () => {
    await visit(`<div id="a">${embed('im_poll')}</div><div id="b"></div>`)
    const inner = await host.inner()
    await inner.click('text="Tea"')
    await host.page.evaluate(() =>
      document.querySelector('#b')!.moveBefore(document.querySelector('oriel-widget')!, null),
    )
    await host.page.waitForTimeout(300)
    expect(await inner.isChecked('label:has-text("Tea") input')).toBe(true)
  })

  test('collapses an unknown widget, with one event and one line', async () => {
    const lines: string[] = []
    host.page.on('console', (message) => message.type() === 'warning' && lines.push(message.text()))
    await visit(embed('im_wrong'))
    expect(await host.heard('error')).toMatchObject([{ code: 'unknown' }])
    await host.page.waitForTimeout(500)
    expect(await host.heard('error')).toHaveLength(1)
    expect(lines.filter((line) => line.startsWith('Oriel'))).toHaveLength(1)
    expect(await host.page.isVisible('oriel-widget')).toBe(false)
  })

  test('works under a strict policy with Trusted Types', async () => {
    const policy =
      `default-src 'none'; script-src 'nonce-x' ${server.oriel}; style-src 'self'; frame-src ${server.oriel}; ` +
      `require-trusted-types-for 'script'; trusted-types 'none'`
    await host.show(
      `<!doctype html><html><head>${LISTEN.replace('<script', '<script nonce="x"')}</head><body><oriel-widget implementation="im_poll"></oriel-widget>${host.loader}</body></html>`,
      { headers: { 'Content-Security-Policy': policy } },
    )
    await host.heard('ready')
    await host.page.waitForFunction(() => document.querySelector('iframe')!.offsetHeight > 200)
    expect(host.trouble).toEqual([])
  })

  test('comes back by itself when a dead server does, with one event and no step in the history', async () => {
    const down = (route: Route) => route.abort('connectionrefused')
    await host.page.route('**/w/im_poll', down)
    await host.page.route('**/oriel-*.js*', down)
    await visit(embed('im_poll'))
    expect(await host.heard('error')).toMatchObject([{ code: 'unreachable' }])
    await host.page.unroute('**/w/im_poll')
    await host.page.unroute('**/oriel-*.js*')
    await host.heard('ready')
    expect(await host.page.isVisible('oriel-widget iframe')).toBe(true)
    expect(await host.page.evaluate(() => history.length)).toBe(2)
    host.trouble.length = 0
  })

  test('shows another implementation when the attribute changes, without a step in the history', async () => {
    await visit(embed('im_poll'))
    await host.heard('ready')
    await host.page.evaluate(() => {
      seen.length = 0
      document.querySelector('oriel-widget')!.setAttribute('implementation', 'im_probe')
    })
    const inner = await host.inner()
    expect(await inner.textContent('main')).toContain('Hello')
    expect(await host.page.locator('iframe').count()).toBe(1)
    expect(await host.page.evaluate(() => history.length)).toBe(2)
  })

  test('can be pinned to a version by its published digest', async () => {
    const { src, integrity } = JSON.parse(await readFile('dist/public/oriel.json', 'utf8'))
    await visit(
      `${embed('im_poll').split('\n')[0]}<script async src="${server.oriel}${src}" integrity="${integrity}" crossorigin></script>`,
    )
    await host.heard('ready')
    await host.page.evaluate(() => window.oriel!('open', 'im_poll'))
    await host.heard('open')
    const response = await host.page.request.get(`${server.oriel}${src}`)
    expect(response.headers()['cache-control']).toContain('immutable')
    expect(host.trouble).toEqual([])
  })

  test('never throws into the page', async () => {
    await visit(embed('im_probe'))
    await host.heard('ready')
    await host.page.evaluate(() => {
      const element = document.querySelector('oriel-widget')!
      element.send('echo', () => {})
      element.close()
    })
    expect(await host.heard('error')).toMatchObject([{ code: 'unsendable' }])
    expect(await host.heard('close')).toEqual([null])
    expect(host.trouble).toEqual([])
  })
})
