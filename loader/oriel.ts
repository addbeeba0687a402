import type { Json } from '../schema/wire/json'
import { PROTOCOL, type FrameMessage, type Greeting, type HostMessage } from '../schema/wire/message'

/**
 * The script tag. It gives every `<oriel-widget>` its frame, or adopts the one in its markup, and speaks with it.
 * Whatever goes wrong in here becomes an `oriel:error` event and a line in the console, never an exception.
 * What most pages never need is in `overlay.ts` and `service.ts` and comes when it is called for.
 * Names that end in `_` are shortened by the build.
 */
declare const __PINNED__: string
type Scripts = { overlay: typeof import('./overlay'); service: typeof import('./service') }
type Command = Parameters<Scripts['service']['run']>
declare global {
  interface Window {
    oriel?: { (...command: Command): void; q?: Command[] }
  }
}

/** A frame that has said nothing this long after it was loaded or in sight is loaded again, each time twice as late. */
const SILENCE_MS = 8000
/** Makes another address after a failure, because browsers remember a module that did not come. */
let failures: unknown = 0
const script = document.currentScript as HTMLScriptElement
const { origin } = new URL(script.src)
const root = document.documentElement
const elements = new Set<OrielWidget>()
const scripts: Partial<Record<string, 0 | Promise<Record<string, (...values: unknown[]) => void>>>> = {}

const emit = (element: Element, type: string, detail: unknown) =>
  element.dispatchEvent(new CustomEvent(`oriel:${type}`, { detail, bubbles: true }))

/** Calls a function of another script, which is loaded at the first call, or later if the server cannot be reached. */
const use = <File extends keyof Scripts, Name extends keyof Scripts[File]>(
  file: File,
  name: Name,
  ...values: Scripts[File][Name] extends (...values: infer Values) => unknown ? Values : never
) => {
  // One promise for all calls, so that they are done in their order.
  scripts[file] ||= import(`${origin}/oriel-${file}${__PINNED__}.js?` + failures)
  scripts[file].then(
    (script) => script[name as string]!(...values),
    (error) => {
      scripts[file] = 0
      failures = setTimeout(use, SILENCE_MS, file, name, ...values)
      emit(root, 'error', { message: `${error}`, code: 'unreachable' })
    },
  )
}

class OrielWidget extends HTMLElement {
  /** Speaks with the frame, once that has said hello. */
  declare port?: MessagePort | undefined
  declare hear_?: (event: Partial<MessageEvent<Greeting | undefined>>) => void

  connectedCallback() {
    elements.add(this)
    const begin = () => this.hear_ || adopt(this)
    // Of all modes, only inline is spelled without an a.
    if (/a/.test(this.getAttribute('mode')!)) use('overlay', 'furnish', this, addressOf(this), begin)
    // While the page is parsed, the frame may be the very next thing to come.
    else if (document.readyState === 'loading' && !this.querySelector('iframe'))
      addEventListener('DOMContentLoaded', begin)
    else begin()
  }

  disconnectedCallback() {
    elements.delete(this)
    // An open port would keep the element for ever; a frame that comes back says hello again.
    this.port?.close()
  }

  send(name: string, data?: Json) {
    use('service', 'send', this, name, data)
  }

  open() {
    use('overlay', 'open', this)
  }

  close() {
    use('overlay', 'close', this)
  }
}

const addressOf = (element: Element) => `${origin}/w/${element.getAttribute('implementation')}`

/** Binds an element to its frame, for as long as both live: a frame that is loaded again says hello again. */
const adopt = (element: OrielWidget) => {
  const found = element.querySelector('iframe')
  const frame = found || document.createElement('iframe')
  const style = frame.style
  let address = addressOf(element)
  const expect = () => setTimeout(() => element.port || use('service', 'fail', element), SILENCE_MS)

  // An opaque origin cannot be named; what the window shows, this page alone decides.
  const greet = (ports?: MessagePort[]) =>
    frame.contentWindow?.postMessage({ oriel: PROTOCOL } satisfies Greeting, '*', ports)

  element.hear_ = ({ data, source }) => {
    if (source) {
      if (source !== frame.contentWindow || data?.oriel !== PROTOCOL) return
      if (data.refused) return use('service', 'fail', element, data.refused)
      const { port1, port2 } = new MessageChannel()
      element.port = port1
      port1.onmessage = ({ data: { type, detail } }: MessageEvent<FrameMessage>) => {
        if (type === 'resize') style.height = `${detail}px`
        else if (type === 'ask') use('service', 'answer', element, detail)
        else emit(element, type, detail)
      }
      greet([port2])
    }
    if (address !== (address = addressOf(element))) use('service', 'reload', element)
    // Without a theme of its own the widget follows the page's color-scheme, as a native control does.
    style.colorScheme = element.getAttribute('theme')?.replace('auto', '') || ''
    const { colorScheme, direction } = getComputedStyle(frame)
    element.port?.postMessage({
      type: 'context',
      consent: root.dataset.orielConsent,
      colorScheme,
      direction,
      locale: element.getAttribute('locale') || element.closest<HTMLElement>('[lang]')?.lang,
      configuration: element.getAttribute('configuration'),
    } satisfies HostMessage)
  }

  if (!found) {
    frame.title = element.title || 'Widget'
    frame.sandbox = 'allow-scripts'
    frame.loading = (element.getAttribute('loading') as 'eager') || 'lazy'
    frame.src = address
    element.append(frame)
  }
  style.border = '0'
  style.width = '100%'
  frame.onload = expect
  // Its load event may be over.
  expect()
  observer.observe(element, { attributes: true })
  greet()
}

const hear = (event: object) => elements.forEach((element) => element.hear_?.(event))
const observer = new MutationObserver(hear)

// A second script tag brings its own widget, not a second loader.
if (!customElements.get('oriel-widget')) {
  addEventListener('message', hear)
  addEventListener('click', (event) => {
    const opener = (event.target as Element).closest<HTMLElement>('[data-oriel-open]')
    if (!opener) return
    event.preventDefault()
    use('service', 'run', 'open', opener.dataset.orielOpen!)
  })
  observer.observe(root, { attributes: true })
  customElements.define('oriel-widget', OrielWidget)
  const run = (...command: Command) => use('service', 'run', ...command)
  self.oriel?.q?.forEach((command) => run(...command))
  self.oriel = run
}
if (script.dataset.implementation) use('service', 'place', script)
