import type { BulkResult } from '../../schema/wire/admin'
import { Dialog } from '../Dialog/Dialog'

/** What became of one, by a name that people know. */
export type Named = BulkResult['results'][number]

export const troubleIn = (results: Named[]) => results.filter(({ ok }) => !ok)

/** Says of each what became of it, once something did not go well. */
export function ResultsDialog({ results, onClose }: { results: Named[]; onClose: () => void }) {
  const trouble = troubleIn(results).length
  return (
    <Dialog title={`Not done: ${trouble} of ${results.length}`} onClose={onClose}>
      <ul class="results">
        {results.map((result) => (
          <li key={result.target} class={result.ok ? 'soft' : 'trouble-line'}>
            <b>{result.target}</b>: {result.ok ? 'Done.' : result.message}
          </li>
        ))}
      </ul>
      <button class="button" onClick={onClose}>
        Close
      </button>
    </Dialog>
  )
}
