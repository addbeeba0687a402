import type { Implementation } from '../../schema/wire/api'
import type { Answer } from '../data/query'
import { Fresh } from '../Figure/Figure'
import { formatAgo, formatNumber, hostOf } from '../format'
import { Panel } from '../Panel/Panel'
import { Status } from '../Panel/Status'
import './EndUserDashboard.css'

export const WidgetPortfolio = ({ widgets }: { widgets: Answer<Implementation[]> }) => (
  <Panel
    title="Widgets"
    class="full"
    answer={widgets}
    isEmpty={(widgets) => widgets.length === 0}
    empty={
      <>
        <p>No widget on your site yet. Choose one, paste one line into your page, and watch it here.</p>
        <a class="button primary" href="/marketplace">
          To the marketplace
        </a>
      </>
    }
  >
    {(widgets) => (
      <ul class="cards">
        {widgets.map((widget) => (
          <li key={widget.id} class="card">
            <header>
              <a href={`/widget/${widget.id}`}>{widget.name}</a>
              <Status of={widget.status} />
            </header>
            <p class="soft">{hostOf(widget.implementationUrl)}</p>
            <footer>
              <span>
                <b>
                  <Fresh value={formatNumber(widget.usageCount)} />
                </b>{' '}
                uses
              </span>
              <span class="soft">
                {widget.lastActivity ? `seen ${formatAgo(widget.lastActivity)}` : 'not seen yet'}
              </span>
            </footer>
          </li>
        ))}
      </ul>
    )}
  </Panel>
)
