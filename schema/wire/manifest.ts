import type { JsonObject } from './json'

/** A published bundle's compressed size is the builder's; its raw size may not pass this. */
export const MAX_BUNDLE_BYTES = 512 * 1024
/** Source maps hold the sources, too; they are kept beside the version and served to nobody. */
export const MAX_SOURCE_MAP_BYTES = 4 * 1024 * 1024
export const MAX_MANIFEST_BYTES = 128 * 1024
export const MIN_HEIGHT = 40
export const MAX_HEIGHT = 4000

/** What a widget says about itself: made by `oriel build`, kept with the version, never changed. */
export type Manifest = {
  /** Lower-case letters, digits and dashes. */
  name: string
  title: string
  description: string
  /** Semantic version 2.0.0. */
  version: string
  /** Subresource Integrity form of the bundle's digest: `sha384-…`. */
  integrity: string
  /** Bytes of the bundle. */
  size: number
  /** JSON Schema (2020-12) of the configuration; a property with `"x-host": true` may be set by the host page. */
  config: JsonObject
  presets: { name: string; configuration: JsonObject }[]
  permissions: { network: string[]; images: string[]; popups: boolean }
  /** The interactions that the widget reports, for labels in reports. */
  events: { name: string; title: string }[]
  /** Height in CSS pixels that is kept free until the widget has told its own. */
  height: number
  /** Other heights for wider places, if the widget's height changes with its width. */
  heights?: HeightFrom[] | undefined
  /** The button of the modes that float over the page; without it, a speech bubble with the title at the end. */
  launcher?: Launcher | undefined
}

/** From this width on, in ascending order; both in CSS pixels. */
export type HeightFrom = { from: number; height: number }

/** `icon` is the path data of an SVG in a box of 24 by 24; `side` follows the page's writing direction. */
export type Launcher = { label: string; icon: string; side: 'start' | 'end' }
