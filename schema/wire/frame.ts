import type { JsonObject } from './json'

/** The outer frame's data block (`<script type="application/json" id="oriel">`). */
export type FrameSettings = {
  /** Signed session token; only the outer frame ever holds it. */
  token: string
  /** Origin that events are sent to. */
  api: string
  implementation: string
  /** Origins that may host the frame; `event.origin` of the host page must be one of them, `*.` any subdomain. */
  origins: string[]
  configuration: JsonObject
  /** Keys of the configuration that the host page may override. */
  hostKeys: string[]
  /** Whether the manifest lets the widget open links. */
  popups: boolean
  title: string
  version: string
  /** Server clock when the document was made, epoch ms. */
  now: number
}

/** The inner frame's data block: what the widget may know before the first message. */
export type WidgetSettings = {
  configuration: JsonObject
  title: string
  version: string
}

/** Why `/w/:id` shows no widget. */
export type FrameRefusal = 'unknown' | 'paused' | 'suspended' | 'over_limit' | 'unreleased'

/** What the frame document is made of besides the bundle: `dist/frame/*.json`, written by the build. */
export type FrameAssets = { outer: FrameScript; inner: FrameScript; refused: FrameScript }

/** A script to inline, and its hash in CSP source form: `sha256-…`. */
export type FrameScript = { code: string; hash: string }

/** Claims of the session token, besides `iat` and `exp`. Short, because every batch carries them. */
export type SessionClaims = {
  im: string
  pr: string
  bu: string
  eu: string
  /** Version that was served. */
  ver: string
  /** Session id. */
  sid: string
  /** 1 for a preview, which is never billed. */
  pre?: 1
  /** Days that its events are kept, unless it is the default. */
  ret?: number
}
