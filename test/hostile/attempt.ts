import type { Json } from '../../schema/wire/json'

/** What the suite tells a widget before it attacks. */
export type Orders = {
  key: string
  /** The attacker's own server, one port for each attempt; whatever arrives there over TCP or UDP is a hit. */
  evil: string
  port: number
  /** Origin of the host page. */
  host: string
  /** Address of this widget's own document. */
  home: string
}

export type Tools = Orders & { send: (name: string, data: Json) => void }

/**
 * One thing that a hostile bundle tries. It succeeded when it answers `true` or a text with `canary` in it, when the
 * attacker's server was reached, or when the host page or its neighbour widget changed.
 */
export type Attempt = {
  name: string
  run: (tools: Tools) => unknown
  /** Its success takes the page away or stops it, so that it gets a page of its own. */
  isAlone?: boolean
}

export const CLASSES = ['confidentiality', 'integrity', 'navigation', 'network', 'nuisance'] as const
export type AttemptClass = (typeof CLASSES)[number]

export const attempt = (name: string, run: Attempt['run']): Attempt => ({ name, run })
export const alone = (name: string, run: Attempt['run']): Attempt => ({ name, run, isAlone: true })

/** Puts an element with these attributes into the body. */
export function add(tag: string, attributes: Record<string, string> = {}, into: ParentNode = document.body) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  into.append(element)
  return element
}

export const addHtml = (html: string) => add('div').insertAdjacentHTML('beforeend', html)
export const addStyle = (css: string) => (add('style').textContent = css)
export const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms))

/** APIs that not every browser has, or not every type library. Throws where there is none. */
export const call = (owner: unknown, name: string, ...input: unknown[]): unknown =>
  Reflect.apply(Reflect.get(Object(owner), name), owner, input)
export const make = (name: string, ...input: unknown[]) => Reflect.construct(Reflect.get(window, name), input)

export const blobUrl = (text: string, type: string) => URL.createObjectURL(new Blob([text], { type }))

/** Windows of the whole tree: widgets, and what is in them. */
export function allWindows(from: Window = window.top!): Window[] {
  return [from, ...Array.from({ length: from.length }, (_, index) => allWindows(from[index]!)).flat()]
}

export const top = () => window.top!
/** Windows of the neighbour: its outer and its inner room. */
export const neighbour = () => allWindows(top()[0]!) as [Window, Window]

/** What `look` finds in the first window that lets it. */
export function search(look: (other: Window) => string | null | undefined): string {
  return allWindows()
    .filter((other) => other !== window && other !== window.parent)
    .map((other) => {
      try {
        return look(other)
      } catch {
        return ''
      }
    })
    .join()
}

/** Runs code as another window, where the browser lets it: this is how the controls get past our guards. */
export const runAs = (other: Window, code: string, ...input: unknown[]): unknown =>
  Reflect.apply(Reflect.construct(Reflect.get(other, 'Function'), ['input', code]), other, [input])

/** Keeps the runtime's own handlers, which ask the host page to follow links, from hearing of clicks and forms. */
export function goUnheard() {
  for (const type of ['click', 'submit'])
    addEventListener(type, (event) => event.stopImmediatePropagation(), { capture: true })
}
