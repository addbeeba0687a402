import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import resolve from '@rollup/plugin-node-resolve'
import terser, { type Options as MinifyOptions } from '@rollup/plugin-terser'
import { transform } from 'esbuild'
import type { OutputAsset, OutputChunk, Plugin, RollupOptions } from 'rollup'
import esbuild from 'rollup-plugin-esbuild'

const version: string = JSON.parse(readFileSync('package.json', 'utf8')).version

/** Browsers of the last three years; the frame needs nothing older because CSP hashes in srcdoc need it too. */
const browser = (minify = true) => [
  resolve({ browser: true, extensions: ['.ts', '.tsx', '.js'] }),
  esbuild({
    target: 'es2022',
    minify,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { __VERSION__: JSON.stringify(version) },
  }),
]
const node = () => [
  resolve({ preferBuiltins: true, extensions: ['.ts', '.tsx', '.js'] }),
  json(),
  commonjs(),
  esbuild({ target: 'node20', define: { __VERSION__: JSON.stringify(version) } }),
]
/** Packages stay outside what runs on Node; our own rooms are bundled. */
const isPackage = (id: string) => !/^[./]|^\0/.test(id)

/** What every visit downloads is worth the slower minifier. */
const tight = (options: MinifyOptions = {}) => [
  ...browser(false),
  terser({
    toplevel: true,
    ecma: 2020,
    compress: {
      passes: 4,
      unsafe_arrows: true,
      unsafe_methods: true,
      pure_getters: true,
      hoist_vars: true,
      lhs_constants: false,
      negate_iife: false,
    },
    ...options,
  }),
]

/** Names that end in `_` are ours to shorten. Preact's, which end in two, are known to what builds on it. */
const OWN_NAMES = { properties: { regex: /[a-z]_$/ } }

/**
 * The script tag with what it loads later, evergreen or under names that hold the version and never change. The digest
 * of the latter stands in `oriel.json`, for pages that pin it.
 */
const loader = (pinned: string): RollupOptions[] => {
  const define = esbuild({ define: { __PINNED__: JSON.stringify(pinned) } })
  return [
    {
      input: 'loader/oriel.ts',
      plugins: [define, ...tight({ mangle: OWN_NAMES }), ...(pinned ? [keepReleased, publishedDigest] : [])],
      output: { file: `dist/public/oriel${pinned}.js`, format: 'iife', strict: false },
    },
    ...['overlay', 'service'].map((name) => ({
      input: `loader/${name}.ts`,
      plugins: [...tight({ module: true }), ...(pinned ? [keepReleased] : [])],
      output: { file: `dist/public/oriel-${name}${pinned}.js`, format: 'es' as const },
    })),
  ]
}

/** Puts the scripts of released versions beside those of this one, and in place of them once it is released itself. */
const keepReleased: Plugin = {
  name: 'keep-released',
  generateBundle(_, bundle) {
    for (const fileName of readdirSync('loader/released').filter((name) => name.endsWith('.js'))) {
      const source = readFileSync(`loader/released/${fileName}`, 'utf8')
      const built = bundle[fileName]
      if (built?.type === 'chunk') built.code = source
      else this.emitFile({ type: 'asset', fileName, source })
    }
  },
}

const publishedDigest: Plugin = {
  name: 'published-digest',
  generateBundle(_, bundle) {
    const [{ code, fileName }] = Object.values(bundle) as [OutputChunk]
    const integrity = `sha384-${createHash('sha384').update(code).digest('base64')}`
    const source = JSON.stringify({ version, src: `/${fileName}`, integrity })
    this.emitFile({ type: 'asset', fileName: 'oriel.json', source })
  },
}

