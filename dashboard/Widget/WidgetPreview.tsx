import { useEffect, useRef, useState } from 'preact/hooks'
import type { Implementation } from '../../schema/wire/api'
import {
  isGreeting,
  PROTOCOL,
  type FrameMessage,
  type Greeting,
  type HostMessage,
} from '../../schema/wire/message'
import { Panel } from '../Panel/Panel'
import { isDark } from '../Theme/theme'

type View = { state: 'loading' } | { state: 'refused'; reason: string } | { state: 'shown' }

const REASONS: Record<string, string> = {
  unknown: 'This widget no longer exists.',
  paused: 'This widget is paused. Resume it to see it here.',
  suspended: 'This widget is suspended.',
  over_limit: 'This widget is over its limit.',
  unreleased: 'The builder has released no version yet.',
}

/** The widget as visitors see it, in the same sandbox. Its height follows what it tells, as on a real page. */
export function WidgetPreview({ widget }: { widget: Implementation }) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [view, setView] = useState<View>({ state: 'loading' })
  const [height, setHeight] = useState(320)
  const theme = isDark() ? 'dark' : 'light'

  useEffect(() => {
    const greet = ({ data, source }: MessageEvent<unknown>) => {
      const target = frame.current?.contentWindow
      if (!target || source !== target || !isGreeting(data)) return
      if (data.refused) return setView({ state: 'refused', reason: data.refused })
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = ({ data }: MessageEvent<FrameMessage>) => {
        setView({ state: 'shown' })
        if (data.type === 'resize') setHeight(data.detail)
      }
      // An opaque origin cannot be named; the window is the frame's own.
      target.postMessage({ oriel: PROTOCOL } satisfies Greeting, '*', [port2])
      port1.postMessage({
        type: 'context',
        configuration: null,
        colorScheme: theme,
        direction: document.dir || 'ltr',
        locale: document.documentElement.lang,
      } satisfies HostMessage)
    }
    addEventListener('message', greet)
    return () => removeEventListener('message', greet)
  }, [theme])

  // A change of any of these is another document.
  const made = `${widget.updatedAt} ${widget.status} ${widget.version} ${theme}`
  return (
    <Panel title="Preview" answer={{ state: 'ready', data: made, retry: () => {} }} class="preview">
      {(made) => (
        <>
          {view.state === 'refused' && <p class="plain soft">{REASONS[view.reason]}</p>}
          <iframe
            key={made}
            ref={frame}
            src={`/w/${widget.id}?preview=1`}
            title={`Preview of ${widget.name}`}
            sandbox="allow-scripts"
            style={{ height: `${height}px`, colorScheme: theme }}
            hidden={view.state === 'refused'}
          />
          <p class="hint">As saved. Saving loads it again.</p>
        </>
      )}
    </Panel>
  )
}
