import type { Json } from '../schema/wire/json'
import {
  isGreeting,
  PROTOCOL,
  type FrameMessage,
  type Greeting,
  type HostMessage,
} from '../schema/wire/message'

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

/** A frame that has said nothing this long after it was loaded or seen is not one of Oriel's. */
const SILENCE_MS = 5000
const TAG = 'oriel-widget'
const script = document.currentScript as HTMLScriptElement
const { origin } = new URL(script.src)
const dark = matchMedia('(prefers-color-scheme: dark)')
const elements = new Set<OrielWidget>()
/** Commands for elements that the page does not have yet. */
let pending: Command[] = []

const whenParsed = (then: () => void) =>
  document.readyState === 'loading' ? addEventListener('DOMContentLoaded', then, { once: true }) : then()

class OrielWidget extends HTMLElement {
  static observedAttributes = ['implementation', 'theme', 'locale', 'configuration']
  frame: HTMLIFrameElement | null = null
  port: MessagePort | undefined
  /** Messages for a frame that has not spoken yet. */
  early: HostMessage[] = []
  context = ''
  isHeard = false

  connectedCallback() {
    elements.add(this)
    this.frame = this.querySelector('iframe')
    if (this.frame) this.adopt(this.frame)
    // While the page is parsed, the frame may be the very next thing to come.
    else whenParsed(() => this.isConnected && this.adopt(this.querySelector('iframe') ?? this.make()))
  }

  disconnectedCallback() {
    elements.delete(this)
    this.port?.close()
    this.isHeard = false
  }

  /** With this, `moveBefore` moves the element without loading its frame again. */
  connectedMoveCallback() {}

  attributeChangedCallback(attribute: string) {
    if (!this.frame) return
    if (attribute === 'implementation') this.frame.src = this.address
    this.refresh()
  }

  get address() {
    return `${origin}/w/${this.getAttribute('implementation')}`
  }

  make() {
    const frame = document.createElement('iframe')
    frame.title = this.title || 'Widget'
    frame.loading = this.getAttribute('loading') === 'eager' ? 'eager' : 'lazy'
    frame.setAttribute('sandbox', 'allow-scripts')
    frame.src = this.address
    this.append(frame)
    return frame
  }

  adopt(frame: HTMLIFrameElement) {
    const expect = () => setTimeout(() => this.isHeard || this.fail('unreachable'), SILENCE_MS)
    this.frame = frame
    frame.style.border = '0'
    frame.style.width = '100%'
    frame.onload = expect
    new IntersectionObserver(([entry], observer) => {
      if (!entry!.isIntersecting) return
      observer.disconnect()
      expect()
    }).observe(frame)
    this.offer()
    for (const command of pending.splice(0)) run(...command)
  }

  /** Hands the frame a fresh port: after its hello, or on the chance that the hello came before this script. */
  offer() {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }: MessageEvent<FrameMessage>) => this.hear(data)
    this.port = port1
    this.context = ''
    // An opaque origin cannot be named; the window is the frame's, which only this page can point elsewhere.
    this.frame?.contentWindow?.postMessage({ oriel: PROTOCOL, type: 'port' } satisfies Greeting, '*', [port2])
    this.refresh()
  }

  greet(greeting: Greeting) {
    if (greeting.type === 'refused') return this.fail(greeting.reason)
    this.offer()
    this.wake()
  }

  wake() {
    this.isHeard = true
    this.style.display = ''
    for (const message of this.early.splice(0)) this.tell(message)
  }

  hear({ type, detail }: FrameMessage) {
    this.wake()
    if (type === 'resize') this.frame!.style.height = `${detail}px`
    else this.emit(type, detail)
  }

  tell(message: HostMessage) {
    try {
      this.port!.postMessage(message)
    } catch (error) {
      this.emit('error', { code: 'unsendable', message: `${error}` })
    }
  }

  /** Tells the frame about its surroundings, unless it knows. */
  refresh() {
    const { colorScheme, direction } = getComputedStyle(this)
    // Without an own theme the widget follows the page's color-scheme, as any native part of the page does.
    const scheme = /^(light|dark)$/.exec(this.getAttribute('theme')!)?.[0] ?? colorScheme
    const theme = /dark/.test(scheme) && (dark.matches || !/light/.test(scheme)) ? 'dark' : 'light'
    const locale = this.getAttribute('locale') || this.closest<HTMLElement>('[lang]')?.lang
    const configuration = this.getAttribute('configuration') || '{}'
    const context = [theme, direction, locale, configuration].join()
    if (context === this.context) return
    this.context = context
    // Frames of another color-scheme than their page's are opaque.
    this.frame!.style.colorScheme = theme
    try {
      this.tell({
        type: 'context',
        theme,
        direction: direction === 'rtl' ? direction : 'ltr',
        ...(locale && { locale }),
        configuration: JSON.parse(configuration),
      })
    } catch (error) {
      this.emit('error', { code: 'configuration', message: `${error}` })
    }
  }

  emit(type: string, detail?: unknown) {
    this.dispatchEvent(new CustomEvent(`oriel:${type}`, { bubbles: true, composed: true, detail }))
  }

  fail(code: string) {
    if (this.style.display) return
    this.isHeard = true
    this.style.display = 'none'
    const message = `Oriel cannot show ${this.getAttribute('implementation')}: ${code}`
    console.warn(message)
    this.emit('error', { code, message })
  }

  send(name: string, data: Json = null) {
    const message: HostMessage = { type: 'message', name, data }
    if (this.isHeard) this.tell(message)
    else this.early.push(message)
  }

  open() {
    this.emit('open')
  }

  close() {
    this.emit('close')
  }
}

const run = (...command: Command) => {
  const [method, implementation, name, data] = command
  const found = [...elements].filter((element) => element.getAttribute('implementation') === implementation)
  if (found.length === 0) pending.push(command)
  for (const element of found) element[method](name, data)
}

const refreshAll = () => {
  for (const element of elements) if (element.frame) element.refresh()
}

// A second script tag brings its own widget, not a second loader.
if (!customElements.get(TAG)) {
  addEventListener('message', ({ data, source }: MessageEvent<unknown>) => {
    if (!isGreeting(data)) return
    for (const element of elements) if (element.frame?.contentWindow === source) element.greet(data)
  })
  dark.addEventListener('change', refreshAll)
  new MutationObserver(refreshAll).observe(document.documentElement, { attributes: true })
  customElements.define(TAG, OrielWidget)
  const queue = window.oriel?.q ?? []
  window.oriel = run
  for (const command of queue) run(...command)
}

if (script.dataset.implementation) {
  const element = document.createElement(TAG)
  for (const [name, value] of Object.entries(script.dataset)) element.setAttribute(name, value!)
  if (document.head.contains(script)) whenParsed(() => document.body.prepend(element))
  else script.after(element)
}
