import { isEventName } from './event'
import type { FrameRefusal } from './frame'
import { isObject, type Json, type JsonObject } from './json'

/** Version of everything in this file. A side that meets another version stays silent. */
export const PROTOCOL = 1

/** Above these a widget is muted until it is loaded again, and the muting is reported. */
export const MAX_MESSAGE_BYTES = 16 * 1024
export const MAX_MESSAGES_PER_SECOND = 50

/** No widget is taller, whatever it asks for; CSS pixels. */
export const MAX_FRAME_HEIGHT = 10_000

/**
 * The only message that travels from window to window; everything later goes over the port.
 * The outer frame says it to the host page, which answers with the same and a port. The host page says it too, without
 * a port, to a frame that may have spoken before anybody listened; it speaks again. The inner frame, whose parent always
 * listens first, brings its port along. A frame that has no widget says why.
 */
export type Greeting = { oriel: typeof PROTOCOL; refused?: FrameRefusal }

export type Theme = 'light' | 'dark'

/**
 * What surrounds the widget: the page's CSS `color-scheme` and `direction`, and its language, where it says one.
 */
export type Surroundings = { colorScheme: string; direction: string; locale?: string | undefined }

/** Something that the host page and the widget say to each other; what it means is theirs. */
export type Message = { type: 'message'; name: string; data: Json }

/**
 * What a widget cannot do in its sandbox and the host page does for it: `open` and `close` its dialog, close it on
 * `escape`, open a `link` and `copy` text for a visitor who just clicked, `load` and `save` in the site's storage.
 */
export const ASKS = ['open', 'close', 'escape', 'link', 'copy', 'load', 'save'] as const

/** `subject` is the URL, the text or the key; the value of {@link ASKS} `save` is null to remove it. */
export type Ask = {
  id: number
  what: (typeof ASKS)[number]
  subject?: string | undefined
  value?: Json | undefined
}

/** Every ask gets one: what was loaded, or whether it was done. */
export type Answer = { type: 'answer'; id: number; value: Json }

/**
 * Host page to outer frame. `configuration` is the element's attribute: JSON of an object, or nothing. `consent` is
 * what the page said of its visitor's consent: 'true', 'false', or nothing.
 */
export type HostMessage =
  | ({ type: 'context'; configuration: string | null; consent?: string | undefined } & Surroundings)
  | Message
  | Answer

/** What went wrong, in a form that the host page and the reports share. */
export type Fault = { code: string; message: string }

/** Outer frame to host page. All but `resize` and `ask` become a DOM event `oriel:<type>` with this detail. */
export type FrameMessage =
  | { type: 'resize'; detail: number }
  | { type: 'ask'; detail: Ask }
  | { type: 'ready'; detail?: undefined }
  | { type: 'event'; detail: { name: string; data: Json } }
  | { type: 'error'; detail: Fault }

/** Outer frame to inner frame. `configuration` is the whole of it, with the host page's share. */
export type RoomMessage =
  ({ type: 'context'; configuration: JsonObject } & Surroundings) | Message | Answer | { type: 'ping' }

/** What the runtime itself finds wrong with a widget, and the sentence for those who read it. */
export const FAULTS = {
  no_widget: 'The bundle did not start a widget.',
  resize_loop: 'The height never came to rest, so that it stays as it was.',
  integrity: 'The widget did not start, because it was changed on its way.',
  bad_configuration: 'The configuration attribute must be JSON of an object.',
  too_many_messages: 'The widget sent more than 50 messages in a second and is no longer heard.',
  unresponsive: 'The widget has not answered for 5 seconds.',
  message_too_large: 'The widget sent a message of more than 16 KB and is no longer heard.',
} as const

/** Inner frame to outer frame. Written by whoever wrote the bundle, so nothing in it is to be believed. */
export type WidgetMessage =
  | { type: 'ready' | 'pong' | 'no_widget' | 'integrity' }
  | ({ type: 'ask' } & Ask)
  | { type: 'resize'; height: number }
  | { type: 'track'; name: string; data?: JsonObject | undefined }
  | Message
  | { type: 'error'; code: string; message: string; stack?: string }

export const isGreeting = (value: unknown): value is Greeting => isObject(value) && value.oriel === PROTOCOL

const isText = (value: unknown): value is string => typeof value === 'string'
const isOptional = (value: unknown, check: (value: unknown) => boolean) => value === undefined || check(value)

const hostChecks: Record<string, (message: Record<string, unknown>) => boolean> = {
  context: (message) =>
    isText(message.colorScheme) &&
    isText(message.direction) &&
    isOptional(message.locale, isText) &&
    isOptional(message.consent, isText) &&
    (message.configuration === null || isText(message.configuration)),
  message: (message) => isEventName(message.name),
  answer: (message) => Number.isSafeInteger(message.id),
}

const widgetChecks: Record<string, (message: Record<string, unknown>) => boolean> = {
  ask: (message) =>
    Number.isSafeInteger(message.id) &&
    ASKS.includes(message.what as Ask['what']) &&
    isOptional(message.subject, isText),
  resize: (message) => Number.isFinite(message.height),
  track: (message) => isEventName(message.name) && isOptional(message.data, isObject),
  message: (message) => isEventName(message.name),
  ready: () => true,
  error: (message) => isText(message.code) && isText(message.message) && isOptional(message.stack, isText),
  pong: () => true,
  no_widget: () => true,
  integrity: () => true,
}

const passes = (checks: typeof hostChecks, value: unknown) =>
  isObject(value) && isText(value.type) && Object.hasOwn(checks, value.type) && checks[value.type]!(value)

export const isHostMessage = (value: unknown): value is HostMessage => passes(hostChecks, value)

export const isWidgetMessage = (value: unknown): value is WidgetMessage => passes(widgetChecks, value)

/** True for a value that JSON can carry within {@link MAX_MESSAGE_BYTES}; cyclic ones and BigInts cannot. */
export function fitsMessage(value: unknown): boolean {
  try {
    return new TextEncoder().encode(JSON.stringify(value)).length <= MAX_MESSAGE_BYTES
  } catch {
    return false
  }
}
