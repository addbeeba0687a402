import { useRoute } from 'preact-iso/router'
import type { Implementation } from '../../schema/wire/api'
import { getUsage, getWidget, setOrigins, setStatus } from '../data/api'
import { query, useQuery } from '../data/query'
import { range } from '../data/range'
import { TextArea } from '../Form/Field'
import { Form } from '../Form/Form'
import { formatDate } from '../format'
import { Failed, Panel, Skeleton } from '../Panel/Panel'
import { Status } from '../Panel/Status'
import { complain, toast } from '../Toasts/Toasts'
import { UsageAnalytics } from '../Usage/UsageAnalytics'
import { VisitorData } from '../Privacy/VisitorData'
import { EmbedCodeGenerator } from './EmbedCodeGenerator'
import './Widget.css'

/** The query of one implementation, shared by all that show or change it. */
export const widgetQuery = (id: string) => query(`widgets/${id}`, () => getWidget(id))

/** One implementation: its line of code, its use, and where it may stand. */
export function WidgetPage() {
  const id = useRoute().params.widgetId ?? ''
  const name = range.value
  const answer = useQuery(`widgets/${id}`, () => getWidget(id))
  const usage = useQuery(`usage ${id} ${name}`, () => getUsage(id, name), true)

  if (answer.state === 'loading') return <Skeleton lines={10} />
  if (answer.state === 'failed') return <Failed {...answer} />
  const widget = answer.data
  return (
    <>
      <div class="title">
        <div>
          <a class="crumb" href="/end-user-dashboard">
            Overview
          </a>
          <h1>{widget.name}</h1>
          <p>
            {widget.projectName} {widget.version ?? '(not released)'} on{' '}
            <a href={widget.implementationUrl}>{widget.implementationUrl}</a>, since{' '}
            {formatDate(widget.createdAt)}
          </p>
        </div>
        <Status of={widget.status} />
        <PauseButton widget={widget} />
        <a class="button primary" href={`/widget/${id}/configure`}>
          Configure
        </a>
      </div>
      <div class="grid">
        <div class="full">
          <UsageAnalytics usage={usage} />
        </div>
        <EmbedCodeGenerator widget={widget} />
        <AllowedSites widget={widget} />
        <VisitorData widget={widget} onChange={widgetQuery(id).put} />
      </div>
    </>
  )
}

/** Suspension and limits are lifted by others; the owner only pauses and resumes. */
function PauseButton({ widget: { id, name, status } }: { widget: Implementation }) {
  if (status !== 'active' && status !== 'paused') return null
  const next = status === 'active' ? 'paused' : 'active'
  const change = async () => {
    widgetQuery(id).put(await setStatus(id, next))
    toast(next === 'active' ? `${name} is active again` : `${name} is paused: visitors do not see it`)
  }
  return (
    <button class="button" onClick={() => void change().catch(complain)}>
      {next === 'paused' ? 'Pause' : 'Resume'}
    </button>
  )
}

const AllowedSites = ({ widget: { id, origins } }: { widget: Implementation }) => (
  <Panel title="Allowed sites" answer={{ state: 'ready', data: origins, retry: () => {} }}>
    {(origins) => (
      <Form
        submit="Save sites"
        onSubmit={async (value) => {
          const lines = value('origins').split(/\s+/).filter(Boolean)
          widgetQuery(id).put(await setOrigins(id, lines))
          toast('Saved. Browsers show the widget on these sites only.')
        }}
      >
        <TextArea
          key={origins.join()}
          name="origins"
          label="One per line"
          required
          rows={Math.max(3, origins.length + 1)}
          defaultValue={origins.join('\n')}
          hint="Such as https://www.example.com, or https://*.example.com for every subdomain."
        />
      </Form>
    )}
  </Panel>
)
