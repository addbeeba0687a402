import {
  Component,
  createContext,
  createPortal,
  Fragment,
  h,
  options,
  render,
  type ComponentType,
} from 'preact'
import {
  useContext,
  useEffect,
  useErrorBoundary,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'preact/hooks'
import type { WidgetSettings } from '../../schema/wire/frame'
import type { Json } from '../../schema/wire/json'
import {
  PROTOCOL,
  type Greeting,
  type RoomMessage,
  type Surroundings,
  type WidgetMessage,
} from '../../schema/wire/message'
import { useConfiguration, useLocale, useTheme, useTrack } from '../index'
import { Room, type RoomState } from '../room'
import type { Actions } from '../runtime'
import { furnishRoom } from './prelude'

/** The inner room, where the builder's bundle runs. */
furnishRoom()

/** Twenty-five heights a second follow an animation closely enough and stay far below the message limit. */
const PAUSE_MS = 40
const settings: WidgetSettings = JSON.parse(document.getElementById('oriel')!.textContent)
const { port1: port, port2 } = new MessageChannel()
const dark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<Parameters<RoomState['listen']>[0]>()
let surroundings: Partial<Surroundings> = {}
let { configuration } = settings
let Widget: ComponentType | undefined
let timer: unknown

const post = (message: WidgetMessage) => port.postMessage(message)

const reportError = (error: unknown) => {
  const { name = 'Error', message = error, stack = '' } = Object(error)
  post({ type: 'error', code: `${name}`, message: `${message}`, stack: `${stack}` })
}

const answers: ((value: Json) => void)[] = []

const actions: Actions = {
  ask: (what, subject, value) =>
    new Promise((answer) => post({ type: 'ask', id: answers.push(answer) - 1, what, subject, value })),
  track: (name, data) => post({ type: 'track', name, data }),
  send: (name, data) => post({ type: 'message', name, data }),
  listen(listener) {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

/** A widget that fails leaves a word instead of a hole. */
function Boundary() {
  const [error] = useErrorBoundary(reportError)
  return error === undefined ? h(Widget!, {}) : h('p', { role: 'status' }, 'Not available right now.')
}

const show = () => {
  const { colorScheme = 'light dark', locale = navigator.language, direction = 'ltr' } = surroundings
  const theme = /dark/.test(colorScheme) && (dark.matches || !/light/.test(colorScheme)) ? 'dark' : 'light'
  const { documentElement: root } = document
  root.lang = locale
  root.dir = direction
  root.style.colorScheme = colorScheme
  if (!Widget) return
  const value: RoomState = { configuration, theme, locale, direction, ...actions }
  render(h(Room.Provider, { value, children: h(Boundary, {}) }), document.getElementById('widget')!)
}

const tellHeight = () => {
  timer = 0
  post({ type: 'resize', height: document.body.getBoundingClientRect().height })
}

/** Called once by the bundle with its component. */
const mount = (component: ComponentType) => {
  if (Widget) return
  Widget = component
  show()
  tellHeight()
  new ResizeObserver(() => {
    timer ||= setTimeout(tellHeight, PAUSE_MS)
  }).observe(document.body)
  post({ type: 'ready' })
}

/** The automatic JSX transform's factory; Preact's own brings 100 bytes more for the same. */
const jsx = (type: string, props: object, key?: string) =>
  h(type, key === undefined ? props : { ...props, key })

const oriel = [
  mount,
  jsx,
  h,
  Fragment,
  Component,
  createContext,
  createPortal,
  options,
  render,
  useState,
  useReducer,
  useEffect,
  useLayoutEffect,
  useRef,
  useMemo,
  useContext,
  useErrorBoundary,
  useConfiguration,
  useLocale,
  useTheme,
  useTrack,
  actions,
]
/** In the order of `abi.ts`. */
Object.assign(window, { oriel })

port.onmessage = ({ data: message }: MessageEvent<RoomMessage>) => {
  if (message.type === 'ping') post({ type: 'pong' })
  else if (message.type === 'answer') answers[message.id]?.(message.value)
  else if (message.type === 'message') for (const listener of listeners) listener(message.name, message.data)
  else {
    surroundings = message
    configuration = message.configuration
    show()
  }
}
dark.addEventListener('change', show)
addEventListener('keydown', ({ key }) => key === 'Escape' && actions.ask('escape'))
addEventListener('error', ({ error, message }) => reportError(error ?? message))
addEventListener('unhandledrejection', ({ reason }) => reportError(reason))
/** Why there is no widget in the end: the bundle mounted none, or the browser refused it by its hash. */
let fault: 'no_widget' | 'integrity' = 'no_widget'
addEventListener('securitypolicyviolation', ({ blockedURI }) => {
  if (blockedURI === 'inline') fault = 'integrity'
})
// Chromium and WebKit tell of a refused script only after the load event.
addEventListener('load', () => setTimeout(() => Widget ?? post({ type: fault }), PAUSE_MS))
parent.postMessage({ oriel: PROTOCOL } satisfies Greeting, '*', [port2])
