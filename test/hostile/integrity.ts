import { add, attempt, call, neighbour, pause, runAs, top, type Attempt } from './attempt'
import { code, hasRun } from './code'
import { forging } from './forging'
import { messages } from './messages'

const marker = () => top().document.getElementById('marker')!

const defacing: Attempt[] = [
  attempt('changes text of the host page', () => (marker().textContent = 'defaced')),
  attempt('writes markup into the host page', () => (marker().innerHTML = '<b>defaced</b>')),
  attempt('changes an attribute of the host page', () => marker().setAttribute('title', 'defaced')),
  attempt('adds a style to the host page', () => add('style', { id: 'planted' }, top().document.head)),
  attempt('adds a script to the host page', () => {
    const script = top().document.createElement('script')
    script.textContent = 'owned = true'
    top().document.head.append(script)
  }),
  attempt('runs code as the host page', () => runAs(top(), 'window.owned = true')),
  attempt('runs code in a timer of the host page', () => call(top(), 'setTimeout', 'window.owned = true')),
  attempt('adds a listener to the host page', () =>
    top().document.addEventListener('beat', () => Reflect.set(top(), 'owned', true)),
  ),
  attempt(
    'replaces a function of the host page',
    () => Reflect.set(top(), 'fetch', () => {}) && top().fetch.length === 0,
  ),
  attempt('replaces the global command of the loader', () => Reflect.set(top(), 'oriel', 'taken')),
  attempt('pollutes prototypes of the host page', () =>
    Reflect.set(Reflect.get(top(), 'Object').prototype, 'polluted', true),
  ),
  attempt('pollutes arrays of the host page', () =>
    Reflect.set(Reflect.get(top(), 'Array').prototype, 'polluted', true),
  ),
  attempt('defines an element on the host page', () =>
    runAs(
      top(),
      'customElements.define(`x-${Math.random()}`, class extends HTMLElement {}); window.owned = true',
    ),
  ),
  attempt('sets a cookie of the host page', () => (top().document.cookie = 'planted=1')),
  attempt('sets a cookie of its origin past the prelude', () =>
    Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')!.set!.call(document, 'planted=1'),
  ),
  attempt('writes to localStorage of the host page', () => top().localStorage.setItem('planted', '1')),
  attempt('registers a service worker', async ({ host }) => {
    await navigator.serviceWorker.register(`${host}/service-worker.js`)
    return true
  }),
  attempt('puts a file into the origin’s private files', async () => {
    await (await navigator.storage.getDirectory()).getFileHandle('planted', { create: true })
    return true
  }),
  attempt(
    'opens a database',
    () =>
      new Promise((resolve) => {
        indexedDB.open('planted').onsuccess = () => resolve(true)
      }),
  ),
  attempt('opens a cache', async () => Boolean(await caches.open('planted'))),
]

const climbing: Attempt[] = [
  attempt('takes the sandbox off its own frame', () => {
    frameElement!.setAttribute('sandbox', 'allow-scripts allow-same-origin')
    return true
  }),
  attempt('takes the sandbox off the outer frame', () => {
    parent.frameElement!.removeAttribute('sandbox')
    return true
  }),
  attempt('takes the policy out of its document', async () => {
    document.querySelectorAll('meta').forEach((meta) => meta.remove())
    const script = add('script')
    script.textContent = 'ran = true'
    await pause(50)
    add('script').textContent = 'ran = true'
    return hasRun()
  }),
  attempt('runs code as the outer frame', () => runAs(parent, 'return true')),
  attempt('changes the outer frame', () => {
    parent.document.title = 'defaced'
    return true
  }),
  attempt('changes the neighbour', () => (neighbour()[1].document.body.textContent = 'defaced')),
  attempt('runs code as the neighbour', () => runAs(neighbour()[1], 'document.body.textContent = "defaced"')),
  attempt('removes the neighbour', () => neighbour()[0].frameElement!.remove()),
  attempt('closes the neighbour', () => {
    neighbour()[0].close()
    runAs(neighbour()[0], 'window.frameElement.remove()')
  }),
]

/** Everything that is not the widget's own, and code that no hash stands for. */
export const integrity: Attempt[] = [...defacing, ...climbing, ...code, ...messages, ...forging]
