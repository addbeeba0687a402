import type { BuildFailure, Location, Message } from 'esbuild'
import { Failure } from './failure'

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors)

const place = (location: Location | null) =>
  location && location.file !== '<stdin>' ? `${location.file}:${location.line}:${location.column + 1}: ` : ''

const explain = ({ location, text, notes }: Message) =>
  [`${place(location)}${text}`, ...notes.map((note) => `  ${place(note.location)}${note.text}`)].join('\n')

/**
 * Turns what esbuild found into lines of `file:line:column: message`.
 * @throws Failure always
 */
export function explainBuild(error: unknown): never {
  if (!isBuildFailure(error)) throw error
  throw new Failure(error.errors.map(explain).join('\n'))
}
