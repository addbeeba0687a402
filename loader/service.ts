import type { FrameRefusal } from '../schema/wire/frame'
import type { Json } from '../schema/wire/json'
import type { Ask, HostMessage } from '../schema/wire/message'

/** The page's commands and messages, what a widget asks of its host page, and what to do about frames that fail. */
type Widget = HTMLElement & {
  port?: MessagePort | undefined
  send(name: string, data?: Json): void
  open(): void
  close(): void
}
type Command =
  | [method: 'send', implementation: string, name: string, data?: Json]
  | [method: 'open' | 'close', implementation: string]
  | [method: 'consent', isGiven: boolean]

/** Keys of the site's storage that belong to widgets: this and the implementation. */
const STORED_PREFIX = 'oriel:'
/** What is stored for one widget on one site may measure so much, in UTF-16 units of JSON. */
const MAX_STORED = 64 * 1024
const FIRST_RETRY_MS = 500
const MAX_DOUBLINGS = 7

/** What waits for the visitor's consent. */
const consented: (() => void)[] = []
const isConsented = () => document.documentElement.dataset.orielConsent === 'true'

const failures = new WeakMap<Element, number>()

const emitError = (element: Element, code: string, message: string) =>
  element.dispatchEvent(new CustomEvent('oriel:error', { bubbles: true, detail: { code, message } }))

/** Does a command of `window.oriel(…)`, or waits with it for the page or its element. */
export function run(...command: Command): void {
  const [method, subject, name, data] = command
  if (method === 'consent') {
    // The loader watches the page's attributes and tells every frame.
    document.documentElement.dataset.orielConsent = `${subject}`
    if (subject) for (const proceed of consented.splice(0)) proceed()
    else
      for (const key of Object.keys(localStorage))
        if (key.startsWith(STORED_PREFIX)) localStorage.removeItem(key)
    return
  }
  if (document.readyState === 'loading') return addEventListener('DOMContentLoaded', () => run(...command))
  const found = [
    ...document.querySelectorAll<Widget>(`oriel-widget[implementation="${CSS.escape(subject)}"]`),
  ]
  if (method !== 'open') {
    if (!found[0]) addEventListener('oriel:ready', () => run(...command), { once: true })
    for (const element of found)
      if (method === 'send') element.send(name!, data)
      else element.close()
    return
  }
  // What the page shows inline opens as a dialog of its own.
  const known = found.find((element) => element.matches('[mode]:not([mode=inline])'))
  const element = known ?? (document.createElement('oriel-widget') as Widget)
  if (!known) {
    element.setAttribute('implementation', subject)
    element.setAttribute('mode', 'dialog')
    document.body.append(element)
  }
  // By its own method, because it may still have to be furnished.
  element.open()
}

/** Says something to a widget, as soon as it listens. */
export function send(element: Widget, name: string, data: Json = null): void {
  if (!element.port)
    return element.addEventListener('oriel:ready', () => send(element, name, data), { once: true })
  try {
    element.port.postMessage({ type: 'message', name, data } satisfies HostMessage)
  } catch (error) {
    emitError(element, 'unsendable', `${error}`)
  }
}

/** Does what a widget asked for. The outer frame has seen to it that the visitor had just touched the widget. */
export async function answer(element: Widget, { id, what, subject = '', value }: Ask): Promise<void> {
  // Consent may come later; until then a widget goes without what was stored.
  if (what === 'load' && !isConsented()) {
    consented.push(() => answer(element, { id, what, subject }))
    return
  }
  const done = await act(element, what, subject, value).catch(() => false)
  element.port!.postMessage({ type: 'answer', id, value: done } satisfies HostMessage)
}

async function act(element: Widget, what: Ask['what'], subject: string, value: Json = null): Promise<Json> {
  const key = STORED_PREFIX + element.getAttribute('implementation')
  const isAllowed = isConsented()
  const stored: Record<string, Json> = isAllowed ? JSON.parse(localStorage.getItem(key) ?? '{}') : {}
  if (what === 'load') return Object.hasOwn(stored, subject) ? stored[subject]! : null
  if (what === 'save') {
    const text = JSON.stringify({ ...stored, [subject]: value ?? undefined })
    if (!isAllowed || text.length > MAX_STORED) return false
    localStorage.setItem(key, text)
  } else if (what === 'link') open(subject, '_blank', 'noopener')
  else if (what === 'copy') await navigator.clipboard.writeText(subject)
  else if (what !== 'escape') element[what]()
  // In the page an Escape means nothing to a widget.
  else if (element.shadowRoot) element.close()
  return true
}

/**
 * Collapses an element without a widget and says so, once. A frame that could not be reached is loaded again, each time
 * twice as late, and shown when its widget has come.
 */
export function fail(element: Widget, code: FrameRefusal | 'unreachable' = 'unreachable'): void {
  const frame = element.querySelector('iframe')
  if (!element.isConnected || !frame) return
  const times = failures.get(element) ?? 0
  const isSilent = code === 'unreachable'
  // It has spoken since, or is a lazy frame further down that has not begun to load.
  if (isSilent && (element.port || (times === 0 && frame.getBoundingClientRect().top > innerHeight))) return
  failures.set(element, times + 1)
  if (times === 0) {
    const message = `Oriel: ${frame.src} is ${code}`
    if (element.shadowRoot) element.close()
    element.style.display = 'none'
    element.addEventListener('oriel:ready', () => restore(element), { once: true })
    console.warn(message)
    emitError(element, code, message)
  }
  // Hidden as it is now, a lazy frame would never load.
  frame.loading = 'eager'
  if (isSilent) setTimeout(load, FIRST_RETRY_MS * 2 ** Math.min(times, MAX_DOUBLINGS), frame, frame.src)
}

const restore = (element: Widget) => {
  failures.delete(element)
  element.style.display = ''
}

/** Puts the frame in anew instead of navigating it, so that the visitor's way back stays as it was. */
const load = (frame: HTMLIFrameElement, address: string) => {
  frame.src = address
  frame.parentNode?.insertBefore(frame, frame.nextSibling)
}

/** Shows the implementation that the element has now. */
export function reload(element: Widget): void {
  const frame = element.querySelector('iframe')!
  restore(element)
  element.port = undefined
  load(frame, new URL(element.getAttribute('implementation')!, frame.src).href)
}

/** Puts an element where the script stands, or at the body's start; its other data attributes become the element's. */
export function place(script: HTMLScriptElement): void {
  const element = document.createElement('oriel-widget')
  for (const name in script.dataset) element.setAttribute(name, script.dataset[name]!)
  if (!document.head.contains(script)) script.after(element)
  else if (document.body) document.body.prepend(element)
  else addEventListener('DOMContentLoaded', () => document.body.prepend(element))
}
