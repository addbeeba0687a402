import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { endProgram, findOrInstall, waitForLine, type Browser } from './browser'

/** Quiet, and with the answers that an unattended page would wait for. */
const PREFERENCES = {
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'browser.tabs.warnOnClose': false,
  'dom.disable_open_during_load': false,
  'toolkit.cosmeticAnimations.enabled': false,
}

type Answer = {
  id?: number
  result?: unknown
  message?: string
  method?: string
  params?: { context: string }
}
type Evaluation = {
  type: 'success' | 'exception'
  result: { value?: string }
  exceptionDetails?: { text: string }
}

/** The few commands of WebDriver BiDi (https://w3c.github.io/webdriver-bidi/) that are needed here. */
async function connect(url: string, onPrompt: (context: string) => void) {
  const socket = new WebSocket(url)
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>()
  let last = 0
  socket.on('message', (data) => {
    const answer: Answer = JSON.parse(String(data))
    const asked = waiting.get(answer.id ?? -1)
    waiting.delete(answer.id ?? -1)
    if (answer.method === 'browsingContext.userPromptOpened') onPrompt(answer.params!.context)
    else if (answer.message !== undefined) asked?.reject(new Error(answer.message))
    else asked?.resolve(answer.result as never)
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return <T>(method: string, params: object): Promise<T> =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject })
      socket.send(JSON.stringify({ id: last, method, params }))
    })
}

/** Firefox over WebDriver BiDi, which it speaks by itself. */
export async function launchFirefox(): Promise<Browser> {
  const binary = findOrInstall(['/usr/bin/firefox-esr', '/usr/bin/firefox'], ['firefox-esr'])
  const profile = await mkdtemp(join(tmpdir(), 'oriel-firefox-'))
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${value});`)
  await writeFile(join(profile, 'user.js'), lines.join('\n'))
  const program = spawn(
    binary,
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0'],
    { env: { ...process.env, HOME: profile } },
  )
  const [, address] = await waitForLine(program, /BiDi listening on (ws:\S+)/)
  const dialogs = new Map<string, number>()
  const send = await connect(`${address}/session`, (context) =>
    dialogs.set(context, (dialogs.get(context) ?? 0) + 1),
  )
  const unhandledPromptBehavior = { default: 'accept' }
  const { capabilities } = await send<{ capabilities: { browserVersion: string } }>('session.new', {
    capabilities: { alwaysMatch: { unhandledPromptBehavior } },
  })
  await send('session.subscribe', { events: ['browsingContext.userPromptOpened'] })
  return {
    name: `Firefox ${capabilities.browserVersion}`,
    async newPage() {
      const { context } = await send<{ context: string }>('browsingContext.create', { type: 'tab' })
      await send('browsingContext.setViewport', { context, viewport: { width: 1000, height: 800 } })
      return {
        open: (url) => send('browsingContext.navigate', { context, url, wait: 'complete' }),
        async evaluate<T>(expression: string) {
          const { result, exceptionDetails } = await send<Evaluation>('script.evaluate', {
            expression: `(async () => JSON.stringify(await (${expression})))()`,
            target: { context },
            awaitPromise: true,
          })
          if (exceptionDetails) throw new Error(exceptionDetails.text)
          return (result.value === undefined ? undefined : JSON.parse(result.value)) as T
        },
        async screenshot() {
          const { data } = await send<{ data: string }>('browsingContext.captureScreenshot', { context })
          return Buffer.from(data, 'base64')
        },
        countDialogs: () => dialogs.get(context) ?? 0,
        close: () => send('browsingContext.close', { context }),
      }
    },
    async close() {
      await endProgram(program)
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
