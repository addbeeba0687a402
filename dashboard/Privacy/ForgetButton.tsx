import { useState } from 'preact/hooks'
import { forgetSession, showJob } from '../data/privacy'
import { Dialog } from '../Dialog/Dialog'
import { Form } from '../Form/Form'
import { Icon } from '../Icon/Icon'
import { toast } from '../Toasts/Toasts'
import './Privacy.css'

/** At a visitor's event: the way to make all events of that visit nobody's. */
export function ForgetButton({ widget, session }: { widget: string; session: string }) {
  const [isAsking, setAsking] = useState(false)
  const forget = async () => {
    await showJob(await forgetSession(widget, session))
    setAsking(false)
    toast('The visitor is being forgotten. Your account page shows how far it is.')
  }
  return (
    <>
      <button
        class="quiet forget"
        aria-label="Forget this visitor"
        title="Forget this visitor"
        onClick={() => setAsking(true)}
      >
        <Icon name="forget" />
      </button>
      {isAsking && (
        <Dialog title="Forget this visitor?" onClose={() => setAsking(false)}>
          <Form
            class="danger"
            submit="Forget"
            onSubmit={forget}
            actions={
              <button type="button" class="button" onClick={() => setAsking(false)}>
                Cancel
              </button>
            }
          >
            <p class="plain">
              What was sent in this visit, and on which device, is removed for good. That something happened,
              and when, stays counted.
            </p>
          </Form>
        </Dialog>
      )}
    </>
  )
}
