import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { expect, test } from 'vitest'
import type { FrameScript } from '../schema/wire/frame'

const compressed = (code: string) =>
  brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: code.length } }).length

/** How the README writes a size. */
const written = (code: string) => compressed(code).toLocaleString('en')

const frameScript = (name: string) => {
  const { code }: FrameScript = JSON.parse(readFileSync(`dist/frame/${name}.json`, 'utf8'))
  return code
}

/**
 * Bytes of brotli that every visit costs, and of the two scripts that only pages load which need them. They may sink;
 * raising one takes a reason.
 */
test.for([
  ['oriel.js', 1000, () => readFileSync('dist/public/oriel.js', 'utf8')],
  ['oriel-overlay.js', 1500, () => readFileSync('dist/public/oriel-overlay.js', 'utf8')],
  ['oriel-service.js', 1500, () => readFileSync('dist/public/oriel-service.js', 'utf8')],
  ['outer', 2500, () => frameScript('outer')],
  ['inner', 6500, () => frameScript('inner')],
  ['refused', 200, () => frameScript('refused')],
] as const)('%s stays within %i bytes', ([name, budget, read]) => {
  const size = compressed(read())
  console.log(`${name}: ${size} of ${budget} bytes`)
  expect(size).toBeLessThanOrEqual(budget)
})

test.for([
  [
    'bytes a visitor downloads, brotli: loader; frame around the widget; Preact, hooks and runtime',
    () => [readFileSync('dist/public/oriel.js', 'utf8'), frameScript('outer'), frameScript('inner')],
  ],
  [
    'bytes of what the loader brings when a page needs it: dialogs; commands, storage and failures',
    () => ['overlay', 'service'].map((name) => readFileSync(`dist/public/oriel-${name}.js`, 'utf8')),
  ],
] as const)('the README has the sizes of what was built: %s', ([what, read]) => {
  const row = `| ${what} | ${read().map(written).join('; ')} |`
  expect(readFileSync('README.md', 'utf8').split('\n')).toContainEqual(expect.stringContaining(row))
})

test.for(['outer', 'inner', 'refused'])('%s brings no zod, no source map and no end of a script', (name) => {
  expect(frameScript(name)).not.toMatch(/ZodError|_zod|sourceMappingURL|<\/script|<!--/)
})

test('released loaders are served as they went out', () => {
  for (const name of readdirSync('loader/released').filter((name) => name.endsWith('.js')))
    expect(readFileSync(`dist/public/${name}`, 'utf8')).toBe(readFileSync(`loader/released/${name}`, 'utf8'))
})

test('the pinned loader has the digest that is published for it', () => {
  const { src, integrity } = JSON.parse(readFileSync('dist/public/oriel.json', 'utf8'))
  const digest = createHash('sha384')
    .update(readFileSync(`dist/public${src}`))
    .digest('base64')
  expect(integrity).toBe(`sha384-${digest}`)
  expect(src).toMatch(/^\/oriel@\d+\.\d+\.\d+\.js$/)
})
