import type { Fault } from '../schema/wire/message'
import type { Json, JsonObject } from '../schema/wire/json'

/** What the wrappers for React and Vue share: an `<oriel-widget>` as a component, and the loader once per page. */
export type Mode = 'inline' | 'dialog' | 'floating' | 'sidebar'

export type WidgetProps = {
  /** Public id of the implementation: `im_…`. */
  implementation: string
  /** Where Oriel is, without a path: `https://oriel.example`. */
  server: string
  mode?: Mode
  theme?: 'auto' | 'light' | 'dark'
  loading?: 'lazy' | 'eager'
  /** BCP 47; by default the page's. */
  locale?: string
  /** Name of the widget for assistive technology. */
  title?: string
  /** Only keys that the widget's manifest opens to host pages. */
  configuration?: JsonObject
}

/** What a mounted widget can be told. */
export type WidgetHandle = {
  send: (name: string, data?: Json) => void
  open: () => void
  close: () => void
}

export type WidgetEvents = {
  ready: undefined
  event: { name: string; data: Json }
  error: Fault
  open: undefined
  close: undefined
}

export const EVENTS = ['ready', 'event', 'error', 'open', 'close'] as const

/** The element's attributes; those without a value are left out. */
export function attributesOf(props: WidgetProps): Record<string, string> {
  const { implementation, mode, theme, loading, locale, title, configuration } = props
  const attributes = {
    implementation,
    mode,
    theme,
    loading,
    locale,
    title,
    configuration: configuration && JSON.stringify(configuration),
  }
  return Object.fromEntries(Object.entries(attributes).filter((entry) => entry[1] !== undefined)) as Record<
    string,
    string
  >
}

/** Adds the script tag, unless the page has it. */
export function ensureLoader(server: string): void {
  const src = `${new URL(server).origin}/oriel.js`
  if ([...document.scripts].some((script) => script.src === src)) return
  const script = document.createElement('script')
  script.async = true
  // The script that holds this code was allowed by its nonce, where the page's policy asks for one.
  const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce
  if (nonce) script.nonce = nonce
  script.src = src
  document.head.append(script)
}
