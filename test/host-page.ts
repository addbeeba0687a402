import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Browser, Frame, Page } from 'playwright-core'
import { build } from '../sdk/cli/build'
import type { EmbedServer, Widget } from './embed-server'

/** Writes down what the embed tells a page, in the order that it comes. */
export const LISTEN = `<script>
  seen = []
  for (const type of ['ready', 'event', 'error', 'open', 'close'])
    addEventListener('oriel:' + type, ({ detail }) => seen.push([type, detail]))
</script>`

export async function buildWidget(folder: string): Promise<Widget> {
  const { manifest } = await build(resolve(folder))
  return { manifest, bundle: await readFile(resolve(folder, 'dist/bundle.js'), 'utf8') }
}

/** A page of somebody's site in a real browser, with ways to look at what the embed did to it. */
export class HostPage {
  /** Exceptions and errors in the console. */
  readonly trouble: string[] = []

  static async open(browser: Browser, server: EmbedServer, options: Parameters<Browser['newPage']>[0] = {}) {
    return new HostPage(await browser.newPage(options), server)
  }

  constructor(
    readonly page: Page,
    readonly server: EmbedServer,
  ) {
    page.on('pageerror', (error) => this.trouble.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') this.trouble.push(message.text())
    })
  }

  get loader() {
    return `<script async src="${this.server.oriel}/oriel.js"></script>`
  }

  async visit(body: string, { head = '', lang = 'en', dir = 'ltr' } = {}) {
    await this.show(
      `<!doctype html><html lang="${lang}" dir="${dir}"><head><title>Host</title>` +
        `<meta name="viewport" content="width=device-width">${LISTEN}${head}</head>` +
        `<body><main><h1>Host</h1>${body}</main></body></html>`,
    )
    await this.page.waitForFunction(() => customElements.get('oriel-widget'))
  }

  /** Goes to a page that is just this text. */
  async show(html: string, { headers = {}, origin = this.server.host } = {}) {
    this.server.pages.set('/page', { html, headers })
    await this.page.goto(`${origin}/page`)
  }

  /** What the page heard of one type, once it has heard it so often. */
  async heard(type: string, times = 1): Promise<unknown[]> {
    const count = ([type, times]: [string, number]) => seen.filter(([one]) => one === type).length >= times
    await this.page.waitForFunction(count, [type, times] as [string, number])
    return this.page.evaluate(
      (type) => seen.filter(([heard]) => heard === type).map(([, detail]) => detail),
      type,
    )
  }

  /** The room of the widget that came last. */
  async inner(): Promise<Frame> {
    await this.heard('ready')
    return this.page.frames().findLast((frame) => frame.url() === 'about:srcdoc')!
  }

  send(name: string, data: unknown = null) {
    return this.page.evaluate(([name, data]) => document.querySelector('oriel-widget')!.send(name, data), [
      name,
      data,
    ] as const)
  }
}

declare global {
  var seen: [type: string, detail: unknown][]
  interface HTMLElementTagNameMap {
    'oriel-widget': HTMLElement & {
      send: (name: string, data?: unknown) => void
      open: () => void
      close: () => void
    }
  }
}
