import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

/** Where Chrome and Chromium usually are; `playwright install chromium` puts one where playwright-core looks itself. */
const PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

function findChromium(): string | undefined {
  const { CHROMIUM_PATH } = process.env
  if (CHROMIUM_PATH) return CHROMIUM_PATH
  return [...PATHS, chromium.executablePath()].find((path) => existsSync(path))
}

/** Ways to get one, in order: Playwright's own build, or Debian's where that download is refused. */
const INSTALLS = [
  ['npx', '--no-install', 'playwright-core', 'install', 'chromium'],
  ['apt-get', 'update', '-qq'],
  ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium'],
]

/** Vitest's global setup of the browser tests: they need a browser and never skip without one. */
export default function installChromium() {
  for (const [command, ...args] of INSTALLS) {
    if (findChromium()) return
    console.log(`No Chromium found; trying ${command} ${args.join(' ')}`)
    try {
      execFileSync(command!, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout: 600_000 })
    } catch (error) {
      console.log(String(error))
    }
  }
  if (!findChromium()) throw new Error('The browser tests need Chromium. Install one or set CHROMIUM_PATH.')
}

/**
 * Starts the machine's browser without the traffic that it makes by itself.
 * `unset` names switches to leave out, Playwright's own too: some turn off what a page could do to a visitor.
 */
export function launchChromium(unset: string[] = []): Promise<Browser> {
  return chromium.launch({
    ignoreDefaultArgs: unset,
    executablePath: findChromium()!,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ].filter((name) => !unset.includes(name)),
  })
}
