import './prelude'
import { h, render, type ComponentChildren, type ComponentType } from 'preact'
import { useErrorBoundary } from 'preact/hooks'
import type { WidgetSettings } from '../../schema/wire/frame'
import {
  PROTOCOL,
  type Greeting,
  type RoomMessage,
  type Surroundings,
  type WidgetMessage,
} from '../../schema/wire/message'
import { Room, type RoomState } from '../room'
import { watchHeight } from './height'

/**
 * The inner room, where the builder's bundle runs. What this file exports is the global `oriel` that bundles take
 * Preact, its hooks and the SDK from, so that a widget brings only itself.
 */
export * from 'preact'
export * from 'preact/hooks'
export { jsx, jsxs } from 'preact/jsx-runtime'
export * from '../index'

const settings: WidgetSettings = JSON.parse(document.getElementById('oriel')!.textContent)
const { port1: port, port2 } = new MessageChannel()
const dark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<Parameters<RoomState['listen']>[0]>()
let surroundings: Surroundings = {}
let { configuration } = settings
let Widget: ComponentType | undefined

const post = (message: WidgetMessage) => port.postMessage(message)

const reportError = (error: unknown) => {
  const { name = 'Error', message = String(error), stack = '' } = error instanceof Error ? error : {}
  post({ type: 'error', code: name, message, stack })
}

const actions: Pick<RoomState, 'track' | 'send' | 'open' | 'close' | 'listen'> = {
  track: (name, data) => post({ type: 'track', name, ...(data && { data }) }),
  send: (name, data) => post({ type: 'message', name, data }),
  open: () => post({ type: 'open' }),
  close: () => post({ type: 'close' }),
  listen(listener) {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

/** A widget that fails leaves a sentence instead of a hole, and starts afresh when its configuration changes. */
function Boundary({ children }: { children: ComponentChildren }) {
  const [error] = useErrorBoundary(reportError)
  return error === undefined
    ? children
    : h('p', { role: 'status' }, 'This widget is not available right now.')
}

const show = () => {
  const {
    theme = dark.matches ? 'dark' : 'light',
    locale = navigator.language,
    direction = 'ltr',
  } = surroundings
  const { documentElement: root } = document
  root.lang = locale
  root.dir = direction
  root.style.colorScheme = surroundings.theme ?? ''
  if (!Widget) return
  const value: RoomState = { configuration, theme, locale, direction, ...actions }
  render(
    h(Room.Provider, { value, children: h(Boundary, { children: h(Widget, {}) }) }),
    document.getElementById('widget')!,
  )
}

/** Called by the bundle with its component. */
export const mount = (component: ComponentType) => {
  if (Widget) return
  Widget = component
  show()
  watchHeight(
    (height) => post({ type: 'resize', height }),
    () =>
      post({ type: 'error', code: 'resize_loop', message: 'The height never came to rest; it is frozen.' }),
  )
  post({ type: 'ready' })
}

port.onmessage = ({ data: message }: MessageEvent<RoomMessage>) => {
  if (message.type === 'ping') post({ type: 'pong' })
  else if (message.type === 'message') for (const listener of listeners) listener(message.name, message.data)
  else {
    surroundings = message
    configuration = { ...settings.configuration, ...message.configuration }
    show()
  }
}
dark.addEventListener('change', show)
addEventListener('error', ({ error, message }) => reportError(error ?? message))
addEventListener('unhandledrejection', ({ reason }) => reportError(reason))
addEventListener(
  'DOMContentLoaded',
  () => Widget ?? post({ type: 'error', code: 'no_widget', message: 'The bundle did not start a widget.' }),
)
parent.postMessage({ oriel: PROTOCOL, type: 'hello' } satisfies Greeting, '*', [port2])
