import type { AdminUser } from '../../schema/wire/admin'
import { Dialog } from '../Dialog/Dialog'
import { Form } from '../Form/Form'

type Props = { users: AdminUser[]; onClose: () => void; onRemove: () => Promise<void> }

/** Makes sure that somebody means it. */
export const RemoveDialog = ({ users, onClose, onRemove }: Props) => (
  <Dialog
    title={users.length === 1 ? `Remove ${users[0]!.name}?` : `Remove ${users.length} users?`}
    onClose={onClose}
  >
    <Form submit="Remove" class="danger" onSubmit={onRemove}>
      <p class="plain">
        They are signed out everywhere and cannot sign in again. Their projects and widgets stay as they are.
        You can restore them from the list of removed users.
      </p>
    </Form>
  </Dialog>
)
