import { createElement, forwardRef, useEffect, useImperativeHandle, useRef } from 'react'
import {
  attributesOf,
  ensureLoader,
  EVENTS,
  type WidgetEvents,
  type WidgetHandle,
  type WidgetProps,
} from './element'

export type { WidgetHandle, WidgetProps }

/** Called with what the widget's DOM events carry. */
export type OrielWidgetProps = WidgetProps & {
  onReady?: () => void
  onEvent?: (event: WidgetEvents['event']) => void
  onError?: (fault: WidgetEvents['error']) => void
  onOpen?: () => void
  onClose?: () => void
  className?: string
}

/**
 * A widget in a React page. The element's life is React's, so that StrictMode, routes and Suspense need nothing more.
 * @example <OrielWidget server="https://oriel.example" implementation="im_…" onEvent={({ name }) => …} />
 */
export const OrielWidget = forwardRef<WidgetHandle, OrielWidgetProps>(function OrielWidget(props, ref) {
  const element = useRef<HTMLElement & WidgetHandle>(null)
  const latest = useRef(props)
  useEffect(() => {
    latest.current = props
  })
  useEffect(() => ensureLoader(props.server), [props.server])
  useEffect(() => {
    const { current } = element
    if (!current) return
    const stop = new AbortController()
    for (const type of EVENTS)
      current.addEventListener(
        `oriel:${type}`,
        (event) => {
          const { onReady, onEvent, onError, onOpen, onClose } = latest.current
          const handlers = { ready: onReady, event: onEvent, error: onError, open: onOpen, close: onClose }
          const handler = handlers[type] as ((detail: unknown) => void) | undefined
          handler?.((event as CustomEvent<unknown>).detail)
        },
        { signal: stop.signal },
      )
    return () => stop.abort()
  }, [])
  useImperativeHandle(
    ref,
    () => ({
      // Until the loader has come, the element is a plain one.
      send: (name, data) => whenDefined(() => element.current?.send(name, data)),
      open: () => whenDefined(() => element.current?.open()),
      close: () => whenDefined(() => element.current?.close()),
    }),
    [],
  )
  return createElement('oriel-widget', { ...attributesOf(props), class: props.className, ref: element })
})

const whenDefined = (then: () => void) => void customElements.whenDefined('oriel-widget').then(then)
