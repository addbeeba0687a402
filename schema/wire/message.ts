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
 * The only messages that travel from window to window; everything later goes over the port.
 * The outer frame says `hello` to the host page, which answers with `port`, or offers one unasked to a frame that may
 * have spoken before anybody listened. The inner frame, whose parent always listens first, brings its port along
 * with `hello`. A frame that has no widget says `refused`.
 */
export type Greeting =
  | { oriel: typeof PROTOCOL; type: 'hello' }
  | { oriel: typeof PROTOCOL; type: 'port' }
  | { oriel: typeof PROTOCOL; type: 'refused'; reason: FrameRefusal }

export type Theme = 'light' | 'dark'

/**
 * What surrounds the widget: the page's CSS `color-scheme` and `direction`, and its language, where it says one.
 */
export type Surroundings = { colorScheme: string; direction: string; locale?: string | undefined }

/** Something that the host page and the widget say to each other; what it means is theirs. */
export type Message = { type: 'message'; name: string; data: Json }

/** Host page to outer frame. `configuration` is the element's attribute: JSON of an object, or nothing. */
export type HostMessage = ({ type: 'context'; configuration: string | null } & Surroundings) | Message

/** What went wrong, in a form that the host page and the reports share. */
export type Fault = { code: string; message: string }

/** Outer frame to host page. All but `resize` become a DOM event `oriel:<type>` with this detail. */
export type FrameMessage =
  | { type: 'resize'; detail: number }
  | { type: 'ready' | 'open' | 'close'; detail?: undefined }
  | { type: 'event'; detail: { name: string; data: Json } }
  | { type: 'error'; detail: Fault }

/** Outer frame to inner frame. `configuration` is the whole of it, with the host page's share. */
export type RoomMessage =
  ({ type: 'context'; configuration: JsonObject } & Surroundings) | Message | { type: 'ping' }

/** What the runtime itself finds wrong with a widget, and the sentence for those who read it. */
export const FAULTS = {
  no_widget: 'The bundle did not start a widget.',
  bad_configuration: 'The configuration attribute must be JSON of an object.',
  resize_loop: 'The height never came to rest, so that it stays as it was.',
  unresponsive: 'The widget has not answered for 5 seconds.',
  too_many_messages: 'The widget sent more than 50 messages in a second and is no longer heard.',
  message_too_large: 'The widget sent a message of more than 16 KB and is no longer heard.',
} as const

/** Inner frame to outer frame. Written by whoever wrote the bundle, so nothing in it is to be believed. */
export type WidgetMessage =
  | { type: 'ready' | 'open' | 'close' | 'pong' | 'empty' }
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
    (message.configuration === null || isText(message.configuration)),
  message: (message) => isEventName(message.name),
}

const widgetChecks: Record<string, (message: Record<string, unknown>) => boolean> = {
  ready: () => true,
  open: () => true,
  close: () => true,
  pong: () => true,
  resize: (message) => Number.isFinite(message.height),
  track: (message) => isEventName(message.name) && isOptional(message.data, isObject),
  message: (message) => isEventName(message.name),
  error: (message) => isText(message.code) && isText(message.message) && isOptional(message.stack, isText),
  empty: () => true,
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
