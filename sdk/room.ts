import { createContext } from 'preact'
import type { Json, JsonObject } from '../schema/wire/json'
import type { Ask, Theme } from '../schema/wire/message'

/** What the hooks read: the widget's settings as they are now, and its ways to the host page. */
export type RoomState = {
  configuration: JsonObject
  theme: Theme
  locale: string
  direction: string
  track: (name: string, data?: JsonObject) => void
  send: (name: string, data: Json) => void
  /** Has the host page do something, and tells what came of it: see `Ask`. */
  ask: (what: Ask['what'], subject?: string, value?: Json) => Promise<Json>
  /** Calls back with every message of the host page until the returned function is called. */
  listen: (listener: (name: string, data: Json) => void) => () => void
}

/** Filled by the sandbox's runtime; hooks work nowhere else. */
export const Room = createContext<RoomState | undefined>(undefined)
