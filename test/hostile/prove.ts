import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { build as bundle } from 'esbuild'
import { prepareRoom, renderFrame } from '../../ingest-api/src/frame/render-frame'
import type { FrameScript } from '../../schema/wire/frame'
import { build } from '../../sdk/cli/build'
import type { Browser, Page } from '../browsers/browser'
import { startEmbedServer, type EmbedServer, type Widget } from '../embed-server'
import type { AttemptClass, Orders } from './attempt'
import { ATTEMPTS } from './attempts'
import { listen, type Attacker } from './attacker'

/** What one attempt came to in one engine. */
export type Finding = {
  kind: AttemptClass
  name: string
  /** What the attempt achieved without walls: nothing means that it proves nothing here. */
  control: string[]
  /** What it achieved against Oriel. */
  success: string[]
}
const SHAPES = ['control', 'success'] as const
export type Shape = (typeof SHAPES)[number]
type Report = { evidence: boolean; changed: string[] }

const HOSTILE = 'im_canary'
const NEIGHBOUR = 'im_canary-neighbour'
/** Tries to pollute whoever parses or merges it. */
const CONFIGURATION =
  '{"secret":"SECRET","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'
/** In these, success may change the page, so that they take turns. */
const IN_TURN: AttemptClass[] = ['integrity', 'navigation', 'nuisance']
/** Whichever attempt it comes of, this is no more than a nuisance: a blocked navigation may add to the history. */
const DISTURBANCES = ['focus', 'scroll position', 'history', 'stalled page']
const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms))

const bundleForBrowser = async (options: Parameters<typeof bundle>[0]) => {
  const { outputFiles } = await bundle({
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
    ...options,
  })
  return outputFiles![0]!.text
}

/** The inner script without its prelude, so that the controls show what the prelude is good for. */
const bundleBareInner = () =>
  bundleForBrowser({
    entryPoints: ['sdk/frame/inner.ts'],
    define: { __VERSION__: '"control"' },
    plugins: [
      {
        name: 'no-prelude',
        setup({ onLoad }) {
          onLoad({ filter: /frame\/prelude\.ts$/ }, async ({ path }) => ({
            contents: (await readFile(path, 'utf8')).replace(
              'export function furnishRoom(',
              'export function furnishRoom() {}\nexport function leaveOut(',
            ),
            loader: 'ts',
          }))
        },
      },
    ],
  })

/** The very same document with all walls taken down: no sandbox, no policy, no prelude, the host's own origin. */
async function renderControl(server: EmbedServer, widget: Widget, id: string): Promise<string> {
  const outer: FrameScript = JSON.parse(await readFile('dist/frame/outer.json', 'utf8'))
  const inner: FrameScript = {
    code: (await bundleBareInner()).replaceAll('</script', '<\\/script'),
    hash: '',
  }
  const assets = { outer, inner, refused: outer }
  const { html } = renderFrame(
    assets,
    await prepareRoom(assets, widget),
    { id, title: id, configuration: widget.configuration ?? {}, origins: [server.host] },
    { token: `token-of-${id}`, baseUrl: server.oriel, now: Date.now() },
  )
  const open = html
    .replace(/<meta http-equiv=&quot;Content-Security-Policy&quot;.*?>/, '')
    .replace('sandbox="allow-scripts" srcdoc', 'srcdoc')
  if (
    /Security-Policy|sandbox="/.test(
      open.split('<script>').at(0)! + open.slice(open.indexOf('<iframe'), open.indexOf('<iframe') + 900),
    )
  )
    throw new Error('The control still has walls.')
  return open
}

type Theatre = Awaited<ReturnType<typeof openTheatre>>

