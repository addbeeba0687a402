import type { z } from 'zod'
import type { Launcher, Manifest } from '../schema/wire/manifest'

/** What `oriel.config.ts` says about a widget. It is read at build time only and becomes the manifest. */
export type WidgetConfig<Schema extends z.ZodObject = z.ZodObject> = {
  /** Lower-case letters, digits and dashes. */
  name: string
  title: string
  description: string
  /** Semantic version; a published one never changes. */
  version: string
  /** CSS pixels that are kept free until the widget has told its height: how high it is on a phone, 360 wide. */
  height: number
  /**
   * The same for wider places, where the widget's height changes with its width, ascending:
   * `[{ from: 600, height: 240 }]`. The embed code keeps the right place by CSS alone.
   */
  heights?: NonNullable<Manifest['heights']>
  /** The file whose default export is the component, from here. */
  entry: string
  /**
   * What an owner may set. Every key needs a default, because a widget starts without settings.
   * `.meta({ title, description })` labels the form, `.meta({ 'x-host': true })` lets the host page set the key.
   */
  config: Schema
  /** Starts to choose from. */
  presets?: { name: string; configuration: z.input<Schema> }[]
  /** What the widget reaches outside its sandbox; without it, nothing. Origins are exact: `https://api.example.com`. */
  permissions?: Partial<Manifest['permissions']>
  /** The interactions it reports, with their titles in reports. */
  events?: { name: string; title?: string }[]
  /** The button that opens it where it floats or slides in: by default a speech bubble with the title, at the end. */
  launcher?: Partial<Launcher>
}

/** Gives `oriel.config.ts` its types; `useConfiguration<typeof config>()` takes the configuration's from them. */
export const defineConfig = <Schema extends z.ZodObject>(
  config: WidgetConfig<Schema>,
): WidgetConfig<Schema> => config
