import { transform, type Plugin } from 'esbuild'
import { readFile } from 'node:fs/promises'
import * as preact from 'preact'
import * as hooks from 'preact/hooks'
import { expressionOf } from '../abi'
import * as sdk from '../index'

/** Where the SDK keeps what is bundled with the widgets that use it. */
const BUNDLED = '@oriel/sdk/extras'
/** React's names for what Preact's compatibility layer gives; the bundle brings that layer along. */
const REACT: Record<string, string> = {
  react: 'preact/compat',
  'react-dom': 'preact/compat',
  'react-dom/client': 'preact/compat/client',
  'react/jsx-runtime': 'preact/jsx-runtime',
  'react/jsx-dev-runtime': 'preact/jsx-dev-runtime',
}

/** The modules that a widget takes from the runtime, with their names. */
const MODULES: Record<string, string[]> = {
  preact: Object.keys(preact),
  'preact/hooks': Object.keys(hooks),
  'preact/jsx-runtime': ['jsx', 'jsxs', 'Fragment'],
  'preact/jsx-dev-runtime': ['jsxDEV', 'Fragment'],
  '@oriel/sdk': Object.keys(sdk),
}

/**
 * Takes Preact and the SDK from the runtime instead of the bundle, and stylesheets as minified text.
 * Each name is its own pure expression, so that what a widget does not use costs it nothing.
 */
export const runtime: Plugin = {
  name: 'oriel-runtime',
  setup({ initialOptions: { absWorkingDir }, onResolve, onLoad, resolve }) {
    onResolve({ filter: /^react(-dom)?(\/|$)/ }, ({ path, resolveDir, kind }) =>
      Object.hasOwn(REACT, path) ? resolve(REACT[path]!, { resolveDir, kind }) : undefined,
    )
    onResolve({ filter: /^(preact|@oriel\/sdk)/ }, ({ path }) =>
      Object.hasOwn(MODULES, path) ? { path, namespace: 'oriel' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'oriel' }, ({ path }) => ({
      contents: MODULES[path]!.map((name) => exportOf(name)).join('\n'),
      resolveDir: absWorkingDir!,
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

function exportOf(name: string): string {
  const expression = expressionOf(name)
  return expression
    ? `export const ${name} = /* @__PURE__ */ (() => ${expression})()`
    : `export { ${name} } from '${BUNDLED}'`
}
