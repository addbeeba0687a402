import { escapeHtml } from './escape'

/**
 * Writes what a site owner pastes. The frame is real markup: it starts with the page, keeps its place, and works
 * where the script is blocked. `height` is CSS pixels, `baseUrl` has no trailing slash.
 */
export function makeEmbedCode(
  baseUrl: string,
  { id, title, height }: { id: string; title: string; height: number },
): string {
  return (
    `<oriel-widget implementation="${id}"><iframe src="${baseUrl}/w/${id}" title="${escapeHtml(title)}" ` +
    `sandbox="allow-scripts" loading="lazy" style="border:0;width:100%;height:${height}px"></iframe></oriel-widget>\n` +
    `<script async src="${baseUrl}/oriel.js"></script>`
  )
}

/** The header by which systems that embed by address find how, on the document of the frame: https://oembed.com. */
export const embedLink = (baseUrl: string, id: string) =>
  `<${baseUrl}/oembed?url=${encodeURIComponent(`${baseUrl}/w/${id}`)}>; rel="alternate"; type="application/json+oembed"`
