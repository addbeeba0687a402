import { useConfiguration, useHost, useLocale, useTheme, useTrack, type Json } from '@oriel/sdk'
import { useState } from 'preact/hooks'
import type config from './oriel.config'

export default function Probe() {
  const { greeting, secret } = useConfiguration<typeof config>()
  const { locale, direction } = useLocale()
  const theme = useTheme()
  const track = useTrack()
  const [height, setHeight] = useState('100px')
  const [isBroken, setBroken] = useState(false)
  const commands: Record<string, (data: Json) => void> = {
    echo: (data) => host.send('echo', data),
    track: (data) => track('poked', { data }),
    grow: (data) => setHeight(`${String(data)}`),
    open: () => host.open(),
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
    </main>
  )
}
