import { resolveConfiguration } from '../../../schema/wire/configuration'
import type { FrameAssets, FrameRefusal, FrameSettings, WidgetSettings } from '../../../schema/wire/frame'
import { isObject, type JsonObject } from '../../../schema/wire/json'
import type { Manifest } from '../../../schema/wire/manifest'
import { normalizeOrigin } from '../../../schema/wire/origin'
import { embedLink } from './embed-code'
import { escapeAttribute, escapeHtml } from './escape'

/** What a request is answered with, for whatever HTTP framework stands in front. */
export type FrameAnswer = {
  status: 200 | 403 | 404 | 410 | 429
  headers: Record<string, string>
  html: string
}

/** The inner room of one version, up to what differs between implementations. Safe to keep as long as the version. */
export type Room = {
  manifest: Manifest
  /** HTML before and after the implementation's part of the inner document, escaped for the `srcdoc` attribute. */
  before: string
  after: string
  /** CSP sources of all scripts that may run in the two rooms. */
  scripts: string
  /** Keys of the configuration that the manifest opens to the host page. */
  hostKeys: string[]
}

/** What one implementation adds to its version. */
export type Placement = {
  id: string
  title: string
  /** As stored: the version's defaults are put under it here. */
  configuration: JsonObject
  /** Origins that may host the frame. */
  origins: string[]
}

/** Parts of every request; `now` is epoch ms, `baseUrl` has no trailing slash. */
export type Visit = { token: string; baseUrl: string; now: number }

const STATUS: Record<FrameRefusal, FrameAnswer['status']> = {
  unknown: 404,
  unreleased: 404,
  paused: 403,
  suspended: 410,
  over_limit: 429,
}

/** Powerful features known to browsers in 2026; a frame has none of them, whatever its host page would allow. */
const DENIED_FEATURES = [
  'accelerometer',
  'autoplay',
  'browsing-topics',
  'camera',
  'clipboard-read',
  'clipboard-write',
  'compute-pressure',
  'cross-origin-isolated',
  'deferred-fetch',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'keyboard-map',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'window-management',
  'xr-spatial-tracking',
]

const FIXED_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Permissions-Policy': DENIED_FEATURES.map((feature) => `${feature}=()`).join(', '),
}

const HEAD =
  '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'

