import type { Config } from './config'

/*
 * How the built files are answered, on Node from the folder `dist/public`, on Workers from the assets binding.
 */

/** The dashboard's page, the same for all of its addresses. */
export const PAGE_PATH = '/dashboard/index.html'

/** What the page may load and do. uPlot places things by style attributes of the CSSOM, which needs nothing. */
export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'self'; img-src 'self' data:; style-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
}

/**
 * Every address that a browser opens and nothing else has belongs to the dashboard, which has its own "not found".
 * `/dashboard` is one of its pages, `/dashboard/` the folder of its files.
 */
export const isPage = (path: string, accept: string | null | undefined): boolean =>
  Boolean(accept?.includes('text/html')) &&
  !/^\/((api|v1|w|health|metrics|oembed|docs|openapi\.json|\.well-known)(\/|$)|dashboard\/)/.test(path)

/** The headers of a public file, or nothing when no file may have this path. */
export function fileHeadersOf(
  path: string,
  { environment }: Pick<Config, 'environment'>,
): Record<string, string> | undefined {
  const nosniff = { 'X-Content-Type-Options': 'nosniff' }
  // The loader, what it loads later, and the digest to pin it by; what has a version in its name never changes.
  if (/^\/oriel(-overlay|-service)?(@[\d.]+)?\.js$|^\/oriel\.json$/.test(path))
    return {
      ...nosniff,
      'Cache-Control': path.includes('@')
        ? 'public, max-age=31536000, immutable'
        : environment === 'production'
          ? 'public, max-age=300'
          : 'no-cache',
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    }
  if (!/^\/dashboard\/.+\.(?!html$)\w+$/.test(path)) return undefined
  // All names but the icon's carry the hash of the contents.
  const isHashed = !path.endsWith('.svg')
  return {
    ...nosniff,
    'Cache-Control': isHashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
  }
}
