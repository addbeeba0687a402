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

/**
 * Starts the machine's browser without the traffic that it makes by itself.
 * @throws Error that says how to get one
 */
export async function launchChromium(): Promise<Browser> {
  const found =
    process.env.CHROMIUM_PATH || PATHS.find((path) => existsSync(path)) || chromium.executablePath()
  if (!existsSync(found)) {
    throw new Error(
      'No Chromium: set CHROMIUM_PATH, install one, or run npx playwright-core install chromium',
    )
  }
  return chromium.launch({
    executablePath: found,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
