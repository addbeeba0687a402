import type { FrameSettings } from '../../schema/wire/frame'
import type { JsonObject } from '../../schema/wire/json'
import {
  FAULTS,
  fitsMessage,
  isGreeting,
  isHostMessage,
  isWidgetMessage,
  MAX_FRAME_HEIGHT,
  MAX_MESSAGES_PER_SECOND,
  PROTOCOL,
  type Answer,
  type Ask,
  type FrameMessage,
  type Greeting,
  type RoomMessage,
  type WidgetMessage,
} from '../../schema/wire/message'
import { createOutbox } from './outbox'
import { createSteadyHeight } from './steady-height'

/**
 * The outer room. It holds the token, counts, and carries messages between the host page and the widget,
 * of which it trusts neither: the host page may only be one of the implementation's origins, and the widget's
 * messages are checked one by one.
 */
const SILENCE_MS = 5000
const PING_MS = 1000
/** A widget that fails on every frame fills no more than this of the owner's report. */
const MAX_ERRORS = 50
/** Messages kept for a host page whose loader has not come yet, and for a widget that cannot hear yet. */
const MAX_BACKLOG = 50

const settings: FrameSettings = JSON.parse(document.getElementById('oriel')!.textContent)
const startedAt = performance.now()
const outbox = createOutbox({
  url: `${settings.api}/v1/events`,
  token: settings.token,
  now: () => settings.now + performance.now() - startedAt,
})
/** Visitors who ask not to be followed are counted once, and nothing is told of them. */
let isPrivate =
  (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl || navigator.doNotTrack === '1'

const root = document.documentElement
root.lang = navigator.language

let told = ''
let forWidget: RoomMessage[] = []
let hostPort: MessagePort | undefined
let widgetPort: MessagePort | undefined
let context: RoomMessage | undefined
let isReady = false
let isLoaded = false
let isMuted = false
let errors = 0
let second = 0
let forHost: FrameMessage[] = []
let messages = 0
let heardAt = startedAt
let isSilent = false

const tellHost = (message: FrameMessage) => {
  if (hostPort) hostPort.postMessage(message)
  else forHost = [...forHost, message].slice(-MAX_BACKLOG)
}

const countLoad = (timings: JsonObject) => {
  if (isLoaded) return
  isLoaded = true
  outbox.add({ type: 'load', ...(!isPrivate && { data: timings }) })
}

const report = (code: string, message: string, stack = '') => {
  if (errors++ >= MAX_ERRORS) return
  tellHost({ type: 'error', detail: { code, message } })
  if (isPrivate) return
  const data = { message: message.slice(0, 500), stack: stack.slice(0, 4000), version: settings.version }
  outbox.add({ type: 'error', name: code.slice(0, 64) || 'error', data })
}

const reportFault = (code: keyof typeof FAULTS) => {
  // A widget cannot keep a visit from being counted by never becoming ready.
  countLoad({})
  report(code, FAULTS[code])
}

const mute = (code: keyof typeof FAULTS) => {
  isMuted = true
  reportFault(code)
}

const followHeight = createSteadyHeight(
  (height) => tellHost({ type: 'resize', detail: Math.min(height, MAX_FRAME_HEIGHT) }),
  () => reportFault('resize_loop'),
)

/** A widget that the visitor has not just touched opens no window and no clipboard. */
const ask = ({ id, what, subject, value }: Ask) => {
  const isLink = what === 'link'
  if (
    isLink || what === 'copy'
      ? !navigator.userActivation.isActive || (isLink && !(settings.popups && /^https?:/.test(subject!)))
      : isPrivate && what === 'save'
  )
    widgetPort!.postMessage({ type: 'answer', id, value: false } satisfies Answer)
  else tellHost({ type: 'ask', detail: { id, what, subject, value } })
}

const fromWidget = (message: WidgetMessage) => {
  switch (message.type) {
    case 'ready': {
      if (isReady) return
      isReady = true
      const entry = performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined
      countLoad({
        responseMs: Math.round(entry?.responseStart || 0),
        readyMs: Math.round(performance.now()),
      })
      tellHost({ type: 'ready' })
      for (const early of forWidget.splice(0)) widgetPort?.postMessage(early)
      return
    }
    case 'ask':
      return ask(message)
    case 'resize':
      return followHeight(message.height, performance.now())
    case 'track':
      if (!isPrivate) outbox.add({ type: 'interaction', name: message.name, data: message.data })
      return
    case 'message':
      return tellHost({ type: 'event', detail: { name: message.name, data: message.data } })
    case 'error':
      return report(message.code, message.message, message.stack)
    case 'pong':
      return
    default:
      reportFault(message.type)
  }
}

const connectWidget = (port: MessagePort) => {
  widgetPort = port
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (isMuted) return
    // In one process with the widget this frame may have been as stuck: then the clock below says so first.
    if (isSilent || !isLate()) heardAt = performance.now()
    isSilent = false
    messages = second === (second = (heardAt / 1000) | 0) ? messages + 1 : 1
    if (messages > MAX_MESSAGES_PER_SECOND) mute('too_many_messages')
    else if (!fitsMessage(data)) mute('message_too_large')
    else if (isWidgetMessage(data)) fromWidget(data)
  }
  if (context) port.postMessage(context)
}

