import type { BuildFailure, Message } from 'esbuild'
import { Failure } from './failure'

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors)

const explain = ({ location, text, notes }: Message) => {
  const hint = notes[0]?.text
  const where =
    location && location.file !== '<stdin>'
      ? `${location.file}:${location.line}:${location.column + 1}: `
      : ''
  return `${where}${text}${hint ? `\n  ${hint}` : ''}`
}

/**
 * Turns what esbuild found into lines of `file:line:column: message`.
 * @throws Failure always
 */
export function explainBuild(error: unknown): never {
  if (!isBuildFailure(error)) throw error
  throw new Failure(error.errors.map(explain).join('\n'))
}
