import type { Orders } from './attempt'

/**
 * The host page's script: it keeps secrets worth stealing, shows a neighbour widget, lets hostile widgets at both, and
 * watches what changes. Runs in the browser.
 */
type Widget = HTMLElement & { send: (name: string, data: unknown) => void }
type Report = { isDone: boolean; evidence: boolean; changed: string[] }

/** How long an attempt has, and how long its consequences may take to show, ms. */
const PATIENCE_MS = 1600
const SETTLE_MS = 180
const ARRIVAL_MS = 700

const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms))
const field = document.querySelector('input')!
const neighbour = document.querySelector<Widget>('#neighbour')!
const place = document.getElementById('place')!
const reports: Record<string, Report> = {}
const oddities = new Set<string>()
let said = 0
let stalledMs = 0
let heights = 0

Object.assign(window, { account: 'canary-account' })
document.cookie = 'session=canary-cookie'
localStorage.setItem('session', 'canary-local')
sessionStorage.setItem('session', 'canary-session')
history.replaceState({ account: 'canary-state' }, '')
indexedDB.open('canary-database')
void caches?.open('canary-cache')
void navigator.storage
  ?.getDirectory?.()
  .then((files) => files.getFileHandle('canary-file', { create: true }))
  .catch(() => {})
void navigator.locks?.request('canary-lock', () => new Promise(() => {}))
const channel = new BroadcastChannel('host')
setInterval(() => {
  channel.postMessage('canary-broadcast')
  postMessage('canary-message')
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'canary-key', bubbles: true }))
  document.dispatchEvent(new Event('beat'))
}, 60)
let beatAt = performance.now()
setInterval(() => {
  stalledMs = Math.max(stalledMs, performance.now() - beatAt)
  beatAt = performance.now()
}, 5)

addEventListener('oriel:event', () => said++)
addEventListener('oriel:owned', () => oddities.add('events of the page'))
addEventListener('oriel:error', (event) => {
  if ((event as CustomEvent).detail?.code === 'suspended') oddities.add('refused widget')
})
neighbour.addEventListener('oriel:event', (event) => {
  if ((event as CustomEvent).detail?.name === 'taken') oddities.add('words of the neighbour')
})

const next = (target: EventTarget, type: string, ms: number, isIt: (event: Event) => boolean = () => true) =>
  new Promise<Event | undefined>((resolve) => {
    const listen = (event: Event) => {
      if (!isIt(event)) return
      target.removeEventListener(type, listen)
      resolve(event)
    }
    target.addEventListener(type, listen)
    setTimeout(resolve, ms, undefined)
  })
const nameIs = (name: string) => (event: Event) => (event as CustomEvent).detail?.name === name

async function askNeighbour(): Promise<string> {
  const seen = next(neighbour, 'oriel:event', 1500, nameIs('seen'))
  neighbour.send('look', null)
  return String(((await seen) as CustomEvent | undefined)?.detail.data)
}

/** Everything that an attempt could change, by a name for the report. */
const look = async (): Promise<Record<string, unknown>> => ({
  'text of the page': document.getElementById('marker')?.outerHTML,
  'title of the page': document.title,
  'script of the page': ['owned', 'polluted'].some((name) => name in window || name in {}),
  'style of the page': document.getElementById('planted') !== null,
  'command of the loader': typeof Reflect.get(window, 'oriel'),
  'cookies of the page': document.cookie,
  'storage of the page': JSON.stringify(localStorage),
  neighbour: neighbour.isConnected && getComputedStyle(neighbour).display,
  'text of the neighbour': await askNeighbour(),
  'odd events': [...oddities].join(),
  'address of the page': location.href,
  focus: document.activeElement === field,
  'scroll position': Math.round(scrollY),
  history: history.length,
  'stalled page': stalledMs > 600,
  'flood of events': said > 200,
  'height of the widget': place.scrollHeight > 11_000,
  'restless height': heights > 60,
})

function addWidget(markup: string): Widget {
  place.insertAdjacentHTML('beforeend', markup)
  return place.lastElementChild as Widget
}

async function attack(markup: string, orders: Orders, settleMs: number): Promise<Report> {
  const widget = addWidget(markup)
  const frame = widget.querySelector('iframe')!
  const [isReady] = await Promise.all([next(widget, 'oriel:ready', 5000), next(frame, 'load', 5000)])
  if (!isReady) return { isDone: false, evidence: false, changed: ['no widget'] }
  const done = next(widget, 'oriel:event', PATIENCE_MS, nameIs('done'))
  const gone = next(frame, 'load', PATIENCE_MS)
  widget.send('attack', orders)
  const answer = await Promise.race([done, gone])
  const detail = answer?.type === 'oriel:event' ? (answer as CustomEvent).detail : undefined
  await pause(settleMs)
  return { isDone: detail !== undefined, evidence: detail?.data === true, changed: [] }
}

/** One after the other, until one has changed something: then the page is used up, and the rest needs a new one. */
async function attackInTurn(markup: string, orders: Orders[]) {
  for (const order of orders) {
    field.focus({ preventScroll: true })
    scrollTo(0, 0)
    said = stalledMs = heights = 0
    const before = await look()
    const observer = new MutationObserver((records) => {
      heights += records.filter(({ target }) => target instanceof HTMLIFrameElement).length
    })
    observer.observe(place, { subtree: true, attributeFilter: ['style'] })
    const report = await attack(markup, order, SETTLE_MS)
    observer.disconnect()
    const after = await look()
    report.changed.push(...Object.keys(after).filter((name) => after[name] !== before[name]))
    reports[order.key] = report
    if (report.changed.length > 0) break
    place.replaceChildren()
  }
}

async function attackAtOnce(markup: string, orders: Orders[]) {
  getSelection()!.selectAllChildren(document.getElementById('secret')!)
  const group = 12
  for (let first = 0; first < orders.length; first += group) {
    const some = orders.slice(first, first + group)
    const made = await Promise.all(some.map((order) => attack(markup, order, ARRIVAL_MS)))
    some.forEach(({ key }, index) => (reports[key] = made[index]!))
    place.replaceChildren()
  }
}

const isReady = next(neighbour, 'oriel:ready', 5000).then(Boolean)
let isOver = false
Object.assign(window, {
  stage: {
    isReady: () => isReady,
    async start(markup: string, orders: Orders[], isInTurn: boolean) {
      await (isInTurn ? attackInTurn : attackAtOnce)(markup, orders)
      isOver = true
    },
    tell: () => ({ isOver, reports }),
  },
})
