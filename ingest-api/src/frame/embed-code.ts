import type { Manifest } from '../../../schema/wire/manifest'
import { escapeHtml } from './escape'

type Embedded = { id: string } & Pick<Manifest, 'title' | 'height' | 'heights'>

/**
 * Writes what a site owner pastes. The frame is real markup: it starts with the page, keeps its place, and works
 * where the script is blocked. `baseUrl` has no trailing slash.
 */
export function makeEmbedCode(baseUrl: string, { id, title, height, heights = [] }: Embedded): string {
  return (
    `<oriel-widget implementation="${id}"><iframe src="${baseUrl}/w/${id}" title="${escapeHtml(title)}" ` +
    `sandbox="allow-scripts" loading="lazy" style="border:0;width:100%;height:${height}px${steps(height, heights)}"></iframe></oriel-widget>\n` +
    `<script async src="${baseUrl}/oriel.js"></script>`
  )
}

/**
 * The height as steps over the width, because a style attribute knows no queries: each step is its difference, or,
 * a pixel below its width, nothing. `100cqw` is the container that the page made around the widget, or its window.
 */
function steps(height: number, heights: NonNullable<Manifest['heights']>): string {
  if (heights.length === 0) return ''
  const terms = heights.map(({ from, height: next }, index) => {
    const difference = next - (heights[index - 1]?.height ?? height)
    const [low, high] = [Math.min(0, difference), Math.max(0, difference)]
    return `clamp(${low}px,(100cqw - ${from - 1}px)*${difference},${high}px)`
  })
  return `;height:calc(${[`${height}px`, ...terms].join(' + ')})`
}

/** The header by which systems that embed by address find how, on the document of the frame: https://oembed.com. */
export const embedLink = (baseUrl: string, id: string) =>
  `<${baseUrl}/oembed?url=${encodeURIComponent(`${baseUrl}/w/${id}`)}>; rel="alternate"; type="application/json+oembed"`
