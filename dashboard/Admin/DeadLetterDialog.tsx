import { useState } from 'preact/hooks'
import type { DeadLetter } from '../../schema/wire/admin'
import { invalidFields } from '../../schema/wire/error'
import { isObject, type JsonObject } from '../../schema/wire/json'
import { discardDeadLetter, replayDeadLetter } from '../data/admin'
import { Dialog } from '../Dialog/Dialog'
import { Field, TextArea } from '../Form/Field'
import { Form } from '../Form/Form'
import { formatMoment } from '../format'
import { toast } from '../Toasts/Toasts'
import './DeadLetterDialog.css'

type Props = { letter: DeadLetter; onClose: () => void; onDecided: () => void }

/** Shows an event that could not be stored, to be mended or given up. */
export function DeadLetterDialog({ letter, onClose, onDecided }: Props) {
  const [isGivenUp, setGivenUp] = useState(false)
  const isOpen = letter.state === 'open' || letter.state === 'replaying'
  const store = async (value: (name: string) => string) => {
    await replayDeadLetter(letter.id, { event: readEvent(value('event')) })
    toast('The event is stored')
    onDecided()
  }
  const giveUp = async (value: (name: string) => string) => {
    await discardDeadLetter(letter.id, { reason: value('reason') })
    toast('The event is discarded')
    onDecided()
  }
  const text = letter.event ? JSON.stringify(letter.event, null, 2) : ''
  return (
    <Dialog title="An event that could not be stored" onClose={onClose}>
      <div class="dead-letter">
        <p class="soft">
          {formatMoment(letter.at)}, <code>{letter.implementationId}</code>
        </p>
        {letter.reason && <p class="words">{letter.reason}</p>}
        {!letter.event && <p>Its content was removed, because a visitor or its age asked for that.</p>}
        {isOpen && letter.event && !isGivenUp && (
          <Form
            submit="Store"
            onSubmit={store}
            actions={
              <button type="button" class="button" onClick={() => setGivenUp(true)}>
                Give up
              </button>
            }
          >
            <TextArea
              name="event"
              label="The event"
              rows={12}
              required
              defaultValue={text}
              hint="Mend what the store could not take. Whose the event is and when it was stay as they are."
            />
          </Form>
        )}
        {isOpen && (isGivenUp || !letter.event) && (
          <Form submit="Discard" class="danger" onSubmit={giveUp}>
            <Field
              name="reason"
              label="Reason"
              required
              maxLength={500}
              hint="It stays on record, and the event stays counted as quarantined."
            />
          </Form>
        )}
        {!isOpen && letter.event && <pre>{text}</pre>}
      </div>
    </Dialog>
  )
}

function readEvent(text: string): JsonObject {
  try {
    const event: unknown = JSON.parse(text)
    if (isObject(event)) return event as JsonObject
  } catch (error) {
    throw invalidFields([{ path: 'event', message: `This is not JSON: ${(error as SyntaxError).message}` }])
  }
  throw invalidFields([{ path: 'event', message: 'This must be a JSON object.' }])
}
