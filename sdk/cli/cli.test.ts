import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { build } from './build'

const CONFIG = `import { defineConfig } from '@oriel/sdk/config'
import { z } from 'zod'
export default defineConfig({
  name: 'small',
  title: 'Small',
  description: 'A widget.',
  version: '1.0.0',
  height: 100,
  entry: './widget.tsx',
  config: z.object({
    text: z.string().max(5).default('Hi').meta({ 'x-host': true }),
  }),
})
`
const WIDGET = `import { useConfiguration } from '@oriel/sdk'
export default () => <p>{String(useConfiguration().text)}</p>
`
let folder: string

/** Inside the repository, so that widgets find the packages they import. */
beforeEach(async () => {
  await mkdir('node_modules/.oriel-test', { recursive: true })
  folder = await mkdtemp(resolve('node_modules/.oriel-test/widget-'))
  await write({ 'oriel.config.ts': CONFIG, 'widget.tsx': WIDGET })
})
afterEach(() => rm(folder, { recursive: true }))

async function write(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}

const withConfig = (from: string, to: string) => write({ 'oriel.config.ts': CONFIG.replace(from, to) })

const oriel = (...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const child = execFile(process.execPath, ['sdk/dist/cli.js', ...args], { env: {} }, (_, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })

describe('build', () => {
  test('makes the bundle, its map and its manifest', async () => {
    const { size, manifest } = await build(folder)
    const bundle = await readFile(join(folder, 'dist/bundle.js'))
    expect(JSON.parse(await readFile(join(folder, 'dist/manifest.json'), 'utf8'))).toEqual(manifest)
    expect(manifest).toMatchObject({
      name: 'small',
      version: '1.0.0',
      size: bundle.length,
      integrity: `sha384-${createHash('sha384').update(bundle).digest('base64')}`,
      permissions: { network: [], images: [], popups: false },
      presets: [],
      events: [],
      config: {
        type: 'object',
        properties: { text: { type: 'string', maxLength: 5, default: 'Hi', 'x-host': true } },
      },
    })
    expect(JSON.parse(await readFile(join(folder, 'dist/bundle.js.map'), 'utf8')).sources).toContain(
      '../widget.tsx',
    )
    expect(size).toBeLessThan(200)
  })

  test('keeps Preact, the SDK and zod out of the bundle of the poll', async () => {
    const { size, compressed, manifest } = await build(resolve('examples/poll'))
    const bundle = await readFile('examples/poll/dist/bundle.js', 'utf8')
    expect(bundle).not.toMatch(/zod|__k|createContext/)
    console.log(`examples/poll: ${size} bytes, ${compressed} compressed`)
    expect(compressed).toBeLessThan(1100)
    expect(manifest.events).toEqual([{ name: 'vote', title: 'Vote cast' }])
  })

  test('gives the same bytes for the same source', async () => {
    const first = await build(folder)
    expect((await build(folder)).manifest.integrity).toBe(first.manifest.integrity)
  })

  test.for([
    ["name: 'small'", "name: 'Not So'", /oriel\.config\.ts:4: name: Must be lower-case/],
    ["version: '1.0.0'", "version: 'one'", /oriel\.config\.ts:7: version: Must be a semantic version/],
    ['height: 100', 'height: 5', /oriel\.config\.ts:8: height: /],
    [".default('Hi')", '', /oriel\.config\.ts:11: config\.text: Needs a default/],
    [
      ".default('Hi')",
      ".default('Hi').transform((text) => text.length)",
      /oriel\.config\.ts:10: config: Must be plain data/,
    ],
    ['config: z.object({', 'config: ({', /oriel\.config\.ts:10: config: Must be a z\.object/],
    [
      "entry: './widget.tsx',",
      "entry: './widget.tsx', permissions: { network: ['*'] },",
      /oriel\.config\.ts:9: permissions\.network\.0: Must be an https origin/,
    ],
    [
      "entry: './widget.tsx',",
      "entry: './widget.tsx', presets: [{ name: 'Long', configuration: { text: 'too long' } }],",
      /oriel\.config\.ts:9: presets\.0\.configuration\.text: /,
    ],
    ["entry: './widget.tsx'", "entry: './gone.tsx'", /Could not resolve ".\/gone\.tsx"/],
    ['export default', 'export const config =', /oriel\.config\.ts:1: Must export/],
    ['height: 100,', 'height: 100', /oriel\.config\.ts:9:3: Expected "}" but found "entry"/],
    ['export default', "throw new Error('no luck')\nexport default", /failed while it ran: no luck/],
  ] as const)('explains %s turned into %s', async ([from, to, message]) => {
    await withConfig(from, to)
    await expect(build(folder)).rejects.toThrow(message)
  })

  test('names file, line and column of a mistake in the widget', async () => {
    await write({ 'widget.tsx': 'export default () => (\n  <p>\n)\n' })
    await expect(build(folder)).rejects.toThrow(/widget\.tsx:4:1: .*\n {2}widget\.tsx:2:4: The opening/)
  })

  test('asks for a default export', async () => {
    await write({ 'widget.tsx': 'export const Widget = () => <p />\n' })
    await expect(build(folder)).rejects.toThrow(/No matching export in "widget\.tsx" for import "default"/)
  })

  test('names what makes a bundle too large', async () => {
    await write({
      'data.json': JSON.stringify('x'.repeat(600_000)),
      'widget.tsx': "import data from './data.json'\nexport default () => data",
    })
    await expect(build(folder)).rejects.toThrow(/at most 524288 are allowed.* data\.json \(6000/)
  })
})

describe('the command line', () => {
  test('builds, and tells it in JSON', async () => {
    const { code, stdout } = await oriel('build', '--dir', folder, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      success: true,
      data: {
        manifest: { name: 'small' },
        files: ['dist/bundle.js', 'dist/bundle.js.map', 'dist/manifest.json'],
      },
    })
  })

  test('ends with 1 when the widget is wrong', async () => {
    await withConfig("name: 'small'", "name: 'Not So'")
    const { code, stderr, stdout } = await oriel('build', '--dir', folder)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/oriel\.config\.ts:4: name/)
  })

  test.for([
    [[], /oriel build/],
    [['bake'], /no command "bake"/],
    [['build', 'more'], /"more" is not expected/],
    [['build', '--wrong'], /Unknown option '--wrong'/],
    [['build', '--dir', '/nowhere'], /There is no oriel\.config\.ts in \/nowhere/],
    [['publish', '--token', 'x'], /Say which server/],
    [['publish', '--server', 'http://localhost:1'], /Say who you are/],
  ] as const)('ends with 2 when called as %j', async ([args, message]) => {
    const { code, stderr } = await oriel(...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  test('says that nothing was built, and that a server is not there', async () => {
    const access = ['--server', 'http://localhost:1', '--token', 'x', '--dir', folder]
    expect(await oriel('publish', ...access)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Run oriel build first/),
    })
    await build(folder)
    const { code, stdout } = await oriel('publish', '--json', ...access)
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      success: false,
      error: { message: expect.stringMatching(/localhost:1 cannot be reached/) },
    })
  })
})
