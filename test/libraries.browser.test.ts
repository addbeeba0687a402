import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { launchChromium } from './chromium'
import { startEmbedServer, type EmbedServer } from './embed-server'
import { buildWidget, HostPage } from './host-page'

/** Widgets that bring libraries which reach into Preact, on the runtime's Preact. */
let browser: Browser
let server: EmbedServer
let host: HostPage
let folder: string

const CONFIG = `import { defineConfig } from '@oriel/sdk/config'
import { z } from 'zod'
export default defineConfig({
  name: 'library', title: 'Library', description: '', version: '1.0.0', height: 100, entry: './widget.tsx',
  config: z.object({}),
})
`

async function show(widget: string) {
  await writeFile(join(folder, 'oriel.config.ts'), CONFIG)
  await writeFile(join(folder, 'widget.tsx'), widget)
  server.widgets.set('im_library', await buildWidget(folder))
  host = await HostPage.open(browser, server)
  await host.visit(`<oriel-widget implementation="im_library"></oriel-widget>${host.loader}`)
  return host.inner()
}

beforeAll(async () => {
  server = await startEmbedServer()
  browser = await launchChromium()
  // Inside the repository, so that widgets find the packages they import.
  await mkdir('node_modules/.oriel-test', { recursive: true })
  folder = await mkdtemp(resolve('node_modules/.oriel-test/library-'))
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  await rm(folder, { recursive: true })
})
afterEach(async () => {
  expect(host.trouble).toEqual([])
  await host.page.close()
})

test('signals update what shows them', async () => {
  const inner = await show(`
    import { computed, signal } from '@preact/signals'
    const votes = signal(1)
    const twice = computed(() => votes.value * 2)
    let renders = 0
    export default function Signals() {
      renders++
      return <button onClick={() => votes.value++}>{votes} {twice} <i>{renders}</i></button>
    }`)
  expect(await inner.textContent('button')).toBe('1 2 1')
  await inner.click('button')
  await inner.waitForFunction(() => document.querySelector('button')!.textContent === '2 4 1')
})

test('code for React runs by the compatibility layer that the bundle brings', async () => {
  const inner = await show(`
    import { Children, cloneElement, createContext, forwardRef, lazy, memo, Suspense, useContext, useId,
      useImperativeHandle, useRef, useState, useSyncExternalStore } from 'react'
    import { createPortal } from 'react-dom'
    const Tone = createContext('low')
    const Field = forwardRef(function Field({ label }: { label: string }, ref) {
      const input = useRef<HTMLInputElement>(null)
      const id = useId()
      useImperativeHandle(ref, () => ({ clear: () => { input.current!.value = '' } }))
      return <p><label htmlFor={id}>{label}</label><input id={id} ref={input} defaultValue="text" /></p>
    })
    const Tones = memo(() => <b>{useContext(Tone)}</b>)
    const Later = lazy(async () => ({ default: () => <u>later</u> }))
    const All = ({ children }: { children: React.ReactNode }) =>
      <ul>{Children.map(children, (child, index) => <li>{cloneElement(child as React.ReactElement<{ title: string }>, { title: String(index) })}</li>)}</ul>
    export default function React() {
      const field = useRef<{ clear(): void }>(null)
      const [tone, setTone] = useState('high')
      const online = useSyncExternalStore(() => () => {}, () => 'online')
      return (
        <Tone.Provider value={tone}>
          <Field ref={field} label="Name" />
          <Tones />
          <Suspense fallback={<u>wait</u>}><Later /></Suspense>
          <All><a>1</a><a>2</a></All>
          <output>{online}</output>
          <button onClick={() => { field.current!.clear(); setTone('other') }}>Clear</button>
          {createPortal(<em>elsewhere</em>, document.body)}
        </Tone.Provider>
      )
    }`)
  await inner.waitForFunction(() => document.querySelector('u')!.textContent === 'later')
  expect(await inner.textContent('b')).toBe('high')
  expect(await inner.textContent('output')).toBe('online')
  expect(await inner.textContent('body > em')).toBe('elsewhere')
  expect(
    await inner.locator('li a').evaluateAll((found) => found.map((link) => link.getAttribute('title'))),
  ).toEqual(['0', '1'])
  await inner.click('button')
  await inner.waitForFunction(() => document.querySelector('b')!.textContent === 'other')
  expect(await inner.inputValue('input')).toBe('')
  expect(await inner.getAttribute('label', 'for')).toBe(await inner.getAttribute('input', 'id'))
})
