import { useState } from 'preact/hooks'
import { deleteAccount } from '../data/account'
import { known } from '../data/query'
import { Dialog } from '../Dialog/Dialog'
import { Form } from '../Form/Form'
import { Password } from '../Form/Password'
import { Panel } from '../Panel/Panel'
import { toast } from '../Toasts/Toasts'
import { useUser } from '../User/UserProvider'

/** The way out, behind a question and the password. */
export function DeleteAccount() {
  const { accept } = useUser()
  const [isAsking, setAsking] = useState(false)
  const leave = async (password: string) => {
    await deleteAccount(password)
    accept(null)
    toast('Your account is deleted')
  }
  return (
    <Panel title="Delete the account" class="full" answer={known(isAsking)}>
      {(isAsking) => (
        <>
          <p class="plain soft">
            Your widgets stop on every site at once, and your projects and keys are gone. What was bought and
            paid stays on record.
          </p>
          <div class="actions">
            <button class="button danger" onClick={() => setAsking(true)}>
              Delete my account
            </button>
          </div>
          {isAsking && (
            <Dialog title="Delete your account?" onClose={() => setAsking(false)}>
              <Form
                class="danger"
                submit="Delete for good"
                onSubmit={(value) => leave(value('password'))}
                actions={
                  <button type="button" class="button" onClick={() => setAsking(false)}>
                    Keep it
                  </button>
                }
              >
                <p class="plain">This cannot be undone.</p>
                <Password />
              </Form>
            </Dialog>
          )}
        </>
      )}
    </Panel>
  )
}