/** The CSP source of an inline script with exactly this text. */
export async function sha256Csp(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`
}

/**
 * Makes JavaScript safe to stand in a script element without changing what it does: the element would end at
 * `</script`, and not end there after `<!--`; the parser turns every line ending into LF.
 */
export const inlineScript = (code: string) =>
  code
    .replace(/\r\n?/g, '\n')
    .replace(/<\/(script)/gi, '<\\/$1')
    .replaceAll('<!--', '<\\!--')

/** JSON for a data block; the escape keeps `</script` and `<!--` from meaning anything to the parser. */
const inlineJson = (value: object) => JSON.stringify(value).replaceAll('<', '\\u003c')

/** Whatever was stored, only origins become part of a policy. */
const sources = (origins: string[]) => origins.filter((origin) => normalizeOrigin(origin) === origin)

const policy = (directives: Record<string, string[]>) =>
  Object.entries(directives)
    .map(([name, values]) => `${name} ${values.length > 0 ? values.join(' ') : "'none'"}`)
    .join('; ')

/** What holds for both rooms. The inner one inherits the outer's header and adds its own, stricter list. */
const CLOSED = {
  'default-src': [],
  'style-src': ["'unsafe-inline'"],
  'font-src': ['data:'],
  'frame-src': [],
  'worker-src': [],
  'object-src': [],
  'base-uri': [],
  'form-action': [],
}

/**
 * The line of the inner document that the bundle begins on, which is what browsers count in a stack. All that differs
 * between implementations stands on the one line before, so that the positions of a version are the same everywhere.
 */
export const BUNDLE_LINE = 2

/** Prepares what all frames of a version share, so that a request only joins strings. */
export async function prepareRoom(
  assets: FrameAssets,
  { manifest, bundle }: { manifest: Manifest; bundle: string },
): Promise<Room> {
  const code = `\n${inlineScript(bundle)}`
  const hash = await sha256Csp(code)
  const { network, images } = manifest.permissions
  const own = policy({
    ...CLOSED,
    'script-src': [`'${assets.inner.hash}'`, `'${hash}'`],
    'connect-src': sources(network),
    'img-src': ['data:', 'blob:', ...sources(images)],
  })
  const { properties } = manifest.config
  return {
    manifest,
    before: escapeAttribute(
      `<!doctype html><html><head>${HEAD}<meta http-equiv="Content-Security-Policy" content="${own}">` +
        '<style>html,body{margin:0;height:auto;min-height:0}body{display:flow-root}</style>' +
        '<script type="application/json" id="oriel">',
    ),
    after: escapeAttribute(
      `</script></head><body><div id="widget"></div><script>${assets.inner.code}</script><script>${code}</script></body></html>`,
    ),
    scripts: `'${assets.inner.hash}' '${hash}'`,
    hostKeys: Object.entries(isObject(properties) ? properties : {}).flatMap(([key, schema]) =>
      isObject(schema) && schema['x-host'] === true ? [key] : [],
    ),
  }
}

/** Renders the document of `GET /w/:id`: the outer room with the inner one in it, in one piece. */
export function renderFrame(
  assets: FrameAssets,
  { manifest, before, after, scripts, hostKeys }: Room,
  { id, title, configuration, origins }: Placement,
  { token, baseUrl, now }: Visit,
): FrameAnswer {
  const { version } = manifest
  const resolved = resolveConfiguration(manifest.config, configuration)
  const outer: FrameSettings = {
    token,
    api: baseUrl,
    implementation: id,
    origins,
    configuration: resolved,
    hostKeys,
    popups: manifest.permissions.popups,
    title,
    version,
    now,
  }
  const inner: WidgetSettings = { configuration: resolved, title, version }
  const network = sources(manifest.permissions.network)
  const images = sources(manifest.permissions.images)
  const reachable = [...new Set([...network, ...images])]
  const base = new URL(baseUrl).origin
  return {
    status: 200,
    headers: {
      ...FIXED_HEADERS,
      Link: embedLink(baseUrl, id),
      'Content-Security-Policy': policy({
        ...CLOSED,
        'script-src': [`'${assets.outer.hash}'`, scripts],
        'connect-src': [base, ...network],
        'img-src': [base, 'data:', 'blob:', ...images],
        'frame-ancestors': sources(origins),
        sandbox: ['allow-scripts'],
      }),
      'Connection-Allowlist': `(${['response-origin', ...reachable.map((origin) => `"${origin}"`)].join(' ')})`,
    },
    html:
      `<!doctype html><html><head>${HEAD}<title>${escapeHtml(title)}</title>` +
      '<style>html,body,iframe{display:block;margin:0;border:0;width:100%;height:100%}</style>' +
      `<script type="application/json" id="oriel">${inlineJson(outer)}</script><script>${assets.outer.code}</script></head>` +
      `<body><iframe title="${escapeHtml(title)}" sandbox="allow-scripts" srcdoc="${before}${escapeAttribute(inlineJson(inner))}${after}"></iframe></body></html>`,
  }
}

/** Renders the tiny document that tells the loader why there is no widget. Anybody may frame it: it says nothing else. */
export function renderRefusal(assets: FrameAssets, reason: FrameRefusal): FrameAnswer {
  return {
    status: STATUS[reason],
    headers: {
      ...FIXED_HEADERS,
      'Content-Security-Policy': policy({
        'default-src': [],
        'script-src': [`'${assets.refused.hash}'`],
        'base-uri': [],
        'form-action': [],
        sandbox: ['allow-scripts'],
      }),
      'Connection-Allowlist': '()',
    },
    html:
      `<!doctype html><html><head>${HEAD}<title>No widget</title>` +
      `<script type="application/json" id="oriel">${inlineJson({ reason })}</script><script>${assets.refused.code}</script></head></html>`,
  }
}
