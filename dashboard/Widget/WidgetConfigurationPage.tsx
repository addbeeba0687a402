import { useState } from 'preact/hooks'
import { useRoute } from 'preact-iso/router'
import type { JsonObject } from '../../schema/wire/json'
import { configure, getWidget } from '../data/api'
import { useQuery } from '../data/query'
import { Failed, Skeleton } from '../Panel/Panel'
import { complain, toast } from '../Toasts/Toasts'
import { ConfigurationPanel } from './ConfigurationPanel'
import { mergePatch } from './configuration'
import { widgetQuery } from './WidgetPage'
import { WidgetPreview } from './WidgetPreview'
import './Widget.css'

/** Settings on one side, what they look like on the other. */
export function WidgetConfigurationPage() {
  const id = useRoute().params.widgetId ?? ''
  const answer = useQuery(`widgets/${id}`, () => getWidget(id))
  const [draft, setDraft] = useState<JsonObject>()

  if (answer.state === 'loading') return <Skeleton lines={10} />
  if (answer.state === 'failed') return <Failed {...answer} />
  const widget = answer.data

  const change = async (patch: JsonObject) => {
    const changed = await configure(id, patch)
    widgetQuery(id).put(changed)
    setDraft(undefined)
    return changed
  }
  const save = async (patch: JsonObject) => {
    const changed = await change(patch)
    const back = mergePatch(changed.configuration, widget.configuration)
    const undo = () => void change(back).catch(complain)
    toast('Saved. Visitors see it within seconds.', { label: 'Undo', run: undo })
  }
  return (
    <>
      <div class="title">
        <div>
          <a class="crumb" href={`/widget/${id}`}>
            {widget.name}
          </a>
          <h1>Configure</h1>
        </div>
      </div>
      <div class="grid">
        <ConfigurationPanel
          widget={widget}
          draft={draft ?? widget.configuration}
          onDraft={setDraft}
          onSave={save}
        />
        <WidgetPreview widget={widget} />
      </div>
    </>
  )
}
