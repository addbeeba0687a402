import { useState } from 'preact/hooks'
import { DEAD_LETTER_STATES, type DeadLetter } from '../../schema/wire/admin'
import { listDeadLetters, type View } from '../data/admin'
import { formatAgo, formatMoment } from '../format'
import { DeadLetterDialog } from './DeadLetterDialog'
import { Listing, type Filter } from './Listing'

const STATES: Record<DeadLetter['state'], string> = {
  open: 'Open',
  replaying: 'Cut off',
  replayed: 'Stored',
  discarded: 'Discarded',
}
const STATE_COLOR: Record<DeadLetter['state'], string> = {
  open: 'in_review',
  replaying: 'failed',
  replayed: 'done',
  discarded: '',
}
const FILTER: Filter = {
  name: 'state',
  label: 'State',
  options: Object.fromEntries(DEAD_LETTER_STATES.map((state) => [state, STATES[state]])),
}

/** What is searched for is an id of a builder or an implementation, or words of the reason. */
function questionOf({ search = '', ...view }: View): View {
  if (/^us_[\w-]{21}$/.test(search)) return { ...view, builder: search }
  if (/^im_[\w-]{21}$/.test(search)) return { ...view, implementation: search }
  return search ? { ...view, reason: search } : view
}

async function ask(view: View) {
  const { data, ...rest } = await listDeadLetters(questionOf(view))
  return { ...rest, data: data.map((letter) => ({ ...letter, name: letter.id })) }
}

/** Accepted events that the store would not take: each is looked at, mended and stored, or given up with a reason. */
export function DeadLettersPage() {
  const [opened, setOpened] = useState<{ letter: DeadLetter; refresh: () => void }>()
  return (
    <>
      <Listing
        title="Dead letters"
        what="dead letters"
        ask={ask}
        filters={[FILTER]}
        columns={(refresh) => [
          {
            title: 'Why',
            tip: ({ reason }) => reason,
            cell: ({ reason, event }) => (
              <>
                {reason.slice(0, 120) || 'The reason was removed'}{' '}
                <span class="soft">{event ? String(event.event_type) : 'Its content was removed'}</span>
              </>
            ),
          },
          {
            title: 'State',
            cell: ({ state }) => <span class={`status ${STATE_COLOR[state]}`}>{STATES[state]}</span>,
          },
          {
            title: 'Implementation',
            class: 'minor',
            tip: ({ builderId }) => `Of builder ${builderId}`,
            cell: ({ implementationId }) => <code>{implementationId}</code>,
          },
          {
            title: 'When',
            class: 'soft minor',
            tip: ({ at }) => formatMoment(at),
            cell: ({ at }) => formatAgo(at),
          },
          {
            title: 'Decide',
            class: 'number',
            cell: (letter) => (
              <button
                class="button"
                aria-label={`Open ${letter.id}`}
                onClick={() => setOpened({ letter, refresh })}
              >
                Open
              </button>
            ),
          },
        ]}
      />
      {opened && (
        <DeadLetterDialog
          letter={opened.letter}
          onClose={() => setOpened(undefined)}
          onDecided={() => {
            setOpened(undefined)
            opened.refresh()
          }}
        />
      )}
    </>
  )
}
