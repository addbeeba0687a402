import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build as bundle, type Metafile } from 'esbuild'
import { MAX_BUNDLE_BYTES, type Manifest } from '../../schema/wire/manifest'
import { mountCall } from '../abi'
import { explainBuild } from './explain-build'
import { Failure } from './failure'
import { readConfig } from './read-config'
import { runtime } from './runtime'

/** Sizes are bytes; `compressed` is brotli's. */
export type Built = { folder: string; files: string[]; manifest: Manifest; size: number; compressed: number }

/**
 * Makes `dist/bundle.js`, `dist/bundle.js.map` and `dist/manifest.json` of the widget in a folder.
 * @throws Failure that names file, line and fix
 */
export async function build(folder: string): Promise<Built> {
  const { entry, described } = await readConfig(folder)
  let result = await compile(folder, entry)
  if (MARKUP.test(result.outputFiles[1]!.text))
    result = await compile(folder, entry, `import '@oriel/sdk/markup'\n`)
  const code = result.outputFiles.find(({ path }) => path.endsWith('.js'))!.contents
  const map = result.outputFiles.find(({ path }) => path.endsWith('.map'))!.contents
  if (code.length > MAX_BUNDLE_BYTES) {
    throw new Failure(
      `The bundle has ${code.length} bytes; at most ${MAX_BUNDLE_BYTES} are allowed. ` +
        `The largest parts are ${largest(result.metafile)}.`,
    )
  }
  const manifest: Manifest = {
    ...described,
    integrity: `sha384-${createHash('sha384').update(code).digest('base64')}`,
    size: code.length,
  }
  const files = {
    'bundle.js': code,
    'bundle.js.map': map,
    'manifest.json': `${JSON.stringify(manifest, null, 2)}\n`,
  }
  await mkdir(join(folder, 'dist'), { recursive: true })
  for (const [name, contents] of Object.entries(files)) await writeFile(join(folder, 'dist', name), contents)
  return {
    folder,
    files: Object.keys(files).map((name) => `dist/${name}`),
    manifest,
    size: code.length,
    compressed: brotliCompressSync(code).length,
  }
}

/** Signs of markup that needs the SDK's help in the sandbox. A word too many costs a few bytes, one too few a link. */
const MARKUP = /["'`](?:a|form)["'`]|<(?:a|form)\b|oriel-?track|requestSubmit/i

/** Bundles a component with the call that starts it, after what `before` says. */
const compile = (folder: string, entry: string, before = '') =>
  bundle({
    absWorkingDir: folder,
    stdin: {
      contents: `${before}import Widget from ${JSON.stringify(entry)}\n${mountCall('Widget')}`,
      resolveDir: folder,
    },
    outfile: 'dist/bundle.js',
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    minify: true,
    sourcemap: 'external',
    legalComments: 'none',
    // One script is all that a widget is: what it shows comes along as text.
    loader: {
      '.svg': 'dataurl',
      '.png': 'dataurl',
      '.jpg': 'dataurl',
      '.webp': 'dataurl',
      '.woff2': 'dataurl',
    },
    define: { 'process.env.NODE_ENV': '"production"' },
    tsconfigRaw: { compilerOptions: { jsx: 'react-jsx', jsxImportSource: 'preact' } },
    plugins: [runtime],
    metafile: true,
    logLevel: 'silent',
  }).catch(explainBuild)

/** Names the three inputs that bring the most, where a diet begins. */
const largest = ({ outputs }: Metafile) =>
  Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, 3)
    .map(([path, { bytesInOutput }]) => `${path} (${bytesInOutput})`)
    .join(', ')