async function openTheatre() {
  const server = await startEmbedServer()
  const { manifest } = await build(resolve('test/hostile'))
  const widget = { manifest, bundle: await readFile('test/hostile/dist/bundle.js', 'utf8') }
  server.widgets.set(HOSTILE, widget)
  server.widgets.set(NEIGHBOUR, widget)
  const addresses = {
    success: (id: string) => `${server.oriel}/w/${id}`,
    control: (id: string) => `${server.host}/${id}`,
  }
  const markup = (shape: Shape, id: string, secret: string, attributes: string) =>
    `<oriel-widget implementation="${id}" ${attributes} configuration='${CONFIGURATION.replace('SECRET', secret)}'>` +
    `<iframe src="${addresses[shape](id)}" title="${id}" ${shape === 'success' ? 'sandbox="allow-scripts"' : ''} ` +
    `name="${id.slice(3)}" style="border:0;width:300px;height:60px"></iframe></oriel-widget>`
  for (const id of [HOSTILE, NEIGHBOUR])
    server.pages.set(`/${id}`, { html: await renderControl(server, widget, id) })
  const stage = await bundleForBrowser({ entryPoints: ['test/hostile/stage.ts'] })
  for (const shape of SHAPES)
    server.pages.set(`/${shape}`, {
      html:
        `<!doctype html><html lang="en"><head><title>Host</title><script src="${server.oriel}/oriel.js"></script></head>` +
        '<body><p id="secret">canary-text</p><p id="marker">intact</p><input value="canary-typed">' +
        markup(shape, NEIGHBOUR, 'canary-neighbour', 'id="neighbour" style="display:block"') +
        `<div id="place" style="display:flex;flex-wrap:wrap;overflow-anchor:none"></div><div style="height:3000px"></div><script>${stage.replaceAll('</script', '<\\/script')}</script></body></html>`,
    })
  const isPrivate = (type: string, html: string) => ({ html, headers: { 'Content-Type': type } })
  server.pages.set('/private', { html: '<!doctype html><title>Private</title><p>canary-private</p>' })
  server.pages.set('/private.js', isPrivate('text/javascript', 'leaked = "canary-script"'))
  server.pages.set('/service-worker.js', isPrivate('text/javascript', '// Does nothing.'))
  const attackers: Attacker[] = []
  return {
    server,
    attackers,
    home: (shape: Shape) => addresses[shape](HOSTILE),
    address: (shape: Shape) => `${server.host}/${shape}?secret=canary-address`,
    markup: (shape: Shape) => markup(shape, HOSTILE, 'shown', ''),
  }
}

/** Opens a fresh host page, with one page before it in its history, and lets the first attempts at it. */
async function perform(
  page: Page,
  { server, address, markup }: Theatre,
  shape: Shape,
  orders: Orders[],
  isInTurn: boolean,
): Promise<Map<string, Report>> {
  await page.open(`${server.host}/private`)
  await page.open(address(shape))
  await page.evaluate('stage.isReady()')
  const dialogs = page.countDialogs()
  await page.evaluate(
    `void stage.start(${JSON.stringify(markup(shape))}, ${JSON.stringify(orders)}, ${isInTurn})`,
  )
  let told: { isOver: boolean; reports: Record<string, Report> } | null = { isOver: false, reports: {} }
  const reports: Record<string, Report> = {}
  for (const end = Date.now() + 60_000; told && !told.isOver && Date.now() < end;) {
    await pause(80)
    // The page may be gone, or on its way.
    told = await page
      .evaluate<typeof told | undefined>('typeof stage === "object" ? stage.tell() : null')
      .then((answer) => (answer === undefined ? { isOver: false, reports } : answer))
      .catch(() => null)
    Object.assign(reports, told?.reports)
  }
  const found = new Map(Object.entries(reports))
  const current = orders.find(({ key }) => !found.has(key))
  if (!told && current) found.set(current.key, { evidence: false, changed: ['page'] })
  if (page.countDialogs() > dialogs) found.set(orders[0]!.key, { evidence: false, changed: ['dialog'] })
  return found
}

