import { PROTOCOL } from '../../schema/wire/message'
import {
  add,
  addHtml,
  allWindows,
  attempt,
  blobUrl,
  call,
  goUnheard,
  pause,
  runAs,
  type Attempt,
} from './attempt'

const top = () => window.top!
const marker = () => top().document.getElementById('marker')!
/** Windows of the neighbour: its outer and its inner room. */
const neighbour = () => allWindows(top()[0]!) as [Window, Window]
const hasRun = () => Reflect.get(window, 'ran') === true
const ranSoon = async () => {
  await pause(150)
  return hasRun()
}
const greeting = (type: string, rest: object = {}) => ({ oriel: PROTOCOL, type, ...rest })
/** A naive deep merge, as widgets have them. */
const merge = (into: object, from: object): object => {
  for (const [key, value] of Object.entries(from)) {
    if (value instanceof Object) merge(Object(Reflect.get(into, key)), value)
    else Reflect.set(into, key, value)
  }
  return into
}
const POLLUTION = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'
const forged = (key: string) => {
  const id = `01900000-0000-7000-8000-${Math.random().toString(16).slice(2, 14).padEnd(12, '0')}`
  return {
    token: 'made up',
    sentAt: Date.now(),
    events: [{ id, type: 'load', name: `forged ${key}`, at: Date.now() }],
  }
}
/** Sends a made-up event with the outer's own token where that can be read. */
const forge = (key: string, send: (url: string, body: string) => unknown) => {
  try {
    const { token, api } = JSON.parse(parent.document.getElementById('oriel')!.textContent!)
    return send(`${api}/v1/events`, JSON.stringify({ ...forged(key), token }))
  } catch {
    const api = document.referrer || location.ancestorOrigins?.[0] || ''
    return send(`${api.replace(/\/$/, '')}/v1/events`, JSON.stringify(forged(key)))
  }
}

const defacing: Attempt[] = [
  attempt('changes text of the host page', () => (marker().textContent = 'defaced')),
  attempt('writes markup into the host page', () => (marker().innerHTML = '<b>defaced</b>')),
  attempt('changes an attribute of the host page', () => marker().setAttribute('title', 'defaced')),
  attempt('adds a style to the host page', () => add('style', { id: 'planted' }, top().document.head)),
  attempt('adds a script to the host page', () => {
    const script = top().document.createElement('script')
    script.textContent = 'owned = true'
    top().document.head.append(script)
  }),
  attempt('runs code as the host page', () => runAs(top(), 'window.owned = true')),
  attempt('runs code in a timer of the host page', () => call(top(), 'setTimeout', 'window.owned = true')),
  attempt('adds a listener to the host page', () =>
    top().document.addEventListener('beat', () => Reflect.set(top(), 'owned', true)),
  ),
  attempt(
    'replaces a function of the host page',
    () => Reflect.set(top(), 'fetch', () => {}) && top().fetch.length === 0,
  ),
  attempt('replaces the global command of the loader', () => Reflect.set(top(), 'oriel', 'taken')),
  attempt('pollutes prototypes of the host page', () =>
    Reflect.set(Reflect.get(top(), 'Object').prototype, 'polluted', true),
  ),
  attempt('pollutes arrays of the host page', () =>
    Reflect.set(Reflect.get(top(), 'Array').prototype, 'polluted', true),
  ),
  attempt('defines an element on the host page', () =>
    runAs(
      top(),
      'customElements.define(`x-${Math.random()}`, class extends HTMLElement {}); window.owned = true',
    ),
  ),
  attempt('sets a cookie of the host page', () => (top().document.cookie = 'planted=1')),
  attempt('sets a cookie of its origin past the prelude', () =>
    Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')!.set!.call(document, 'planted=1'),
  ),
  attempt('writes to localStorage of the host page', () => top().localStorage.setItem('planted', '1')),
  attempt('registers a service worker', async ({ host }) => {
    await navigator.serviceWorker.register(`${host}/service-worker.js`)
    return true
  }),
  attempt('puts a file into the origin’s private files', async () => {
    await (await navigator.storage.getDirectory()).getFileHandle('planted', { create: true })
    return true
  }),
  attempt(
    'opens a database',
    () =>
      new Promise((resolve) => {
        indexedDB.open('planted').onsuccess = () => resolve(true)
      }),
  ),
  attempt('opens a cache', async () => Boolean(await caches.open('planted'))),
]

