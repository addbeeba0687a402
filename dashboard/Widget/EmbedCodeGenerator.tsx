import { useState } from 'preact/hooks'
import type { Implementation } from '../../schema/wire/api'
import { CopyButton } from '../Copy/CopyButton'
import { known } from '../data/query'
import { Choice } from '../Form/Field'
import { Panel } from '../Panel/Panel'

const WAYS = [
  { value: 'full', label: 'With the script' },
  { value: 'frame', label: 'Frame only' },
]
const THEMES = [
  { value: 'auto', label: 'As the page' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

/** The code to paste, in the ways that the widget can be put on a page. */
export function EmbedCodeGenerator({ widget }: { widget: Implementation }) {
  const [way, setWay] = useState('full')
  const [theme, setTheme] = useState('auto')
  const code = embedCode(widget.embedCode, way, theme)
  return (
    <Panel title="Embed code" answer={known(code)} actions={<CopyButton text={code} shownIn="embed-code" />}>
      {(code) => (
        <>
          <p class="plain soft">
            Paste this where the widget shall stand. Any page on the allowed sites works.
          </p>
          <pre class="code" id="embed-code" tabIndex={0} aria-label="Embed code">
            {code}
          </pre>
          <div class="options">
            <Choice
              name="way"
              label="Kind"
              value={way}
              options={WAYS}
              onText={setWay}
              hint={
                way === 'full' ? 'Grows with its content.' : 'For pages without scripts; its height is fixed.'
              }
            />
            {way === 'full' && (
              <Choice name="theme" label="Theme" value={theme} options={THEMES} onText={setTheme} />
            )}
          </div>
        </>
      )}
    </Panel>
  )
}

/** The API's code, reduced or with attributes. It is the API's so that all ways to get it agree. */
export function embedCode(code: string, way: string, theme: string): string {
  if (way === 'frame') return /<iframe[^>]*><\/iframe>/.exec(code)?.[0] ?? code
  return theme === 'auto' ? code : code.replace('<oriel-widget ', `<oriel-widget theme="${theme}" `)
}
