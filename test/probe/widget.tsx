import {
  copyText,
  Link,
  useConfiguration,
  useHost,
  useLocale,
  useStorage,
  useTheme,
  useTrack,
  type Json,
} from '@oriel/sdk'
import { useState } from 'preact/hooks'
import type config from './oriel.config'

export default function Probe() {
  const { greeting, secret } = useConfiguration<typeof config>()
  const { locale, direction } = useLocale()
  const theme = useTheme()
  const track = useTrack()
  const [height, setHeight] = useState('100px')
  const [isBroken, setBroken] = useState(false)
  const [hasForm, setForm] = useState(false)
  const [kept, keep] = useStorage<Json>('note', 'nothing')
  const commands: Record<string, (data: Json) => void> = {
    echo: (data) => host.send('echo', data),
    track: (data) => track('poked', { data }),
    grow: (data) => setHeight(`${String(data)}`),
    open: () => host.open(),
    close: () => host.close(),
    keep: async (data) => host.send('kept', await keep(data)),
    copy: async (data) => host.send('copied', await copyText(String(data))),
    form: () => setForm(true),
    link: () => document.querySelector<HTMLElement>('a[href^=https]')!.click(),
    break: () => setBroken(true),
    throw: () => {
      throw new TypeError('thrown on purpose')
    },
    reject: () => void Promise.reject(new RangeError('rejected on purpose')),
    flood: () => Array.from({ length: 60 }, () => track('flood')),
    huge: () => track('huge', { data: 'x'.repeat(20_000) }),
    disturb() {
      localStorage.setItem('a', '1')
      document.cookie = 'b=2; path=/'
      document.cookie = 'c=3'
      history.pushState(null, '', '#x')
      const button = document.body.appendChild(document.createElement('button'))
      button.focus()
      button.scrollIntoView()
      const stored = localStorage.getItem('a')
      host.send('disturbed', [stored, localStorage.length, document.cookie, typeof RTCPeerConnection])
    },
    spin: (data) => {
      const end = performance.now() + Number(data)
      while (performance.now() < end);
    },
  }
  const host = useHost((name, data) => commands[name]?.(data))
  if (isBroken) throw new Error('broken on purpose')
  return (
    <main style={{ height }}>
      {greeting}, {secret}, {theme}, {locale}, {direction}
      {hasForm && <Markup kept={kept} />}
    </main>
  )
}

/** Plain markup, as somebody writes it who has not heard of sandboxes. */
function Markup({ kept }: { kept: Json }) {
  const track = useTrack()
  const submit = (name: string) => (event: Event) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    track(name, Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, String(value)])))
  }
  return (
    <>
      <form id="checked" onSubmit={submit('submitted')} data-oriel-track="form">
        <input name="email" type="email" required aria-label="Email" />
        <button>Send</button>
      </form>
      <form id="single" onSubmit={submit('searched')}>
        <input name="query" aria-label="Query" />
      </form>
      <form id="sends" action="https://elsewhere.example/" method="post">
        <button>Send away</button>
      </form>
      <button data-oriel-track="marked">Marked</button>
      <Link href="https://elsewhere.example/page">Elsewhere</Link>
      <a href="javascript:alert(1)">Script</a>
      <output>{JSON.stringify(kept)}</output>
    </>
  )
}
