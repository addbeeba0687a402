import { readFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { expect, test } from 'vitest'
import type { FrameScript } from '../schema/wire/frame'

const compressed = (code: string) =>
  brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: code.length } }).length

const frameScript = (name: string) => {
  const { code }: FrameScript = JSON.parse(readFileSync(`dist/frame/${name}.json`, 'utf8'))
  return code
}

/** Bytes of brotli that every visit costs. They may sink; raising one takes a reason. */
test.for([
  ['loader', 1250, () => readFileSync('dist/public/oriel.js', 'utf8')],
  ['outer', 2500, () => frameScript('outer')],
  ['inner', 6600, () => frameScript('inner')],
  ['refused', 200, () => frameScript('refused')],
] as const)('%s stays within %i bytes', ([name, budget, read]) => {
  const size = compressed(read())
  console.log(`${name}: ${size} of ${budget} bytes`)
  expect(size).toBeLessThanOrEqual(budget)
})

test.for(['outer', 'inner', 'refused'])('%s brings no zod, no source map and no end of a script', (name) => {
  expect(frameScript(name)).not.toMatch(/ZodError|_zod|sourceMappingURL|<\/script|<!--/)
})
