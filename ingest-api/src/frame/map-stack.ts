import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { BUNDLE_LINE } from './render-frame'

/**
 * Reads a version's source map (revision 3), to turn the positions in stacks, as Chromium, Firefox and WebKit write them
 * of the inner document, into those of the builder's sources, such as `widget.tsx:12:7`. What is before the bundle is
 * Oriel's own.
 */
export function createStackMapper(map: string): (stack: string) => string {
  const traced = new TraceMap(map)
  const translate = (position: string, line: number, column: number) => {
    if (line < BUNDLE_LINE) return 'oriel'
    const found = originalPositionFor(traced, {
      line: line - BUNDLE_LINE + 1,
      column: Math.max(0, column - 1),
    })
    if (found.source === null) return position
    return `${found.source.replace(/^(\.\.\/)+/, '')}:${found.line}:${found.column + 1}`
  }
  return (stack) =>
    stack.replace(/about:srcdoc:(\d+):(\d+)/g, (position, line, column) =>
      translate(position, Number(line), Number(column)),
    )
}
