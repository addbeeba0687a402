import { listInsights } from '../data/api'
import { useQuery } from '../data/query'
import { Panel } from '../Panel/Panel'

const MOST = 3

/** What stands out in the last days, in sentences, the most important first. */
export const Insights = () => (
  <Panel
    title="Worth knowing"
    class="full"
    answer={useQuery('insights', listInsights)}
    isEmpty={({ insights }) => insights.length === 0}
    empty={<p>Nothing stands out in the last 7 days.</p>}
  >
    {({ insights }) => (
      <ul class="insights">
        {insights.slice(0, MOST).map(({ sentence, recommendation, evidence }) => (
          <li key={sentence}>
            <i class={`marker ${evidence.metric === 'loads' ? 'loads' : 'errors'}`} />
            <span>
              {sentence} <span class="soft">{recommendation}</span>
            </span>
          </li>
        ))}
      </ul>
    )}
  </Panel>
)
