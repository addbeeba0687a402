import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/** Makes what the package holds: the scripts, and types that resolve under every `moduleResolution`. */
const run = (...command) =>
  execFileSync('npx', command, { cwd: new URL('..', import.meta.url), stdio: ['ignore', 2, 2] })

rmSync(new URL('dist', import.meta.url), { recursive: true, force: true })
run('rollup', '-c', 'rollup.config.ts', '--configPlugin', 'esbuild', '--configOnly', 'sdk', '--silent')
run('tsc', '-p', 'sdk')

const types = new URL('dist/types/', import.meta.url)
for (const name of readdirSync(types, { recursive: true })) {
  if (!name.endsWith('.d.ts')) continue
  const file = new URL(name, types)
  // Node's own resolution wants the extension that the sources leave out.
  writeFileSync(file, readFileSync(file, 'utf8').replace(/(from ')(\.[^']+)(')/g, '$1$2.js$3'))
}
