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

/** What surrounds the widget. A missing part means: as the visitor's browser has it. */
export type Surroundings = { theme?: Theme; locale?: string; direction?: 'ltr' | 'rtl' }

/** Host page to outer frame. `configuration` holds overrides; keys that the manifest does not open are dropped. */
export type HostMessage =
  | ({ type: 'context'; configuration?: JsonObject } & Surroundings)
  | { type: 'message'; name: string; data: Json }

/** What went wrong, in a form that the host page and the reports share. */
export type Fault = { code: string; message: string }

/** Outer frame to host page. All but `resize` become a DOM event `oriel:<type>` with this detail. */
export type FrameMessage =
  | { type: 'resize'; detail: number }
  | { type: 'ready' | 'open' | 'close'; detail?: undefined }
  | { type: 'event'; detail: { name: string; data: Json } }
  | { type: 'error'; detail: Fault }

/** Outer frame to inner frame. */
export type RoomMessage = HostMessage | { type: 'ping' }

/** Inner frame to outer frame. Written by whoever wrote the bundle, so nothing in it is to be believed. */
export type WidgetMessage =
  | { type: 'ready' | 'open' | 'close' | 'pong' }
  | { type: 'resize'; height: number }
  | { type: 'track'; name: string; data?: JsonObject }
  | { type: 'message'; name: string; data: Json }
  | { type: 'error'; code: string; message: string; stack?: string }

export const isGreeting = (value: unknown): value is Greeting => isObject(value) && value.oriel === PROTOCOL

const isText = (value: unknown): value is string => typeof value === 'string'
const isOptional = (value: unknown, check: (value: unknown) => boolean) => value === undefined || check(value)

const hostChecks: Record<string, (message: Record<string, unknown>) => boolean> = {
  context: (message) =>
    isOptional(message.theme, (theme) => theme === 'light' || theme === 'dark') &&
    isOptional(message.locale, isText) &&
    isOptional(message.direction, (direction) => direction === 'ltr' || direction === 'rtl') &&
    isOptional(message.configuration, isObject),
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