/** An allowed origin may begin with `*.`, for any subdomain. */
const isAllowed = (origin: string) =>
  settings.origins.some((allowed) => {
    const [before, after] = allowed.split('*')
    return after === undefined ? origin === allowed : origin.startsWith(before!) && origin.endsWith(after)
  })

/** Lays over the configuration what the host page says, for the keys that the manifest opens to it. */
const configure = (overrides: string | null): JsonObject => {
  const configuration = { ...settings.configuration }
  try {
    const said: JsonObject = JSON.parse(overrides || '{}')
    for (const key of settings.hostKeys) if (Object.hasOwn(said, key)) configuration[key] = said[key]!
  } catch {
    report('bad_configuration', FAULTS.bad_configuration)
  }
  return configuration
}

const connectHost = (port: MessagePort) => {
  hostPort = port
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!isHostMessage(data)) return
    if (data.type === 'context') {
      if (told === (told = JSON.stringify(data))) return
      context = { ...data, configuration: configure(data.configuration) }
      isPrivate ||= data.consent === 'false'
      root.style.colorScheme = data.colorScheme
      root.lang = data.locale ?? root.lang
      widgetPort?.postMessage(context)
    } else if (isReady) widgetPort?.postMessage(data)
    else forWidget = [...forWidget, data].slice(-MAX_BACKLOG)
  }
  for (const message of forHost.splice(0)) tellHost(message)
}

addEventListener('message', ({ data, source, origin, ports: [port] }: MessageEvent<unknown>) => {
  if (!isGreeting(data)) return
  if (source !== parent) {
    if (port && source === frames[0]) connectWidget(port)
  } else if (!port) greet()
  else if (isAllowed(origin)) connectHost(port)
})
const greet = () => parent.postMessage({ oriel: PROTOCOL } satisfies Greeting, '*')
greet()

const isLate = () => performance.now() - heardAt > SILENCE_MS

setInterval(() => {
  // The room's frame is there once all of its document is, which may take a slow network longer.
  if (document.hidden || isMuted || !frames[0]) heardAt = performance.now()
  else if (isLate() && !isSilent) {
    isSilent = true
    // The runtime says hello before the bundle can keep it from anything, unless it was refused itself.
    reportFault(widgetPort ? 'unresponsive' : 'integrity')
  }
  widgetPort?.postMessage({ type: 'ping' } satisfies RoomMessage)
}, PING_MS)

// The last moment that all browsers announce; a host page's own pagehide comes too late for its frames.
addEventListener('visibilitychange', () => document.hidden && outbox.flush())
addEventListener('pagehide', outbox.flush)