const climbing: Attempt[] = [
  attempt('takes the sandbox off its own frame', () => {
    frameElement!.setAttribute('sandbox', 'allow-scripts allow-same-origin')
    return true
  }),
  attempt('takes the sandbox off the outer frame', () => {
    parent.frameElement!.removeAttribute('sandbox')
    return true
  }),
  attempt('takes the policy out of its document', async () => {
    document.querySelectorAll('meta').forEach((meta) => meta.remove())
    const script = add('script')
    script.textContent = 'ran = true'
    await pause(50)
    add('script').textContent = 'ran = true'
    return hasRun()
  }),
  attempt('runs code as the outer frame', () => runAs(parent, 'return true')),
  attempt('changes the outer frame', () => {
    parent.document.title = 'defaced'
    return true
  }),
  attempt('changes the neighbour', () => (neighbour()[1].document.body.textContent = 'defaced')),
  attempt('runs code as the neighbour', () => runAs(neighbour()[1], 'document.body.textContent = "defaced"')),
  attempt('removes the neighbour', () => neighbour()[0].frameElement!.remove()),
  attempt('closes the neighbour', () => {
    neighbour()[0].close()
    runAs(neighbour()[0], 'window.frameElement.remove()')
  }),
]

const code: Attempt[] = [
  attempt('eval', () => call(window, 'eval', 'true')),
  attempt('Function', () => Reflect.construct(Function, ['return true'])()),
  attempt('a constructor found on a function', () =>
    Reflect.construct(attempt.constructor, ['return true'])(),
  ),
  attempt(
    'a generator’s constructor',
    () => Reflect.construct(function* () {}.constructor, ['yield true'])().next().value,
  ),
  attempt('a timer with text', () => {
    call(window, 'setTimeout', 'ran = true')
    return ranSoon()
  }),
  attempt('an inline script', () => {
    add('script').append('ran = true')
    return ranSoon()
  }),
  attempt('an inline script with the nonce of another', () => {
    const { nonce } = document.querySelector('script')!
    const script = document.createElement('script')
    script.nonce = nonce
    script.textContent = 'ran = true'
    document.body.append(script)
    return ranSoon()
  }),
  attempt('an inline handler', () => {
    add('button', { onclick: 'ran = true' }).click()
    return hasRun()
  }),
  attempt('a handler in markup', () => {
    addHtml('<img src="data:," onerror="ran = true">')
    return ranSoon()
  }),
  attempt('a handler of an svg', () => {
    addHtml('<svg onload="ran = true"><animate onbegin="ran = true" attributeName="x" dur="1s"/></svg>')
    return ranSoon()
  }),
  attempt('a script link', () => {
    goUnheard()
    add('a', { href: 'javascript:void(ran = true)' }).click()
    return ranSoon()
  }),
  attempt('a script of a blob', () => {
    add('script', { src: blobUrl('ran = true', 'text/javascript') })
    return ranSoon()
  }),
  attempt('a script of data', () => {
    add('script', { src: 'data:text/javascript,ran = true' })
    return ranSoon()
  }),
  attempt('a script of an svg', () => {
    addHtml('<svg></svg>')
    const script = document.createElementNS('http://www.w3.org/2000/svg', 'script')
    script.textContent = 'ran = true'
    document.querySelector('svg')!.append(script)
    return ranSoon()
  }),
  attempt('import() of data', async () => {
    await import(/* @vite-ignore */ ['data:text/javascript,globalThis.ran = true'].join())
    return hasRun()
  }),
  attempt('import() of a blob', async () => {
    await import(/* @vite-ignore */ blobUrl('globalThis.ran = true', 'text/javascript'))
    return hasRun()
  }),
  attempt('an import map', async () => {
    add('script', { type: 'importmap' }).textContent =
      '{"imports":{"far":"data:text/javascript,globalThis.ran = true"}}'
    await import(/* @vite-ignore */ ['f', 'ar'].join(''))
    return hasRun()
  }),
  attempt('WebAssembly', async () => {
    await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))
    return true
  }),
  attempt('a script in a nested frame', () => {
    add('iframe', { srcdoc: '<script>parent.postMessage(true, "*")</script>' })
    return new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data), { once: true }))
  }),
  attempt('eval of a nested frame', () =>
    runAs((add('iframe') as HTMLIFrameElement).contentWindow!, 'return true'),
  ),
  attempt('a worker of a blob', () => {
    const worker = new Worker(blobUrl('postMessage(true)', 'text/javascript'))
    return new Promise((resolve) => worker.addEventListener('message', ({ data }) => resolve(data)))
  }),
  attempt('document.write', () => {
    document.write('<script>ran = true</script>')
    return ranSoon()
  }),
  attempt('a parsed range', () => {
    document.body.append(document.createRange().createContextualFragment('<script>ran = true</script>'))
    return ranSoon()
  }),
]

