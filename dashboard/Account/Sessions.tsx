import type { Session } from '../../schema/wire/api'
import { endOtherSessions, endSession, listSessions } from '../data/account'
import { useQuery } from '../data/query'
import { formatAgo, formatDate, formatMoment, PERSONA_NAMES } from '../format'
import { Panel } from '../Panel/Panel'
import { complain, toast } from '../Toasts/Toasts'

/** Where somebody is signed in, and the way to end it. */
export function Sessions() {
  const answer = useQuery('sessions', listSessions)
  const end = async (what: Promise<unknown>, done: string) => {
    await what
    toast(done)
    if (answer.state === 'ready') answer.retry()
  }
  const hasOthers = answer.state === 'ready' && answer.data.some(({ current }) => !current)
  return (
    <Panel
      title="Where you are signed in"
      class="full"
      answer={answer}
      actions={
        hasOthers && (
          <button
            class="button"
            onClick={() => void end(endOtherSessions(), 'All other devices are signed out').catch(complain)}
          >
            Sign out all others
          </button>
        )
      }
    >
      {(sessions) => (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col" class="minor">
                  As
                </th>
                <th scope="col" class="minor">
                  Since
                </th>
                <th scope="col">Last seen</th>
                <th scope="col">
                  <span class="unseen">Sign out</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {sessions.map((session) => (
                <Row
                  key={session.id}
                  session={session}
                  onEnd={() =>
                    void end(endSession(session.id), `${session.device} is signed out`).catch(complain)
                  }
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

const Row = ({ session, onEnd }: { session: Session; onEnd: () => void }) => (
  <tr>
    <th scope="row" class="wide" title={session.userAgent ?? undefined}>
      {session.device}
    </th>
    <td class="minor">{PERSONA_NAMES[session.persona]}</td>
    <td class="soft minor">{formatDate(session.createdAt)}</td>
    <td class="soft" title={formatMoment(session.lastSeenAt)}>
      {session.current ? 'This device' : formatAgo(session.lastSeenAt)}
    </td>
    <td class="number">
      {!session.current && (
        <button class="button" aria-label={`Sign out ${session.device}`} onClick={onEnd}>
          Sign out
        </button>
      )}
    </td>
  </tr>
)
