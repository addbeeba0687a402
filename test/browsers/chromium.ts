import { launchChromium as launch } from '../chromium'
import type { Browser } from './browser'

/** With these switches no preconnect is ever made, and a test of it proves nothing. */
const PREDICTORS = ['--disable-background-networking']

/** Chromium through playwright-core. */
export async function launchChromium(): Promise<Browser> {
  const browser = await launch(PREDICTORS)
  return {
    name: `Chromium ${browser.version()}`,
    async newPage() {
      const page = await browser.newPage({ viewport: { width: 1000, height: 800 } })
      let dialogs = 0
      page.on('dialog', async (dialog) => {
        dialogs++
        await dialog.accept(dialog.defaultValue())
      })
      return {
        open: async (url) => void (await page.goto(url)),
        evaluate: (expression) => page.evaluate(expression),
        screenshot: () => page.screenshot(),
        countDialogs: () => dialogs,
        // A page in the middle of a navigation that never ends may not close; the next one is another anyway.
        close: () => Promise.race([page.close(), new Promise<void>((late) => setTimeout(late, 5_000))]),
      }
    },
    close: () => browser.close(),
  }
}
