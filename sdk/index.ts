import { useContext } from 'preact/hooks'
import type { Json, JsonObject } from '../schema/wire/json'
import type { Theme } from '../schema/wire/message'
import { Room, type RoomState } from './room'

const useRoom = () => useContext(Room)!

/** The part of a zod schema that says what it yields; named by shape so that zod stays out of the browser. */
type ConfigurationOf<Config> = Config extends { config: { _zod: { output: infer Output } } }
  ? Output
  : JsonObject

/**
 * The widget's configuration, typed by its `oriel.config.ts`. It is live: a change made by the owner in the dashboard
 * or by the host page renders the component again.
 * @example const { question } = useConfiguration<typeof config>()
 */
export const useConfiguration = <Config = unknown>() => useRoom().configuration as ConfigurationOf<Config>

/**
 * Reports an interaction under a name of 1 to 64 characters, with up to 8 KB of JSON data.
 * Nothing is sent for visitors who ask not to be tracked.
 */
export const useTrack = (): RoomState['track'] => useRoom().track

/** The theme of the page around the widget, as it is now. `light-dark()` in CSS follows it too. */
export const useTheme = (): Theme => useRoom().theme

/** The language (BCP 47) and writing direction of the page around the widget. */
export const useLocale = (): Pick<RoomState, 'locale' | 'direction'> => useRoom()

export { copyText, Link, useHost, useStorage, type Host } from './extras'
export type { Json, JsonObject, Theme }
