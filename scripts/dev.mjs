// `npm run dev`: builds on every change, restarts the server when its part changed, and lets open dashboards reload.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { watch } from 'rollup'
import { loadConfigFile } from 'rollup/loadConfigFile'

const { options, warnings } = await loadConfigFile(resolve('rollup.config.ts'), { configPlugin: 'esbuild' })
warnings.flush()

/** @type {import('node:child_process').ChildProcess | undefined} */
let server
async function restart() {
  if (server?.exitCode === null) {
    server.kill('SIGTERM')
    await once(server, 'exit')
  }
  server = spawn(process.execPath, ['--enable-source-maps', 'ingest-api/dist/node.js'], {
    stdio: 'inherit',
    env: { ...process.env, ORIEL_RELOAD: '1' },
  })
}

let restarting = Promise.resolve()
watch(options).on('event', (event) => {
  if (event.code === 'ERROR')
    console.error(`build failed: ${event.error.message}\n${event.error.frame ?? ''}`)
  if (event.code === 'BUNDLE_END') void event.result.close()
  if (event.code === 'END') {
    execFileSync(process.execPath, ['sdk/dist/cli.js', 'build', '--dir', 'examples/poll'], {
      stdio: 'inherit',
    })
    restarting = restarting.then(restart)
  }
})

for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, async () => {
    server?.kill('SIGTERM')
    if (server?.exitCode === null) await once(server, 'exit')
    process.exit(0)
  })
