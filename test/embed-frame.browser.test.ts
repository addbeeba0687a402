import { describe, expect, test } from 'vitest'
import { isUuidV7 } from '../schema/wire/id'
import { embed, eventOf, host, server, until, visit } from './embed-page'

describe('the frame', () => {
  test('shows the widget in two opaque rooms, and only the outer one holds the token', async () => {
    await visit(embed('im_poll'))
    const inner = await host.inner()
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
    expect(host.trouble).toEqual([])
  })

  test('reports the load and a vote, each once', async () => {
    await visit(embed('im_poll'))
    const inner = await host.inner()
    await inner.click('text="Tea"')
    const vote = await eventOf('interaction')
    expect(vote).toMatchObject({ name: 'vote', data: { answer: 'Tea' } })
    await host.page.waitForTimeout(1000)
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
    const inner = await host.inner()
    await inner.click('text="Coffee"')
    await host.page.waitForTimeout(1000)
    expect(server.events()).toEqual([])
    server.outage = undefined
    await eventOf('interaction', 'vote')
    expect(server.events().map(({ type }) => type)).toEqual(['load', 'interaction'])
  })

  test('delivers the last click when the visitor leaves at once', async () => {
    await visit(embed('im_poll'))
    const inner = await host.inner()
    await eventOf('load')
    await inner.click('text="Tea"')
    await host.page.goto('about:blank')
    expect(await eventOf('interaction')).toMatchObject({ name: 'vote' })
  })

  test('counts only the load of a visitor who asks for privacy, without data', async () => {
    await host.page.addInitScript(() =>
      Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }),
    )
    await visit(embed('im_poll'))
    await (await host.inner()).click('text="Tea"')
    await host.page.waitForTimeout(1500)
    expect(server.events()).toEqual([{ id: expect.any(String), at: expect.any(Number), type: 'load' }])
  })

  test('is not shown by the browser on an origin that is not allowed', async () => {
    await visit(embed('im_poll'), { origin: server.host.replace('localhost', '127.0.0.1') })
    expect(await host.heard('error')).toEqual([{ code: 'unreachable', message: expect.any(String) }])
    expect(server.events()).toEqual([])
    expect(await host.page.isVisible('oriel-widget')).toBe(false)
  })

  test('leaves a word and an error event when the widget breaks', async () => {
    await visit(embed('im_probe'))
    const inner = await host.inner()
    await host.send('break')
    const error = await eventOf('error', 'Error')
    expect(error.data).toMatchObject({ message: 'broken on purpose', version: '1.2.3' })
    expect(error.data!.stack).toContain('about:srcdoc')
    expect(await inner.textContent('[role=status]')).toBe('Not available right now.')
    expect(await host.heard('error')).toEqual([{ code: 'Error', message: 'broken on purpose' }])
  })

  test('reports uncaught errors and rejections', async () => {
    await visit(embed('im_probe'))
    await host.heard('ready')
    await host.send('throw')
    await host.send('reject')
    expect((await eventOf('error', 'TypeError')).data).toMatchObject({ message: 'thrown on purpose' })
    expect((await eventOf('error', 'RangeError')).data).toMatchObject({ message: 'rejected on purpose' })
  })

  test.for([
    ['flood', 'too_many_messages'],
    ['huge', 'message_too_large'],
  ] as const)('mutes a widget after %s and reports it', async ([what, code]) => {
    await visit(embed('im_probe'))
    await host.heard('ready')
    await host.send(what)
    await eventOf('error', code)
    await host.send('track', 1)
    await host.page.waitForTimeout(1000)
    expect(server.events().filter(({ name }) => name === 'poked')).toEqual([])
  })

  test('reports a widget that does not answer for five seconds', async () => {
    await visit(embed('im_probe'))
    await host.heard('ready')
    await host.send('spin', 6500)
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
    await host.heard('ready')
    await host.send('disturb')
    expect(await host.heard('event')).toEqual([
      { name: 'disturbed', data: ['1', 1, 'b=2; c=3', 'undefined'] },
    ])
    expect(
      await host.page.evaluate(() => [scrollY, history.length, document.activeElement!.tagName]),
    ).toEqual([0, 2, 'BODY'])
  })
})
