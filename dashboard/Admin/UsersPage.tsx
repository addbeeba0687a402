import { useState } from 'preact/hooks'
import type { AdminUser, UserAction } from '../../schema/wire/admin'
import { changeUsers, listUsers } from '../data/admin'
import { formatAgo, formatDate, formatMoment, PERSONA_NAMES } from '../format'
import { Status } from '../Panel/Status'
import { complain, toast } from '../Toasts/Toasts'
import { useAdmin } from '../User/UserProvider'
import { PERSONA_FILTER, STATE_FILTER } from './filters'
import { ImpersonateDialog } from './ImpersonateDialog'
import { InviteDialog } from './InviteDialog'
import { Listing } from './Listing'
import { PersonasDialog } from './PersonasDialog'
import { RemoveDialog } from './RemoveDialog'
import { ResultsDialog, troubleIn, type Named } from './ResultsDialog'

/** What stands before the list now. */
type Open =
  | { dialog: 'none' }
  | { dialog: 'invite'; done: () => void }
  | { dialog: 'personas' | 'remove'; users: AdminUser[]; done: () => void }
  | { dialog: 'impersonate'; user: AdminUser }
  | { dialog: 'results'; results: Named[] }

const DONE: Record<UserAction, string> = {
  suspend: 'suspended',
  restore: 'active again',
  remove: 'removed',
}

/** Everybody on the platform: invited, found, seen through the eyes of, kept out and let in again. */
export function UsersPage() {
  const { adminId } = useAdmin()
  const [open, setOpen] = useState<Open>({ dialog: 'none' })
  const close = () => setOpen({ dialog: 'none' })

  /** Says in passing that all went well, and shows each result otherwise. */
  const tell = (results: Named[], text: string) => {
    if (troubleIn(results).length > 0) return setOpen({ dialog: 'results', results })
    toast(text)
    close()
  }
  const change = async (action: UserAction, users: AdminUser[], done: () => void) => {
    const { results } = await changeUsers({ action, ids: users.map(({ id }) => id) })
    done()
    const who = users.length === 1 ? `${users[0]!.name} is` : `${users.length} users are`
    tell(nameResults(results, users), `${who} ${DONE[action]}`)
  }
  const act = (action: UserAction, users: AdminUser[], done: () => void) =>
    void change(action, users, done).catch(complain)

  return (
    <>
      <Listing
        title="Users"
        what="users"
        ask={listUsers}
        filters={[PERSONA_FILTER, STATE_FILTER]}
        actions={(refresh) => (
          <button class="button primary" onClick={() => setOpen({ dialog: 'invite', done: refresh })}>
            Invite people
          </button>
        )}
        bulk={{
          can: ({ id }) => id !== adminId,
          actions: (users, done) => (
            <>
              <button class="button" onClick={() => setOpen({ dialog: 'personas', users, done })}>
                Change personas
              </button>
              <button class="button" onClick={() => act('suspend', users, done)}>
                Suspend
              </button>
              <button class="button" onClick={() => act('restore', users, done)}>
                Restore
              </button>
              <button class="button danger" onClick={() => setOpen({ dialog: 'remove', users, done })}>
                Remove
              </button>
            </>
          ),
        }}
        columns={(refresh) => [
          {
            title: 'User',
            sort: 'name',
            tip: ({ id }) => id,
            cell: ({ name, email }) => (
              <>
                {name} <span class="soft">{email}</span>
              </>
            ),
          },
          {
            title: 'Personas',
            class: 'minor',
            cell: ({ personas }) => personas.map((persona) => PERSONA_NAMES[persona]).join(', '),
          },
          { title: 'State', cell: ({ state }) => <Status of={state} /> },
          {
            title: 'Since',
            sort: 'createdAt',
            class: 'soft minor',
            cell: ({ createdAt }) => formatDate(createdAt),
          },
          {
            title: 'Last seen',
            class: 'soft minor',
            tip: ({ lastSeenAt }) => (lastSeenAt === null ? undefined : formatMoment(lastSeenAt)),
            cell: ({ lastSeenAt }) => (lastSeenAt === null ? 'Never' : formatAgo(lastSeenAt)),
          },
          {
            title: 'Change',
            class: 'number',
            cell: (user) =>
              user.id !== adminId && (
                <RowActions
                  user={user}
                  onSeeAs={() => setOpen({ dialog: 'impersonate', user })}
                  onAction={(action) => act(action, [user], refresh)}
                />
              ),
          },
        ]}
      />
      {open.dialog === 'invite' && (
        <InviteDialog
          onClose={close}
          onSent={(results) => {
            open.done()
            tell(
              results,
              results.length === 1 ? 'The invitation is on its way' : 'The invitations are on their way',
            )
          }}
        />
      )}
      {open.dialog === 'personas' && (
        <PersonasDialog
          users={open.users}
          onClose={close}
          onChanged={(results) => {
            open.done()
            tell(nameResults(results, open.users), 'The personas are changed')
          }}
        />
      )}
      {open.dialog === 'remove' && (
        <RemoveDialog
          users={open.users}
          onClose={close}
          onRemove={() => change('remove', open.users, open.done)}
        />
      )}
      {open.dialog === 'impersonate' && <ImpersonateDialog user={open.user} onClose={close} />}
      {open.dialog === 'results' && <ResultsDialog results={open.results} onClose={close} />}
    </>
  )
}

type RowProps = { user: AdminUser; onSeeAs: () => void; onAction: (action: UserAction) => void }

function RowActions({ user: { name, state, personas }, onSeeAs, onAction }: RowProps) {
  const action = state === 'active' ? 'suspend' : 'restore'
  const label = action === 'suspend' ? 'Suspend' : 'Restore'
  return (
    <div class="row-actions">
      {state === 'active' && !personas.includes('super_admin') && (
        <button class="button minor" aria-label={`See as ${name}`} onClick={onSeeAs}>
          See as
        </button>
      )}
      <button class="button" aria-label={`${label} ${name}`} onClick={() => onAction(action)}>
        {label}
      </button>
    </div>
  )
}

/** Results name ids; people know names. */
const nameResults = (results: Named[], users: AdminUser[]): Named[] =>
  results.map((result) => ({
    ...result,
    target: users.find(({ id }) => id === result.target)?.name ?? result.target,
  }))