/** What our own messages guard. The browser does not: so each control says the same as the window that may say it. */
const messages: Attempt[] = [
  attempt('tells the loader that the neighbour is refused', () => {
    const refusal = greeting('refused', { reason: 'suspended' })
    top().postMessage(refusal, '*')
    runAs(neighbour()[0], 'parent.postMessage(input[0], "*")', refusal)
  }),
  attempt('tells the loader that its own widget is refused', () => {
    const refusal = greeting('refused', { reason: 'suspended' })
    top().postMessage(refusal, '*')
    runAs(parent, 'parent.postMessage(input[0], "*")', refusal)
  }),
  attempt('takes the host page’s place at the neighbour', () => {
    const answer = new MessageChannel()
    const answered = new Promise((resolve) => (answer.port1.onmessage = () => resolve(true)))
    const ask = () => answer.port1.postMessage({ type: 'message', name: 'attack', data: { key: 'look' } })
    try {
      runAs(top(), 'frames[0].postMessage(input[0], "*", [input[1]])', greeting('port'), answer.port2)
    } catch {
      neighbour()[0].postMessage(greeting('port'), '*', [answer.port2])
    }
    ask()
    return answered
  }),
  attempt('takes the widget’s place at the neighbour', ({ key }) => {
    const { port1, port2 } = new MessageChannel()
    try {
      runAs(neighbour()[1], 'parent.postMessage(input[0], "*", [input[1]])', greeting('hello'), port2)
    } catch {
      neighbour()[0].postMessage(greeting('hello'), '*', [port2])
    }
    port1.postMessage({ type: 'track', name: 'taken', data: { key } })
    port1.postMessage({ type: 'message', name: 'taken', data: key })
  }),
  attempt('takes the loader’s place at its own outer frame', () => {
    const { port1, port2 } = new MessageChannel()
    const answered = new Promise((resolve) => (port1.onmessage = () => resolve(true)))
    parent.postMessage(greeting('port'), '*', [port2])
    runAs(
      top(),
      'input[2].postMessage(input[0], "*", [input[1]])',
      greeting('port'),
      new MessageChannel().port2,
      parent,
    )
    port1.postMessage({ type: 'message', name: 'attack', data: { key: 'look' } })
    return Promise.race([answered, Boolean(top().document)])
  }),
  attempt('speaks to the neighbour’s widget directly', () => {
    neighbour()[1].postMessage({ type: 'message', name: 'attack', data: { key: 'deface' } }, '*')
    runAs(neighbour()[1], 'document.body.textContent = "defaced"')
  }),
  attempt('pollutes prototypes of the host page by a message', ({ send }) => {
    send('pollution', JSON.parse(POLLUTION))
    runAs(top(), 'Object.prototype.polluted = true')
  }),
  attempt('pollutes prototypes of the outer frame by an event', ({ send }) => {
    send('__proto__', JSON.parse(POLLUTION))
    const { port1, port2 } = new MessageChannel()
    parent.postMessage(greeting('hello'), '*', [port2])
    for (const type of ['__proto__', 'constructor', 'toString'])
      port1.postMessage({ type, name: 'x', ...JSON.parse(POLLUTION) })
    runAs(top(), 'Object.prototype.polluted = true')
  }),
  attempt('is polluted by its configuration', () => {
    if ('polluted' in {}) return true
    merge({}, JSON.parse(top().document.querySelector('[configuration]')!.getAttribute('configuration')!))
    return 'polluted' in {}
  }),
  attempt('sends the host page an event of the loader', () => {
    const { port1, port2 } = new MessageChannel()
    parent.postMessage(greeting('hello'), '*', [port2])
    for (const type of ['event', 'refused', 'owned'])
      port1.postMessage({ type, detail: { name: 'owned', data: 1 } })
    top().document.dispatchEvent(
      Reflect.construct(Reflect.get(top(), 'Event'), ['oriel:owned', { bubbles: true }]),
    )
  }),
]

const forging: Attempt[] = [
  attempt('forges an event by fetch', ({ key }) =>
    forge(key, (url, body) => fetch(url, { method: 'POST', body })),
  ),
  attempt('forges an event by sendBeacon', ({ key }) =>
    forge(key, (url, body) => void navigator.sendBeacon(url, body)),
  ),
  attempt('forges an event by XMLHttpRequest', ({ key }) =>
    forge(key, (url, body) => {
      const request = new XMLHttpRequest()
      request.open('POST', url)
      request.send(body)
    }),
  ),
  attempt('forges an event by a form', ({ key }) =>
    forge(key, (action, body) => {
      const form = add('form', { action, method: 'post', enctype: 'text/plain' }) as HTMLFormElement
      // A form of plain text sends `name=value`, which can be made to read as JSON.
      const [name, value] = [`${body.slice(0, -1)},"x":"`, '"}']
      add('input', { name, value }, form)
      form.submit()
    }),
  ),
  attempt('forges a load by a message', ({ key }) => {
    const { port1, port2 } = new MessageChannel()
    parent.postMessage(greeting('hello'), '*', [port2])
    port1.postMessage({ type: 'load', name: `forged ${key}` })
    return forge(key, (url, body) =>
      parent === window
        ? undefined
        : runAs(parent, 'fetch(input[0], { method: "POST", body: input[1] })', url, body),
    )
  }),
]

/** Everything that is not the widget's own, and code that no hash stands for. */
export const integrity: Attempt[] = [
  ...defacing,
  ...climbing,
  ...code.map(({ name, run }) => attempt(`runs ${name}`, run)),
  ...messages,
  ...forging,
]
