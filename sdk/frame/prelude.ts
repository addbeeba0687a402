/**
 * Makes the inner room bearable for code that expects a whole browser, and takes away what only disturbs the host
 * page. This is hygiene: the boundary is the browser's, by sandbox and CSP.
 */
const define = (target: object, name: string, descriptor: PropertyDescriptor) =>
  Object.defineProperty(target, name, { configurable: true, ...descriptor })

const isActive = () => navigator.userActivation?.hasBeenActive

/** Opaque origins throw on storage; widgets get one that lasts as long as they do. */
class MemoryStorage {
  #items = new Map<string, string>()
  get length() {
    return this.#items.size
  }
  key(index: number) {
    return [...this.#items.keys()][index] ?? null
  }
  getItem(key: string) {
    return this.#items.get(`${key}`) ?? null
  }
  setItem(key: string, value: string) {
    this.#items.set(`${key}`, `${value}`)
  }
  removeItem(key: string) {
    this.#items.delete(`${key}`)
  }
  clear() {
    this.#items.clear()
  }
}
for (const name of ['localStorage', 'sessionStorage']) define(window, name, { value: new MemoryStorage() })

const cookies = new Map<string, string>()
define(document, 'cookie', {
  get: () => [...cookies].map((pair) => pair.join('=')).join('; '),
  set(cookie: string) {
    const [name, value] = cookie.split(';', 1)[0]!.split(/=(.*)/s)
    cookies.set(name!.trim(), value ?? '')
  },
})

// CSP does not govern peer connections, and a nested frame cannot bring them back: none may be made here.
for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport'])
  define(window, name, { value: undefined })

// A widget that nobody has touched takes neither the focus nor the page's scroll position, and never its history.
const focusFreely = HTMLElement.prototype.focus
const scrollFreely = Element.prototype.scrollIntoView
define(HTMLElement.prototype, 'focus', {
  value(this: HTMLElement) {
    if (isActive()) focusFreely.call(this, { preventScroll: true })
  },
})
define(Element.prototype, 'scrollIntoView', {
  value(this: Element, options?: ScrollIntoViewOptions) {
    if (isActive()) scrollFreely.call(this, options)
  },
})
for (const name of ['pushState', 'replaceState', 'back', 'forward', 'go'])
  define(History.prototype, name, { value() {} })
window.navigation?.addEventListener('navigate', (event) => event.preventDefault())

export {}
