import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { makeEmbedCode } from '../ingest-api/src/frame/embed-code'
import { prepareRoom, renderFrame } from '../ingest-api/src/frame/render-frame'
import type { FrameScript } from '../schema/wire/frame'
import { build } from '../sdk/cli/build'
import { launchChromium } from '../test/chromium'

/**
 * `npm run bench:embed`: how long until a widget is on the screen, from the start of the host page's navigation, as
 * the median of paired ratios to a bare iframe that shows the same pixels without any script of ours, as lazy or eager
 * as the shape that is compared with it. As in life, page and widget are of different sites, so that the browser gives
 * every shape's frame a process of its own. Every request takes 40 ms longer, nothing is cached, and the shapes take
 * turns. Milliseconds depend on the machine, ratios hardly, as long as nothing else keeps it busy.
 */
const PAIRS = Number(process.argv[2] ?? 31)
const LATENCY_MS = 40
const SHOWN = 'requestAnimationFrame(() => top.postMessage("shown", "*"))'

type Answer = { headers: Record<string, string>; body: string }

/** A server on an origin of its own that is as far away as a near city. */
async function serve(name: string, answer: (path: string) => Answer | undefined): Promise<string> {
  const server = createServer((request, response) => {
    setTimeout(() => {
      const found = answer(request.url!)
      response.writeHead(found ? 200 : 204, found?.headers).end(found?.body)
    }, LATENCY_MS)
  })
  await new Promise<void>((done) => server.listen(0, done))
  return `http://${name}.localhost:${(server.address() as AddressInfo).port}`
}

const html = (body: string): Answer => ({ headers: { 'Content-Type': 'text/html; charset=utf-8' }, body })
const script = async (name: string): Promise<FrameScript> =>
  JSON.parse(await readFile(`dist/frame/${name}.json`, 'utf8'))
const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!

const { manifest } = await build(resolve('examples/poll'))
const bundle = `${await readFile('examples/poll/dist/bundle.js', 'utf8')};${SHOWN}`
const assets = {
  outer: await script('outer'),
  inner: await script('inner'),
  refused: await script('refused'),
}
const room = await prepareRoom(assets, { manifest, bundle })
const loader = await readFile('dist/public/oriel.js', 'utf8')
let still = ''

const oriel = await serve('oriel', (path) => {
  if (path === '/oriel.js') return { headers: { 'Content-Type': 'text/javascript' }, body: loader }
  if (path === '/still') return html(still)
  if (path !== '/w/im_poll') return undefined
  const placement = { id: 'im_poll', title: 'Poll', configuration: {}, origins: [host] }
  const frame = renderFrame(assets, room, placement, { token: 'token', baseUrl: oriel, now: Date.now() })
  return { headers: frame.headers, body: frame.html }
})
const bare = (attributes: string) =>
  `<iframe src="${oriel}/still" ${attributes} style="border:0;width:100%;height:${manifest.height}px"></iframe>`
const SHAPES = {
  bare: () => bare(''),
  lazy: () => bare('loading="lazy"'),
  snippet: () => makeEmbedCode(oriel, { id: 'im_poll', title: 'Poll', height: manifest.height }),
  loader: () =>
    `<oriel-widget implementation="im_poll" loading="eager"></oriel-widget><script async src="${oriel}/oriel.js"></script>`,
}
type Shape = keyof typeof SHAPES
/** What is compared with what, and how much longer it may take. */
const TARGETS: Partial<Record<Shape, { baseline: Shape; ratio: number }>> = {
  snippet: { baseline: 'lazy', ratio: 1.2 },
  loader: { baseline: 'bare', ratio: 1.55 },
}
const host = await serve('cafe', (path) => {
  const shape = path.slice(1)
  if (!Object.hasOwn(SHAPES, shape)) return undefined
  const listen = `<script>shown = new Promise((resolve) => addEventListener('message', ({ data }) => data === 'shown' && resolve(performance.now())))</script>`
  return html(`<!doctype html><html lang="en"><title>Host</title>${listen}${SHAPES[shape as Shape]()}`)
})

/** Milliseconds until the widget is shown to somebody who was never here. */
async function visit(browser: Browser, shape: Shape): Promise<number> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${host}/${shape}`, { waitUntil: 'domcontentloaded' })
  const ms = await page.evaluate<number>('shown')
  const frames = await Promise.all(page.frames().map((frame) => frame.textContent('body')))
  if (!frames.some((text) => text?.includes('Coffee or tea?'))) throw new Error(`${shape} shows no widget.`)
  await context.close()
  return ms
}

const browser = await launchChromium()
// What the widget rendered becomes the bare frame's document, so that both show the same.
const page = await browser.newPage()
await page.goto(`${host}/snippet`)
const inner = page.frames().find((frame) => frame.url() === 'about:srcdoc')!
await inner.waitForSelector('legend')
still = await inner.evaluate(() => {
  document.querySelectorAll('script, meta[http-equiv]').forEach((element) => element.remove())
  return `<!doctype html>${document.documentElement.outerHTML}`
})
still = still.replace('</body>', `<script>${SHOWN}</script></body>`)
await page.close()

const shapes = Object.keys(SHAPES) as Shape[]
const times: Record<Shape, number[]> = { bare: [], lazy: [], snippet: [], loader: [] }
for (const shape of shapes) await visit(browser, shape)
for (let pair = 0; pair < PAIRS; pair++) {
  for (const shape of shapes) times[shape].push(await visit(browser, shape))
}
await browser.close()

console.log(`Time to widget, ${PAIRS} pairs, ${LATENCY_MS} ms added to each request, Chromium`)
console.table(
  shapes.map((shape) => {
    const target = TARGETS[shape]
    return {
      shape,
      'median ms': Math.round(median(times[shape])),
      ...(target && {
        'ratio to': target.baseline,
        ratio: median(times[shape].map((ms, pair) => ms / times[target.baseline][pair]!)).toFixed(2),
        target: `≤ ${target.ratio.toFixed(2)}`,
      }),
    }
  }),
)
process.exit()
