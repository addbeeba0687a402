import { add, addHtml, attempt, call, pause, search, type Attempt } from './attempt'

/** Everything secret on the host page and in the neighbour widget has `canary` in it. */
const page = () => window.top!.document
const heard = (target: EventTarget, type: string, read: (event: Event) => unknown) =>
  new Promise((resolve) => target.addEventListener(type, (event) => resolve(read(event)), { once: true }))
const nested = (attributes: Record<string, string>) => {
  const answer = heard(window, 'message', (event) => (event as MessageEvent).data)
  add('iframe', attributes)
  return answer
}
const spy = '<script>parent.postMessage(parent.top.document.body.innerText, "*")</script>'

export const confidentiality: Attempt[] = [
  attempt('reads the text of the host page', () => page().body.innerText),
  attempt('reads what a visitor typed on the host page', () => page().querySelector('input')!.value),
  attempt('reads the cookie of the host page', () => page().cookie),
  attempt('reads its own cookie past the prelude', () =>
    Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')!.get!.call(document),
  ),
  attempt('reads the outer frame’s cookie', () => parent.document.cookie),
  attempt('reads cookies through cookieStore', async () =>
    JSON.stringify(await call(Reflect.get(window, 'cookieStore'), 'getAll')),
  ),
  attempt('reads localStorage of the host page', () => JSON.stringify(window.top!.localStorage)),
  attempt('reads sessionStorage of the host page', () => JSON.stringify(window.top!.sessionStorage)),
  attempt('reads localStorage of its own origin from a nested frame', () =>
    JSON.stringify((add('iframe') as HTMLIFrameElement).contentWindow!.localStorage),
  ),
  attempt('reads localStorage from a nested frame that asks for its origin', () =>
    nested({
      sandbox: 'allow-scripts allow-same-origin',
      srcdoc: '<script>parent.postMessage(JSON.stringify(localStorage), "*")</script>',
    }),
  ),
  attempt('lists the databases', async () => JSON.stringify(await indexedDB.databases())),
  attempt('lists the caches', async () => JSON.stringify(await caches.keys())),
  attempt('lists the private files', async () => {
    const files = call(await navigator.storage.getDirectory(), 'keys') as AsyncIterable<string>
    for await (const name of files) return name
  }),
  attempt('lists the locks', async () => JSON.stringify(await navigator.locks.query())),
  attempt('listens to the BroadcastChannel', () =>
    heard(new BroadcastChannel('host'), 'message', (event) => (event as MessageEvent).data),
  ),
  attempt('reads the address of the host page', () => window.top!.location.href),
  attempt('reads the address of the host page from its base', () => page().baseURI),
  attempt('reads the address of the host page from the referrer', () => parent.document.referrer),
  attempt('reads the address of the host page from its timings', () =>
    JSON.stringify(window.top!.performance.getEntriesByType('navigation')),
  ),
  attempt('reads the address of the host page from its navigation', () =>
    JSON.stringify(
      (call(Reflect.get(window.top!, 'navigation'), 'entries') as { url: string }[]).map(({ url }) => url),
    ),
  ),
  attempt('reads the history state of the host page', () => JSON.stringify(window.top!.history.state)),
  attempt('reads a variable of the host page', () => String(Reflect.get(window.top!, 'account'))),
  attempt('reads the selection of the host page', () => window.top!.getSelection()!.toString()),
  attempt('listens to keys on the host page', () =>
    heard(page(), 'keydown', (event) => (event as KeyboardEvent).key),
  ),
  attempt('listens to messages of the host page', () =>
    heard(window.top!, 'message', (event) => (event as MessageEvent).data),
  ),
  attempt('reads the host page from its frame element', () =>
    String(parent.frameElement!.ownerDocument.body.textContent),
  ),
  attempt('reads the token in the outer frame', () => parent.document.getElementById('oriel')!.textContent),
  attempt('reads the token from the outer frame’s markup', () => frameElement!.ownerDocument.head.innerHTML),
  attempt('reads the neighbour’s token', () =>
    search((other) => other.document.getElementById('oriel')?.textContent),
  ),
  attempt('reads the neighbour’s text', () =>
    search((other) => other.frameElement && other.document.body.innerText),
  ),
  attempt('reads the neighbour’s name', () => search((other) => other.name)),
  attempt('reads the neighbour’s height', () =>
    search((other) => other.frameElement && `canary ${other.innerHeight}`),
  ),
  attempt('reads the host page after relaxing its domain', () => {
    document.domain = 'localhost'
    return page().body.innerText
  }),
  attempt('reads the host page by opening its name', () => open('', '_top')!.document.body.innerText),
  attempt('reads the host page from a nested frame', () =>
    nested({ sandbox: 'allow-scripts allow-same-origin', srcdoc: spy }),
  ),
  attempt('reads the host page from a nested frame without sandbox', () => nested({ srcdoc: spy })),
  attempt('reads the host page from a script in a blank frame', () => {
    const { contentDocument } = add('iframe') as HTMLIFrameElement
    contentDocument!.write(spy)
    return heard(window, 'message', (event) => (event as MessageEvent).data)
  }),
  attempt('fetches a private page of the host', async ({ host }) => (await fetch(`${host}/private`)).text()),
  attempt('requests a private page of the host', ({ host }) => {
    const request = new XMLHttpRequest()
    request.open('GET', `${host}/private`, false)
    request.send()
    return request.responseText
  }),
  attempt('reads a private page of the host in a frame', async ({ host }) => {
    const frame = add('iframe', { src: `${host}/private` }) as HTMLIFrameElement
    await Promise.race([heard(frame, 'load', () => 0), pause(1000)])
    return frame.contentDocument!.body.innerText
  }),
  attempt('includes a private script of the host', async ({ host }) => {
    await heard(add('script', { src: `${host}/private.js` }), 'load', () => 0)
    return String(Reflect.get(window, 'leaked'))
  }),
  attempt('times a private picture of the host', ({ host }) =>
    heard(add('img', { src: `${host}/private.svg?${Math.random()}` }), 'load', () => true),
  ),
  attempt('fetches a token of its own', async ({ home }) => (await fetch(home)).text()),
  attempt('is let near the host page by markup alone', async () => {
    addHtml('<object type="text/html" data="about:blank"></object>')
    const inside = document.querySelector('object')!.contentWindow!
    return inside.parent.parent.parent.document.body.innerText
  }),
]
