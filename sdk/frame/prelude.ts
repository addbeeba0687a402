type Movable = Partial<Record<'focus' | 'scrollIntoView', (options?: object) => void>>

/**
 * Makes the inner room bearable for code that expects a whole browser, and takes away what only disturbs the host
 * page. This is hygiene: the boundary is the browser's, by sandbox and CSP.
 */
export function furnishRoom(): void {
  /** Opaque origins throw on storage; widgets get one that lasts as long as they do. */
  for (const name of ['localStorage', 'sessionStorage']) {
    const items = new Map<string, string>()
    const value = {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, item: string) => void items.set(key, `${item}`),
      removeItem: (key: string) => void items.delete(key),
      clear: () => items.clear(),
      key: (index: number) => [...items.keys()][index] ?? null,
      get length() {
        return items.size
      },
    }
    Object.defineProperty(window, name, { value })
  }

  const cookies = new Map<string, string>()
  Object.defineProperty(document, 'cookie', {
    get: () => [...cookies.values()].join('; '),
    set(cookie: string) {
      const [pair] = cookie.split(';')
      cookies.set(pair!.split('=')[0]!, pair!)
    },
  })

  // CSP does not govern peer connections, nor compiled code in WebKit. A nested frame cannot bring them back, because none may be made here.
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport', 'WebAssembly'])
    Reflect.deleteProperty(window, name)

  // A widget that nobody has touched takes neither the focus nor the page's scroll position, and never its history.
  // On the prototypes, or else `History.prototype.back.call(history)` takes the whole page back in Firefox.
  const kinds: { prototype: Movable }[] = [Element, HTMLElement, SVGElement]
  for (const { prototype } of kinds)
    for (const name of ['focus', 'scrollIntoView'] as const) {
      const original = prototype[name]
      prototype[name] = function (options) {
        if (navigator.userActivation.hasBeenActive) original?.call(this, { ...options, preventScroll: true })
      }
    }
  for (const name of ['pushState', 'replaceState', 'back', 'forward', 'go'] as const)
    History.prototype[name] = () => {}
}
