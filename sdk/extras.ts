import { h, type ComponentChildren, type JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Json } from '../schema/wire/json'
import { actions } from './runtime'

/*
 * The part of the SDK that comes with the bundles that use it, so that other widgets' visitors do not download it.
 */

export type Host = {
  /** Fires the DOM event `oriel:event` on the widget's element. */
  send: (name: string, data: Json) => void
  /** Opens and closes the widget's dialog, where it is one. */
  open: () => void
  close: () => void
}

/**
 * The way to the host page. `onMessage` hears what the page sends with the element's `send(name, data)`. The height
 * needs no message: it follows the content.
 */
export function useHost(onMessage?: (name: string, data: Json) => void): Host {
  const { send, ask, listen } = actions()
  useLayoutEffect(() => onMessage && listen(onMessage))
  return { send, open: () => void ask('open'), close: () => void ask('close') }
}

/**
 * A value that outlives the visit, kept by the host page in its own storage. Until the page has its visitor's consent,
 * and where it cannot be stored, it lives as long as the widget. All values of a widget on a site may measure 64 KB.
 * @returns the value, which is `initial` until the stored one has come, and its setter, which tells whether it was kept
 */
export function useStorage<Value extends Json>(
  key: string,
  initial: Value,
): [value: Value, set: (value: Value) => Promise<boolean>] {
  const { ask } = actions()
  const [value, setValue] = useState(initial)
  /** Whether the stored value is still wanted when it comes, which waits for the visitor's consent. */
  const wanted = useRef({})
  useEffect(() => {
    const isWanted = (wanted.current = {})
    void ask('load', key).then((stored) => {
      // What this key holds was stored by this widget, in whichever version.
      if (wanted.current === isWanted && stored !== null) setValue(stored as Value)
    })
    return () => {
      wanted.current = {}
    }
  }, [key])
  const set = async (next: Value) => {
    wanted.current = {}
    setValue(next)
    return (await ask('save', key, next)) === true
  }
  return [value, set]
}

/**
 * Copies text for a visitor who has just clicked.
 * @returns whether the host page's browser did
 */
export const copyText = async (text: string): Promise<boolean> => (await actions().ask('copy', text)) === true

/**
 * A link that the host page opens in a new tab, on a click and only where the manifest allows popups. Plain `<a href>`
 * behaves the same; this one also says so to assistive technology.
 */
export const Link = ({
  href,
  children,
  ...rest
}: { href: string; children?: ComponentChildren } & Omit<JSX.IntrinsicElements['a'], 'href' | 'target'>) =>
  h('a', { ...rest, href, target: '_blank', rel: 'noopener' }, children)