/** Lets attempts of one class, by their numbers, at one shape, and tells what each achieved. */
async function tryAll(
  browser: Browser,
  theatre: Theatre,
  shape: Shape,
  kind: AttemptClass,
  numbers: number[],
): Promise<Map<number, string[]>> {
  const attempts = ATTEMPTS[kind]
  const isInTurn = IN_TURN.includes(kind)
  const attackers = new Map<number, Attacker>()
  for (const number of numbers) attackers.set(number, await listen())
  // They stay until the end, so that no port is used twice: what a control opened may still speak to its own.
  theatre.attackers.push(...attackers.values())
  const orderOf = (number: number): Orders => {
    const { port } = attackers.get(number)!
    const evil = `http://127.0.0.1:${port}`
    return { key: `${kind}:${number}`, evil, port, host: theatre.server.host, home: theatre.home(shape) }
  }
  const reports = new Map<string, Report>()
  let page = await browser.newPage()
  const go = async (some: Orders[]) => {
    const made = await perform(page, theatre, shape, some, isInTurn)
    for (const [key, report] of made) reports.set(key, report)
    if (made.size === 0) throw new Error(`${browser.name}: nothing came of ${some[0]!.key} (${shape})`)
  }
  let together = numbers.filter((number) => !attempts[number]!.isAlone).map(orderOf)
  while (together.length > 0) {
    await go(together)
    together = together.filter(({ key }) => !reports.has(key))
  }
  for (const number of numbers.filter((number) => attempts[number]!.isAlone)) {
    await page.close().catch(() => {})
    page = await browser.newPage()
    await go([orderOf(number)])
  }
  await pause(500)
  await page.close().catch(() => {})
  return new Map(
    numbers.map((number) => {
      const key = `${kind}:${number}`
      const attacker = attackers.get(number)!
      const { evidence, changed } = reports.get(key)!
      const isForged = theatre.server
        .events()
        .some(({ name, data }) => name === `forged ${key}` || (name === 'taken' && data?.key === key))
      const achieved = [
        ...(evidence ? ['own evidence'] : []),
        ...changed.filter((what) => kind === 'nuisance' || !DISTURBANCES.includes(what)),
        ...((kind === 'navigation' ? attacker.isAsked() : attacker.isReached()) ? ['attacker’s server'] : []),
        ...(isForged ? ['forged event'] : []),
      ]
      return [number, achieved]
    }),
  )
}

/**
 * Makes every attempt of a class twice, without walls and with them, at the same time in two browsers that share
 * nothing. What a busy machine may have done is tried once more: a control that failed and a mere disturbance, where
 * they were not expected. What was read, run or reached once is never forgiven.
 */
export async function prove(
  browsers: Record<Shape, Browser>,
  kind: AttemptClass,
  expected: Record<Shape, string[]>,
): Promise<Finding[]> {
  const theatres = { control: await openTheatre(), success: await openTheatre() }
  try {
    const numbers = [...ATTEMPTS[kind].keys()]
    const run = async (shape: Shape) => {
      const go = (some: number[]) => tryAll(browsers[shape], theatres[shape], shape, kind, some)
      const achieved = await go(numbers)
      const isOdd = (number: number) =>
        !expected[shape].includes(`${kind}: ${ATTEMPTS[kind][number]!.name}`) &&
        (shape === 'control'
          ? achieved.get(number)!.length === 0
          : kind === 'nuisance' && achieved.get(number)!.length > 0)
      for (const [number, again] of await go(numbers.filter(isOdd))) achieved.set(number, again)
      return achieved
    }
    const [control, success] = await Promise.all(SHAPES.map(run))
    return ATTEMPTS[kind].map(({ name }, number) => ({
      kind,
      name,
      control: control!.get(number)!,
      success: success!.get(number)!,
    }))
  } finally {
    for (const { server, attackers } of Object.values(theatres)) {
      for (const attacker of attackers) attacker.close()
      await server.close()
    }
  }
}
