import { OrielWidget, type WidgetHandle } from '@oriel/sdk/react'
import { createElement as h, StrictMode, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'

const server = 'https://oriel.example'

/** Two routes; leaving one takes its widgets along. */
function App() {
  const [route, setRoute] = useState('poll')
  const [events, setEvents] = useState<string[]>([])
  const dialog = useRef<WidgetHandle>(null)
  const tell = (event: string) => setEvents((before) => [...before, event])
  const button = (label: string, onClick: () => void) => h('button', { type: 'button', onClick }, label)
  return h(
    'main',
    null,
    h('h1', null, 'React with routes'),
    h(
      'nav',
      { 'aria-label': 'Pages' },
      button('Show poll', () => setRoute('poll')),
      button('Show contact', () => setRoute('contact')),
      button('Open dialog', () => dialog.current?.open()),
    ),
    h(OrielWidget, {
      key: route,
      server,
      implementation: `im_${route}`,
      title: route,
      onReady: () => tell(`ready ${route}`),
      onEvent: ({ name }) => tell(`event ${name}`),
    }),
    h(OrielWidget, {
      ref: dialog,
      server,
      implementation: 'im_contact',
      mode: 'dialog',
      onOpen: () => tell('open'),
      onClose: () => tell('close'),
    }),
    h('output', null, events.join(', ')),
  )
}

createRoot(document.getElementById('app')!).render(h(StrictMode, null, h(App)))
