import type { AdminUser } from '../../schema/wire/admin'
import { listUsers, setUserState } from '../data/admin'
import { formatAgo, formatDate, formatMoment, PERSONA_NAMES } from '../format'
import { Status } from '../Panel/Status'
import { complain, toast } from '../Toasts/Toasts'
import { useAdmin } from '../User/UserProvider'
import { Listing } from './Listing'

/** Everybody on the platform, and the switch that keeps somebody out or lets them in again. */
export function UsersPage() {
  const { adminId } = useAdmin()
  const change = async (user: AdminUser, action: 'suspend' | 'restore', refresh: () => void) => {
    await setUserState(user.id, action)
    toast(`${user.name} is ${action === 'suspend' ? 'suspended' : 'active again'}`)
    refresh()
  }
  return (
    <Listing title="Users" what="users" ask={listUsers}>
      {(users, refresh) => (
        <>
          <thead>
            <tr>
              <th scope="col">User</th>
              <th scope="col" class="minor">
                Personas
              </th>
              <th scope="col">State</th>
              <th scope="col" class="minor">
                Since
              </th>
              <th scope="col" class="minor">
                Last seen
              </th>
              <th scope="col">
                <span class="unseen">Change</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => {
              const action = user.state === 'active' ? 'suspend' : 'restore'
              const label = action === 'suspend' ? 'Suspend' : 'Restore'
              return (
                <tr key={user.id}>
                  <th scope="row" class="wide" title={user.id}>
                    {user.name} <span class="soft">{user.email}</span>
                  </th>
                  <td class="minor">{user.personas.map((persona) => PERSONA_NAMES[persona]).join(', ')}</td>
                  <td>
                    <Status of={user.state} />
                  </td>
                  <td class="soft minor">{formatDate(user.createdAt)}</td>
                  <td
                    class="soft minor"
                    title={user.lastSeenAt === null ? undefined : formatMoment(user.lastSeenAt)}
                  >
                    {user.lastSeenAt === null ? 'Never' : formatAgo(user.lastSeenAt)}
                  </td>
                  <td class="number">
                    {user.id !== adminId && (
                      <button
                        class="button"
                        aria-label={`${label} ${user.name}`}
                        onClick={() => void change(user, action, refresh).catch(complain)}
                      >
                        {label}
                      </button>
                    )}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </>
      )}
    </Listing>
  )
}
