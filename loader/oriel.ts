import type { Json } from '../schema/wire/json'
import { PROTOCOL, type FrameMessage, type Greeting, type HostMessage } from '../schema/wire/message'

/**
 * The script tag. It gives every `<oriel-widget>` its frame, or adopts the one in its markup, and speaks with it.
 * Whatever goes wrong in here becomes an `oriel:error` event and a line in the console, never an exception.
 */
type Command = [method: 'open' | 'close' | 'send', implementation: string, name: string, data?: Json]
declare global {
  interface Window {
    oriel?: { (...command: Command): void; q?: Iterable<Command> }
  }
}

/** A frame that has said nothing this long after it was loaded or in sight is not one of Oriel's. */
const SILENCE_MS = 8000
const TAG = 'oriel-widget'
const IMPLEMENTATION = 'implementation'
const script = document.currentScript as HTMLScriptElement
const { origin } = new URL(script.src)
const elements = new Set<OrielWidget>()
/** Commands for elements that the page does not have yet. */
const pending: Command[] = []

const whenParsed = (then: () => void) =>
  document.readyState === 'loading' ? addEventListener('DOMContentLoaded', then) : then()

const emit = (element: Element, type: string, detail?: unknown) =>
  element.dispatchEvent(new CustomEvent(`oriel:${type}`, { bubbles: true, detail }))

const addressOf = (element: Element) => `${origin}/w/${element.getAttribute(IMPLEMENTATION)}`

const makeFrame = (element: Element) => {
  const frame = document.createElement('iframe')
  frame.title = element.getAttribute('title') || 'Widget'
  frame.loading = element.getAttribute('loading') === 'eager' ? 'eager' : 'lazy'
  frame.setAttribute('sandbox', 'allow-scripts')
  frame.src = addressOf(element)
  element.append(frame)
  return frame
}

/** Binds an element to its frame, for as long as both live: a frame that is loaded again says hello again. */
const adopt = (element: OrielWidget, frame: HTMLIFrameElement) => {
  const { style } = frame
  let port: MessagePort
  let isHeard = false

  const tell = (message: HostMessage) => {
    try {
      port.postMessage(message)
    } catch (error) {
      emit(element, 'error', { code: 'unsendable', message: `${error}` })
    }
  }

  const wake = () => {
    isHeard = true
    element.style.display = ''
    element.refresh!()
  }

  const fail = (code: string) => {
    if (element.style.display || !element.isConnected) return
    element.style.display = 'none'
    const message = `Oriel: ${addressOf(element)} is ${code}`
    console.warn(message)
    emit(element, 'error', { code, message })
  }

  const expect = () => setTimeout(() => isHeard || fail('unreachable'), SILENCE_MS)

  /** Hands over a fresh port: after the frame's hello, or on the chance that the hello came before this script. */
  const offer = () => {
    const { port1, port2 } = new MessageChannel()
    port = port1
    port.onmessage = ({ data: { type, detail } }: MessageEvent<FrameMessage>) => {
      if (type === 'resize') style.height = `${detail}px`
      else emit(element, type, detail)
      if (!isHeard) wake()
    }
    // An opaque origin cannot be named; what the window shows, this page alone decides.
    frame.contentWindow?.postMessage({ oriel: PROTOCOL, type: 'port' } satisfies Greeting, '*', [port2])
    element.refresh!()
  }

  element.greet = ({ data, source }) => {
    if (source !== frame.contentWindow || data?.oriel !== PROTOCOL) return
    if (data.type === 'refused') fail(data.reason)
    else {
      offer()
      wake()
    }
  }

  element.refresh = (attribute) => {
    if (attribute === IMPLEMENTATION) frame.src = addressOf(element)
    // Without a theme of its own the widget follows the page's color-scheme, as a native control does.
    style.colorScheme = ''
    style.colorScheme = element.getAttribute('theme')!
    const { colorScheme, direction } = getComputedStyle(frame)
    tell({
      type: 'context',
      colorScheme,
      direction,
      locale: element.getAttribute('locale') || element.closest<HTMLElement>('[lang]')?.lang,
      configuration: element.getAttribute('configuration'),
    })
    if (isHeard) element.early.splice(0).forEach(tell)
  }

  style.border = '0'
  style.width = '100%'
  frame.onload = expect
  // Its load event may be over; further down a lazy frame may not have begun.
  if (frame.getBoundingClientRect().top < innerHeight) expect()
  offer()
  for (const command of pending.splice(0)) run(...command)
}

class OrielWidget extends HTMLElement {
  static observedAttributes = [IMPLEMENTATION, 'theme', 'locale', 'configuration']
  /** Messages for a frame that has not spoken yet. */
  early: HostMessage[] = []
  declare greet?: (event: MessageEvent<Greeting | undefined>) => void
  declare refresh?: (attribute?: string) => void

  connectedCallback() {
    elements.add(this)
    const frame = this.querySelector('iframe')
    if (this.greet) return
    if (frame) adopt(this, frame)
    // While the page is parsed, the frame may be the very next thing to come.
    else whenParsed(() => this.isConnected && adopt(this, this.querySelector('iframe') ?? makeFrame(this)))
  }

  disconnectedCallback() {
    elements.delete(this)
  }

  /** With this, `moveBefore` moves the element without loading its frame again. */
  connectedMoveCallback() {}

  attributeChangedCallback(attribute: string) {
    this.refresh?.(attribute)
  }

  send(name: string, data: Json = null) {
    this.early.push({ type: 'message', name, data })
    this.refresh?.()
  }

  open() {
    emit(this, 'open')
  }

  close() {
    emit(this, 'close')
  }
}

const run = (...command: Command) => {
  const [method, implementation, name, data] = command
  const found = [...elements].filter((element) => element.getAttribute(IMPLEMENTATION) === implementation)
  if (!found[0]) pending.push(command)
  for (const element of found) element[method](name, data)
}

// A second script tag brings its own widget, not a second loader.
if (!customElements.get(TAG)) {
  addEventListener('message', (event) => {
    for (const element of elements) element.greet?.(event)
  })
  new MutationObserver(() => {
    for (const element of elements) element.refresh?.()
  }).observe(document.documentElement, { attributes: true })
  customElements.define(TAG, OrielWidget)
  const queue = window.oriel?.q ?? []
  window.oriel = run
  for (const command of queue) run(...command)
}

if (script.dataset.implementation) {
  const element = document.createElement(TAG)
  element.setAttribute(IMPLEMENTATION, script.dataset.implementation)
  if (document.head.contains(script)) whenParsed(() => document.body.prepend(element))
  else script.after(element)
}
