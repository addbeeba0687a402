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
    toast('Your account is deleted. The mail that we sent can bring it back.')
  }
  return (
    <Panel title="Delete the account" class="full" answer={known(isAsking)}>
      {(isAsking) => (
        <>
          <p class="plain soft">
            Your widgets stop on every site at once, your keys end, and your projects are offered to nobody
            any more; sites that already run one go on, and their owners are told. For 14 days a link in a
            mail brings everything but the keys back. Then what we know about you is erased. What was bought
            and paid stays on record, without your name.
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
                submit="Yes, delete it"
                onSubmit={(value) => leave(value('password'))}
                actions={
                  <button type="button" class="button" onClick={() => setAsking(false)}>
                    Keep it
                  </button>
                }
              >
                <p class="plain">You are signed out everywhere. You have 14 days to come back.</p>
                <Password />
              </Form>
            </Dialog>
          )}
        </>
      )}
    </Panel>
  )
}
