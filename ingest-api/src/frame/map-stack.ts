import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { BUNDLE_LINE } from './render-frame'

/**
 * Turns the positions in a stack, as Chromium, Firefox and WebKit write them of the inner document, into those of the
 * builder's sources, such as `widget.tsx:12:7`. What is before the bundle is Oriel's own.
 * @param map the version's source map, revision 3
 */
export function mapStack(map: string, stack: string): string {
  const traced = new TraceMap(map)
  return stack.replace(/about:srcdoc:(\d+):(\d+)/g, (position, line, column) => {
    if (line < BUNDLE_LINE) return 'oriel'
    const found = originalPositionFor(traced, { line: line - BUNDLE_LINE + 1, column: column - 1 })
    return found.source === null
      ? position
      : `${found.source.replace(/^(\.\.\/)+/, '')}:${found.line}:${found.column + 1}`
  })
}