/** Gathers the frame's scripts with their CSP hashes into one file that Node reads and the Worker imports. */
const frameScript = (name: string): RollupOptions => ({
  input: `sdk/frame/${name}.ts`,
  plugins: [
    ...tight(),
    {
      name: 'frame-json',
      generateBundle(_, bundle) {
        const chunk = Object.values(bundle)[0] as OutputChunk
        // A script element ends at the first `</script`, wherever it stands.
        const code = chunk.code.trim().replaceAll('</script', '<\\/script')
        const hash = `sha256-${createHash('sha256').update(code).digest('base64')}`
        for (const file of Object.keys(bundle)) delete bundle[file]
        this.emitFile({ type: 'asset', fileName: `${name}.json`, source: JSON.stringify({ code, hash }) })
      },
    } satisfies Plugin,
  ],
  output: { dir: 'dist/frame', format: 'iife', strict: false },
})

/** Collects imported stylesheets into one, and writes the page that loads the hashed files. */
const dashboardPage = (): Plugin => {
  const sheets = new Map<string, string>()
  return {
    name: 'dashboard-page',
    /** Names carry hashes, so files of earlier builds would pile up. */
    buildStart() {
      sheets.clear()
      rmSync('dist/public/dashboard', { recursive: true, force: true })
    },
    transform(code, id) {
      if (!id.endsWith('.css')) return null
      sheets.set(id, code)
      return { code: '', moduleSideEffects: 'no-treeshake' }
    },
    async generateBundle(_, bundle) {
      const { code } = await transform([...sheets.values()].join('\n'), { loader: 'css', minify: true })
      const style = this.getFileName(this.emitFile({ type: 'asset', name: 'dashboard.css', source: code }))
      const chunks = Object.values(bundle).filter((file: OutputAsset | OutputChunk) => file.type === 'chunk')
      const entry = chunks.find((chunk) => chunk.isEntry)!
      this.emitFile({ type: 'asset', fileName: 'icon.svg', source: readFileSync('dashboard/icon.svg') })
      this.emitFile({
        type: 'asset',
        fileName: 'index.html',
        source: readFileSync('dashboard/index.html', 'utf8')
          .replace('{{style}}', `/dashboard/${style}`)
          .replace('{{script}}', `/dashboard/${entry.fileName}`)
          .replace(
            '{{preloads}}',
            entry.imports.map((file) => `<link rel="modulepreload" href="/dashboard/${file}">`).join(''),
          ),
      })
    },
  }
}

const builds: Record<string, RollupOptions[]> = {
  loader: [...loader(''), ...loader(`@${version}`)],
  frame: [frameScript('outer'), frameScript('inner'), frameScript('refused')],
  sdk: [
    {
      input: {
        index: './sdk/index.ts',
        config: './sdk/config.ts',
        client: './sdk/client.ts',
        extras: './sdk/extras.ts',
        markup: './sdk/markup.ts',
        react: './sdk/react.ts',
        vue: './sdk/vue.ts',
        cli: './sdk/cli/main.ts',
      },
      external: isPackage,
      plugins: node(),
      output: {
        dir: 'sdk/dist',
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'shared-[hash].js',
      },
    },
  ],
  dashboard: [
    {
      input: { dashboard: 'dashboard/main.tsx' },
      plugins: [...browser(), dashboardPage()],
      output: {
        dir: 'dist/public/dashboard',
        format: 'es',
        entryFileNames: '[name]-[hash].js',
        chunkFileNames: '[name]-[hash].js',
        assetFileNames: '[name]-[hash][extname]',
      },
    },
  ],
  server: [
    {
      input: { node: './ingest-api/src/node.ts', edge: './ingest-api/src/edge.ts' },
      external: isPackage,
      plugins: node(),
      output: { dir: 'ingest-api/dist', format: 'es', sourcemap: true, entryFileNames: '[name].js' },
    },
  ],
}

/** Builds everything, or a part: `rollup -c … --configOnly loader,frame,sdk`. */
export default ({ configOnly }: { configOnly?: string }) =>
  (configOnly?.split(',') ?? Object.keys(builds)).flatMap((name) => builds[name]!)
