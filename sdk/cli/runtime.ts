import { transform, type Plugin } from 'esbuild'
import { readFile } from 'node:fs/promises'
import * as preact from 'preact'
import * as hooks from 'preact/hooks'
import * as sdk from '../index'

/** What the inner frame's global `oriel` offers, by the module that a widget imports it from. */
const MODULES: Record<string, string[]> = {
  preact: Object.keys(preact),
  'preact/hooks': Object.keys(hooks),
  'preact/jsx-runtime': ['jsx', 'jsxs', 'Fragment'],
  '@oriel/sdk': Object.keys(sdk),
}

/**
 * Takes Preact and the SDK from the runtime instead of the bundle, and stylesheets as minified text.
 * Each name is its own pure expression, so that what a widget does not use costs it nothing.
 */
export const runtime: Plugin = {
  name: 'oriel-runtime',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(preact|@oriel\/sdk)/ }, ({ path }) =>
      Object.hasOwn(MODULES, path) ? { path, namespace: 'oriel' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'oriel' }, ({ path }) => ({
      contents: MODULES[path]!.map(
        (name) => `export const ${name} = /* @__PURE__ */ (() => oriel.${name})()`,
      ).join('\n'),
    }))
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), {
        loader: 'css',
        minify: true,
        sourcefile: path,
      })
      return { contents: code.trim(), loader: 'text' }
    })
  },
}
