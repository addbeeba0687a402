import { spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { endProgram, findOrInstall, waitForLine, type Browser } from './browser'

const PACKAGES = ['webkit2gtk-driver', 'xvfb']
const BROWSERS = ['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/webkit2gtk-4.1/MiniBrowser`)

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** WebKitGTK's own small browser over classic WebDriver (https://www.w3.org/TR/webdriver2/), on a screen of its own. */
export async function launchWebKit(): Promise<Browser> {
  const driver = findOrInstall(['/usr/bin/WebKitWebDriver'], PACKAGES)
  const screen = findOrInstall(['/usr/bin/Xvfb'], PACKAGES)
  const binary = findOrInstall(BROWSERS, PACKAGES)
  const display = spawn(screen, ['-displayfd', '1', '-screen', '0', '1200x1000x24', '-nolisten', 'tcp'])
  const [, number] = await waitForLine(display, /^(\d+)\s/m)
  const port = await freePort()
  const program = spawn(driver, [`--port=${port}`], {
    env: { ...process.env, DISPLAY: `:${number}`, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1' },
    stdio: 'ignore',
  })

  const send = async <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}/session${path}`, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(body && { body: JSON.stringify(body) }),
    })
    const { value } = (await response.json()) as { value: T & { error?: string; message?: string } }
    if (value?.error) throw new Error(`${value.error}: ${value.message}`)
    return value
  }
  type Session = { sessionId: string; capabilities: { browserVersion: string } }
  const start = async (): Promise<Session> => {
    for (let tries = 0; ; tries++) {
      try {
        return await send<Session>('POST', '', {
          capabilities: {
            alwaysMatch: {
              unhandledPromptBehavior: 'accept and notify',
              'webkitgtk:browserOptions': { binary, args: ['--automation'] },
            },
          },
        })
      } catch (error) {
        // The driver has not opened its port yet.
        if (tries > 50 || !(error instanceof TypeError)) throw error
        await new Promise((resume) => setTimeout(resume, 100))
      }
    }
  }
  const { sessionId, capabilities } = await start()
  const path = (rest: string) => `/${sessionId}${rest}`
  const first = await send<string>('GET', path('/window'))
  let current = first
  let dialogs = 0

  /** Commands go to the window that was switched to last. A dialog in their way is accepted, counted, and they go again. */
  const inWindow = async <T>(
    handle: string,
    method: 'GET' | 'POST' | 'DELETE',
    rest: string,
    body?: object,
  ) => {
    if (handle !== current) await send('POST', path('/window'), { handle })
    current = handle
    for (let tries = 0; ; tries++) {
      try {
        return await send<T>(method, path(rest), body)
      } catch (error) {
        if (tries > 5 || !String(error).includes('unexpected alert open')) throw error
        dialogs++
      }
    }
  }
  return {
    name: `WebKit ${capabilities.browserVersion}`,
    async newPage() {
      // A tab that is not in front neither paints nor answers to a screenshot.
      const { handle } = await inWindow<{ handle: string }>(first, 'POST', '/window/new', { type: 'window' })
      const before = dialogs
      return {
        open: (url) => inWindow(handle, 'POST', '/url', { url }),
        async evaluate<T>(expression: string) {
          const script = `const done = arguments[0]; (async () => JSON.stringify(await (${expression})))().then((value) => done({ value }), (error) => done({ error: String(error) }))`
          const answer = await inWindow<{ value?: string; error?: string } | null>(
            handle,
            'POST',
            '/execute/async',
            { script, args: [] },
          )
          // A dialog that comes up while a script runs ends its command without an answer; the script goes on.
          if (answer === null) return undefined as T
          if (answer.error !== undefined) throw new Error(answer.error)
          return (answer.value === undefined ? undefined : JSON.parse(answer.value)) as T
        },
        screenshot: async () => Buffer.from(await inWindow<string>(handle, 'GET', '/screenshot'), 'base64'),
        countDialogs: () => dialogs - before,
        close: async () => void (await inWindow(handle, 'DELETE', '/window')),
      }
    },
    async close() {
      await send('DELETE', path('')).catch(() => {})
      await endProgram(program)
      await endProgram(display)
    },
  }
}
