import { createHash } from 'node:crypto'
import vm from 'node:vm'
import type { FieldError } from '../../../schema/wire/error'
import type { Manifest } from '../../../schema/wire/manifest'

/** What is wrong with a bundle: that it is not what its manifest says, not text, or not JavaScript. */
export function checkBundle(bundle: Uint8Array, manifest: Manifest): FieldError[] {
  const wrong: FieldError[] = []
  if (manifest.size !== bundle.length)
    wrong.push({
      path: 'manifest.size',
      message: `Says ${manifest.size} bytes, but the bundle has ${bundle.length}.`,
    })
  const integrity = integrityOf(bundle)
  if (manifest.integrity !== integrity)
    wrong.push({ path: 'manifest.integrity', message: `Is not the bundle's; that is ${integrity}.` })
  const problem = problemOf(bundle)
  if (problem) wrong.push({ path: 'bundle', message: problem })
  return wrong
}

const integrityOf = (bundle: Uint8Array) => `sha384-${createHash('sha384').update(bundle).digest('base64')}`

function problemOf(bundle: Uint8Array): string | undefined {
  let code: string
  try {
    code = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bundle)
  } catch {
    return 'Is not UTF-8 text.'
  }
  if (!code.trim()) return 'Is empty.'
  try {
    // V8 itself decides, as it will in most browsers. Compiling reads the script; nothing of it runs.
    void new vm.Script(code, { filename: 'bundle.js' })
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const line = /^bundle\.js:(\d+)/.exec(error.stack ?? '')?.[1]
    return `Is not JavaScript${line ? `: line ${line}` : ''}: ${error.message}.`
  }
}
